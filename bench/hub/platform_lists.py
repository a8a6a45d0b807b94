#!/usr/bin/env python3
"""How long a page of a long list takes: 100,000 public services of one owner, and as many algorithms, which can be
searched; pages over HTTP, one after the other.

    bench/hub/platform_lists.py build/release/bin/qhubd [--services 100000] [--repeat 20] [--data DIR]

Filling the hub takes minutes: with --repeat 0 nothing is measured, and with the same --data nothing is filled again.

Prints the median and the slowest of the repetitions, in milliseconds, with the time the answer takes over the loopback.
"""

from __future__ import annotations

import argparse
import json
import re
import sqlite3
import statistics
import subprocess
import tempfile
import time
import urllib.request
import uuid
from pathlib import Path


def start(program: str, data: Path) -> tuple[subprocess.Popen, str]:
    process = subprocess.Popen([program, "serve", "--data-dir", data, "--listen", "127.0.0.1:0", "--log-level", "off",
                                "--rate-limit", "0"], stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        if address := re.search(r"listening on (http://\S+)", line):
            return process, address[1]
    raise SystemExit("qhubd did not start")


def stop(process: subprocess.Popen) -> None:
    process.terminate()
    process.wait()


def fill(database: Path, count: int) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        (owner,) = connection.execute("SELECT id FROM users").fetchone()
        now = int(time.time() * 1e6)
        for kind in ("service", "algorithm"):
            for number in range(1, count + 1):
                name = f"{kind}-{number * 7919 % count:06}"
                document = {"name": name, "displayName": f"{kind.title()} {number}", "computationModel": "QUANTUM"}
                if kind == "service":
                    document["serviceDefinitions"] = [{"id": str(uuid.uuid4()), "type": "MANAGED", "version": "1",
                                                       "summary": "Optimises routes of vans"}]
                connection.execute(
                    "INSERT INTO resources (id, kind, tenant_id, tenant_kind, creator_id, name, label, unique_name,"
                    " visibility, state, document, created_at, modified_at) VALUES (?, ?, ?, 'USER', ?, ?, ?, ?, 'PUBLIC',"
                    " 'PUBLISHED', ?, ?, ?)",
                    (str(uuid.uuid4()), kind, owner, owner, name, f"{kind.title()} {number}", f"{owner}/{name}",
                     json.dumps(document), now, now))
                connection.execute("INSERT INTO resource_search (rowid, text) VALUES (last_insert_rowid(), ?)",
                                   (f"{name}\n{kind.title()} {number}",))
    connection.close()


def measure(url: str, token: str, path: str, repeat: int) -> tuple[float, float, int]:
    times, total = [], 0
    for _ in range(repeat):
        request = urllib.request.Request(url + path, headers={"X-Auth-Token": token})
        begin = time.perf_counter()
        with urllib.request.urlopen(request) as answer:
            body = answer.read()
        times.append((time.perf_counter() - begin) * 1e3)
        total = json.loads(body)["totalElements"]
    return statistics.median(times), max(times), total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("qhubd")
    parser.add_argument("--services", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=20)
    parser.add_argument("--data", type=Path, help="where the filled hub is kept, and taken from if it is there")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        data = arguments.data or Path(directory) / "hub"
        if not data.exists():
            process, _ = start(arguments.qhubd, data)
            stop(process)
            fill(data / "qhubd.sqlite", arguments.services)
        if arguments.repeat == 0:
            return
        token = (data / "owner-token").read_text().strip()
        process, url = start(arguments.qhubd, data)
        last = arguments.services // 20 - 1
        pages, own = "/qc-catalog/marketplace/services", "/qc-catalog/algorithms"
        try:
            print(f"{'page of 20':40} {'median':>8} {'slowest':>8}  of", flush=True)
            for name, path in {
                "newest": f"{pages}?size=20",
                "middle, newest first": f"{pages}?size=20&page={last // 2}",
                "last, newest first": f"{pages}?size=20&page={last}",
                "first by name": f"{pages}?size=20&sort=name,asc",
                "last by name": f"{pages}?size=20&sort=name,asc&page={last}",
                "last by display name, descending": f"{pages}?size=20&sort=displayName,desc&page={last}",
                "own and granted, middle by name": f"{own}?size=20&sort=name,asc&page={last // 2}",
                "everything visible, last": f"{own}?access=ALL&size=20&page={last}",
                "search, found in 10": f"{own}?access=ALL&q=09999",
                "search, found in 1,000": f"{own}?access=ALL&q=algorithm-099",
                "search, found in all": f"{own}?access=ALL&q=algorithm",
                "search of two characters, in all": f"{own}?access=ALL&q=al",
            }.items():
                median, slowest, total = measure(url, token, path, arguments.repeat)
                print(f"{name:40} {median:8.2f} {slowest:8.2f}  {total}", flush=True)
        finally:
            stop(process)


if __name__ == "__main__":
    main()
