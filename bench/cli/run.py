#!/usr/bin/env python3
"""How long a short command of qhubctl takes, beside Python with the official client doing the same.

    bench/cli/run.py [--programs build/release/bin] [--python build/python/3.3.0/bin/python] [--times 30]

Each line is the median of whole processes, from their start to their end, on a hub that runs on this machine.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent
OFFICIAL = """
import os
from qhub.api.quantum import HubQuantumClient
client = HubQuantumClient(api_key=os.environ["KQH_PERSONAL_ACCESS_TOKEN"], base_url=os.environ["QHUB_URL"] + "/quantum")
print(client.jobs.search_jobs(size=1))
"""


def milliseconds(command: list, environment: dict[str, str], times: int) -> float:
    def once() -> float:
        began = time.perf_counter()
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
        return 1000 * (time.perf_counter() - began)

    once()  # files in memory, bytecode compiled
    return statistics.median(once() for _ in range(times))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=Path, default=REPOSITORY / "build/release/bin")
    parser.add_argument("--python", type=Path, default=REPOSITORY / "build/python/3.3.0/bin/python")
    parser.add_argument("--times", type=int, default=30)
    arguments = parser.parse_args()
    qhubctl = arguments.programs / "qhubctl"
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        hub = subprocess.Popen([arguments.programs / "qhubd", "serve", "--data-dir", data, "--listen", "127.0.0.1:0"],
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            url = next(found[1] for line in hub.stdout if (found := re.search(r"listening on (\S+)", line)))
            environment = {"PATH": os.environ["PATH"], "HOME": folder, "QHUB_URL": url,
                           "KQH_PERSONAL_ACCESS_TOKEN": (data / "owner-token").read_text().strip()}
            rows = {"qhubctl version": [qhubctl, "version"],
                    "qhubctl __complete job \"\"": [qhubctl, "__complete", "job", ""],
                    "qhubctl job list --size 1": [qhubctl, "job", "list", "--size", "1"],
                    "Python: import and the same call": [arguments.python, "-c", OFFICIAL]}
            measured = {name: milliseconds(command, environment, arguments.times) for name, command in rows.items()}
        finally:
            hub.terminate()
            hub.wait()
    print("| | median, ms |\n|---|---|")
    for name, value in measured.items():
        print(f"| `{name}` | {value:.1f} |")
    ours, theirs = list(measured.values())[2:]
    print(f"\nThe same call: {theirs / ours:.0f} times faster.")


if __name__ == "__main__":
    main()
