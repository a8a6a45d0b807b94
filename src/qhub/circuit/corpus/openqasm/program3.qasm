OPENQASM 3.1;
input float theta; input angle[8] phi; const uint[4] n = 3; array[int[8], 2, 2] a = {{1, 2}, {3, 4}};
qubit[4] q; bit[4] c; bit[2] s = "10"; duration d = 2 * 100ns;
extern vote(bit[3]) -> bit;
def look(qubit[2] p, int k, readonly array[int[8], #dim = 2] b) -> bit[2] { bit[2] r; for int i in [0:1] { if (r[i]) return r; x p[i]; } return measure p; }
def par(bit[4] b) -> bit { bit p = 0; for int i in [0:3] { p ^= b[i]; } return p; }
let pair = q[{3, 1}] ++ q[0:1];
c[0:1] = look(pair[0:1], n, a); s[1] = par(c);
int[8] m = 7; angle[4] g; bool done = false;
while (!done) { m -= int[8](c); c = measure q; if (c == 2) { continue; } if (m < 0 || c > 9) { break; } done = c[0] != s[0]; g <<= 1; g[0] = c[1]; }
switch (int[4](c)) { case 1, 2 { rx(theta / 2) q[0]; } default { rz(-phi) q[1]; } }
for uint i in {0, 2} { p(g * pi / 4) q[i]; delay[d / 2] q[i]; if (s[0]) end; }
a[0, 1] += popcount("0110"); a[1] = a[0]; ctrl(2) @ negctrl @ x q[0], q[1], q[2], q[3];
measure q; output bit[2] o; o = s ^ "01";
