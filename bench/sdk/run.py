#!/usr/bin/env python3
"""Measures the SDK beside the official Python client and a bare libcurl loop and prints tables:
run.py [--programs build/release/bin] [--python build/python/3.3.0/bin/python] [--rounds 5]

Two servers: `bench_sdk_server`, which answers from memory and so takes the least time that any server can, and a real
`qhubd` with 50 jobs. Rounds alternate between the clients; a time is the median of the rounds, with least and most.
"""

import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import tempfile
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).parent
CONCURRENCY = 256
# Repetitions by the C++ clients and by Python's; of "async" the calls that each of the concurrent coroutines makes.
TIMES = {"first": (1, 1), "status": (3000, 600), "page": (2000, 200), "stream": (10, 4), "async": (40, 4)}


class Clients:
    def __init__(self, programs, python):
        self.commands = {
            "libcurl": [programs / "bench_sdk_curl"],
            "qhub": [programs / "bench_sdk"],
            "Python": [python, "-B", HERE / "official.py"],
        }

    def measure(self, client, url, scenario, token, job):
        times = TIMES[scenario][client == "Python"]
        command = [*self.commands[client], url, scenario, str(times), token, job]
        begin = time.perf_counter()
        output = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, "no_proxy": "*"})
        result = json.loads(output.stdout)
        result.setdefault("wall_us", (time.perf_counter() - begin) * 1e6)
        return result


def table(title, clients, url, scenarios, rounds, token="token", job="5f3a"):
    print(f"\n{title}\n")
    print("| scenario | client | time per call, µs | least – most | CPU, µs | peak, MB | time to libcurl's | Python's time to it "
          "| Python's CPU to it |")
    print("|---|---|---|---|---|---|---|---|---|")
    for scenario in scenarios:
        measured = {client: [] for client in clients.commands if client != "libcurl" or scenario not in ("async", "first")}
        for _ in range(rounds):
            for client, results in measured.items():
                results.append(clients.measure(client, url, scenario, token, job))
        median = {client: {key: statistics.median(result[key] for result in results) for key in results[0] if key != "name"}
                  for client, results in measured.items()}
        for client, results in measured.items():
            here, python, bare = median[client], median["Python"], median.get("libcurl")
            walls = [result["wall_us"] for result in results]
            print(f"| {scenario} | {client} | {here['wall_us']:.1f} | {min(walls):.1f} – {max(walls):.1f} "
                  f"| {here.get('cpu_us', 0):.1f} | {here.get('peak_kb', 0) / 1024:.1f} "
                  f"| {format(here['wall_us'] / bare['wall_us'], '.2f') if bare else ''} "
                  f"| {python['wall_us'] / here['wall_us']:.1f} "
                  f"| {format(python['cpu_us'] / here['cpu_us'], '.1f') if 'cpu_us' in here else ''} |", flush=True)


def build_costs(programs):
    """What using the SDK costs when building: the header in an empty file, without optimization, and a whole program."""
    print("\nBuilding with it\n")
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "empty.cpp"
        times = {}
        for header in ("qhub/quantum.hpp", "boost/json/value.hpp"):
            source.write_text(f"#include <{header}>\n")
            command = ["g++", "-std=c++20", "-I", REPOSITORY / "src", "-I", programs.parent / "generated", "-c", source,
                       "-o", source.with_suffix(".o")]
            walls = []
            for _ in range(3):
                begin = time.perf_counter()
                subprocess.run(command, check=True)
                walls.append(time.perf_counter() - begin)
            times[header] = statistics.median(walls)
            print(f"- `#include <{header}>` in an empty file: {times[header]:.2f} s")
        example = pathlib.Path(folder) / "quickstart"
        subprocess.run(["strip", "-o", example, programs / "quickstart"], check=True)
        print(f"- examples/quickstart, linked statically with the SDK and stripped: {example.stat().st_size / 1e6:.2f} MB")


class Qhubd:
    """A hub with 50 jobs that are done."""

    def __init__(self, programs, folder):
        data = pathlib.Path(folder) / "hub"
        log = open(data.with_suffix(".log"), "w+", encoding="utf-8")
        self.process = subprocess.Popen([programs / "qhubd", "serve", "--data-dir", data, "--listen", "127.0.0.1:0"],
                                        stdout=log, stderr=subprocess.STDOUT)
        try:
            while not (ready := re.search(r"listening on (http://\S+:\d+)\b", data.with_suffix(".log").read_text())):
                assert self.process.poll() is None, "qhubd does not start"
                time.sleep(0.02)
            self.url, self.token = ready[1], (data / "owner-token").read_text().strip()
            told = subprocess.run([programs / "bench_sdk", self.url, "submit", "50", self.token, ""], check=True,
                                  capture_output=True, text=True).stdout
            self.job = told.split()[-1]
        except BaseException:
            self.process.kill()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=pathlib.Path, default=REPOSITORY / "build/release/bin")
    parser.add_argument("--python", type=pathlib.Path, default=REPOSITORY / "build/python/3.3.0/bin/python")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scenarios", nargs="*", default=list(TIMES))
    arguments = parser.parse_args()
    clients = Clients(arguments.programs, arguments.python)
    server = subprocess.Popen([arguments.programs / "bench_sdk_server"], stdout=subprocess.PIPE, text=True)
    try:
        url = f"http://127.0.0.1:{int(server.stdout.readline())}"
        table(f"Answers from memory; async: {CONCURRENCY} calls at once", clients, url, arguments.scenarios, arguments.rounds)
    finally:
        server.kill()
        server.wait()
    real = [scenario for scenario in arguments.scenarios if scenario in ("status", "page")]
    if real:
        with tempfile.TemporaryDirectory() as folder, Qhubd(arguments.programs, folder) as hub:
            table("A qhubd with 50 jobs", clients, hub.url, real, arguments.rounds, hub.token, hub.job)
    build_costs(arguments.programs)


if __name__ == "__main__":
    main()
