"""Our hub and the official local tool, qhub-serve, running the same no-op service side by side.

    build/python/reference/bin/python bench/service/bench.py [--official build/python/qhub-serve/bin/qhub-serve]

Prints a table: start to SUCCEEDED, 200 executions at once, status requests per second, listing of 2,000 executions.
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
NATIVE = Path("/bin/true").read_bytes()
LISTED = 2000
AT_ONCE = 200
FINAL = ("SUCCEEDED", "FAILED", "CANCELLED")


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
    times = []
    for _ in range(10):
        begin = time.perf_counter()
        content = gateway.ask("GET")
        times.append(time.perf_counter() - begin)
    assert len(json.loads(content)) >= LISTED
    return milliseconds(times)


def status_rate(base: str, token: str, id_: str, seconds: float = 4.0, connections: int = 64) -> float:
    """Requests per second, by wrk, which takes little of the two cores for itself; all clients are the same."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{int(seconds)}s", "-H", f"Authorization: Bearer {token}",
               f"{base}/{id_}"]
    report = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    (line,) = [line for line in report.splitlines() if line.startswith("Requests/sec")]
    return float(line.split()[1])


def start_many(gateway_of, count: int) -> list[str]:
    """Starts them over eight connections; returns their ids."""
    def work(_):
        gateway = gateway_of()
        return [json.loads(gateway.ask("POST", body="{}"))["id"] for _ in range(count // 8)]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        return [id_ for ids in pool.map(work, range(8)) for id_ in ids]


def wait_for_all(gateway: Gateway, ids: list[str]) -> None:
    for id_ in ids:
        while (status := json.loads(gateway.ask("GET", f"/{id_}")).get("status")) not in FINAL:
            time.sleep(0.005)
        assert status == "SUCCEEDED", (id_, status)


def many_at_once(gateway_of) -> str:
    begin = time.perf_counter()
    wait_for_all(gateway_of(), start_many(gateway_of, AT_ONCE))
    return f"{time.perf_counter() - begin:.2f} s"


def ours(rows: dict) -> float:
    """Fills the rows; returns status requests per second."""
    from support.hub import Hub
    from support.service import Provider, python_source
    with tempfile.TemporaryDirectory() as folder, Hub(Path(folder) / "data") as hub:
        provider = Provider(hub)
        for name, files, runtime in (("native", {"run": NATIVE}, "EXECUTABLE"),
                                     ("Python", python_source(PYTHON), "PYTHON_TEMPLATE")):
            service = provider.deploy(name, files, runtime=runtime)
            gateway_of = lambda: Gateway(provider.endpoint(service), hub.token)
            rows[f"start to SUCCEEDED, {name}, p50"] = start_to_end(gateway_of(), 100)
            rows[f"{AT_ONCE} started at once, {name}, until all SUCCEEDED"] = many_at_once(gateway_of)
            if name == "Python":
                continue
            gateway = gateway_of()
            ids = start_many(gateway_of, LISTED - AT_ONCE)
            wait_for_all(gateway, ids)
            rows[f"listing of {LISTED:,}, p50"] = listing(gateway)
            page = Gateway(hub.url, hub.token)
            page.headers["X-Auth-Token"] = hub.token
            begin = time.perf_counter()
            for number in range(LISTED // 100):
                page.ask("GET", f"/qc-catalog/service-executions?size=100&page={number}")
            rows[f"listing of {LISTED:,} in pages of 100"] = f"{(time.perf_counter() - begin) * 1e3:.1f} ms"
            rate = status_rate(provider.endpoint(service), hub.token, ids[0])
    return rate


def official(program: str, rows: dict, reloads: bool) -> float:
    """As it is shipped, or its application without the process that watches for changes of the code."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in {"src/__init__.py": "", "src/program.py": PYTHON}.items():
            path = Path(folder) / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(content)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = str(probe.getsockname()[1])
        command = [program, "--workspace", folder, "--port", port]
        if not reloads:
            command = [str(Path(program).parent / "uvicorn"), "qhub_serve.app:app", "--app-dir", folder, "--port", port,
                       "--log-level", "error"]
        environment = {**os.environ, "WORKSPACE": folder, "LOG_LEVEL": "ERROR"}
        server = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                  env=environment)
        gateway_of = lambda: Gateway(f"http://127.0.0.1:{port}", "none")
        try:
            for _ in range(300):
                try:
                    gateway_of().ask("GET", "/")
                    break
                except (OSError, http.client.HTTPException):
                    time.sleep(0.1)
            gateway = gateway_of()
            rows["start to SUCCEEDED, Python, p50"] = start_to_end(gateway, 30)
            rows[f"{AT_ONCE} started at once, Python, until all SUCCEEDED"] = many_at_once(gateway_of)
            ids = start_many(gateway_of, LISTED - AT_ONCE)
            wait_for_all(gateway_of(), ids)  # it closes connections that wait for 5 s
            rows[f"listing of {LISTED:,}, p50"] = listing(gateway_of())
            return status_rate(f"http://127.0.0.1:{port}", "none", ids[0])
        finally:
            server.terminate()
            server.wait()


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--official", help="the program qhub-serve, in an environment of its own")
    arguments = options.parse_args()
    mine: dict[str, str] = {}
    shipped: dict[str, str] = {}
    tuned: dict[str, str] = {}
    rate = ours(mine)
    mine["status requests"] = f"{rate:,.0f}/s"
    if arguments.official:
        for rows, reloads in ((shipped, True), (tuned, False)):
            theirs = official(arguments.official, rows, reloads)
            rows["status requests"] = f"{theirs:,.0f}/s (qhubd: {rate / theirs:.1f} ×)"
    print("| | qhubd, isolated | qhub-serve, as shipped | qhub-serve, without reloader |\n|---|---|---|---|")
    for name, value in mine.items():
        print(f"| {name} | {value} | {shipped.get(name, '–')} | {tuned.get(name, '–')} |")


if __name__ == "__main__":
    main()
