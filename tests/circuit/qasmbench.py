"""Reads every OpenQASM 2 circuit of a folder, such as a clone of QASMBench (github.com/pnnl/QASMBench), and runs those of
up to 20 qubits against Qiskit Aer. Not one of the tests: the circuits are not ours to keep here. With the reference
environment of tests/requirements-reference.txt:

    build/python/reference/bin/python tests/circuit/qasmbench.py QASMBench/small QASMBench/medium

Prints a line per circuit; ends with 1 if one is refused, other than for an undeclared register, or disagrees.
"""

import argparse
import json
import math
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]


def simulate(path, shots, programs):
    """Counts by qhubctl, or the text of its refusal."""
    command = [programs / "qhubctl", "simulate", path, "--shots", str(shots), "--seed", "7", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        return None, done.stderr.strip().splitlines()[0]
    return json.loads(done.stdout)["counts"], None


def reference(path, shots):
    from qiskit import qasm2, transpile
    from qiskit_aer import AerSimulator

    circuit = qasm2.load(
        path, include_path=[path.parent, ROOT], custom_instructions=qasm2.LEGACY_CUSTOM_INSTRUCTIONS, strict=False
    )
    aer = AerSimulator(method="statevector", seed_simulator=11)
    counts = aer.run(transpile(circuit, aer, optimization_level=0), shots=shots).result().get_counts()
    return {key.replace(" ", ""): count for key, count in counts.items()}


def disagreement(a, b):
    """Chi-square of two samples of the same size over outcomes seen ten times or more, in standard deviations."""
    chi_square, terms, rest = 0.0, 0, [0, 0]
    for key in a.keys() | b.keys():
        x, y = a.get(key, 0), b.get(key, 0)
        if x + y < 10:
            rest[0] += x
            rest[1] += y
            continue
        chi_square += (x - y) ** 2 / (x + y)
        terms += 1
    if sum(rest) >= 10:
        chi_square += (rest[0] - rest[1]) ** 2 / sum(rest)
        terms += 1
    return (chi_square - terms) / math.sqrt(2 * max(terms, 1))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="+", type=pathlib.Path)
    parser.add_argument("--shots", type=int, default=8192)
    parser.add_argument("--qubits", type=int, default=20, help="run circuits of up to so many qubits (20)")
    parser.add_argument("--programs", type=pathlib.Path, default=ROOT / "build/release/bin")
    arguments = parser.parse_args()
    files = sorted(path for folder in arguments.folder for path in folder.rglob("*.qasm"))
    tally = {"read": 0, "agree": 0, "disagree": 0, "undeclared": 0, "refused": 0}
    for path in files:
        declared = re.findall(r"^\s*qreg\s+\w+\s*\[(\d+)\]", path.read_text(errors="replace"), re.MULTILINE)
        qubits = sum(map(int, declared))
        read = subprocess.run([arguments.programs / "read_circuits", path], capture_output=True, text=True)
        if read.returncode != 0:
            undeclared = re.search(r"unknown (qubit|classical bit) '\w+'", read.stdout)
            tally["undeclared" if undeclared else "refused"] += 1
            print(f"{path}: {read.stdout.split('refused: ')[-1].strip()}")
            continue
        tally["read"] += 1
        if qubits > arguments.qubits:
            continue
        started = time.perf_counter()
        counts, refusal = simulate(path, arguments.shots, arguments.programs)
        seconds = time.perf_counter() - started
        if counts is None:
            tally["refused"] += 1
            print(f"{path}: {qubits} qubits, refused: {refusal}")
            continue
        deviations = disagreement(counts, reference(path, arguments.shots))
        tally["agree" if deviations < 6 else "disagree"] += 1
        print(f"{path}: {qubits} qubits, {seconds:.2f} s, {deviations:+.1f} standard deviations")
    print(", ".join(f"{count} {name}" for name, count in tally.items()))
    return 1 if tally["disagree"] or tally["refused"] else 0


if __name__ == "__main__":
    sys.exit(main())
