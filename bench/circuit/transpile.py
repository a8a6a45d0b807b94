"""Our transpiler against Qiskit's at optimization level 1 on the same circuits, gate sets and connectivities.

    build/python/reference/bin/python bench/circuit/transpile.py [--suite FOLDER] [--seeds N]

Prints, per circuit and machine, two-qubit gates and their depth of both, and the medians of the ratios. With `--suite`
every OpenQASM 2 file below a folder (such as a clone of pnnl/QASMBench) of at most 27 qubits is added to the circuits
that are made here. Of several seeds the median counts, for both sides.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

from qiskit import QuantumCircuit, qasm2, transpile
from qiskit.circuit.library import QFTGate, efficient_su2, quantum_volume
from qiskit.transpiler import CouplingMap

REPOSITORY = Path(__file__).resolve().parent.parent.parent
DRIVER = REPOSITORY / "build/release/bin/qhub_circuit_driver"

MACHINES = {
    "line": (["rz", "sx", "x", "cz"], CouplingMap.from_line(27, bidirectional=False)),
    "grid": (["rz", "sx", "x", "cz"], CouplingMap.from_grid(5, 6, bidirectional=False)),
    "heavy-hex": (["rz", "sx", "x", "ecr"], CouplingMap.from_heavy_hex(5, bidirectional=False)),
    "complete": (["rz", "sx", "x", "cx"], None),
}


def made_circuits() -> dict[str, QuantumCircuit]:
    circuits = {}
    for qubits in (5, 8, 12, 16, 20):
        ghz = QuantumCircuit(qubits)
        ghz.h(0)
        for qubit in range(1, qubits):
            ghz.cx(0, qubit)
        circuits[f"ghz_star_{qubits}"] = ghz
        qft = QuantumCircuit(qubits)
        qft.append(QFTGate(qubits), range(qubits))
        circuits[f"qft_{qubits}"] = qft.decompose()
        ansatz = efficient_su2(qubits, entanglement="circular", reps=2)
        circuits[f"su2_circular_{qubits}"] = ansatz.assign_parameters([0.1 * k for k in range(ansatz.num_parameters)])
        if qubits <= 12:
            circuits[f"volume_{qubits}"] = quantum_volume(qubits, seed=qubits).decompose(reps=2)
    adder = QuantumCircuit(11)
    for a in range(5):
        adder.ccx(a, 5 + a, 10)
        adder.cx(a, 5 + a)
        adder.ccx(10, 5 + a, a)
    circuits["toffolis_11"] = adder
    return circuits


def figures(circuit: QuantumCircuit) -> tuple[int, int]:
    def entangles(item):
        return len(item.qubits) == 2 and item.operation.name != "barrier"

    return circuit.num_nonlocal_gates(), circuit.depth(entangles)


def ours(circuit: QuantumCircuit, gates, coupling, seed: int) -> tuple[tuple[int, int], float]:
    request = {"qasm": qasm2.dumps(circuit), "gates": gates, "qubits": coupling.size() if coupling else circuit.num_qubits,
               "seed": seed}  # fmt: skip
    if coupling:
        request["edges"] = [list(edge) for edge in coupling.get_edges()]
    done = subprocess.run([DRIVER, "transpile"], input=json.dumps(request), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    answer = json.loads(done.stdout)
    return figures(qasm2.loads(answer["qasm"], custom_instructions=qasm2.LEGACY_CUSTOM_INSTRUCTIONS)), answer["seconds"]


def theirs(circuit: QuantumCircuit, gates, coupling, seed: int) -> tuple[tuple[int, int], float]:
    if coupling:
        coupling = CouplingMap([*coupling.get_edges(), *((b, a) for a, b in coupling.get_edges())])
    started = time.perf_counter()
    made = transpile(circuit, basis_gates=gates, coupling_map=coupling, optimization_level=1, seed_transpiler=seed)
    return figures(made), time.perf_counter() - started


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--suite", type=Path)
    arguments.add_argument("--seeds", type=int, default=3)
    options = arguments.parse_args()
    circuits = made_circuits()
    if options.suite:
        for path in sorted(options.suite.rglob("*.qasm")):
            try:
                circuit = qasm2.load(path, custom_instructions=qasm2.LEGACY_CUSTOM_INSTRUCTIONS)
            except qasm2.QASM2ParseError:
                continue
            plain = not any(item.operation.name in ("reset", "if_else") for item in circuit.data)
            if plain and 2 <= circuit.num_qubits <= 27 and circuit.size() <= 5_000:
                circuits[path.stem] = circuit
    ratios: dict[str, list[tuple[float, float]]] = {name: [] for name in MACHINES}
    seconds = [0.0, 0.0]
    print(f"{'circuit':28}{'machine':11}{'2q ours':>9}{'Qiskit':>8}{'depth ours':>12}{'Qiskit':>8}")
    for name, circuit in circuits.items():
        for machine, (gates, coupling) in MACHINES.items():
            results = []
            for side, transpiler in enumerate((ours, theirs)):
                runs = [transpiler(circuit, gates, coupling, seed) for seed in range(options.seeds)]
                seconds[side] += sum(run[1] for run in runs)
                results.append([statistics.median(run[0][k] for run in runs) for k in range(2)])
            (our_gates, our_depth), (their_gates, their_depth) = results
            print(f"{name[:27]:28}{machine:11}{our_gates:9.0f}{their_gates:8.0f}{our_depth:12.0f}{their_depth:8.0f}")
            sys.stdout.flush()
            if their_gates and their_depth:
                ratios[machine].append((our_gates / their_gates, our_depth / their_depth))
    print(f"\n{'machine':12}{'circuits':>9}{'median 2q ratio':>17}{'median depth ratio':>20}")
    for machine, pairs in ratios.items():
        medians = [statistics.median(pair[k] for pair in pairs) for k in range(2)]
        print(f"{machine:12}{len(pairs):9}{medians[0]:17.2f}{medians[1]:20.2f}")
    print(f"\nTime in the transpilers: ours {seconds[0]:.1f} s, Qiskit's {seconds[1]:.1f} s.")


if __name__ == "__main__":
    main()
