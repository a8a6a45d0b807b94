# environments: reference
# sanitized: no, the official packages take most of the time; the hub's own tests cover the same formats
"""The official HubQiskitProvider, unmodified, against our hub: every backend is listed, transpiled for, run, and its
counts are compared with the exact probabilities of Qiskit Aer.

QHUB_LONG=1 runs many more, wider and deeper circuits.
"""

from __future__ import annotations

import time

import numpy as np
import pytest
from qhub.quantum.sdk import HubQiskitProvider
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister, transpile
from qiskit.circuit.random import random_circuit
from qiskit.quantum_info import Statevector
from qiskit_aer import AerSimulator

from support.distributions import LONG, assert_distributed

BACKENDS = ["kipu.sim.qsim", "qudora.sim.xg1", "azure.ionq.simulator", "aqt.sim.ideal", "aws.sim.sv1", "aws.sim.dm1"]
LISTS = ["qudora.sim.xg1", "aqt.sim.ideal", "aws.sim.sv1", "aws.sim.dm1"]  # take several circuits per job
SHOTS = 2000
SEEDS = range(40) if LONG else range(2)


@pytest.fixture(scope="module")
def provider(hub):
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("QHUB_QUANTUM_BASE_URL", hub.quantum_url)
        yield HubQiskitProvider(access_token=hub.token)


@pytest.fixture(scope="module", params=BACKENDS)
def backend(request, provider):
    return provider.get_backend(request.param)


def finish(job):
    """Polls faster than the client itself does, which sleeps five seconds."""
    while job.status().name in ("QUEUED", "RUNNING", "INITIALIZING"):
        time.sleep(0.01)
    return job.result()


def exact(circuit) -> dict[str, float]:
    """The probabilities of the measured bits by Aer's state vector, all registers in one word."""
    simulator = AerSimulator(method="statevector")
    run = transpile(circuit, simulator, optimization_level=0)
    state = run.remove_final_measurements(inplace=False)
    state.save_statevector()
    amplitudes = np.asarray(simulator.run(state, shots=1).result().get_statevector())
    measured = {run.find_bit(i.clbits[0]).index: run.find_bit(i.qubits[0]).index
                for i in run.data if i.operation.name == "measure"}
    probabilities: dict[str, float] = {}
    for index, probability in enumerate(np.abs(amplitudes) ** 2):
        bits = "".join(str(index >> measured[c] & 1) if c in measured else "0"
                       for c in reversed(range(run.num_clbits)))
        probabilities[bits] = probabilities.get(bits, 0) + float(probability)
    return probabilities


def counts_of(result, index: int = 0) -> dict[str, int]:
    return {key.replace(" ", ""): count for key, count in result.get_counts(index).items()}


def asymmetric(qubits: int = 3) -> QuantumCircuit:
    """Every qubit has another probability of 1, so that any exchange of bits shows."""
    circuit = QuantumCircuit(qubits)
    for qubit in range(qubits):
        circuit.ry(0.5 + 0.6 * qubit, qubit)
    for qubit in range(qubits - 1):
        circuit.cx(qubit, qubit + 1)
    circuit.measure_all()
    return circuit


def sample_circuit(seed: int) -> QuantumCircuit:
    qubits, depth = (3 + seed % 5, 6 + seed % 7) if LONG else (4, 4)
    circuit = random_circuit(qubits, depth, max_operands=3, seed=seed)
    circuit.measure_all()
    return circuit


def test_every_backend_is_listed(provider):
    assert set(BACKENDS) <= set(provider.backends())
    details = {backend.id: backend for backend in provider.backends(detailed=True)}
    assert all("local simulator" in details[id].documentation.description for id in BACKENDS)
    assert provider.backends(provider="AQT") == ["aqt.sim.ideal"]


def test_a_backend_describes_itself(backend):
    assert backend.target.num_qubits == backend.num_qubits >= 10
    assert backend.min_shots == 1 and backend.max_shots >= 100_000
    assert backend.calibration() is None
    assert backend.queue_info().queue_size == 0


def test_bits_are_where_qiskit_expects_them(backend):
    circuit = asymmetric()
    result = finish(backend.run(transpile(circuit, backend, optimization_level=1), shots=SHOTS))
    assert_distributed(counts_of(result), exact(circuit), SHOTS)


