"""Stabilizers, density matrices, trajectories and mid-circuit measurement beside their peers, in one run and on the same
circuits.

    build/python/reference/bin/python bench/sim/noise.py [--programs build/release/bin] [--threads 2] [--repeat 3]
                                                         [--limit 600] [FAMILY...]

Prints a row per family: median seconds of qhubctl simulate (its run_s: everything but parsing) and of the peer, in turn,
without the start of either program; what takes more than 10 seconds is done once. Peers: Stim's compilation of its
sampler and sampling; the time that Aer reports for execution.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

P1, P2 = 0.001, 0.01  # probabilities of an error after a gate
LONG = 10


def brickwork(qubits: int, depth: int, measured_every: int = 0) -> list[tuple]:
    """Measurements, if wanted, of every third qubit after so many layers, and an X where that gave 1."""
    draw = random.Random(qubits)
    gates = []
    for layer in range(depth):
        gates += [("u", [draw.uniform(0, math.pi) for _ in range(3)], [q]) for q in range(qubits)]
        gates += [("cx", [], [q, q + 1]) for q in range(layer % 2, qubits - 1, 2)]
        if measured_every and layer % measured_every == measured_every - 1:
            gates += [("measure_and_flip", [], [q]) for q in range(layer % 3, qubits, 3)]
    return gates


def clifford_layers(qubits: int, depth: int) -> list[tuple]:
    draw = random.Random(qubits)
    gates = []
    for layer in range(depth):
        gates += [(draw.choice(["h", "s", "sx"]), [], [q]) for q in range(qubits)]
        gates += [("cx", [], [q, q + 1]) for q in range(layer % 2, qubits - 1, 2)]
    return gates


def qasm(gates: list[tuple], qubits: int) -> str:
    lines = [f'OPENQASM 3.0; include "stdgates.inc"; qubit[{qubits}] q; bit[{qubits}] c; bit[{qubits}] m;']
    for name, parameters, targets in gates:
        if name == "measure_and_flip":
            q = targets[0]
            lines.append(f"m[{q}] = measure q[{q}]; if (m[{q}] == 1) x q[{q}];")
            continue
        arguments = f"({', '.join(map(repr, parameters))})" if parameters else ""
        lines.append(f"{name}{arguments} {', '.join(f'q[{t}]' for t in targets)};")
    return "\n".join([*lines, "c = measure q;"])


def stim(gates, qubits, shots, noisy):
    import stim

    names = {"h": "H", "s": "S", "sx": "SQRT_X", "cx": "CX"}
    circuit = stim.Circuit()
    for name, _, targets in gates:
        circuit.append(names[name], targets)
        if noisy:
            circuit.append("DEPOLARIZE1" if len(targets) == 1 else "DEPOLARIZE2", targets, P1 if len(targets) == 1 else P2)
    circuit.append("M", range(qubits))

    def run() -> float:
        started = time.perf_counter()
        circuit.compile_sampler().sample(shots, bit_packed=True)
        return time.perf_counter() - started

    return run


def aer(gates, qubits, shots, noisy, method, threads, precision):
    import qiskit
    from qiskit_aer import AerSimulator
    from qiskit_aer.noise import NoiseModel, depolarizing_error

    circuit = qiskit.QuantumCircuit(qubits, 2 * qubits)
    for name, parameters, targets in gates:
        if name == "measure_and_flip":
            circuit.measure(targets[0], qubits + targets[0])
            with circuit.if_test((circuit.clbits[qubits + targets[0]], 1)):
                circuit.x(targets[0])
        else:
            getattr(circuit, name)(*parameters, *targets)
    circuit.measure(range(qubits), range(qubits))
    options = {}
    if noisy:
        options["noise_model"] = model = NoiseModel()
        model.add_all_qubit_quantum_error(depolarizing_error(P1 * 4 / 3, 1), ["u", "h", "s", "sx"])
        model.add_all_qubit_quantum_error(depolarizing_error(P2 * 16 / 15, 2), ["cx"])
    simulator = AerSimulator(method=method, max_parallel_threads=threads, precision=precision, **options)
    if not noisy and any(name == "measure_and_flip" for name, _, _ in gates):
        circuit = qiskit.transpile(circuit, simulator, optimization_level=0)

    def run() -> float:
        result = simulator.run(circuit, shots=shots).result()
        if not result.success:
            raise RuntimeError(result.status)
        return result.metadata["time_taken_execute"]

    return run


FAMILIES = {  # name: engine, peer, gates, qubits, shots, noisy, precision
    "stabilizer, 1000 qubits, depth 100, 100,000 shots": ("stabilizer", "stim", clifford_layers(1000, 100), 1000, 100_000, False),
    "the same with noise after every gate": ("stabilizer", "stim", clifford_layers(1000, 100), 1000, 100_000, True),
    "stabilizer, 200 qubits, depth 100, 1,000 shots": ("stabilizer", "aer", clifford_layers(200, 100), 200, 1000, False),
    "stabilizer, 60 qubits, depth 20, 2,000 shots, noise": ("stabilizer", "aer", clifford_layers(60, 20), 60, 2000, True),
    "density matrix, 10 qubits, noise": ("density_matrix", "aer", brickwork(10, 20), 10, 1000, True),
    "density matrix, 12 qubits, noise": ("density_matrix", "aer", brickwork(12, 20), 12, 1000, True),
    "trajectories, 12 qubits, 1,000 shots, noise": ("trajectories", "aer", brickwork(12, 20), 12, 1000, True),
    "the same in single precision": ("trajectories", "aer", brickwork(12, 20), 12, 1000, True, "single"),
    "trajectories, 16 qubits, 100 shots, noise": ("trajectories", "aer", brickwork(16, 20), 16, 100, True),
    "mid-circuit measurement, 12 qubits, 2,000 shots": ("statevector", "aer", brickwork(12, 20, 4), 12, 2000, False),
    "the same by auto": ("auto", "aer", brickwork(12, 20, 4), 12, 2000, False),
}


def run(arguments, engine, peer, gates, qubits, shots, noisy, precision="double"):
    method = {"auto": "statevector", "trajectories": "statevector"}.get(engine, engine)
    if peer == "stim":
        run_peer = stim(gates, qubits, shots, noisy)
    else:
        run_peer = aer(gates, qubits, shots, noisy, method, arguments.threads, precision)
    with tempfile.NamedTemporaryFile("w", suffix=".qasm") as file:
        file.write(qasm(gates, qubits))
        file.flush()
        command = [f"{arguments.programs}/qhubctl", "simulate", file.name, "--json", "--engine", engine]
        command += ["--shots", str(shots), "--threads", str(arguments.threads), "--precision", precision]
        if noisy:
            command += ["--noise-p1", str(P1), "--noise-p2", str(P2)]
        ours, theirs = [], []
        for _ in range(arguments.repeat):
            ours.append(json.loads(subprocess.run(command, check=True, capture_output=True).stdout))
            if not theirs or theirs[0] < LONG:
                theirs.append(run_peer())
    return [answer["timing"]["run_s"] for answer in ours], theirs, ours[0]["peak_memory_bytes"]


def show(times: list[float]) -> str:
    middle = statistics.median(times)
    return f"{middle:.4g} ±{(max(times) - min(times)) / 2 / middle:.0%}" if len(times) > 1 else f"{middle:.4g} (once)"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=Path, default=Path("build/release/bin"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--limit", type=float, default=math.inf, help="seconds after which no family is begun")
    parser.add_argument("family", nargs="*", help="part of a family's name; all unless given")
    arguments = parser.parse_args()
    started = time.monotonic()
    print("| family | qhub | peer | ratio | peak MiB |\n|---|---:|---:|---:|---:|")
    for name, family in FAMILIES.items():
        if arguments.family and not any(part in name for part in arguments.family):
            continue
        if time.monotonic() - started > arguments.limit:
            print(f"| {name}: left out, over the time limit |")
            continue
        ours, theirs, memory = run(arguments, *family)
        ratio = statistics.median(theirs) / statistics.median(ours)
        peer = {"stim": "Stim", "aer": "Aer"}[family[1]]
        print(f"| {name} | {show(ours)} | {peer} {show(theirs)} | {ratio:.2f} | {memory / 2**20:.1f} |", flush=True)


if __name__ == "__main__":
    main()
