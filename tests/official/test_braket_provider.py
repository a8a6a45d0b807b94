# environments: reference
# sanitized: no, the official packages take most of the time; the hub's own tests cover the same formats
"""The official HubBraketProvider, unmodified, against our hub, and Braket's result pragmas and noise compared with
Braket's own local simulators. QHUB_LONG=1 runs many more circuits."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from braket.circuits import Circuit, Observable
from braket.circuits.serialization import IRType
from braket.devices import LocalSimulator
from qhub.api.quantum import HubQuantumClient
from qhub.quantum.sdk import HubBraketProvider

from support.distributions import LONG, assert_distributed

SHOTS = 2000
DEVICES = {"aws.sim.sv1": "braket_sv", "aws.sim.dm1": "braket_dm"}
SEEDS = range(40) if LONG else range(3)


@pytest.fixture(scope="module")
def provider(hub):
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("QHUB_QUANTUM_BASE_URL", hub.quantum_url)
        yield HubBraketProvider(access_token=hub.token)


@pytest.fixture(scope="module", params=DEVICES)
def device(request, provider):
    return provider.get_device(request.param)


@pytest.fixture(scope="module")
def client(hub):
    return HubQuantumClient(api_key=hub.token, base_url=hub.quantum_url)


def finish(task):
    while task.state() in ("QUEUED", "RUNNING"):
        time.sleep(0.01)
    return task.result()


def random_braket_circuit(seed: int, qubits: int = 3) -> Circuit:
    random = np.random.default_rng(seed)
    circuit = Circuit()
    for _ in range(8 * qubits):
        a, b = (int(q) for q in random.choice(qubits, 2, replace=False))
        angle = float(random.uniform(0, 2 * math.pi))
        [lambda: circuit.h(a), lambda: circuit.rx(a, angle), lambda: circuit.ry(a, angle), lambda: circuit.rz(a, angle),
         lambda: circuit.cnot(a, b), lambda: circuit.cphaseshift(a, b, angle), lambda: circuit.xy(a, b, angle),
         lambda: circuit.iswap(a, b), lambda: circuit.t(a), lambda: circuit.cv(a, b), lambda: circuit.ms(a, b, 0.3, 0.5),
         lambda: circuit.gpi2(a, angle)][random.integers(12)]()
    for qubit in range(qubits):
        circuit.i(qubit)
    return circuit


def exact_probabilities(circuit: Circuit, simulator: str) -> dict[str, float]:
    measured = Circuit().add_circuit(circuit).probability()
    values = LocalSimulator(simulator).run(measured, shots=0).result().values[0]
    width = int(math.log2(len(values)))
    return {format(i, f"0{width}b"): float(p) for i, p in enumerate(values)}


def test_devices(provider, device):
    assert set(DEVICES) <= set(provider.devices())
    assert device.is_available and device.status == "ONLINE"
    assert device.type == "SIMULATOR"
    assert device.properties.paradigm.qubitCount >= 10
    assert "cnot" in device.properties.action["braket.ir.openqasm.program"].supportedOperations
    assert device.queue_depth().quantum_tasks


@pytest.mark.parametrize("seed", SEEDS)
def test_counts(device, seed):
    circuit = random_braket_circuit(seed)
    result = finish(device.run(circuit, shots=SHOTS))
    assert result.measured_qubits == [0, 1, 2]
    assert_distributed(result.measurement_counts, exact_probabilities(circuit, "braket_sv"), SHOTS)


def test_measuring_some_qubits_in_another_order(device):
    circuit = Circuit().x(0).i(1).i(2).measure([2, 0])
    result = finish(device.run(circuit, shots=20))
    assert dict(result.measurement_counts) == {"01": 20}
    assert list(result.measured_qubits) == [2, 0]


def test_a_unitary_and_verbatim_gates(device):
    root = np.array([[1 + 1j, 1 - 1j], [1 - 1j, 1 + 1j]]) / 2
    circuit = Circuit().x(0).unitary(matrix=np.kron(root, np.eye(2)), targets=[0, 1]).i(1)
    assert_distributed(finish(device.run(circuit, shots=SHOTS)).measurement_counts,
                       exact_probabilities(circuit, "braket_sv"), SHOTS)
    boxed = Circuit().add_verbatim_box(Circuit().x(1).h(0)).measure([0, 1])
    assert set(finish(device.run(boxed, shots=50)).measurement_counts) == {"01", "11"}


HERMITIAN = np.array([[1, 1 - 2j], [1 + 2j, -0.5]])
WIDE = np.kron(HERMITIAN, np.array([[0.3, 1j], [-1j, 2]]))


def with_results(circuit: Circuit) -> Circuit:
    """One result of each kind; what is measured in one qubit agrees."""
    return (Circuit().add_circuit(circuit)
            .expectation(Observable.X() @ Observable.Z(), target=[2, 0])
            .variance(Observable.Z(), target=0)
            .expectation(Observable.Y(), target=1)
            .variance(Observable.X() @ Observable.Y(), target=[2, 1])
            .probability(target=[0]))


@pytest.mark.parametrize("seed", SEEDS)
def test_results_of_shots_agree_with_exact_ones(device, seed):
    circuit = with_results(random_braket_circuit(seed))
    measured = finish(device.run(circuit, shots=SHOTS)).values
    exact = LocalSimulator("braket_sv").run(with_results(random_braket_circuit(seed)), shots=0).result().values
    bound = 6 / math.sqrt(SHOTS)  # standard errors of values within [-1, 1]; of variances up to twice that
    for found, expected in zip(measured[:4], exact[:4], strict=True):
        assert abs(found - expected) < 2 * bound
    np.testing.assert_allclose(measured[4], exact[4], atol=bound)


def test_samples_and_other_observables(device):
    circuit = (random_braket_circuit(5).sample(Observable.H(), target=0)
               .expectation(Observable.Hermitian(HERMITIAN), target=1).expectation(Observable.H(), target=0))
    samples, hermitian, h = finish(device.run(circuit, shots=SHOTS)).values
    assert len(samples) == SHOTS and set(samples) <= {1.0, -1.0}
    assert math.isclose(np.mean(samples), h, abs_tol=1e-9)
    exact = LocalSimulator("braket_sv").run(
        random_braket_circuit(5).expectation(Observable.Hermitian(HERMITIAN), target=1)
        .expectation(Observable.H(), target=0), shots=0).result().values
    assert abs(hermitian - exact[0]) < 6 * np.linalg.norm(HERMITIAN, 2) / math.sqrt(SHOTS)
    assert abs(h - exact[1]) < 6 / math.sqrt(SHOTS)


def raw_results(client, backend_id: str, circuit: Circuit) -> list:
    """shots=0 cannot be reached through the official provider, which takes 0 for unset; a plain client may ask."""
    source = circuit.to_ir(ir_type=IRType.OPENQASM).source
    job = client.jobs.create_job(backend_id=backend_id, shots=0, input=source)
    while client.jobs.get_job_status(job.id).status in ("PENDING", "RUNNING"):
        time.sleep(0.01)
    return [entry["value"] for entry in client.jobs.get_job_result(job.id)["resultTypes"]]


def complex_of(value):
    return np.asarray(value)[..., 0] + 1j * np.asarray(value)[..., 1]


@pytest.mark.parametrize("id", DEVICES)
@pytest.mark.parametrize("seed", SEEDS)
def test_exact_results_are_those_of_brakets_simulator(client, id, seed):
    circuit = (with_results(random_braket_circuit(seed)).probability()
               .expectation(Observable.Hermitian(WIDE), target=[2, 0])
               .variance(Observable.Hermitian(HERMITIAN) @ Observable.H(), target=[1, 0])
               .expectation(Observable.Z()))
    expected = LocalSimulator("braket_sv").run(circuit, shots=0).result().values
    for found, value in zip(raw_results(client, id, circuit), expected, strict=True):
        np.testing.assert_allclose(found, value, atol=1e-9)


def test_exact_states(client):
    circuit = random_braket_circuit(3).state_vector().amplitude(["010", "110"]).density_matrix([2, 0])
    state, amplitudes, density = raw_results(client, "aws.sim.sv1", circuit)
    expected = LocalSimulator("braket_sv").run(
        random_braket_circuit(3).state_vector().amplitude(["010", "110"]), shots=0).result().values
    np.testing.assert_allclose(complex_of(state), expected[0], atol=1e-9)
    for bits, value in expected[1].items():
        assert abs(complex(*amplitudes[bits]) - value) < 1e-9
    reduced = LocalSimulator("braket_dm").run(random_braket_circuit(3).density_matrix([2, 0]), shots=0).result().values
    np.testing.assert_allclose(complex_of(density), reduced[0], atol=1e-9)


def noisy(seed: int) -> Circuit:
    circuit = random_braket_circuit(seed)
    return (circuit.bit_flip(0, 0.1).depolarizing(1, 0.2).amplitude_damping(2, 0.3).phase_damping(0, 0.2)
            .two_qubit_depolarizing(0, 1, 0.1).generalized_amplitude_damping(1, 0.2, 0.7).phase_flip(2, 0.1)
            .kraus([0], [np.sqrt(0.8) * np.eye(2), np.sqrt(0.2) * np.array([[0, 1], [1, 0]])]).pauli_channel(1, .1, .05, .2))


@pytest.mark.parametrize("seed", SEEDS)
def test_noise_on_dm1(provider, client, seed):
    result = finish(provider.get_device("aws.sim.dm1").run(noisy(seed), shots=SHOTS))
    assert_distributed(result.measurement_counts, exact_probabilities(noisy(seed), "braket_dm"), SHOTS)
    circuit = noisy(seed).density_matrix([1, 2]).expectation(Observable.X() @ Observable.Y(), target=[0, 2])
    expected = LocalSimulator("braket_dm").run(circuit, shots=0).result().values
    density, value = raw_results(client, "aws.sim.dm1", circuit)
    np.testing.assert_allclose(complex_of(density), expected[0], atol=1e-9)
    assert abs(value - expected[1]) < 1e-9


def test_what_cannot_be_asked_is_refused_by_name(client):
    for shots, pragma, word in [(10, "state_vector", "shots"), (0, "sample z(q[0])", "sample"),
                                (10, "amplitude \"00\"", "shots")]:
        with pytest.raises(Exception) as refused:
            client.jobs.create_job(backend_id="aws.sim.sv1", shots=shots,
                                   input=f"OPENQASM 3.0;\nqubit[2] q;\nh q[0];\n#pragma braket result {pragma}\n")
        assert refused.value.status_code in (400, 422) and word in refused.value.body["detail"]
