"""qhubctl as a person or a script calls it, with a configuration and an environment of its own."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from support.programs import program, sanitizer_reports
from support.terminal import Terminal

TIMEOUT = 120  # seconds


@dataclass
class Outcome:
    code: int
    output: bytes
    errors: str

    @property
    def text(self) -> str:
        return self.output.decode()


@dataclass
class CommandLine:
    home: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def config(self) -> Path:
        return self.home / ".config/qhubctl/config.json"

    def __call__(self, *arguments: str | Path, stdin: str = "", **environment: str) -> Outcome:
        done = subprocess.run(
            [program("qhubctl"), *arguments],
            input=stdin.encode(),
            capture_output=True,
            timeout=TIMEOUT,
            env={"HOME": str(self.home), **self.environment, **environment},
        )
        errors = done.stderr.decode()
        assert not sanitizer_reports(errors), errors
        return Outcome(done.returncode, done.stdout, errors)

    def on_terminal(self, *arguments: str | Path, columns: int = 80, directory: Path | None = None,
                    **environment: str) -> Terminal:
        """The same on a terminal, where a person sees what goes to standard output and standard error."""
        return Terminal([program("qhubctl"), *arguments], {"HOME": str(self.home), **self.environment, **environment},
                        columns, directory)

    def shown(self, *arguments: str | Path, columns: int = 80, **environment: str) -> str:
        """What a terminal shows of a run that succeeds."""
        with self.on_terminal(*arguments, columns=columns, **environment) as terminal:
            assert terminal.finish() == 0, terminal.text
            return terminal.text

    def refused(self, *arguments: str | Path, **options: str) -> str:
        """Runs what must fail: the exit code is not 0, nothing is printed, and the reason takes one line."""
        outcome = self(*arguments, **options)
        assert outcome.code not in (0, -6, -11, 134, 139), outcome
        assert outcome.output == b""
        assert outcome.errors.startswith("qhubctl: ")
        assert outcome.errors.endswith("\n") and outcome.errors.count("\n") == 1, outcome.errors
        return outcome.errors
