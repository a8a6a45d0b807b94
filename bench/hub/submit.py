"""Durable submissions: small jobs per second that qhubd acknowledges, each on disk by then, beside SQLite's own rate.

    bench/hub/submit.py [--programs build/release/bin] [--connections 64] [--seconds 5] [--rounds 3] [HUB OPTION...]

The raw rate is one row per transaction, one after the other, with the hub's settings (WAL, synchronous=FULL: an fsync
per commit) in the same file system. The hub commits what has gathered together, so it may be faster.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path

from bench import BELL, Hub, wrk


def raw_commits_per_second(folder: Path, seconds: float) -> float:
    database = sqlite3.connect(folder / "raw.sqlite", isolation_level=None)
    database.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (id INTEGER PRIMARY KEY, v)")
    started, count = time.perf_counter(), 0
    while time.perf_counter() - started < seconds:
        database.execute("INSERT INTO t (v) VALUES (?)", (BELL,))
        count += 1
    return count / (time.perf_counter() - started)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--programs", default="build/release/bin")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    arguments, hub_options = parser.parse_known_args()

    body = json.dumps({"backend_id": "aws.sim.sv1", "shots": 100, "input": BELL})
    hub_rates, raw_rates = [], []
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "post.lua"
        script.write_text(
            f'wrk.method = "POST"\nwrk.body = [==[{body}]==]\nwrk.headers["Content-Type"] = "application/json"\n'
        )
        for round_number in range(arguments.rounds):
            (raw_folder := Path(folder) / str(round_number)).mkdir()
            raw_rates.append(raw_commits_per_second(raw_folder, arguments.seconds))
            with Hub(arguments.programs, *hub_options) as hub:
                hub_rates.append(
                    wrk(f"{hub.url}/quantum/jobs", hub.headers, arguments.connections, arguments.seconds, str(script))
                )
    for name, rates in (("raw SQLite commits", raw_rates), ("qhubd submissions", hub_rates)):
        print(f"{name:18} {statistics.median(rates):7,.0f}/s  ({min(rates):,.0f} … {max(rates):,.0f})")


if __name__ == "__main__":
    main()
