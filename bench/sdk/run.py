#!/usr/bin/env python3
"""Measures the SDK beside the official Python client and a bare libcurl loop, in one run against one server, and prints
a table: run.py [--programs build/release/bin] [--python build/python/3.3.0/bin/python] [--rounds 3]

Rounds alternate between the three, and the best round counts: what else happens on a machine only ever adds time.
"""

import argparse
import json
import os
import pathlib
import subprocess
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).parent
TIMES = {"status": (3000, 600), "page": (2000, 200), "stream": (10, 4), "async": (2, 2)}  # ours, Python's
CALLS = {"async": (256 * 40, 256 * 4)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=pathlib.Path, default=REPOSITORY / "build/release/bin")
    parser.add_argument("--python", type=pathlib.Path, default=REPOSITORY / "build/python/3.3.0/bin/python")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scenarios", nargs="*", default=["first", "status", "page", "stream", "async"])
    arguments = parser.parse_args()
    clients = {
        "libcurl": [arguments.programs / "bench_sdk_curl"],
        "qhub": [arguments.programs / "bench_sdk"],
        "Python": [arguments.python, "-B", HERE / "official.py"],
    }
    server = subprocess.Popen([arguments.programs / "bench_sdk_server"], stdout=subprocess.PIPE, text=True)
    try:
        url = f"http://127.0.0.1:{int(server.stdout.readline())}"
        results = {}
        for scenario in arguments.scenarios:
            for _ in range(arguments.rounds):
                for client, command in clients.items():
                    if client == "libcurl" and scenario in ("async", "first"):
                        continue
                    times = TIMES.get(scenario, (1, 1))[client == "Python"]
                    begin = time.perf_counter()
                    output = subprocess.run([*command, url, scenario, str(times)], check=True, capture_output=True,
                                            text=True, env={**os.environ, "no_proxy": "*"}).stdout
                    result = json.loads(output)
                    result.setdefault("wall_us", (time.perf_counter() - begin) * 1e6)
                    calls = CALLS.get(scenario, (1, 1))[client == "Python"]
                    result = {k: v / calls if k.endswith("_us") else v for k, v in result.items()}
                    kept = results.setdefault((scenario, client), result)
                    if result["wall_us"] < kept["wall_us"]:
                        results[scenario, client] = result
    finally:
        server.kill()
    print("| scenario | client | time, µs | CPU, µs | peak, MB | to libcurl | Python to it |")
    print("|---|---|---|---|---|---|---|")
    for (scenario, client), result in results.items():
        bare = results.get((scenario, "libcurl"))
        python = results.get((scenario, "Python"))
        print(f"| {scenario} | {client} | {result['wall_us']:.1f} | {result.get('cpu_us', 0):.1f} "
              f"| {result.get('peak_kb', 0) / 1024:.1f} | {result['wall_us'] / bare['wall_us']:.2f} |" if bare else
              f"| {scenario} | {client} | {result['wall_us']:.1f} | {result.get('cpu_us', 0):.1f} "
              f"| {result.get('peak_kb', 0) / 1024:.1f} | |",
              f"{python['wall_us'] / result['wall_us']:.1f} |")


if __name__ == "__main__":
    main()
