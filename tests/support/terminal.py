"""A program in a pseudo-terminal, as a person sees it."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from dataclasses import dataclass, field
from pathlib import Path

TIMEOUT = 60.0  # seconds


@dataclass
class Terminal:
    """One run of a program on a terminal of its own, of a given width."""

    command: list[str | Path]
    environment: dict[str, str]
    columns: int = 80
    directory: Path | None = None
    output: bytes = field(default=b"", init=False)

    def __enter__(self) -> Terminal:
        self.main, side = pty.openpty()
        fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 50, self.columns, 0, 0))
        self.process = subprocess.Popen(
            [str(word) for word in self.command], stdin=side, stdout=side, stderr=side, cwd=self.directory,
            env={"TERM": "xterm-256color", **self.environment}, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(side)
        return self

    def read(self, seconds: float) -> bool:
        """Takes what comes within this time; returns whether the terminal is still open."""
        ready, _, _ = select.select([self.main], [], [], seconds)
        if not ready:
            return True
        try:
            piece = os.read(self.main, 65536)
        except OSError:  # Linux: EIO once the program has ended
            return False
        self.output += piece
        return bool(piece)

    def wait_for(self, text: str) -> None:
        deadline = time.monotonic() + TIMEOUT
        while text not in self.text:
            assert time.monotonic() < deadline and self.read(0.1), f"'{text}' did not come:\n{self.text}"

    def type(self, keys: str) -> None:
        os.write(self.main, keys.encode())

    def finish(self) -> int:
        deadline = time.monotonic() + TIMEOUT
        while self.read(0.5):
            assert time.monotonic() < deadline, f"still running:\n{self.text}"
        return self.process.wait(TIMEOUT)

    @property
    def text(self) -> str:
        return self.output.decode(errors="replace").replace("\r\n", "\n")

    def __exit__(self, *_) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.main)
