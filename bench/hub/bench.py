"""What the benchmarks of the hub share: a hub of their own, nginx beside it, and wrk."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

BELL = "OPENQASM 3.0; qubit[2] q; bit[2] b; h q[0]; cnot q[0], q[1]; b = measure q;"
FINAL = {"COMPLETED", "FAILED", "CANCELLED", "ABORTED"}


class Hub:
    """A qhubd on a free port with a fresh data directory, or the one given."""

    def __init__(self, programs: str, *options: str, data: str | None = None):
        self._temporary = None if data else tempfile.TemporaryDirectory()
        self.data = Path(data or self._temporary.name)
        self._command = [f"{programs}/qhubd", "serve", "--data-dir", str(self.data), "--listen", "127.0.0.1:0", *options]

    def __enter__(self) -> Hub:
        started = time.perf_counter()
        self.log = open(self.data / "qhubd.log", "w")
        self.process = subprocess.Popen(self._command, stdout=subprocess.PIPE, stderr=self.log, text=True)
        for line in self.process.stdout:
            if line.startswith("listening on "):
                self.url = line.split()[-1]
                break
        else:
            raise SystemExit(f"qhubd ended: see {self.log.name}")
        self.start_seconds = time.perf_counter() - started
        self.headers = {"X-Auth-Token": (self.data / "owner-token").read_text().strip()}
        return self

    def __exit__(self, *_) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        self.log.close()
        if self._temporary:
            self._temporary.cleanup()

    def get(self, path: str) -> bytes:
        with urllib.request.urlopen(urllib.request.Request(self.url + path, headers=self.headers)) as answer:
            return answer.read()

    def submit_bell(self) -> str:
        body = json.dumps({"backend_id": "aws.sim.sv1", "shots": 100, "input": BELL}).encode()
        request = urllib.request.Request(
            f"{self.url}/quantum/jobs", body, {**self.headers, "Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)["id"]

    def wait(self, job: str) -> None:
        while json.loads(self.get(f"/quantum/jobs/{job}/status"))["status"] not in FINAL:
            time.sleep(0.01)

    def resident_mib(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


class Nginx:
    """nginx with two workers, serving `content` as one static file."""

    def __init__(self, content: bytes):
        self._temporary = tempfile.TemporaryDirectory()
        self._folder = Path(self._temporary.name)
        self._folder.chmod(0o755)
        (self._folder / "status").write_bytes(content)
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}/status"

    def __enter__(self) -> Nginx:
        configuration = self._folder / "nginx.conf"
        configuration.write_text(
            f"""user root; worker_processes 2; daemon off; pid {self._folder}/pid; error_log {self._folder}/error;
events {{ worker_connections 4096; }}
http {{ access_log off; keepalive_requests 100000000; sendfile on; open_file_cache max=10;
  server {{ listen 127.0.0.1:{self._port}; root {self._folder}; default_type application/json; }} }}"""
        )
        self.process = subprocess.Popen(["nginx", "-c", str(configuration)], stderr=subprocess.DEVNULL)
        wait_for(self.url)
        return self

    def __exit__(self, *_) -> None:
        self.process.terminate()
        self.process.wait()
        self._temporary.cleanup()


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(url: str) -> None:
    for _ in range(500):
        try:
            urllib.request.urlopen(url).read()
            return
        except OSError:
            time.sleep(0.01)
    raise SystemExit(f"nothing answers at {url}")


def wrk(url: str, headers: dict[str, str], connections: int, seconds: int, script: str | None = None) -> float:
    """Requests per second; ends the program if an answer was no success."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    if script:
        command += ["-s", script]
    report = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in report or "Socket errors" in report:
        raise SystemExit(report)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", report)[1])
