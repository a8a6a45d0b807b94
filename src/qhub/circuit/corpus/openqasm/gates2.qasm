OPENQASM 2.0;
qreg q[3];
creg c[2];
gate g(a,b) x,y { rz(a/2^b) x; cx y,x; reset y; barrier x,y; }
g(-pi,2) q[0],q[1];
if(c==1) u3(sin(1),sqrt(2),.5e-1) q;
opaque o a;