@pytest.mark.parametrize("seed", SEEDS)
def test_random_circuits_have_aers_distribution(backend, seed):
    circuit = sample_circuit(seed)
    result = finish(backend.run(transpile(circuit, backend, optimization_level=1, seed_transpiler=1), shots=SHOTS))
    assert_distributed(counts_of(result), exact(circuit), SHOTS)


@pytest.mark.parametrize("id", [id for id in BACKENDS if not id.startswith("aqt")])  # AQT measures every qubit
def test_measurements_into_other_bits_and_registers(provider, id):
    backend = provider.get_backend(id)
    qubits = QuantumRegister(4, "q")
    circuit = QuantumCircuit(qubits, ClassicalRegister(2, "a"), ClassicalRegister(1, "bb"))
    for qubit in range(4):
        circuit.ry(0.4 + 0.7 * qubit, qubit)
    circuit.cx(3, 1)
    circuit.measure([2, 0, 3], [0, 1, 2])
    result = finish(backend.run(transpile(circuit, backend, optimization_level=1), shots=SHOTS))
    assert_distributed(counts_of(result), exact(circuit), SHOTS)


@pytest.mark.parametrize("id", LISTS)
def test_several_circuits_in_one_job(provider, id):
    backend = provider.get_backend(id)
    circuits = [asymmetric(2), sample_circuit(7), asymmetric(3)]
    job = backend.run([transpile(circuit, backend, optimization_level=1) for circuit in circuits], shots=500)
    result = finish(job)
    assert len(result.results) == 3
    for index, circuit in enumerate(circuits):
        assert_distributed(counts_of(result, index), exact(circuit), 500)
    assert job.shots == 1500 or id.startswith("aqt")
    single = finish(backend.run([transpile(asymmetric(2), backend)], shots=10))
    assert sum(single.get_counts().values()) == 10


@pytest.mark.parametrize("id", ["kipu.sim.qsim", "qudora.sim.xg1", "aws.sim.sv1"])
def test_memory_has_one_outcome_per_shot(provider, id):
    backend = provider.get_backend(id)
    circuit = QuantumCircuit(3)
    circuit.x(0)
    circuit.h(2)
    circuit.measure_all()
    result = finish(backend.run(transpile(circuit, backend), shots=50))
    memory = result.data()["memory"]
    assert len(memory) == 50 and set(memory) <= {"0x1", "0x5"}
    assert memory.count("0x5") == result.get_counts().get("101", 0)


def test_the_states_of_qsim(provider):
    backend = provider.get_backend("kipu.sim.qsim")
    circuit = QuantumCircuit(3)
    circuit.ry(0.7, 0)
    circuit.cx(0, 2)
    circuit.p(0.3, 2)
    circuit.rx(1.1, 1)
    expected = Statevector(circuit)
    run = transpile(circuit, basis_gates=backend.operation_names)  # for the backend would mean 30 qubits
    state = finish(backend.run(run, mode="statevector")).data()["statevector"]
    assert expected.equiv(Statevector(state), rtol=1e-9)
    some = finish(backend.run(run, mode="amplitudes", bitstrings=["000", "101"])).data()["statevector"]
    # "101" has qubit 0 first, which is index 0b101 either way round; the others are not filled in
    assert np.isclose(abs(some[0b101]), abs(expected.data[0b101]))
    assert np.count_nonzero(some) == 2


def test_a_job_can_be_found_again(provider):
    backend = provider.get_backend("kipu.sim.qsim")
    circuit = transpile(asymmetric(), backend)
    job = backend.run(circuit, shots=20, tags=["Nightly"])
    finish(job)
    found = provider.retrieve_job(job.job_id())
    assert found.result().get_counts() == job.result().get_counts()
    assert found.tags == ["Nightly"] and found.shots == 20
    assert found.created_at <= found.started_at <= found.ended_at
    assert job.calibration() is None


def test_a_job_that_cannot_run_says_why(provider):
    backend = provider.get_backend("qudora.sim.xg1")
    with pytest.raises(Exception) as refused:
        backend.run(transpile(asymmetric(), backend), shots=50, backend_settings={"gate_errors": True})
    assert "gate_errors" in str(refused.value)
