# sanitized: no, the examples are built without sanitizers only
"""Each program in examples/ does against a real hub what its first lines say. service_call is tested beside the service
that it calls, variational_service as the service that it is.
"""

from __future__ import annotations

import os
import signal
import subprocess

import pytest

from support.hub import Hub
from support.programs import REPOSITORY, program


def run(hub: Hub | None, name: str, *arguments: object, status: int = 0, **variables: str) -> str:
    if hub:
        variables = {"QHUB_URL": hub.url, "QHUB_TOKEN": hub.token} | variables
    done = subprocess.run([program(name), *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60,
                          env=os.environ | variables)
    assert done.returncode == status, f"{name}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture
def job(hub):
    return run(hub, "example_session_batch").split()[0]


def test_quickstart(hub):
    lines = run(hub, "quickstart").splitlines()
    counts = [dict(line.split()[:2] for line in part) for part in (lines[1:3], lines[-1:])]
    assert set(counts[0]) == {"00", "11"} and sum(map(int, counts[0].values())) == 1000
    assert counts[1] == {"11": "1000"}


def test_async_batch(hub):
    lines = run(hub, "example_async_batch").splitlines()
    assert sorted(lines) == sorted(f"{qubits} qubits: COMPLETED" for qubits in range(1, 11))


def test_session_batch(hub):
    assert [line.split()[1] for line in run(hub, "example_session_batch").splitlines()] == ["COMPLETED"] * 5


def test_backoff_polling(hub, job):
    assert run(hub, "example_backoff_polling", job) == "COMPLETED\n"


def test_backoff_polling_ends_on_interrupt(hub):
    """It waits for a job that nobody can answer for: the hub stands still."""
    hub.process.send_signal(signal.SIGSTOP)
    try:
        waiting = subprocess.Popen([program("example_backoff_polling"), "1"], stderr=subprocess.PIPE, text=True,
                                   env=os.environ | {"QHUB_URL": hub.url, "QHUB_TOKEN": hub.token})
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.wait(timeout=0.5)
        waiting.send_signal(signal.SIGINT)
        _, told = waiting.communicate(timeout=10)
    finally:
        hub.process.send_signal(signal.SIGCONT)
    assert (waiting.returncode, told) == (130, "stopped waiting; the job goes on\n")


def test_streaming(hub, job, tmp_path):
    told = run(hub, "example_streaming", job, tmp_path / "result.json")
    content = (tmp_path / "result.json").read_bytes()
    assert told == f"{len(content)} bytes\n" and content.startswith(b"{")
    assert list(tmp_path.iterdir()) == [tmp_path / "result.json"]


def test_submit_circuit(hub):
    backends = ["aws.sim.sv1", "aqt.sim.ideal"]
    lines = run(hub, "submit_circuit", *backends).splitlines()
    for backend in backends:
        shares = [line.split() for line in lines[lines.index(backend) + 1:][:2]]
        assert len(shares) == 2 and sum(float(share) for _, share in shares) == pytest.approx(1)


def test_platform_listing(hub):
    run(None, "example_platform_listing", hub.platform_url, KQH_PERSONAL_ACCESS_TOKEN=hub.token)
    run(None, "example_platform_listing", hub.platform_url, KQH_PERSONAL_ACCESS_TOKEN="wrong", status=1)


def test_record_replay(hub, tmp_path):
    recorded = run(hub, "example_record_replay", "record", tmp_path / "calls.jsonl")
    assert "aws.sim.sv1: ONLINE" in recorded
    assert hub.token not in (tmp_path / "calls.jsonl").read_text()
    assert run(None, "example_record_replay", "replay", tmp_path / "calls.jsonl", QHUB_URL="http://nobody.invalid") == recorded


def test_custom_transport():
    lines = run(None, "example_custom_transport").splitlines()
    assert lines == ['{"name":"1"}', '{"name":"2"}', '{"name":"3"}', "3 requests"]


def test_embedded_hub(tmp_path):
    lines = run(None, "example_embedded_hub", tmp_path).splitlines()
    status, result = (line for line in lines if not line.startswith("["))  # the hub's log
    assert status == "COMPLETED" and '"counts"' in result


def test_every_example_is_tested():
    tested = open(__file__, encoding="utf-8").read()
    elsewhere = {"service_call", "variational_service"}
    assert [path.stem for path in (REPOSITORY / "examples").glob("*.cpp")
            if path.stem not in tested and path.stem not in elsewhere] == []
