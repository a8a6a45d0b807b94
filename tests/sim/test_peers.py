# environments: reference
# sanitized: no — statistics of many shots; the same paths have tests of their own beside the engines
"""The engines against simulators by others, on the same circuits: exact probabilities where the peer has them."""

from __future__ import annotations

import json
import math
import random

import numpy
import pytest
import qiskit
import qiskit.qasm2
import qiskit.qasm3
import stim
from qiskit_aer import AerSimulator
from qiskit_aer.noise import NoiseModel, depolarizing_error

from support.command_line import CommandLine

SHOTS = 20_000
P1, P2 = 0.01, 0.03


@pytest.fixture
def simulate(tmp_path):
    def run(text: str, *options: str) -> dict:
        file = tmp_path / "program.qasm"
        file.write_text(text)
        outcome = CommandLine(tmp_path)("simulate", file, "--json", "--seed", "1", *options)
        assert outcome.code == 0, outcome.errors
        return json.loads(outcome.output)

    return run


def assert_drawn_from(counts: dict[str, int], probabilities: dict[str, float]) -> None:
    """Pearson's chi-square over the outcomes expected five times or more, within six standard deviations."""
    shots = sum(counts.values())
    assert not [text for text in counts if probabilities.get(text, 0) < 1e-12]
    expected = {text: shots * p for text, p in probabilities.items() if shots * p >= 5}
    chi_square = sum((counts.get(text, 0) - e) ** 2 / e for text, e in expected.items())
    assert chi_square < len(expected) + 6 * math.sqrt(2 * len(expected)) + 6


def random_circuit(qubits: int, gates: int, seed: int) -> qiskit.QuantumCircuit:
    draw = random.Random(seed)
    circuit = qiskit.QuantumCircuit(qubits, qubits)
    for _ in range(gates):
        a, b = draw.sample(range(qubits), 2)
        match draw.randrange(6):
            case 0:
                circuit.u(draw.uniform(0, 3), draw.uniform(0, 6), draw.uniform(0, 6), a)
            case 1:
                circuit.rx(draw.uniform(0, 6), a)
            case 2:
                circuit.h(a)
            case 3:
                circuit.cx(a, b)
            case 4:
                circuit.cp(draw.uniform(0, 6), a, b)
            case 5:
                circuit.swap(a, b)
    return circuit


@pytest.mark.parametrize("seed", range(2))
def test_noise_as_in_aer(simulate, seed):
    circuit = random_circuit(4, 25, seed)
    model = NoiseModel()
    # Aer's parameter is the weight of the completely mixed state, ours the probability of an error.
    model.add_all_qubit_quantum_error(depolarizing_error(P1 * 4 / 3, 1), ["u", "rx", "h"])
    model.add_all_qubit_quantum_error(depolarizing_error(P2 * 16 / 15, 2), ["cx", "cp", "swap"])
    exact = circuit.copy()
    exact.save_probabilities_dict()
    aer = AerSimulator(method="density_matrix", noise_model=model)
    found = aer.run(exact, shots=1).result().data()["probabilities"]
    probabilities = {format(int(key, 16) if isinstance(key, str) else key, "04b"): p for key, p in found.items()}
    circuit.measure(range(4), range(4))
    text = qiskit.qasm2.dumps(circuit)
    for engine in ("density_matrix", "trajectories", "auto"):
        answer = simulate(text, "--engine", engine, "--shots", str(SHOTS), "--noise-p1", str(P1), "--noise-p2", str(P2))
        assert_drawn_from(answer["counts"], probabilities)


@pytest.mark.parametrize("engine", ["statevector", "density_matrix", "trajectories"])
def test_measurement_reset_and_feedback_as_in_aer(simulate, engine):
    circuit = random_circuit(3, 12, 7)
    circuit.measure(0, 0)
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.ry(0.8, 1)
    circuit.reset(0)
    circuit.compose(random_circuit(3, 8, 8), inplace=True)
    circuit.measure([1, 2], [1, 2])
    counts = AerSimulator(method="statevector", seed_simulator=3).run(circuit, shots=SHOTS).result().get_counts()
    ours = simulate(qiskit.qasm3.dumps(circuit), "--engine", engine, "--shots", str(SHOTS))["counts"]
    assert set(counts) == set(ours)
    for text, count in counts.items():
        assert abs(count - ours[text]) < 6 * math.sqrt(count + ours[text]), text


