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


def fill(database: sqlite3.Connection, jobs: int) -> None:
    """Copies the one job there is, the newest last."""
    columns = [row[1] for row in database.execute("PRAGMA table_info(jobs)")]
    copied = ", ".join({"number": "n", "id": "printf('job-%d', n)", "created_at": "created_at + n",
                        "idempotency_key": "NULL"}.get(name, name) for name in columns)  # fmt: skip
    database.execute(
        f"WITH RECURSIVE numbers(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?) "
        f"INSERT INTO jobs ({', '.join(columns)}) SELECT {copied} FROM numbers, jobs WHERE number = 1",
        (jobs,),
    )
    database.commit()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--programs", default="build/release/bin")
    parser.add_argument("--jobs", type=int, default=1_000_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as data:
        with Hub(arguments.programs, data=data) as hub:
            print(f"idle memory, fresh           {hub.resident_mib():6.1f} MiB")
            hub.wait(hub.submit_bell())
        database = sqlite3.connect(f"{data}/qhubd.sqlite")
        fill(database, arguments.jobs)
        database.close()
        starts = []
        for _ in range(5):
            with Hub(arguments.programs, data=data) as hub:
                starts.append(hub.start_seconds * 1000)
        print(f"start                        {statistics.median(starts):6.1f} ms  (most {max(starts):.1f})")
        with Hub(arguments.programs, data=data) as hub:
            last = arguments.jobs // 20 - 1
            for name, path in {
                "first page": "jobs?size=20",
                "page 1,000": "jobs?size=20&page=1000",
                "page in the middle": f"jobs?size=20&page={last // 2}",
                "last page": f"jobs?size=20&page={last}",
                "first page of workloads": "workloads?size=20",
                "workloads of one backend": "workloads?size=20&backendId=aws.sim.sv1",
            }.items():
                times = []
                for _ in range(ROUNDS):
                    started = time.perf_counter()
                    hub.get(f"/quantum/{path}")
                    times.append((time.perf_counter() - started) * 1000)
                print(f"{name:28} {statistics.median(times):6.1f} ms  (most {max(times):.1f})")
            print(f"memory afterwards            {hub.resident_mib():6.1f} MiB")


if __name__ == "__main__":
    main()
