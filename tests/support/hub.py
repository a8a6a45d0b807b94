"""A qhubd process of our own, driven as an administrator would: started, stopped, killed, started again."""

from __future__ import annotations

import re
import signal
import subprocess
import time
from pathlib import Path

from support.programs import program, sanitizer_reports

STARTING = 30.0  # seconds a hub may take until it listens, sanitizers included
STOPPING = 30.0  # seconds a hub may take to finish after SIGTERM


class Hub:
    """One data directory and, while running, one process. A restart listens on the same port again."""

    def __init__(self, data: Path, *options: str):
        self.data = data
        self.options = options  # of qhubd serve
        self.log = data.parent / f"{data.name}.log"
        self.scheme = "http"
        self.address = "127.0.0.1:0"
        self.process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.address}"

    @property
    def quantum_url(self) -> str:
        return f"{self.url}/quantum"

    @property
    def token(self) -> str:
        return (self.data / "owner-token").read_text().strip()

    @property
    def platform_url(self) -> str:
        return f"{self.url}/qc-catalog"

    @property
    def user_url(self) -> str:
        return f"{self.url}/user-service"

    def add_user(self, name: str) -> str:
        """A further user, as an operator adds one while the hub runs; returns the token."""
        email = f"{name.lower().replace(' ', '.')}@example.org"
        command = [program("qhubd"), "user", "add", "--data-dir", self.data, "--email", email, "--name", name]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1]

    def start(self) -> Hub:
        with self.log.open("ab") as log:
            begin = log.tell()
            self.process = subprocess.Popen(
                [program("qhubd"), "serve", "--data-dir", self.data, "--listen", self.address, *self.options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + STARTING
        while time.monotonic() < deadline:
            written = self.log.read_bytes()[begin:].decode(errors="replace")
            if ready := re.search(r"listening on (https?)://(\S+:\d+)\b", written):
                self.scheme, self.address = ready.groups()
                return self
            assert self.process.poll() is None, f"qhubd ended with {self.process.returncode}:\n{written}"
            time.sleep(0.02)
        self.process.kill()
        raise AssertionError(f"qhubd did not listen within {STARTING} s:\n{written}")

    def kill(self) -> None:
        """kill -9: the process gets no chance to finish anything."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process = None

    def stop(self) -> None:
        """An orderly end, after which nothing may be wrong: exit code 0, no report of a sanitizer."""
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(STOPPING)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"qhubd did not end within {STOPPING} s of SIGTERM:\n{self.log.read_text()}")
        self.process = None
        log = self.log.read_text(errors="replace")
        assert code == 0, f"qhubd ended with {code}:\n{log}"
        assert not sanitizer_reports(log), log

    def __enter__(self) -> Hub:
        return self.start()

    def __exit__(self, *_) -> None:
        if self.process is not None:
            self.stop()
