OPENQASM 3.0;
qubit[3] q;
h q[0];
#pragma braket noise bit_flip(0.1) q[0]
#pragma braket noise pauli_channel(0.1, 0.2, 0.3) q[1]
#pragma braket noise two_qubit_depolarizing(0.1) q[0], q[1]
#pragma braket noise kraus([[1, 0], [0, 0.8]], [[0, 0.6im], [0, 0]]) q[1]
#pragma braket verbatim
box { rx(0.5) q[1]; xy(0.1) q[0], q[2]; }
#pragma braket unitary([[0, 1], [1, 0]]) q[2]
#pragma braket result expectation x(q[0]) @ hermitian([[1, 0], [0, -1]]) q[1]
#pragma braket result probability q[0], q[1]
#pragma braket result sample z(q[2])
