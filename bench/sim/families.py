"""Circuits with fixed seeds, as lists of gates (name, qubits, parameters), and their texts in OpenQASM 3."""

import math

import numpy as np

Gate = tuple  # (name, qubits, parameters)


def ghz(n):
    return [("h", [0], [])] + [("cx", [q, q + 1], []) for q in range(n - 1)]


def qft(n):
    """On a product state without zeros: on |0…0> a simulator could leave all phases out."""
    angles = np.random.default_rng(1).uniform(0.3, 2.8, n)
    gates = [("ry", [q], [angles[q]]) for q in range(n)]
    for q in reversed(range(n)):
        gates.append(("h", [q], []))
        gates += [("cp", [j, q], [math.pi / 2 ** (q - j)]) for j in reversed(range(q))]
    return gates + [("swap", [q, n - 1 - q], []) for q in range(n // 2)]


def brickwork(n, depth=20):
    rng = np.random.default_rng(2)
    gates = []
    for layer in range(depth):
        gates += [("u3", [q], list(rng.uniform(0, 2 * math.pi, 3))) for q in range(n)]
        gates += [("cx", [q, q + 1], []) for q in range(layer % 2, n - 1, 2)]
    return gates


def quantum_volume(n):
    rng = np.random.default_rng(3)
    gates = []
    for _ in range(n):
        order = rng.permutation(n)
        for k in range(n // 2):
            gates.append(("unitary", [int(order[2 * k]), int(order[2 * k + 1])], [haar(rng, 4)]))
    return gates


def haar(rng, size):
    q, r = np.linalg.qr(rng.normal(size=(size, size)) + 1j * rng.normal(size=(size, size)))
    return q * (np.diag(r) / abs(np.diag(r)))


def qaoa(n, layers=4):
    rng = np.random.default_rng(4)
    gates = [("h", [q], []) for q in range(n)]
    for _ in range(layers):
        gamma, beta = rng.uniform(0.1, 3, 2)
        gates += [("rzz", [q, (q + 1) % n], [gamma]) for q in range(n)]
        gates += [("rx", [q], [beta]) for q in range(n)]
    return gates


def ising(n, steps=20):
    gates = []
    for _ in range(steps):
        gates += [("rzz", [q, q + 1], [0.2]) for q in range(n - 1)]
        gates += [("rx", [q], [0.3]) for q in range(n)]
    return gates


def grover(n, iterations=4):
    marked = np.random.default_rng(5).integers(0, 2, n)
    flip_marked = [("x", [q], []) for q in range(n) if marked[q] == 0]
    flip_all = [("x", [q], []) for q in range(n)]
    mix = [("h", [q], []) for q in range(n)]
    phase = [("mcz", list(range(n)), [])]
    return mix + iterations * (flip_marked + phase + flip_marked + mix + flip_all + phase + flip_all + mix)


FAMILIES = {
    "ghz": ghz,
    "qft": qft,
    "brickwork": brickwork,
    "quantum_volume": quantum_volume,
    "qaoa": qaoa,
    "ising": ising,
    "grover": grover,
}


def to_openqasm(n, gates):
    lines = ["OPENQASM 3.0;", 'include "stdgates.inc";', f"qubit[{n}] q;", f"bit[{n}] c;"]
    for name, qubits, parameters in gates:
        operands = ", ".join(f"q[{q}]" for q in qubits)
        if name == "unitary":
            rows = ", ".join(
                "[" + ", ".join(f"{z.real!r}{z.imag:+.17g}im" for z in row) + "]" for row in tensor_order(parameters[0])
            )
            lines.append(f"#pragma braket unitary([{rows}]) {operands}")
        elif name == "mcz":
            lines.append(f"ctrl({len(qubits) - 1}) @ z {operands};")
        else:
            angles = "(" + ", ".join(repr(float(p)) for p in parameters) + ")" if parameters else ""
            lines.append(f"{name}{angles} {operands};")
    return "\n".join(lines) + "\nc = measure q;\n"


def tensor_order(matrix):
    """Matrices are kept with the first qubit lowest; Braket writes the first qubit highest."""
    order = [0, 2, 1, 3]
    return [[complex(matrix[r][c]) for c in order] for r in order]
