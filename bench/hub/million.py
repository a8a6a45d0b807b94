"""A hub with a million finished jobs: how long it takes to start, to show pages of them, and what it holds in memory.

    bench/hub/million.py [--programs build/release/bin] [--jobs 1000000]
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import tempfile
import time

from bench import Hub

ROUNDS = 20


#: What differs from job to job; n is the number of the job, the newest last.
VARIED = {
    "number": "n",
    "id": "printf('job-%d', n)",
    "created_at": "created_at + n * 1000",
    "ended_at": "created_at + n * 1000 + 5000",
    "backend_id": "CASE n % 4 WHEN 0 THEN 'kipu.sim.qsim' WHEN 1 THEN 'local.sim.auto' ELSE backend_id END",
    "provider": "CASE n % 4 WHEN 0 THEN 'KIPU' WHEN 1 THEN 'LOCAL' ELSE provider END",
    "status": "CASE WHEN n % 100 = 7 THEN 'FAILED' WHEN n % 5000 = 8 THEN 'CANCELLED' ELSE status END",
    "tags": "CASE WHEN n % 10 = 3 THEN '[\"nightly\"]' END",
    "idempotency_key": "NULL",
}


def fill(database: sqlite3.Connection, jobs: int) -> None:
    """Makes many of the one job there is."""
    columns = [row[1] for row in database.execute("PRAGMA table_info(jobs)")]
    copied = ", ".join(VARIED.get(name, name) for name in columns)
    database.execute(
        f"WITH RECURSIVE numbers(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?) "
        f"INSERT INTO jobs ({', '.join(columns)}) SELECT {copied} FROM numbers, jobs WHERE number = 1",
        (jobs,),
    )
    database.commit()


def searches(jobs: int) -> dict[str, str]:
    def pages(name: str, path: str, matching: int) -> dict[str, str]:
        last = (matching - 1) // 20
        return {f"{name}, {where} page": f"{path}&page={page}"
                for where, page in (("first", 0), ("middle", last // 2), ("last", last))}  # fmt: skip

    return {
        **pages("jobs", "jobs?size=20", jobs),
        **pages("jobs, oldest first", "jobs?size=20&sort=created_at,asc", jobs),
        **pages("jobs by backend", "jobs?size=20&sort=backend_id", jobs),
        **pages("workloads", "workloads?size=20", jobs),
        **pages("workloads of one backend", "workloads?size=20&backendId=aws.sim.sv1", jobs // 2),
        **pages("failed workloads", "workloads?size=20&status=FAILED", jobs // 100),
        **pages("cancelled, one provider", "workloads?size=20&status=CANCELLED&provider=KIPU", jobs // 5000),
        **pages("workloads with a tag", "workloads?size=20&tag=nightly", jobs // 10),
        "1,000 workloads of a page": f"workloads?size=1000&page={jobs // 2000}",
        "jobs by end (row by row)": "jobs?size=20&sort=ended_at,desc",
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--programs", default="build/release/bin")
    parser.add_argument("--jobs", type=int, default=1_000_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as data:
        with Hub(arguments.programs, data=data) as hub:
            print(f"{'idle memory, fresh':38} {hub.resident_mib():6.1f} MiB")
            hub.wait(hub.submit_bell())
        database = sqlite3.connect(f"{data}/qhubd.sqlite")
        fill(database, arguments.jobs)
        database.close()
        starts = []
        for _ in range(5):
            with Hub(arguments.programs, data=data) as hub:
                starts.append(hub.start_seconds * 1000)
        print(f"{'start':38} {statistics.median(starts):6.1f} ms  (most {max(starts):.1f})")
        with Hub(arguments.programs, data=data) as hub:
            for name, path in searches(arguments.jobs).items():
                times = []
                for _ in range(ROUNDS):
                    started = time.perf_counter()
                    hub.get(f"/quantum/{path}")
                    times.append((time.perf_counter() - started) * 1000)
                print(f"{name:38} {statistics.median(times):6.1f} ms  (most {max(times):.1f})")
            print(f"{'memory afterwards':38} {hub.resident_mib():6.1f} MiB")


if __name__ == "__main__":
    main()
