# environments: 3.3.0 1.15.0
"""The documentation's own examples, run by the official client against our hub; only base_url is added.

Written in the documentation's words, so that a difference between releases shows here.
"""

from __future__ import annotations

import json
import time

import pytest
from qhub.api.quantum import HubQuantumClient
from qhub.api.quantum.errors import NotFoundError, UnauthorizedError
from qhub.api.quantum.jobs import CreateJobRequestInput_AzureIonqSimulator
from qhub.api.quantum.types import AzureIonqJobInputCircuitItem

COIN = "OPENQASM 3.0;\nbit[1] b;\nqubit[1] q;\nh q[0];\nb[0] = measure q[0];"


def test_quickstart(hub):
    client = HubQuantumClient(api_key=hub.token, base_url=hub.quantum_url)

    job = client.jobs.create_job(
        backend_id="aws.sim.sv1",
        shots=1000,
        input=CreateJobRequestInput_AzureIonqSimulator(
            circuit=[
                AzureIonqJobInputCircuitItem(targets=[0]),
                AzureIonqJobInputCircuitItem(targets=[1], controls=[0]),
            ],
            gateset="qis",
            qubits=2,
        ),
    )

    while client.jobs.get_job_status(job.id).status in ("PENDING", "RUNNING"):
        time.sleep(0.05)

    result = client.jobs.get_job_result(job.id)

    # An item without a name is an x, controlled if it has controls: both qubits end as 1, every time.
    assert result["braketSchemaHeader"] == {"name": "braket.task_result.gate_model_task_result", "version": "1"}
    assert result["measurements"] == [[1, 1]] * 1000
    assert result["measuredQubits"] == [0, 1]
    assert result["taskMetadata"]["shots"] == 1000
    assert client.jobs.get_job_status(job.id).status == "COMPLETED"


def test_error_handling(hub):
    client = HubQuantumClient(api_key=hub.token, base_url=hub.quantum_url)
    with pytest.raises(NotFoundError) as missing:
        client.jobs.get_job("does-not-exist")
    assert missing.value.status_code == 404
    assert missing.value.headers["content-type"] == "application/problem+json"
    assert missing.value.body["status"] == 404
    assert missing.value.body["title"]
    assert "does-not-exist" in missing.value.body["detail"]


def test_error_handling_without_a_valid_token(hub):
    client = HubQuantumClient(api_key="YOUR_PERSONAL_ACCESS_TOKEN", base_url=hub.quantum_url)
    with pytest.raises(UnauthorizedError) as refused:
        client.jobs.get_job("does-not-exist")
    assert refused.value.status_code == 401
    assert "token" in refused.value.body["detail"].lower()


def test_polling_until_a_terminal_status(hub):
    client = HubQuantumClient(api_key=hub.token, base_url=hub.quantum_url)
    terminal = {"COMPLETED", "FAILED", "ABORTED", "CANCELLED"}
    job = client.jobs.create_job(backend_id="aws.sim.sv1", shots=10, input=COIN)
    seen = set()
    while not seen & terminal:
        seen.add(client.jobs.get_job_status(job.id).status)
        time.sleep(0.02)
    assert seen <= {"PENDING", "RUNNING", "COMPLETED"}


def test_streaming_the_result_file(hub, tmp_path):
    client = HubQuantumClient(api_key=hub.token, base_url=hub.quantum_url)
    job = client.jobs.create_job(backend_id="aws.sim.sv1", shots=50_000, input=COIN)
    while client.jobs.get_job_status(job.id).status in ("PENDING", "RUNNING"):
        time.sleep(0.02)
    with open(tmp_path / "result.json", "wb") as out:
        for chunk in client.jobs.get_job_result_stream(job.id):
            out.write(chunk)
    assert json.loads((tmp_path / "result.json").read_bytes()) == client.jobs.get_job_result(job.id)


def test_listing_backends(hub):
    client = HubQuantumClient(api_key=hub.token, base_url=hub.quantum_url)
    backends = {backend.id: backend for backend in client.backends.get_backends()}
    assert backends["aws.sim.sv1"].provider == "AWS"
    assert backends["aws.sim.sv1"].type == "SIMULATOR"
