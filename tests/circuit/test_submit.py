"""The SDK's submit(): one circuit on backends of every family that the hub has, each answering in its own bit order."""

from __future__ import annotations

import os
import subprocess

import pytest

from support.programs import program, sanitizer_reports

BACKENDS = [
    "aws.sim.sv1",
    "kipu.sim.qsim",
    "qudora.sim.xg1",
    "aqt.sim.ideal",
    "azure.ionq.simulator",
]


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_classical_bits_come_back_in_their_order(hub, backend):
    done = subprocess.run(
        [program("submit_circuit"), backend],
        env={**os.environ, "QHUB_URL": hub.url, "QHUB_TOKEN": hub.token},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert not sanitizer_reports(done.stderr), done.stderr
    assert done.returncode == 0, done.stderr
    picture, outcomes = done.stdout.split(f"{backend}\n")
    assert "q[2]" in picture
    shares = {bits: float(share) for bits, share in (line.split() for line in outcomes.splitlines())}
    # Qubit 2 is 1 in classical bit 0, on the right; qubits 0 and 1 differ.
    assert set(shares) == {"011", "101"}
    assert sum(shares.values()) == pytest.approx(1)
    assert shares["011"] == pytest.approx(0.5, abs=5 * (0.25 / 1000) ** 0.5)


def test_an_unknown_backend_is_named(hub):
    done = subprocess.run(
        [program("submit_circuit"), "aws.sim.none"],
        env={**os.environ, "QHUB_URL": hub.url, "QHUB_TOKEN": hub.token},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert "404" in done.stderr
