"""Writes an OpenQASM 2 file of a million gates on 100 qubits, as Qiskit's exporter would, to standard output."""

import random
import sys

random.seed(1)
qubits = 100
write = sys.stdout.write
write(f'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[{qubits}];\ncreg c[{qubits}];\n')
for _ in range(1_000_000):
    kind = random.randrange(6)
    a, b = random.sample(range(qubits), 2)
    angle = [repr(random.uniform(-3, 3)) for _ in range(3)]
    if kind < 2:
        write(f"cx q[{a}],q[{b}];\n")
    elif kind == 2:
        write(f"h q[{a}];\n")
    elif kind == 3:
        write(f"rz({angle[0]}) q[{a}];\n")
    elif kind == 4:
        write(f"u3({','.join(angle)}) q[{a}];\n")
    else:
        write(f"rz({random.choice(['pi/2', '-pi/4', '3*pi/8'])}) q[{a}];\n")
