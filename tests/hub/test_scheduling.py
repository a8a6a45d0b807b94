# sanitized: no, it crashes the hub on purpose
"""What runs when: users take turns, dedicated sessions reserve, crashing jobs come to rest."""

from __future__ import annotations

import signal
import subprocess
import time

import httpx

from support.hub import Hub
from support.programs import program


def busy(qubits: int = 25, layers: int = 60) -> str:
    """Takes seconds, whatever the machine."""
    lines = [f"ry(0.3) q[{i}];\ncx q[{i}],q[{(i + 1) % qubits}];" for i in range(qubits)] * layers
    return "\n".join(["OPENQASM 2.0;", 'include "qelib1.inc";', f"qreg q[{qubits}];", f"creg c[{qubits}];", *lines,
                      "measure q -> c;"])


QUICK = 'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[1];\ncreg c[1];\nh q[0];\nmeasure q -> c;'


def client_of(hub: Hub, token: str) -> httpx.Client:
    return httpx.Client(base_url=hub.quantum_url, headers={"x-auth-token": token}, timeout=60)


def submit(http: httpx.Client, circuit: str, **more) -> str:
    body = {"backend_id": "kipu.sim.qsim", "shots": 10, "input": circuit} | more
    return http.post("/jobs", json=body).raise_for_status().json()["id"]


def status(http: httpx.Client, job: str, wait: int = 0) -> str:
    headers = {"prefer": f"wait={wait}"} if wait else {}
    return http.get(f"/jobs/{job}/status", headers=headers).raise_for_status().json()["status"]


def until(condition, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def other_user(hub: Hub) -> str:
    """The token of a new user, made as an administrator does."""
    made = subprocess.run([program("qhubd"), "user", "add", "--data-dir", hub.data, "--email", "b@example.org", "--name",
                           "B"], capture_output=True, text=True, check=True)
    return made.stdout.strip().splitlines()[-1]


def test_a_user_with_many_jobs_does_not_keep_another_waiting(tmp_path):
    with Hub(tmp_path / "data") as hub:
        with client_of(hub, hub.token) as many, client_of(hub, other_user(hub)) as one:
            first = submit(many, busy())
            queued = [submit(many, QUICK) for _ in range(20)]
            own = submit(one, QUICK)
            many.delete(f"/jobs/{first}")
            assert status(one, own, wait=30) == "COMPLETED"
            assert status(many, queued[-1], wait=30) == "COMPLETED"
            ended = one.get(f"/jobs/{own}").json()["started_at"]
            assert ended <= many.get(f"/jobs/{queued[-1]}").json()["started_at"]
            assert one.get(f"/jobs/{first}").status_code == 404


def test_a_job_that_crashes_the_hub_is_given_up_but_not_one_that_was_killed(tmp_path):
    hub = Hub(tmp_path / "data").start()
    with client_of(hub, hub.token) as http:
        job = submit(http, busy(layers=2000))
    for death in [signal.SIGKILL, signal.SIGSEGV, signal.SIGKILL, signal.SIGABRT, signal.SIGKILL, signal.SIGSEGV]:
        with client_of(hub, hub.token) as http:
            until(lambda: status(http, job) == "RUNNING")
            until(lambda: http.get(f"/jobs/{job}/status").json().get("progress", 0) > 0)
        hub.process.send_signal(death)
        assert hub.process.wait(30) == -death
        hub.start()
    with client_of(hub, hub.token) as http:
        assert status(http, job) == "ABORTED"
        error = http.get(f"/jobs/{job}/result").raise_for_status().json()["error"]
        assert error["code"] == "HUB_FAILURE" and "crashed the hub 3 times" in error["message"]
        assert status(http, submit(http, QUICK), wait=30) == "COMPLETED"
    hub.stop()


def test_a_full_queue_says_when_to_come_again(tmp_path):
    with Hub(tmp_path / "data", "--queue-per-backend", "2") as hub, client_of(hub, hub.token) as http:
        running = submit(http, busy())
        until(lambda: status(http, running) == "RUNNING")
        queued = [submit(http, QUICK) for _ in range(2)]
        refused = http.post("/jobs", json={"backend_id": "kipu.sim.qsim", "shots": 1, "input": QUICK})
        assert refused.status_code == 503 and int(refused.headers["retry-after"]) >= 1
        assert "kipu.sim.qsim" in refused.json()["detail"]
        assert submit(http, QUICK, backend_id="local.sim.statevector")  # another backend has room
        assert http.get("/backends/kipu.sim.qsim/status").json()["queue_size"] == 2
        http.delete(f"/jobs/{queued[0]}")
        assert submit(http, QUICK)
        http.delete(f"/jobs/{running}")


def test_a_restart_keeps_the_queue_and_what_sessions_hold(tmp_path):
    with Hub(tmp_path / "data") as hub:
        with client_of(hub, hub.token) as http:
            session = http.post("/sessions", json={"backend_id": "kipu.sim.qsim", "provider": "KIPU",
                                                   "mode": "dedicated"}).raise_for_status().json()["id"]
            assert status(http, submit(http, QUICK, session_id=session), wait=30) == "COMPLETED"
            outside = submit(http, QUICK)
        hub.kill()
        hub.start()
        with client_of(hub, hub.token) as http:
            assert status(http, submit(http, QUICK, session_id=session), wait=30) == "COMPLETED"
            assert status(http, outside) == "PENDING"
            http.delete(f"/sessions/{session}").raise_for_status()
            assert status(http, outside, wait=30) == "COMPLETED"
