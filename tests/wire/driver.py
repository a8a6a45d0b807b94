"""Our typed C++ client as a process that makes the calls it is told to, one JSON object per line."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from support.programs import program, sanitizer_reports


class Driver:
    def __init__(self, base_url: str, token: str, organization: str | None = None):
        command = [program("qhub_wire_driver"), "--base-url", base_url, "--api-key", token]
        if organization is not None:
            command += ["--organization-id", organization]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def call(self, line: dict[str, Any]) -> dict[str, Any]:
        self._process.stdin.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise AssertionError(f"the driver ended:\n{self._process.stderr.read().decode(errors='replace')}")
        # An answer of bytes is a JSON string of just these bytes, be they UTF-8 or not.
        return json.loads(answer.decode(errors="surrogateescape"))

    def __enter__(self) -> Driver:
        return self

    def __exit__(self, kind, *_) -> None:
        _, errors = self._process.communicate(timeout=30)
        if kind is None:
            assert self._process.returncode == 0, errors.decode(errors="replace")
            assert not sanitizer_reports(errors.decode(errors="replace"))