def clifford_layers(qubits: int, depth: int, seed: int) -> tuple[str, stim.Circuit]:
    """The same circuit for both: random Clifford gates, measured and reset in the middle, with noise after each gate."""
    draw = random.Random(seed)
    lines, peer, bits = [], stim.Circuit(), 0
    for layer in range(depth):
        for q in range(qubits):
            name = draw.choice(["h", "s", "x", "sx"])
            lines.append(f"{name} q[{q}];")
            peer.append({"h": "H", "s": "S", "x": "X", "sx": "SQRT_X"}[name], [q])
            peer.append("DEPOLARIZE1", [q], P1)
        order = draw.sample(range(qubits), qubits)
        for a, b in zip(order[::2], order[1::2]):
            name = draw.choice(["cx", "cz", "swap"])
            lines.append(f"{name} q[{a}], q[{b}];")
            peer.append({"cx": "CX", "cz": "CZ", "swap": "SWAP"}[name], [a, b])
            peer.append("DEPOLARIZE2", [a, b], P2)
        if layer % 2 == 1:
            for q in order[: qubits // 4]:
                lines.append(f"c[{bits}] = measure q[{q}]; reset q[{q}];")
                peer.append("MR", [q])
                bits += 1
    lines += [f"c[{bits + q}] = measure q[{q}];" for q in range(qubits)]
    peer.append("M", range(qubits))
    head = f'OPENQASM 3.0; include "stdgates.inc"; qubit[{qubits}] q; bit[{bits + qubits}] c;\n'
    return head + "\n".join(lines), peer


@pytest.mark.parametrize(("qubits", "depth"), [(6, 3), (40, 4)])
def test_stabilizers_as_in_stim(simulate, qubits, depth):
    text, peer = clifford_layers(qubits, depth, seed=qubits)
    answer = simulate(text, "--engine", "stabilizer", "--shots", str(SHOTS), "--noise-p1", str(P1), "--noise-p2", str(P2))
    ours = numpy.zeros((peer.num_measurements, peer.num_measurements))
    for outcome, count in answer["counts"].items():
        bits = 1.0 - 2.0 * numpy.array([int(bit) for bit in reversed(outcome)])
        ours += count * numpy.outer(bits, bits)
        ours[numpy.diag_indices_from(ours)] += count * (bits - 1)  # the mean itself instead of its square
    bits = 1.0 - 2.0 * peer.compile_sampler(seed=1).sample(SHOTS)
    theirs = bits.T @ bits
    theirs[numpy.diag_indices_from(theirs)] = bits.sum(axis=0)
    # Each mean of signs, and of products of two, differs by chance with a standard deviation of at most sqrt(2 / shots).
    assert numpy.abs(ours / SHOTS - theirs / SHOTS).max() < 6 * math.sqrt(2 / SHOTS)
    # Most of them are no coin tosses, so that the comparison means something.
    assert (numpy.abs(theirs / SHOTS) > 0.1).sum() > peer.num_measurements / 10


CHANNELS = """
#pragma braket noise bit_flip(0.1) q[0]
#pragma braket noise phase_flip(0.2) q[1]
#pragma braket noise depolarizing(0.15) q[2]
#pragma braket noise amplitude_damping(0.3) q[0]
#pragma braket noise generalized_amplitude_damping(0.2, 0.7) q[1]
#pragma braket noise phase_damping(0.25) q[2]
#pragma braket noise pauli_channel(0.1, 0.05, 0.2) q[0]
#pragma braket noise two_qubit_depolarizing(0.2) q[0], q[1]
#pragma braket noise two_qubit_dephasing(0.3) q[1], q[2]
#pragma braket noise kraus([[0.8944271909999159, 0], [0, 0.8944271909999159]], [[0, 0.4472135954999579], [0.4472135954999579, 0]]) q[2]
"""


@pytest.mark.parametrize("engine", ["density_matrix", "trajectories"])
def test_every_channel_as_in_braket(simulate, engine):
    from braket.default_simulator import DensityMatrixSimulator
    from braket.ir.openqasm import Program

    gates = "h q[0]; ry(0.9) q[1]; cnot q[0], q[2]; rx(1.1) q[2]; cnot q[1], q[0];"
    body = f"{gates}\n{CHANNELS}\n{gates}\n"
    peer = Program(source=f"OPENQASM 3.0;\nqubit[3] q;\n{body}#pragma braket result probability all\n")
    exact = DensityMatrixSimulator().run(peer, shots=0).resultTypes[0].value
    # Braket writes qubit 0 leftmost.
    probabilities = {format(state, "03b")[::-1]: p for state, p in enumerate(exact)}
    text = f"OPENQASM 3.0;\nqubit[3] q; bit[3] c;\n{body}c = measure q;\n"
    assert_drawn_from(simulate(text, "--engine", engine, "--shots", str(SHOTS))["counts"], probabilities)
