"""kill -9 at any moment loses nothing: a job that was acknowledged is there afterwards, and ends in one way, once.

The long form: QHUB_KILLS=50 build/python/3.3.0/bin/python -m pytest tests/hub/test_durability.py
"""

from __future__ import annotations

import os
import random
import sqlite3
import threading
import time

import httpx
import pytest

from support.hub import Hub

KILLS = int(os.environ.get("QHUB_KILLS", "12"))
CLIENTS = 4
SHOTS = 50
UNFINISHED = ("PENDING", "RUNNING", "CANCELLING")
COMPLETION = 120.0  # seconds for what is left after the last kill


def ghz(qubits: int) -> str:
    """Its outcomes are all 0 or all 1, so that a damaged result shows."""
    lines = [f"cnot q[{i}], q[{i + 1}];" for i in range(qubits - 1)]
    return "\n".join(["OPENQASM 3.0;", f"qubit[{qubits}] q;", f"bit[{qubits}] b;", "h q[0];", *lines, "b = measure q;"])


class Submitter(threading.Thread):
    """Submits jobs one after another, each again and again until the hub acknowledges it; polls some, cancels some."""

    def __init__(self, hub: Hub, number: int):
        super().__init__(name=f"submitter {number}")
        self.hub = hub
        self.random = random.Random(number)
        self.enough = threading.Event()
        self.acknowledged: dict[str, tuple[str, int]] = {}  # by job id: name and number of qubits
        self.cancelled: set[str] = set()  # acknowledged as cancelled or being cancelled
        self.wrong: list[str] = []

    def run(self) -> None:
        while not self.enough.is_set():
            name, qubits = f"{self.name}, job {len(self.acknowledged)}", self.random.randint(2, 20)
            body = {"backend_id": "aws.sim.sv1", "shots": SHOTS, "input": ghz(qubits), "name": name}
            created = self.until_answered("POST", "/jobs", json=body, headers={"idempotency-key": f'"{name}"'})
            if created is None:
                return
            self.acknowledged[created["id"]] = (name, qubits)
            asked = self.random.choice(list(self.acknowledged))
            found = self.until_answered("GET", f"/jobs/{asked}/status")
            expected = ("CANCELLING", "CANCELLED") if asked in self.cancelled else ("PENDING", "RUNNING", "COMPLETED")
            if found is not None and found["status"] not in expected:
                self.wrong.append(f"{asked}: {found}")
            if self.random.random() < 0.1:
                self.cancel(created["id"])
            time.sleep(self.random.uniform(0, 0.05))

    def cancel(self, job: str) -> None:
        # 422 says that the job has completed before.
        if self.until_answered("DELETE", f"/jobs/{job}", accept=(204, 422)) == 204:
            self.cancelled.add(job)

    def until_answered(self, method: str, path: str, headers: dict[str, str] = {}, accept: tuple = (), **options):
        """The answer's JSON; its status if that is in `accept`; None after a failure, or if it is time to end."""
        while True:
            try:
                answer = httpx.request(method, self.hub.quantum_url + path, timeout=20,
                                       headers={"x-auth-token": self.hub.token, **headers}, **options)
            except httpx.TransportError:
                if self.enough.is_set():
                    return None
                time.sleep(0.02)  # the hub is dead just now
                continue
            if answer.status_code in accept:
                return answer.status_code
            if answer.is_success:
                return answer.json()
            self.wrong.append(f"{method} {path}: {answer.status_code} {answer.text}")
            return None


@pytest.mark.parametrize("seed", [20260101])
def test_kill_at_random_moments(tmp_path, seed):
    moments = random.Random(seed)
    hub = Hub(tmp_path / "data").start()
    submitters = [Submitter(hub, number) for number in range(CLIENTS)]
    for submitter in submitters:
        submitter.start()
    try:
        for _ in range(KILLS):
            time.sleep(moments.uniform(0.02, 0.7))
            hub.kill()
            hub.start()
        time.sleep(0.3)
    finally:
        for submitter in submitters:
            submitter.enough.set()
        for submitter in submitters:
            submitter.join()
    assert [wrong for submitter in submitters for wrong in submitter.wrong] == []
    acknowledged = {id: job for submitter in submitters for id, job in submitter.acknowledged.items()}
    cancelled = set().union(*(submitter.cancelled for submitter in submitters))
    assert len(acknowledged) > KILLS

    with httpx.Client(base_url=hub.quantum_url, headers={"x-auth-token": hub.token}, timeout=60) as http:
        deadline = time.monotonic() + COMPLETION
        for id, (name, qubits) in acknowledged.items():
            while (job := http.get(f"/jobs/{id}").raise_for_status().json())["status"] in UNFINISHED:
                assert time.monotonic() < deadline, f"{id} is still {job['status']}"
                time.sleep(0.02)
            assert (job["status"], job["name"]) == ("CANCELLED" if id in cancelled else "COMPLETED", name)
            if id in cancelled:
                continue
            shots = http.get(f"/jobs/{id}/result").raise_for_status().json()["measurements"]
            assert len(shots) == SHOTS
            assert all(shot in ([0] * qubits, [1] * qubits) for shot in shots)

        # The repeats were harmless: no name, which stands for an idempotency key, has two jobs.
        listed = http.get("/jobs", params={"size": 2 * len(acknowledged)}).json()["content"]
        names = [job["name"] for job in listed]
        assert len(names) == len(set(names))
        assert set(acknowledged) <= {job["id"] for job in listed}
    hub.stop()
    assert_databases_are_sound(hub)


def test_what_a_first_hub_acknowledged_a_second_one_runs(tmp_path):
    """Killed at once after the last answer, with more jobs queued than it can have run."""
    hub = Hub(tmp_path / "data").start()
    body = {"backend_id": "aws.sim.sv1", "shots": SHOTS, "input": ghz(20)}
    with httpx.Client(base_url=hub.quantum_url, headers={"x-auth-token": hub.token}, timeout=60) as http:
        ids = [http.post("/jobs", json=body).raise_for_status().json()["id"] for _ in range(30)]
    token = hub.token
    hub.kill()
    hub.start()
    assert hub.token == token
    with httpx.Client(base_url=hub.quantum_url, headers={"x-auth-token": token}, timeout=60) as http:
        deadline = time.monotonic() + COMPLETION
        for id in ids:
            while (status := http.get(f"/jobs/{id}/status").raise_for_status().json()["status"]) != "COMPLETED":
                assert status in ("PENDING", "RUNNING")
                assert time.monotonic() < deadline
                time.sleep(0.02)
    hub.stop()
    assert_databases_are_sound(hub)


def test_only_a_hash_of_the_token_is_stored(tmp_path):
    with Hub(tmp_path / "data") as hub:
        token = hub.token
        assert (hub.data / "owner-token").stat().st_mode & 0o077 == 0
    secret = token.encode()
    for file in hub.data.rglob("*"):
        if file.is_file() and file.name != "owner-token":
            assert secret not in file.read_bytes(), file
    assert token not in hub.log.read_text()


def assert_databases_are_sound(hub: Hub) -> None:
    files = [f for f in hub.data.rglob("*") if f.is_file() and f.read_bytes()[:15] == b"SQLite format 3"]
    assert files
    for file in files:
        connection = sqlite3.connect(file)
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        connection.close()
