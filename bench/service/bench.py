"""Our hub and the official local tool, qhub-serve, running the same no-op service side by side.

    build/python/reference/bin/python bench/service/bench.py [--official build/python/qhub-serve/bin/qhub-serve]

Prints a table: start to SUCCEEDED, status requests per second, listing of 2,000 executions.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
os.environ.setdefault("QHUB_PROGRAMS", str(ROOT / "build/release/bin"))
os.environ["QHUBD_SERVICE_PYTHON"] = sys.executable
os.environ["QHUBD_LOG_LEVEL"] = "warning"

PYTHON = "def run() -> dict:\n    return {}\n"
NATIVE = "#!/bin/sh\n"


class Gateway:
    """One kept connection to a service's base URL."""

    def __init__(self, base: str, token: str):
        url = urllib.parse.urlsplit(base)
        self.connection = http.client.HTTPConnection(url.hostname, url.port)
        self.connection.connect()
        self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.path = url.path
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def ask(self, method: str, path: str = "", body: str | None = None) -> bytes:
        self.connection.request(method, (self.path + path) or "/", body, self.headers)
        answer = self.connection.getresponse()
        content = answer.read()
        assert answer.status < 300 or answer.status == 404, content
        return content

    def run_once(self) -> float:
        """Seconds from the start to the answer that says SUCCEEDED."""
        begin = time.perf_counter()
        id_ = json.loads(self.ask("POST", body="{}"))["id"]
        while json.loads(self.ask("GET", f"/{id_}")).get("status") != "SUCCEEDED":
            time.sleep(0.001)
        return time.perf_counter() - begin


def milliseconds(values: list[float]) -> str:
    ordered = sorted(values)
    return f"{statistics.median(ordered) * 1e3:.1f} ms (p95 {ordered[int(len(ordered) * 0.95)] * 1e3:.1f})"


def start_to_end(gateway: Gateway, count: int) -> str:
    for _ in range(3):
        gateway.run_once()
    return milliseconds([gateway.run_once() for _ in range(count)])


def listing(gateway: Gateway) -> str:
    content = gateway.ask("GET")
    begin = time.perf_counter()
    for _ in range(10):
        content = gateway.ask("GET")
    elapsed = (time.perf_counter() - begin) / 10
    return f"{elapsed * 1e3:.1f} ms for {len(json.loads(content))}"


def status_rate(base: str, token: str, id_: str, seconds: float = 4.0, connections: int = 64) -> str:
    """By wrk, which takes little of the two cores for itself; all clients are the same."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{int(seconds)}s", "-H", f"Authorization: Bearer {token}",
               f"{base}/{id_}"]
    report = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    (line,) = [line for line in report.splitlines() if line.startswith("Requests/sec")]
    return f"{float(line.split()[1]):,.0f} /s"


def fill(gateway_of, count: int) -> None:
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        def work(_):
            gateway = gateway_of()
            for _ in range(count // 8):
                gateway.ask("POST", body="{}")
        list(pool.map(work, range(8)))


def ours(rows: dict) -> None:
    from support.hub import Hub
    from support.service import Provider, python_source
    with tempfile.TemporaryDirectory() as folder, Hub(Path(folder) / "data") as hub:
        provider = Provider(hub)
        for name, files, runtime in (("native", {"run": NATIVE}, "EXECUTABLE"),
                                     ("Python", python_source(PYTHON), "PYTHON_TEMPLATE")):
            service = provider.deploy(name, files, runtime=runtime)
            base = provider.endpoint(service)
            rows[f"start to SUCCEEDED, {name}"] = start_to_end(Gateway(base, hub.token), 60)
            if name == "native":
                fill(lambda: Gateway(base, hub.token), 2000)
                gateway = Gateway(base, hub.token)
                while any(entry["status"] in ("PENDING", "RUNNING") for entry in json.loads(gateway.ask("GET"))):
                    time.sleep(0.5)
                rows["listing"] = listing(gateway)
                page = Gateway(hub.url, hub.token)
                page.headers["X-Auth-Token"] = hub.token
                begin = time.perf_counter()
                for number in range(20):
                    page.ask("GET", f"/qc-catalog/service-executions?size=100&page={number}")
                rows["listing in 20 pages"] = f"{(time.perf_counter() - begin) * 1e3:.1f} ms"
                rows["status"] = status_rate(base, hub.token, json.loads(gateway.ask("GET"))[0]["id"])


def official(program: str, rows: dict) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, content in {"src/__init__.py": "", "src/program.py": PYTHON}.items():
            path = Path(folder) / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(content)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = subprocess.Popen([program, "--workspace", folder, "--port", str(port)], cwd=folder,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        base = f"http://127.0.0.1:{port}"
        try:
            for _ in range(300):
                try:
                    Gateway(base, "none").ask("GET", "/")
                    break
                except (OSError, http.client.HTTPException):
                    time.sleep(0.1)
            gateway = Gateway(base, "none")
            gateway.path = ""
            rows["start to SUCCEEDED, Python"] = start_to_end(gateway, 30)
            def fresh():
                other = Gateway(base, "none")
                return other
            fill(fresh, 2000)
            time.sleep(10)
            rows["listing"] = listing(gateway)
            rows["status"] = status_rate(base, "none", json.loads(gateway.ask("GET"))[0]["id"])
        finally:
            server.terminate()
            server.wait()


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--official", help="the program qhub-serve, in an environment of its own")
    arguments = options.parse_args()
    mine: dict[str, str] = {}
    theirs: dict[str, str] = {}
    ours(mine)
    if arguments.official:
        official(arguments.official, theirs)
    print("| | qhubd, isolated | qhub-serve, not isolated |\n|---|---|---|")
    for name, value in mine.items():
        print(f"| {name} | {value} | {theirs.get(name, '-')} |")


if __name__ == "__main__":
    main()
