# environments: reference
# sanitized: no, the same code runs sanitized in qhub_circuit_tests
"""Gates, writers and the transpiler against Qiskit and Braket: what one writes the other must read as the same unitary."""

from __future__ import annotations

import json
import math
import random
import subprocess

import numpy as np
import pytest
from qiskit import QuantumCircuit, qasm2, qasm3
from qiskit.circuit import library
from qiskit.quantum_info import Operator

from support.command_line import CommandLine
from support.programs import REPOSITORY, program

CIRCUITS = 40


@pytest.fixture
def qhubctl(tmp_path):
    return CommandLine(tmp_path)


def driver(command: str, request: object = None) -> object:
    done = subprocess.run(
        [program("qhub_circuit_driver"), command],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def convert(qhubctl, tmp_path, text: str, target: str, suffix: str = "qasm") -> str:
    source = tmp_path / f"source.{suffix}"
    source.write_text(text)
    outcome = qhubctl("circuit", "convert", source, "--to", target)
    assert outcome.code == 0, outcome.errors + text
    return outcome.text


def read_openqasm2(text: str) -> QuantumCircuit:
    """With the gates that Qiskit's own writer takes for granted, as QuantumCircuit.from_qasm_str has it."""
    return qasm2.loads(text, custom_instructions=qasm2.LEGACY_CUSTOM_INSTRUCTIONS)


def same_up_to_phase(a: np.ndarray, b: np.ndarray) -> bool:
    overlap = np.vdot(a, b)
    return a.shape == b.shape and np.allclose(a * overlap / abs(overlap), b, atol=1e-8)


# Qiskit's classes by the names of our gate table; gates that only IonQ and Braket have are compared with Braket's below.
QISKIT_GATES = {
    "id": library.IGate, "x": library.XGate, "y": library.YGate, "z": library.ZGate, "h": library.HGate,
    "s": library.SGate, "sdg": library.SdgGate, "t": library.TGate, "tdg": library.TdgGate, "sx": library.SXGate,
    "sxdg": library.SXdgGate, "p": library.PhaseGate, "rx": library.RXGate, "ry": library.RYGate,
    "rz": library.RZGate, "r": library.RGate, "u": library.UGate, "swap": library.SwapGate,
    "iswap": library.iSwapGate, "ecr": library.ECRGate, "dcx": library.DCXGate, "rxx": library.RXXGate,
    "ryy": library.RYYGate, "rzz": library.RZZGate, "rzx": library.RZXGate, "rccx": library.RCCXGate,
    "rc3x": library.RC3XGate, "gphase": library.GlobalPhaseGate,
}  # fmt: skip
BRAKET_GATES = {"gpi": "GPi", "gpi2": "GPi2", "ms": "MS", "xy": "XY", "pswap": "PSwap", "phase_zero": None}


def test_every_gate_has_the_matrix_of_qiskit_or_braket():
    import braket.circuits.gates as braket_gates

    seen = set()
    for entry in driver("matrices"):
        name, parameters = entry["gate"], entry["parameters"]
        ours = np.array([complex(*pair) for pair in entry["matrix"]])
        ours = ours.reshape(math.isqrt(len(ours)), -1)
        if name in QISKIT_GATES:
            theirs = Operator(QISKIT_GATES[name](*parameters)).data
        elif name == "phase_zero":
            theirs = np.diag([np.exp(1j * parameters[0]), 1])
        else:
            theirs = getattr(braket_gates, BRAKET_GATES[name])(*parameters).to_matrix()
            if theirs.shape == (4, 4):  # Braket's first qubit is the highest bit
                theirs = theirs.reshape(2, 2, 2, 2).transpose(1, 0, 3, 2).reshape(4, 4)
        assert np.allclose(ours, theirs, atol=1e-12), name
        seen.add(name)
    assert seen == QISKIT_GATES.keys() | BRAKET_GATES.keys()


def random_circuit(rng: random.Random, measured: bool = False) -> QuantumCircuit:
    """Gates that Qiskit writes in both OpenQASM versions."""
    qubits = rng.randint(2, 5)
    circuit = QuantumCircuit(qubits, qubits if measured else 0)
    gates = [
        (library.HGate, 0), (library.XGate, 0), (library.SGate, 0), (library.TdgGate, 0), (library.SXGate, 0),
        (library.RXGate, 1), (library.RYGate, 1), (library.RZGate, 1), (library.PhaseGate, 1), (library.U3Gate, 3),
        (library.UGate, 3), (library.CXGate, 0), (library.CZGate, 0), (library.CYGate, 0), (library.CHGate, 0),
        (library.CPhaseGate, 1), (library.CRXGate, 1), (library.CRYGate, 1), (library.CRZGate, 1),
        (library.SwapGate, 0), (library.RXXGate, 1), (library.RZZGate, 1), (library.RYYGate, 1),
        (library.RZXGate, 1), (library.iSwapGate, 0), (library.ECRGate, 0), (library.DCXGate, 0),
        (library.CSXGate, 0), (library.CSGate, 0), (library.RGate, 2), (library.CCXGate, 0), (library.CSwapGate, 0),
        (library.CCZGate, 0), (library.RCCXGate, 0), (library.CUGate, 4),
    ]  # fmt: skip
    for _ in range(rng.randint(1, 12)):
        kind, parameters = rng.choice(gates)
        gate = kind(*(rng.uniform(-7, 7) for _ in range(parameters)))
        if gate.num_qubits <= qubits:
            circuit.append(gate, rng.sample(range(qubits), gate.num_qubits))
    if measured:
        circuit.measure(range(qubits), range(qubits))
    return circuit


def test_qiskit_reads_the_openqasm_2_we_make_of_its_own(qhubctl, tmp_path):
    rng = random.Random(1)
    for _ in range(CIRCUITS):
        circuit = random_circuit(rng)
        again = read_openqasm2(convert(qhubctl, tmp_path, qasm2.dumps(circuit), "openqasm2"))
        assert Operator(again).equiv(Operator(circuit)), circuit


def test_qiskit_reads_the_openqasm_3_we_make_of_its_own(qhubctl, tmp_path):
    pytest.importorskip("qiskit_qasm3_import")
    rng = random.Random(2)
    for _ in range(CIRCUITS):
        circuit = random_circuit(rng)
        text = convert(qhubctl, tmp_path, qasm3.dumps(circuit), "openqasm3")
        assert Operator(qasm3.loads(text)).equiv(Operator(circuit)), text


def test_braket_reads_the_programs_we_make_of_qiskits(qhubctl, tmp_path):
    from braket.circuits import Circuit

    rng = random.Random(3)
    for _ in range(CIRCUITS):
        circuit = random_circuit(rng)
        text = convert(qhubctl, tmp_path, qasm2.dumps(circuit), "braket")
        used = sorted({circuit.find_bit(qubit).index for item in circuit.data for qubit in item.qubits})
        theirs = Circuit.from_ir(text)
        ours = QuantumCircuit(len(used))
        for item in circuit.data:
            ours.append(item.operation, [used.index(circuit.find_bit(qubit).index) for qubit in item.qubits])
        # Braket's matrix is of the qubits in use, the first the highest bit.
        assert same_up_to_phase(theirs.to_unitary(), Operator(ours).reverse_qargs().data), text


def test_we_read_the_programs_of_braket(qhubctl, tmp_path):
    from braket.circuits import Circuit
    from braket.circuits.serialization import IRType

    rng = random.Random(4)
    for _ in range(CIRCUITS // 2):
        circuit = Circuit()
        for qubit in range(3):
            circuit.h(qubit)
        for _ in range(8):
            a, b, c = rng.sample(range(3), 3)
            angle = rng.uniform(-7, 7)
            rng.choice(
                [
                    lambda: circuit.cnot(a, b), lambda: circuit.xy(a, b, angle), lambda: circuit.pswap(a, b, angle),
                    lambda: circuit.gpi2(a, angle), lambda: circuit.ms(a, b, angle, 1.0, 0.5),
                    lambda: circuit.cphaseshift01(a, b, angle), lambda: circuit.ccnot(a, b, c),
                    lambda: circuit.prx(a, angle, 0.3), lambda: circuit.u(a, angle, 1.0, -2.0),
                    lambda: circuit.iswap(a, b), lambda: circuit.cv(a, b), lambda: circuit.zz(a, b, angle),
                ]  # fmt: skip
            )()
        text = convert(qhubctl, tmp_path, circuit.to_ir(IRType.OPENQASM).source, "openqasm2")
        ours = read_openqasm2(text).remove_final_measurements(inplace=False)
        assert same_up_to_phase(circuit.to_unitary(), Operator(ours).reverse_qargs().data), text


@pytest.mark.parametrize("target", ["ionq", "aqt", "iqm"])
def test_vendors_json_reads_back_as_the_same_circuit(qhubctl, tmp_path, target):
    rng = random.Random(5)
    for _ in range(CIRCUITS // 2):
        circuit = random_circuit(rng, measured=True)
        document = convert(qhubctl, tmp_path, qasm2.dumps(circuit), target)
        text = convert(qhubctl, tmp_path, document, "openqasm2", suffix="json")
        again = read_openqasm2(text).remove_final_measurements(inplace=False)
        expected = Operator(circuit.remove_final_measurements(inplace=False))
        assert same_up_to_phase(Operator(again).data, expected.data), document


LINE = [[i, i + 1] for i in range(4)]


@pytest.mark.parametrize("gates", [["rz", "sx", "x", "cz"], ["u3", "cx"], ["rx", "rz", "iswap"]])
@pytest.mark.parametrize("edges", [None, LINE])
def test_qiskit_finds_transpiled_circuits_equal(gates, edges):
    rng = random.Random(6)
    for _ in range(CIRCUITS // 4):
        circuit = random_circuit(rng)
        request = {"qasm": qasm2.dumps(circuit), "gates": gates, "qubits": 5 if edges else circuit.num_qubits}
        if edges:
            request["edges"] = edges
        answer = driver("transpile", request)
        made = read_openqasm2(answer["qasm"])
        assert {name for name in made.count_ops() if name not in ("iswap", "barrier")} <= set(gates)
        if edges:
            assert all(
                abs(made.find_bit(item.qubits[0]).index - made.find_bit(item.qubits[1]).index) == 1
                for item in made.data
                if len(item.qubits) == 2
            )
        whole = QuantumCircuit(made.num_qubits)
        whole.append(circuit.to_gate(), answer["initial_layout"])
        # The original on its first qubits, then moved to where the last ones are: undone, nothing may remain.
        undone = made.compose(whole.inverse(), front=True)
        assert is_permutation(Operator(undone).data, answer["initial_layout"], answer["final_layout"])


def is_permutation(matrix: np.ndarray, initial: list[int], final: list[int]) -> bool:
    """Whether states of the qubits `initial` come out on `final`, all others being |0⟩, up to one global phase."""
    phase = None
    for value in range(2 ** len(initial)):
        source = sum((value >> k & 1) << qubit for k, qubit in enumerate(initial))
        target = sum((value >> k & 1) << qubit for k, qubit in enumerate(final))
        entry = matrix[target, source]
        phase = entry if phase is None else phase
        if abs(abs(entry) - 1) > 1e-8 or abs(entry - phase) > 1e-7:
            return False
    return True


def test_show_stats_and_errors(qhubctl, tmp_path):
    bell = REPOSITORY / "examples/bell.qasm"
    assert "●" in qhubctl("circuit", "show", bell).text
    assert qhubctl("circuit", "show", bell, "--svg").text.startswith("<svg ")
    stats = json.loads(qhubctl("circuit", "stats", bell, "--json").text)
    assert (stats["qubits"], stats["gates_on_several_qubits"]) == (2, 1)
    assert "--to takes openqasm2, openqasm3" in qhubctl.refused("circuit", "convert", bell, "--to", "qasm")
    assert "needs --to" in qhubctl.refused("circuit", "convert", bell)
    assert "show, convert, stats" in qhubctl.refused("circuit", "paint", bell)
    assert "cannot read" in qhubctl.refused("circuit", "show", tmp_path / "none.qasm")
    broken = tmp_path / "broken.qasm"
    broken.write_text("OPENQASM 2.0;\nqreg q[1];\nfoo q[0];\nx q[1];\n")
    message = qhubctl("circuit", "stats", broken).errors
    assert "broken.qasm:3:1: unknown gate or statement 'foo'" in message
    assert "broken.qasm:4:5: index 1 is outside register 'q' of size 1" in message
    target = tmp_path / "bell.json"
    assert qhubctl("circuit", "convert", bell, "--to", "ionq", "--output", target).code == 0
    assert json.loads(target.read_text())["gateset"] == "qis"
