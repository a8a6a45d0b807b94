# environments: 3.3.0 1.15.0
"""Sessions and workloads by the official client."""

from __future__ import annotations

import inspect
import time

import pytest
from qhub.api.quantum import HubQuantumClient
from qhub.api.quantum.errors import NotFoundError, UnprocessableEntityError

COIN = "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[1];\ncreg c[1];\nh q[0];\nmeasure q -> c;"


@pytest.fixture(scope="module")
def client(hub):
    return HubQuantumClient(api_key=hub.token, base_url=hub.quantum_url)


def open_session(client, **arguments):
    known = inspect.signature(client.sessions.create_session).parameters
    if "tags" in known:
        arguments["tags"] = ["ignored"]
    return client.sessions.create_session(backend_id="kipu.sim.qsim", provider="KIPU",
                                          **{"mode": "batch", "ttl": 900} | arguments)


def run_in(client, session, **arguments):
    job = client.jobs.create_job(backend_id="kipu.sim.qsim", shots=10, input=COIN, session_id=session.id, **arguments)
    while client.jobs.get_job_status(job.id).status in ("PENDING", "RUNNING"):
        time.sleep(0.02)
    return job


def test_a_session_from_opening_to_closing(client):
    session = open_session(client, metadata={"purpose": "test"})
    assert (session.status, session.mode, session.backend_id) == ("OPEN", "batch", "kipu.sim.qsim")
    assert session.metadata["purpose"] == "test" and session.metadata["max_ttl"] == 900
    run_in(client, session, tags=["a", "b"])
    run_in(client, session, tags=["A"])
    found = client.sessions.get_session(session.id)
    assert (found.status, found.final, found.final_not_aborted) == ("ACTIVE", False, False)
    assert sorted(tag.lower() for tag in found.tags) == ["a", "b"]
    assert found.expires_at > found.started_at
    assert client.sessions.update_session_state(session.id, accept_jobs=False).status == "CLOSED"
    client.sessions.close_session(session.id)
    assert client.sessions.get_session_status(session.id).status == "CLOSED"
    assert client.sessions.get_session(session.id).final_not_aborted is True
    with pytest.raises(Exception) as refused:
        run_in(client, session)
    assert refused.value.status_code == 422 and "session_id" in str(refused.value.body)


def test_the_jobs_of_a_session_are_a_page(client):
    session = open_session(client)
    jobs = [run_in(client, session).id for _ in range(3)]
    read = getattr(client.sessions, "get_session_jobs", None) or client.sessions.get_jobs_by_session
    page = read(session.id)
    assert [job["id"] for job in page.content] == jobs
    client.sessions.close_session(session.id)


def test_a_session_that_cannot_be(client):
    with pytest.raises(UnprocessableEntityError):
        client.sessions.create_session(backend_id="none", provider="KIPU", mode="batch")
    with pytest.raises(NotFoundError):
        client.sessions.get_session("none")


def test_workloads(client):
    session = open_session(client)
    job = run_in(client, session, tags=["Blue"])
    page = client.workloads.get_workloads(page=0, size=2, sort="created_at,desc")
    assert {entry.id: entry.type for entry in page.content} == {job.id: "JOB", session.id: "SESSION"}
    if "tag" in inspect.signature(client.workloads.get_workloads).parameters:
        found = client.workloads.get_workloads(type=["JOB", "SESSION"], tag="BLUE", provider=["KIPU", "AWS"],
                                               status=["ACTIVE", "COMPLETED"], origin="STANDALONE")
        assert {entry.id for entry in found.content} == {job.id, session.id}
        assert client.workloads.get_workloads(type="SESSION", tag="blue").content[0].job_count == 1
        assert client.runtime_minutes.get_runtime_minutes().allowances == []
    client.sessions.close_session(session.id)
