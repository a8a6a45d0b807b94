"""Times qiskit.qasm2.load() for files: the best of three, in seconds per file. See README.md."""

import sys
import time

import qiskit
from qiskit import qasm2

for path in sys.argv[1:]:
    best = None
    for _ in range(3):
        started = time.perf_counter()
        circuit = qasm2.load(path)
        seconds = time.perf_counter() - started
        best = seconds if best is None else min(best, seconds)
    print(f"{best * 1e3:9.1f} ms  {path}: {len(circuit.data)} instructions, Qiskit {qiskit.__version__}")
