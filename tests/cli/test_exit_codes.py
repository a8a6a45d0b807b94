"""What qhubctl's exit codes say, what interrupts do, and what a closed pipe does."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import zlib

import pytest

from support.command_line import CommandLine
from support.programs import REPOSITORY, program
from support.recorder import Answer, Recorder

BELL = REPOSITORY / "examples/bell.qasm"
# Some seconds of work: as many qubits as take a while, none of them Clifford.
LONG = "OPENQASM 3.0; qubit[26] q; bit[26] b; " + " ".join(
    f"rx(0.{i + 1}) q[{i % 26}]; cnot q[{i % 26}], q[{(i * 7 + 1) % 26 if (i * 7 + 1) % 26 != i % 26 else (i + 1) % 26}];"
    for i in range(900)) + " b = measure q;"


@pytest.fixture
def qhubctl(tmp_path, hub):
    return CommandLine(tmp_path, {"KQH_PERSONAL_ACCESS_TOKEN": hub.token, "QHUB_URL": hub.url})


@pytest.fixture
def recorder():
    with Recorder() as running:
        yield running


@pytest.fixture
def long_circuit(tmp_path):
    file = tmp_path / "long.qasm"
    file.write_text(LONG)
    return file


@pytest.mark.parametrize(("status", "code"), [
    (400, 1), (401, 4), (403, 4), (404, 5), (409, 6), (412, 6), (402, 7), (422, 1), (418, 1)])
def test_statuses(qhubctl, recorder, status, code):
    recorder.answer = Answer(status, json.dumps({"detail": "for a reason"}).encode(), "application/problem+json", {"Retry-After": "0"})
    outcome = qhubctl("job", "get", "1", QHUB_URL=recorder.url)
    assert outcome.code == code
    assert "for a reason" in outcome.errors and outcome.errors.count("\n") == 1


def test_a_quota_that_is_used_up(qhubctl, recorder):
    recorder.answer = Answer(429, b"{}", headers={"Retry-After": "0"})
    assert qhubctl("job", "get", "1", QHUB_URL=recorder.url).code == 7


def test_unreachable(qhubctl):
    assert qhubctl("job", "list", QHUB_URL="http://127.0.0.1:9").code == 9
    assert qhubctl("job", "list", QHUB_URL="http://no-such-host.invalid").code == 9


def test_a_small_answer_that_unfolds_to_a_large_one(qhubctl, recorder):
    packing = zlib.compressobj(1, wbits=31)  # gzip
    bomb = b"".join(packing.compress(bytes(1 << 20)) for _ in range(400)) + packing.flush()
    assert len(bomb) < 4 << 20
    recorder.answer = Answer(200, bomb, headers={"Content-Encoding": "gzip"})
    outcome = qhubctl("job", "list", QHUB_URL=recorder.url)
    assert outcome.code == 1 and "too long" in outcome.errors


def test_no_login(qhubctl):
    outcome = qhubctl("job", "list", KQH_PERSONAL_ACCESS_TOKEN="")
    assert outcome.code == 4 and "qhubctl login" in outcome.errors


def test_a_job_that_fails(qhubctl, recorder):
    recorder.answer = Answer(200, b'{"status":"FAILED","error":{"message":"the trap is empty"}}')
    outcome = qhubctl("job", "wait", "7", QHUB_URL=recorder.url)
    assert outcome.code == 3
    assert outcome.errors == "qhubctl: job 7 ended FAILED: the trap is empty\n"


def test_a_deadline_leaves_the_job_running(qhubctl, long_circuit):
    outcome = qhubctl("run", long_circuit, "--backend", "aws.sim.sv1", "--shots", "10", "--deadline", "1")
    assert outcome.code == 8
    job = re.search(r"qhubctl job wait (\S+)", outcome.errors)[1]
    assert qhubctl("job", "get", job, "--json", "status").text.strip() in ('{"status":"RUNNING"}', '{"status":"PENDING"}')
    assert qhubctl("job", "cancel", job).code == 0
    assert qhubctl("job", "wait", job).code == 3


@pytest.mark.parametrize("cancel", [False, True])
def test_ctrl_c_ends_the_waiting_and_says_which_job_goes_on(qhubctl, long_circuit, cancel):
    words = ["run", long_circuit, "--backend", "aws.sim.sv1", "--shots", "10"]
    with qhubctl.on_terminal(*words, *(["--cancel-on-interrupt"] if cancel else [])) as terminal:
        terminal.wait_for(" after ")
        terminal.type("\x03")
        assert terminal.finish() == 130
        job = re.search(r"interrupted; job (\S+) (is cancelled|goes on: qhubctl job wait)", terminal.text)
    assert job, terminal.text
    assert (job[2] == "is cancelled") == cancel
    status = json.loads(qhubctl("job", "get", job[1], "--json", "status").text)["status"]
    assert (status in ("CANCELLING", "CANCELLED")) == cancel
    if not cancel:
        assert qhubctl("job", "cancel", job[1]).code == 0


def test_sigterm_is_like_ctrl_c(qhubctl, long_circuit):
    with qhubctl.on_terminal("run", long_circuit, "--backend", "aws.sim.sv1", "--shots", "10", "--cancel-on-interrupt") as terminal:
        terminal.wait_for(" after ")
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.finish() == 130


def test_a_closed_pipe_ends_it_as_it_ends_others(qhubctl, tmp_path):
    script = "set -o pipefail; qhubctl api list | head -n 1 >/dev/null; echo ${PIPESTATUS[0]}"
    path = f"{program('qhubctl').parent}:{os.environ['PATH']}"
    for _ in range(3):
        done = subprocess.run(["bash", "-c", script], env={"PATH": path, "HOME": str(tmp_path)}, capture_output=True, text=True)
        assert done.stdout in ("141\n", "0\n")  # 0 if all fitted into the pipe before head was gone
    closed = subprocess.run(["bash", "-c", "qhubctl manual | exec sleep 0; echo ${PIPESTATUS[0]}"],
                            env={"PATH": path, "HOME": str(tmp_path)}, capture_output=True, text=True)
    assert closed.stdout == "141\n" and closed.stderr == ""


def test_a_full_disk_is_told(tmp_path):
    with open("/dev/full", "w") as full:
        done = subprocess.run([program("qhubctl"), "manual"], stdout=full, stderr=subprocess.PIPE, env={"HOME": str(tmp_path)})
    assert done.returncode == 1 and b"cannot write" in done.stderr


def test_mistakes_in_a_circuit_file_are_pointed_at(qhubctl, tmp_path):
    wrong = tmp_path / "wrong.qasm"
    wrong.write_text("OPENQASM 3.0;\nqubit[2] q;\nh q[0];\ncnot q[0], q[15];\n")
    expected = f"{wrong}:4:14: index 15"
    for words in (["simulate", wrong], ["circuit", "show", wrong], ["job", "submit", wrong, "--backend", "aws.sim.sv1", "--shots", "1"],
                  ["run", wrong, "--backend", "aws.sim.sv1", "--shots", "1"]):
        outcome = qhubctl(*words)
        assert outcome.code == 1 and outcome.output == b""
        first, line, caret, *_ = outcome.errors.split("\n")
        assert first.startswith(expected), outcome.errors
        assert line == "    cnot q[0], q[15];" and caret == "                 ^~"
