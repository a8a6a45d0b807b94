OPENQASM 3.0;
include "stdgates.inc";
const int n = 3;
qubit[n] q;
bit[n] c = measure q[0:2];
gate g(a) x, y { ctrl @ rz(a) x, y; inv @ pow(0.5) @ s y; }
negctrl(1) @ inv @ g(pi/2) q[2], q[0], q[1];
for int i in [0:2] { if (c[i] && !(c >= 2)) { h q[i]; c[0] = measure q[i]; } else x q[i]; }
int m = 0; while (m < 2) { m += 1; }
#pragma braket unitary([[0, -1im], [1im, 0]]) q[0]
#pragma braket result expectation x(q[0]) @ z(q[1])
#pragma braket verbatim
box { delay[10ns] q; }
