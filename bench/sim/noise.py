"""Stabilizers, density matrices and trajectories beside their peers, in one run and on the same circuits.

    build/python/reference/bin/python bench/sim/noise.py [--programs build/release/bin] [--threads 2] [FAMILY...]

Prints a row per family: seconds of qhubctl simulate (its run_s: everything but parsing) and of the peer, without the
start of either program, the best of three runs each.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import subprocess
import tempfile
import time
from pathlib import Path

P1, P2 = 0.001, 0.01  # probabilities of an error after a gate
REPEATS = 3


def brickwork(qubits: int, depth: int) -> list[tuple]:
    draw = random.Random(qubits)
    gates = []
    for layer in range(depth):
        gates += [("u", [draw.uniform(0, math.pi) for _ in range(3)], [q]) for q in range(qubits)]
        gates += [("cx", [], [q, q + 1]) for q in range(layer % 2, qubits - 1, 2)]
    return gates


def clifford_layers(qubits: int, depth: int) -> list[tuple]:
    draw = random.Random(qubits)
    gates = []
    for layer in range(depth):
        gates += [(draw.choice(["h", "s", "sx"]), [], [q]) for q in range(qubits)]
        gates += [("cx", [], [q, q + 1]) for q in range(layer % 2, qubits - 1, 2)]
    return gates


def qasm(gates: list[tuple], qubits: int) -> str:
    lines = [f'OPENQASM 3.0; include "stdgates.inc"; qubit[{qubits}] q; bit[{qubits}] c;']
    for name, parameters, targets in gates:
        arguments = f"({', '.join(map(repr, parameters))})" if parameters else ""
        lines.append(f"{name}{arguments} {', '.join(f'q[{t}]' for t in targets)};")
    return "\n".join([*lines, "c = measure q;"])


def run_ours(gates, qubits, engine, shots, noisy, precision, arguments) -> dict:
    with tempfile.NamedTemporaryFile("w", suffix=".qasm") as file:
        file.write(qasm(gates, qubits))
        file.flush()
        command = [f"{arguments.programs}/qhubctl", "simulate", file.name, "--json", "--engine", engine]
        command += ["--shots", str(shots), "--threads", str(arguments.threads), "--precision", precision]
        if noisy:
            command += ["--noise-p1", str(P1), "--noise-p2", str(P2)]
        answers = [json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(REPEATS)]
    return min(answers, key=lambda answer: answer["timing"]["run_s"])


def run_stim(gates, qubits, shots, noisy) -> float:
    import stim

    names = {"h": "H", "s": "S", "sx": "SQRT_X", "cx": "CX"}
    circuit = stim.Circuit()
    for name, _, targets in gates:
        circuit.append(names[name], targets)
        if noisy:
            circuit.append("DEPOLARIZE1" if len(targets) == 1 else "DEPOLARIZE2", targets, P1 if len(targets) == 1 else P2)
    circuit.append("M", range(qubits))

    def once() -> float:
        started = time.perf_counter()
        circuit.compile_sampler().sample(shots, bit_packed=True)
        return time.perf_counter() - started

    return min(once() for _ in range(REPEATS))


def run_aer(gates, qubits, method, shots, threads, precision="double") -> float:
    import qiskit
    from qiskit_aer import AerSimulator
    from qiskit_aer.noise import NoiseModel, depolarizing_error

    circuit = qiskit.QuantumCircuit(qubits, qubits)
    for name, parameters, targets in gates:
        getattr(circuit, name)(*parameters, *targets)
    circuit.measure(range(qubits), range(qubits))
    model = NoiseModel()
    model.add_all_qubit_quantum_error(depolarizing_error(P1 * 4 / 3, 1), ["u", "h", "s", "sx"])
    model.add_all_qubit_quantum_error(depolarizing_error(P2 * 16 / 15, 2), ["cx"])
    simulator = AerSimulator(method=method, noise_model=model, max_parallel_threads=threads, precision=precision)
    return min(simulator.run(circuit, shots=shots).result().time_taken for _ in range(REPEATS))


def families(arguments) -> dict:
    def stabilizer(noisy):
        gates = clifford_layers(1000, 100)
        ours = run_ours(gates, 1000, "stabilizer", 100_000, noisy, "double", arguments)
        return ours, run_stim(gates, 1000, 100_000, noisy)

    def noisy_brickwork(qubits, engine, method, precision="double", shots=1000):
        gates = brickwork(qubits, 20)
        ours = run_ours(gates, qubits, engine, shots, True, precision, arguments)
        return ours, run_aer(gates, qubits, method, shots, arguments.threads, precision)

    return {
        "stabilizer, 1000 qubits, depth 100, 1e5 shots | Stim": lambda: stabilizer(False),
        "the same with noise after every gate | Stim": lambda: stabilizer(True),
        "density matrix, 8 qubits | Aer": lambda: noisy_brickwork(8, "density_matrix", "density_matrix"),
        "density matrix, 10 qubits | Aer": lambda: noisy_brickwork(10, "density_matrix", "density_matrix"),
        "density matrix, 12 qubits | Aer": lambda: noisy_brickwork(12, "density_matrix", "density_matrix"),
        "trajectories, 12 qubits, 1000 shots | Aer": lambda: noisy_brickwork(12, "trajectories", "statevector"),
        "trajectories, 12 qubits, single precision | Aer": lambda: noisy_brickwork(
            12, "trajectories", "statevector", "single"
        ),
        "trajectories, 16 qubits, 100 shots | Aer": lambda: noisy_brickwork(16, "trajectories", "statevector", shots=100),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=Path, default=Path("build/release/bin"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("family", nargs="*", help="part of a family's name; all unless given")
    arguments = parser.parse_args()
    print("| family | qhub | peer | ratio | peak MiB |\n|---|---:|---:|---:|---:|")
    for name, run in families(arguments).items():
        if arguments.family and not any(part in name for part in arguments.family):
            continue
        ours, theirs = run()
        seconds = ours["timing"]["run_s"]
        memory = ours["peak_memory_bytes"] / 2**20
        print(f"| {name.replace(' |', ':')} | {seconds:.4f} s | {theirs:.4f} s | {theirs / seconds:.1f} | {memory:.1f} |", flush=True)


if __name__ == "__main__":
    main()
