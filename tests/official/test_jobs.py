# environments: 3.3.0 1.15.0
"""Jobs in the formats of the simulators, and what may be asked about them, by the official client."""

from __future__ import annotations

import inspect
import json
import time
from collections import Counter

import pytest
from qhub.api.quantum import HubQuantumClient
from qhub.api.quantum.errors import NotFoundError
from qhub.api.quantum.jobs.client import JobsClient

BELL_3 = """OPENQASM 3.0;
bit[2] b;
qubit[2] q;
h q[0];
cnot q[0], q[1];
b[0] = measure q[0];
b[1] = measure q[1];"""
BELL_2 = """OPENQASM 2.0;
include "qelib1.inc";
qreg q[2];
creg c[2];
h q[0];
cx q[0],q[1];
measure q[0] -> c[0];
measure q[1] -> c[1];"""
SHOTS = 1000


@pytest.fixture(scope="module")
def client(hub):
    return HubQuantumClient(api_key=hub.token, base_url=hub.quantum_url)


def finish(client, job) -> str:
    deadline = time.monotonic() + 60
    while (status := client.jobs.get_job_status(job.id).status) in ("PENDING", "RUNNING", "CANCELLING"):
        assert time.monotonic() < deadline, f"job {job.id} is still {status}"
        time.sleep(0.02)
    return status


def run(client, **arguments):
    job = client.jobs.create_job(shots=SHOTS, **arguments)
    status = finish(client, job)
    result = client.jobs.get_job_result(job.id)
    assert status == "COMPLETED", result
    return result


def assert_bell(counts: dict[str, int]) -> None:
    """Only 00 and 11, half of the shots each: 6 standard deviations of the binomial are 95."""
    assert set(counts) == {"00", "11"} and sum(counts.values()) == SHOTS
    assert abs(counts["00"] - SHOTS / 2) < 95


@pytest.mark.parametrize("input", [BELL_3, {"qasm": BELL_3}, {"backendId": "aws.sim.sv1", "qasm": BELL_3}],
                         ids=["text", "object", "typed"])
def test_openqasm_3_on_sv1(client, input):
    result = run(client, backend_id="aws.sim.sv1", input=input, input_format="BRAKET_OPEN_QASM_V3",
                 input_params={"disable_qubit_rewiring": False})
    assert_bell(Counter("".join(map(str, shot)) for shot in result["measurements"]))
    assert result["measuredQubits"] == [0, 1]


@pytest.mark.parametrize("input", [BELL_2, {"backendId": "kipu.sim.qsim", "qasm": BELL_2}], ids=["text", "typed"])
def test_openqasm_2_on_qsim(client, input):
    assert_bell(run(client, backend_id="kipu.sim.qsim", input=input)["counts"])


def test_qsim_writes_the_first_classical_bit_first(client):
    qasm = 'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[3];\ncreg c[3];\nx q[0];\nmeasure q -> c;'
    assert run(client, backend_id="kipu.sim.qsim", input=qasm)["counts"] == {"100": SHOTS}


def test_braket_columns_are_classical_bits(client):
    qasm = "OPENQASM 3.0;\nbit[2] b;\nqubit[2] q;\nx q[0];\nb[0] = measure q[1];\nb[1] = measure q[0];"
    result = run(client, backend_id="aws.sim.sv1", input=qasm)
    assert result["measurements"] == [[0, 1]] * SHOTS
    assert result["measuredQubits"] == [1, 0]


def test_a_job_keeps_what_it_was_given(client):
    job = client.jobs.create_job(backend_id="aws.sim.sv1", shots=7, input=BELL_3, name="Bell ü", tags=["one", "two"],
                                 input_format="BRAKET_OPEN_QASM_V3")
    finish(client, job)
    found = client.jobs.get_job(job.id)
    assert (found.id, found.name, found.backend_id, found.provider) == (job.id, "Bell ü", "aws.sim.sv1", "AWS")
    assert (found.shots, set(found.tags), found.input_format) == (7, {"one", "two"}, "BRAKET_OPEN_QASM_V3")
    assert found.status == "COMPLETED"
    assert found.created_at and found.started_at and found.ended_at
    assert found.created_at <= found.started_at <= found.ended_at


def test_null_is_as_good_as_absent(client):
    parameters = inspect.signature(client.jobs.create_job).parameters
    optional = {"name", "input_format", "input_params", "qasm", "tags", "session_id", "sdk_provider"} & set(parameters)
    job = client.jobs.create_job(backend_id="aws.sim.sv1", shots=1, input=BELL_3, **dict.fromkeys(optional))
    assert finish(client, job) == "COMPLETED"


