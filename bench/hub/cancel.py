"""How long it takes to cancel a job that runs, for each engine and what it may be busy with.

    bench/hub/cancel.py [--programs build/release/bin] [--rounds 7]

The time from sending DELETE until the job is seen to be CANCELLED, at moments spread over its first half second.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from bench import Hub

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tests"))
from support.long_jobs import LongJob, long_jobs, write_backends  # noqa: E402


def ask(hub: Hub, method: str, path: str, body: dict | None = None, **headers: str) -> dict:
    data = json.dumps(body).encode() if body else None
    request = urllib.request.Request(f"{hub.url}/quantum{path}", data, method=method,
                                     headers={**hub.headers, "Content-Type": "application/json", **headers})  # fmt: skip
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read() or b"{}")


def milliseconds_to_cancel(hub: Hub, job: LongJob, pause: float) -> float:
    body = {"backend_id": job.backend_id, "shots": job.shots, "input": job.input}
    id = ask(hub, "POST", "/jobs", body)["id"]
    while ask(hub, "GET", f"/jobs/{id}/status")["status"] == "PENDING":
        time.sleep(0.002)
    time.sleep(pause)
    started = time.perf_counter()
    ask(hub, "DELETE", f"/jobs/{id}")
    status = ask(hub, "GET", f"/jobs/{id}/status", Prefer="wait=30")["status"]
    if status != "CANCELLED":
        raise SystemExit(f"the job was {status} after {pause} s")
    return (time.perf_counter() - started) * 1000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--programs", default="build/release/bin")
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as backends:
        write_backends(Path(backends))
        with Hub(arguments.programs, "--backends-dir", backends) as hub:
            for name, job in long_jobs().items():
                pauses = [0.5 * (i + 1) / arguments.rounds for i in range(arguments.rounds)]
                times = [milliseconds_to_cancel(hub, job, pause) for pause in pauses]
                print(f"{name:32} {statistics.median(times):6.1f} ms  (most {max(times):.1f})")


if __name__ == "__main__":
    main()
