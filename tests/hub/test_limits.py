"""What one sender may take of a hub: requests per second, jobs per day; and how a large request leaves others alone."""

from __future__ import annotations

import threading
import time
from datetime import date, timedelta

import httpx
import pytest

from support.hub import Hub

BELL = 'OPENQASM 2.0; include "qelib1.inc"; qreg q[2]; creg c[2]; h q[0]; cx q[0],q[1]; measure q -> c;'
JOB = {"backend_id": "kipu.sim.qsim", "shots": 10, "input": BELL}


def second_token(hub: Hub) -> str:
    """Another one of the owner's."""
    body = {"name": "second", "expiresAt": str(date.today() + timedelta(days=2))}
    made = httpx.post(f"{hub.user_url}/me/access-tokens", json=body, headers={"x-auth-token": hub.token})
    return made.raise_for_status().json()["value"]


def get(hub: Hub, token: str) -> httpx.Response:
    return httpx.get(f"{hub.quantum_url}/jobs", headers={"x-auth-token": token})


def submit(hub: Hub, token: str, **headers) -> httpx.Response:
    return httpx.post(f"{hub.quantum_url}/jobs", json=JOB, headers={"x-auth-token": token, **headers})


def assert_refused(answer: httpx.Response, what: str, at_most: int) -> None:
    assert answer.status_code == 429
    assert answer.headers["content-type"] == "application/problem+json"
    assert what in answer.json()["detail"] and "errors" not in answer.json()
    assert 1 <= int(answer.headers["retry-after"]) <= at_most


def test_each_token_has_its_rate(tmp_path):
    with Hub(tmp_path / "data", "--token-rate-limit", "0.5", "--token-rate-burst", "3") as hub:
        other = second_token(hub)
        answers = [get(hub, hub.token) for _ in range(3)]
        assert [answer.status_code for answer in answers][:2] == [200, 200]
        assert_refused(answers[2], "this token", at_most=2)
        assert get(hub, other).status_code == 200
        time.sleep(2.1)
        assert get(hub, hub.token).status_code == 200


def test_the_tokens_of_a_user_share_its_rate(tmp_path):
    with Hub(tmp_path / "data", "--rate-limit", "0.1", "--rate-burst", "3") as hub:
        other = second_token(hub)
        assert [get(hub, token).status_code for token in (hub.token, other)] == [200, 200]
        for token in (hub.token, other):
            assert_refused(get(hub, token), "you send", at_most=10)
        stranger = hub.add_user("Somebody Else")
        assert get(hub, stranger).status_code == 200


def test_each_token_has_its_jobs_of_a_day(tmp_path):
    hub = Hub(tmp_path / "data", "--token-jobs-per-day", "2")
    with hub:
        other = second_token(hub)
        first = submit(hub, hub.token, **{"idempotency-key": "one"})
        repeated = submit(hub, hub.token, **{"idempotency-key": "one"})  # makes no job, and counts for none
        assert first.json()["id"] == repeated.json()["id"]
        assert submit(hub, hub.token).status_code == 200
        assert_refused(submit(hub, hub.token), "2 jobs today", at_most=86_400)
        assert submit(hub, other).status_code == 200
        assert get(hub, hub.token).json()["total_elements"] == 3
    with hub:  # the hub remembers
        assert_refused(submit(hub, hub.token), "2 jobs today", at_most=86_400)
        assert submit(hub, other).status_code == 200


@pytest.mark.parametrize("padding", ["a comment", "gates"])
def test_a_submission_of_many_megabytes_keeps_nobody_waiting(tmp_path, padding):
    """50 MB of comment, or 200,000 gates in 5 MB, while others poll over connections on every thread of the hub."""
    text = "/*" + "x" * 50_000_000 + "*/" if padding == "a comment" else "ry(0.12345678) q[0];\n" * 200_000
    body = JOB | {"input": BELL.replace("h q[0];", text)}
    waits: list[float] = []
    done = threading.Event()

    def poll(hub: Hub, job: str) -> None:
        with httpx.Client(base_url=hub.quantum_url, headers={"x-auth-token": hub.token}, timeout=60) as http:
            while not done.is_set():
                begin = time.monotonic()
                http.get(f"/jobs/{job}/status").raise_for_status()
                waits.append(time.monotonic() - begin)
                time.sleep(0.005)

    with Hub(tmp_path / "data") as hub:
        job = submit(hub, hub.token).json()["id"]
        polling = [threading.Thread(target=poll, args=(hub, job)) for _ in range(4)]
        for thread in polling:
            thread.start()
        try:
            large = httpx.post(f"{hub.quantum_url}/jobs", json=body, headers={"x-auth-token": hub.token}, timeout=60)
            id = large.raise_for_status().json()["id"]
            status = {"prefer": "wait=60", "x-auth-token": hub.token}
            ended = httpx.get(f"{hub.quantum_url}/jobs/{id}/status", headers=status, timeout=70)
            assert ended.json()["status"] == "COMPLETED"
            stored = httpx.get(f"{hub.quantum_url}/jobs/{id}/input", headers=status, timeout=70)
            assert len(stored.content) > len(text)
        finally:
            done.set()
            for thread in polling:
                thread.join()
    waits.sort()
    assert waits[len(waits) * 95 // 100] < 0.1, waits[-10:]  # the machine itself makes a few wait longer