def test_the_input_can_be_read_again(client, hub):
    job = client.jobs.create_job(backend_id="aws.sim.sv1", shots=1, input={"qasm": BELL_3})
    text = client.jobs.create_job(backend_id="aws.sim.sv1", shots=1, input=BELL_3)
    if inspect.signature(JobsClient.get_job_input).return_annotation is str:
        # This release wants text where newer ones want an object. Its requests do not tell it apart: a header does.
        old = HubQuantumClient(api_key=hub.token, base_url=hub.quantum_url, headers={"X-Fern-SDK-Version": "1.15.0"})
        assert json.loads(old.jobs.get_job_input(job.id)) == {"qasm": BELL_3}
        assert old.jobs.get_job_input(text.id) == BELL_3
    else:
        assert client.jobs.get_job_input(job.id) == client.jobs.get_job_input(text.id) == {"qasm": BELL_3}


def test_fields_that_only_older_clients_know(client):
    job = client.jobs.create_job(backend_id="aws.sim.sv1", shots=1, input=BELL_3)
    finish(client, job)
    assert client.jobs.get_job(job.id).runtime >= 0
    backend = client.backends.get_backend("aws.sim.sv1")
    assert (backend.status, backend.free_of_charge, backend.costs) == ("ONLINE", True, [])


def test_search_lists_the_newest_first_in_pages(client):
    jobs = [client.jobs.create_job(backend_id="aws.sim.sv1", shots=1, input=BELL_3) for _ in range(5)]
    newest = [job.id for job in reversed(jobs)]
    first = client.jobs.search_jobs(page=0, size=3, sort="created_at,desc")
    second = client.jobs.search_jobs(page=1, size=3, sort=["created_at,desc"])
    assert [job.id for job in first.content + second.content][:5] == newest
    assert (first.page, first.size) == (0, 3)
    assert first.total_elements == second.total_elements >= 5
    assert first.total_pages == -(-first.total_elements // 3)


def test_a_finished_job_stays_finished_when_cancelled(client):
    job = client.jobs.create_job(backend_id="aws.sim.sv1", shots=1, input=BELL_3)
    assert finish(client, job) == "COMPLETED"
    try:
        client.jobs.cancel_job(job.id)
    except Exception as refusal:
        assert refusal.status_code in (400, 422)  # never 409, which the client would repeat
    assert client.jobs.get_job_status(job.id).status == "COMPLETED"


def test_cancelling_ends_a_long_job(client):
    layers = "\n".join(f"h q[{i}]; cnot q[{i}], q[{i + 1}];" for i in range(24)) + "\n"
    job = client.jobs.create_job(backend_id="aws.sim.sv1", shots=1,
                                 input=f"OPENQASM 3.0;\nqubit[25] q;\nbit[25] b;\n{layers * 40}b = measure q;")
    client.jobs.cancel_job(job.id)
    assert finish(client, job) == "CANCELLED"
    with pytest.raises(NotFoundError):
        client.jobs.get_job_result(job.id)


def test_a_result_that_is_not_there_yet_is_not_found(client):
    layer = "".join(f"rx(0.3) q[{i}];\ncnot q[{i}], q[{(i + 7) % 24}];\n" for i in range(24))
    job = client.jobs.create_job(backend_id="aws.sim.sv1", shots=1,
                                 input=f"OPENQASM 3.0;\nqubit[24] q;\nbit[24] b;\n{layer * 200}b = measure q;")
    with pytest.raises(NotFoundError) as early:
        client.jobs.get_job_result(job.id)
    assert job.id in early.value.body["detail"] or "status" in early.value.body["detail"]
    client.jobs.cancel_job(job.id)


def test_one_backend_with_its_state(client):
    backend = client.backends.get_backend("aws.sim.sv1")
    assert backend.id == "aws.sim.sv1"
    assert backend.configuration.qubit_count >= 20
    assert backend.configuration.shots_range.max >= 1000
    assert client.backends.get_backend_status("aws.sim.sv1").status == "ONLINE"
    with pytest.raises(NotFoundError):
        client.backends.get_backend("aws.sim.sv2")


def test_backends_of_one_provider(client):
    found = {backend.id for backend in client.backends.get_backends(provider="aws")}
    assert "aws.sim.sv1" in found
    assert all(id.startswith("aws.") for id in found)
