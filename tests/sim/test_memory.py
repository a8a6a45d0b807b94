# environments: reference
# sanitized: no — sanitizers need memory of their own
"""What whole runs take of the machine's memory: the state, little more, and nothing before it is admitted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from support.command_line import CommandLine, program

sys.path.append(str(Path(__file__).resolve().parents[2] / "bench/sim"))
import families  # noqa: E402

# In a process of its own, since a child's peak starts with that of the process it comes from.
MEASURE = """
import os, sys
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_CLOSE, 1)])
_, status, usage = os.wait4(child, 0)
print(usage.ru_maxrss * 1024)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def peak_bytes(*command: str) -> int:
    measured = subprocess.run([sys.executable, "-I", "-c", MEASURE, *command], capture_output=True, text=True)
    return int(measured.stdout)


@pytest.mark.parametrize("precision, qubits, amplitude_bytes", [("double", 22, 16), ("single", 23, 8)])
@pytest.mark.parametrize("family", families.FAMILIES)
def test_a_run_takes_little_more_than_its_state(family, precision, qubits, amplitude_bytes, tmp_path):
    file = tmp_path / "circuit.qasm"
    file.write_text(families.to_openqasm(qubits, families.FAMILIES[family](qubits)))
    peak = peak_bytes(str(program("qhubctl")), "simulate", str(file), "--engine", "statevector", "--precision", precision)
    assert peak > 2**qubits * amplitude_bytes
    assert peak <= 1.05 * 2**qubits * amplitude_bytes + 64e6


def test_what_does_not_fit_is_refused_before_it_is_allocated(tmp_path):
    file = tmp_path / "circuit.qasm"
    file.write_text(families.to_openqasm(30, families.ghz(30)).replace("cx", "ch"))
    command = ("simulate", file, "--engine", "statevector", "--memory", "1")
    errors = CommandLine(tmp_path).refused(*command)
    assert "30 qubits" in errors and "(16.0 GiB)" in errors and "(1.0 GiB)" in errors
    assert peak_bytes(str(program("qhubctl")), *map(str, command)) < 64e6
