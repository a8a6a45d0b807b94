"""From submission to result of a Bell circuit: one client that submits and asks for the result with `Prefer: wait`.

    bench/hub/latency.py [--programs build/release/bin] [--jobs 500]
"""

from __future__ import annotations

import argparse
import http.client
import json
import statistics
import time

from bench import BELL, Hub


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--programs", default="build/release/bin")
    parser.add_argument("--jobs", type=int, default=500)
    arguments = parser.parse_args()
    body = json.dumps({"backend_id": "aws.sim.sv1", "shots": 100, "input": BELL})
    with Hub(arguments.programs) as hub:
        connection = http.client.HTTPConnection(hub.url.removeprefix("http://"))
        headers = {**hub.headers, "Content-Type": "application/json", "Prefer": "wait=10"}
        times = []
        for _ in range(arguments.jobs + 20):
            started = time.perf_counter()
            connection.request("POST", "/quantum/jobs", body, headers)
            job = json.loads(connection.getresponse().read())["id"]
            connection.request("GET", f"/quantum/jobs/{job}/result", headers=headers)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200
            times.append((time.perf_counter() - started) * 1000)
    times = sorted(times[20:])  # after a warm-up
    print(f"submit to result: p50 {statistics.median(times):.2f} ms, p99 {times[int(0.99 * len(times))]:.2f} ms")


if __name__ == "__main__":
    main()
