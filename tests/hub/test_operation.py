"""What an operator does with a hub: configures, watches, limits, backs up, restores, upgrades and stops it."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from support.hub import Hub
from support.programs import program

BELL = {"backend_id": "aws.sim.sv1", "shots": 100,
        "input": "OPENQASM 3.0; qubit[2] q; bit[2] b; h q[0]; cnot q[0], q[1]; b = measure q;"}  # fmt: skip
LONG = {"backend_id": "aws.sim.sv1", "shots": 10,
        "input": "OPENQASM 3.0; qubit[24] q; bit[24] b; for int i in [0:400] { for int j in [0:23] { rx(0.1) q[j]; } "
                 "for int j in [0:22] { cnot q[j], q[j+1]; } } b = measure q;"}  # fmt: skip


def client(hub: Hub) -> httpx.Client:
    return httpx.Client(base_url=hub.quantum_url, headers={"x-auth-token": hub.token}, timeout=60)


def submit(http: httpx.Client, job: dict = BELL) -> str:
    return http.post("/jobs", json=job).raise_for_status().json()["id"]


def wait(http: httpx.Client, job: str) -> str:
    deadline = time.monotonic() + 60
    while (status := http.get(f"/jobs/{job}/status").json()["status"]) in ("PENDING", "RUNNING"):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return status


def qhubd(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [program("qhubd"), *arguments], capture_output=True, text=True, timeout=60, env={"HOME": "/nonexistent", **environment}
    )


def test_flags_win_over_environment_over_file(tmp_path, monkeypatch):
    file = tmp_path / "qhubd.toml"
    file.write_text("rate-limit = 1\nrate-burst = 2\nlog-format = 'json'\nmax-body-mib = 1\n")
    monkeypatch.setenv("QHUBD_MAX_BODY_MIB", "2")
    with Hub(tmp_path / "data", "--config", str(file), "--rate-burst", "3") as hub, client(hub) as http:
        answers = [http.get("/jobs") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]  # the flag's burst
        assert answers[3].headers["retry-after"] == "1"  # the file's rate
        assert http.post("/jobs", content=b"x" * 3_000_000).status_code == 413
        limit = re.search(r"limit of (\d+) bytes", http.post("/jobs", content=b"x" * 3_000_000).json()["detail"])
        assert int(limit[1]) == 2 << 20  # the environment's
    assert '{"time":"' in hub.log.read_text()


@pytest.mark.parametrize(
    "text, complaint",
    [("workerz = 1", "qhubd.toml:1: there is no setting 'workerz'"),
     ("\nworkers = 0", "qhubd.toml:2: --workers: Value 0 not in range"),
     ("workers = [", "qhubd.toml:1:"),
     ("[table]\nworkers = 1", "qhubd.toml:1: there is no setting 'table'")],
    ids=["unknown", "range", "syntax", "table"],
)  # fmt: skip
def test_mistakes_in_the_configuration_file(tmp_path, text, complaint):
    (tmp_path / "qhubd.toml").write_text(text)
    ended = qhubd("serve", "--data-dir", tmp_path / "data", "--config", tmp_path / "qhubd.toml")
    assert ended.returncode == 1
    assert complaint in ended.stderr
    assert not (tmp_path / "data").exists()


def test_metrics_tell_of_requests_and_nothing_of_tenants(tmp_path):
    with Hub(tmp_path / "data") as hub, client(hub) as http:
        job = submit(http)
        wait(http, job)
        http.get("/jobs/unknown")
        text = httpx.get(f"{hub.url}/metrics").text
    assert 'qhub_http_requests_total{operation="quantum.jobs.create_job",status="200"} 1\n' in text
    assert 'qhub_http_requests_total{operation="quantum.jobs.get_job",status="404"} 1\n' in text
    assert 'qhub_http_request_duration_seconds_count{operation="quantum.jobs.create_job"} 1\n' in text
    assert job not in text and hub.token not in text
    samples = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r'[a-z_]+(\{([a-z]+="[^"]*",?)+\})? [-+.e\d]+(inf)?', line) for line in samples), text
    named = {re.sub(r"_(bucket|sum|count)$", "", re.match("[a-z_]+", line)[0]) for line in samples}
    typed = set(re.findall(r"^# TYPE ([a-z_]+) (?:counter|gauge|histogram)$", text, re.MULTILINE))
    assert named <= typed


def test_backup_of_a_running_hub_restores_to_what_it_was(tmp_path):
    backup, restored = tmp_path / "backup", tmp_path / "restored"
    with Hub(tmp_path / "data") as hub, client(hub) as http:
        large = {**BELL, "input": BELL["input"] + "//" + "x" * 100_000}  # lies in a file of its own
        before = submit(http, large)
        wait(http, before)
        result = http.get(f"/jobs/{before}/result").json()
        done = qhubd("backup", "--data-dir", hub.data, backup)
        assert done.returncode == 0, done.stderr
        after = submit(http)
        again = qhubd("backup", "--data-dir", hub.data, backup)
        assert again.returncode == 1 and "exists already" in again.stderr
    assert backup.stat().st_mode & 0o077 == 0
    done = qhubd("restore", "--data-dir", restored, backup)
    assert done.returncode == 0, done.stderr
    with Hub(restored) as hub, client(hub) as http:
        assert http.get(f"/jobs/{before}/result").json() == result
        assert http.get(f"/jobs/{before}/input").json() == {"qasm": large["input"]}
        assert http.get(f"/jobs/{after}").status_code == 404


def test_restore_refuses_what_is_no_backup(tmp_path):
    (tmp_path / "empty").mkdir()
    ended = qhubd("restore", "--data-dir", tmp_path / "data", tmp_path / "empty")
    assert ended.returncode == 1 and "no hub's database" in ended.stderr
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    (damaged / "qhubd.sqlite").write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    ended = qhubd("restore", "--data-dir", tmp_path / "data", damaged)
    assert ended.returncode == 1 and ended.stderr.startswith("qhubd: ")
    assert not (tmp_path / "data").exists()


def test_a_database_of_the_first_release_is_brought_up_to_date(tmp_path):
    """tests/hub/database-1.sql is the database of version 1, with a job that was done and one that waited."""
    data = tmp_path / "data"
    data.mkdir()
    database = sqlite3.connect(data / "qhubd.sqlite")
    database.executescript((Path(__file__).parent / "database-1.sql").read_text())
    database.close()
    with Hub(data) as hub:
        token = "qhub_first-release"
        with httpx.Client(base_url=hub.quantum_url, headers={"x-auth-token": token}) as http:
            assert http.get("/jobs/job-done/result").json()["measurements"] == [[0, 0], [1, 1]]
            assert wait(http, "job-waiting") == "COMPLETED"
            assert {job["id"] for job in http.get("/jobs").json()["content"]} == {"job-done", "job-waiting"}


def test_stopping_answers_what_is_under_way_and_keeps_what_runs(tmp_path):
    hub = Hub(tmp_path / "data")
    with hub, client(hub) as http:
        job = submit(http, LONG)
        while http.get(f"/jobs/{job}/status").json()["status"] == "PENDING":
            time.sleep(0.01)
        started = time.monotonic()
        hub.stop()
        assert time.monotonic() - started < 10
    with hub, client(hub) as http:
        assert http.get(f"/jobs/{job}/status").json()["status"] in ("PENDING", "RUNNING")
        assert http.delete(f"/jobs/{job}").status_code == 204
        assert wait(http, job) in ("CANCELLING", "CANCELLED")
