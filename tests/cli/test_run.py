"""qhubctl run, job list and backend list against a real hub."""

from __future__ import annotations

import json
import re

import pytest

from support.command_line import CommandLine
from support.programs import REPOSITORY

BELL = REPOSITORY / "examples/bell.qasm"


@pytest.fixture
def qhubctl(tmp_path, hub):
    return CommandLine(tmp_path, {"KQH_PERSONAL_ACCESS_TOKEN": hub.token, "QHUB_QUANTUM_BASE_URL": hub.quantum_url})


def test_histogram(qhubctl):
    outcome = qhubctl("run", BELL, "--backend", "aws.sim.sv1", "--shots", "1000")
    assert (outcome.code, outcome.errors) == (0, "")
    rows = [re.match(r"\s*([01]+)\s+(\d+)\s+[\d.]+ ±\s+[\d.]+ %", line) for line in outcome.text.splitlines() if line.strip()]
    assert all(rows), outcome.text
    counts = {row[1]: int(row[2]) for row in rows}
    assert set(counts) == {"00", "11"} and sum(counts.values()) == 1000


def test_json(qhubctl):
    outcome = qhubctl("run", BELL, "--backend", "aws.sim.sv1", "--shots", "1000", "--json")
    assert outcome.code == 0
    answer = json.loads(outcome.output)
    assert answer["status"] == "COMPLETED"
    [pub] = answer["result"]["pubs"]
    assert pub["type"] == "counts"
    assert set(pub["counts"]) == {"00", "11"} and sum(pub["counts"].values()) == 1000
    listed = json.loads(qhubctl("job", "list", "--json").output)
    assert answer["id"] in [job["id"] for job in listed]


def test_jobs(qhubctl):
    qhubctl("run", BELL, "--backend", "aws.sim.sv1", "--shots", "7", "--name", "seven shots")
    newest, *_ = qhubctl("job", "list").text.splitlines()
    assert {"COMPLETED", "aws.sim.sv1", "7", "seven shots"} <= set(newest.split("\t"))
    assert len(qhubctl("job", "list", "--size", "1").text.splitlines()) == 1


def test_backends(qhubctl):
    assert any(line.startswith("aws.sim.sv1\t") for line in qhubctl("backend", "list").text.splitlines())
    assert "aws.sim.sv1" in [backend["id"] for backend in json.loads(qhubctl("backend", "list", "--json").output)]


def test_a_job_input_as_json(qhubctl, tmp_path):
    file = tmp_path / "job.json"
    file.write_text('{"gateset":"qis","qubits":2,"circuit":[{"targets":[0]},{"targets":[1],"controls":[0]}]}')
    outcome = qhubctl("run", file, "--backend", "aws.sim.sv1", "--shots", "1000", "--json")
    assert outcome.code == 0
    assert json.loads(outcome.output)["result"]["pubs"][0]["counts"] == {"11": 1000}


def run(file, **changes: str) -> list[str]:
    options = {"backend": "aws.sim.sv1", "shots": "100", **changes}
    return ["run", file, *(part for name, value in options.items() for part in (f"--{name}", value))]


def test_each_mistake_takes_one_line(qhubctl):
    assert "aws.sim.sv2" in qhubctl.refused(*run(BELL, backend="aws.sim.sv2"))
    assert "shots" in qhubctl.refused(*run(BELL, shots="100000000"))
    assert "shots" in qhubctl.refused(*run(BELL, shots="0"))
    assert "shots" in qhubctl.refused(*run(BELL, shots="many"))
    assert "no-such-file.qasm" in qhubctl.refused(*run("no-such-file.qasm"))
    assert "shots" in qhubctl.refused("run", BELL, "--backend", "aws.sim.sv1")
    assert "token" in qhubctl.refused("job", "list", KQH_PERSONAL_ACCESS_TOKEN="wrong")


def test_an_unknown_job_has_an_exit_code_of_its_own(qhubctl, tmp_path):
    parameters = tmp_path / "parameters.json"
    parameters.write_text('{"path":{"id":"no-such-job"}}')
    assert "no-such-job" in qhubctl.refused("api", "quantum.jobs.get_job", "--params-file", parameters)
    assert qhubctl("api", "quantum.jobs.get_job", "--params-file", parameters).code == 5
    assert qhubctl("job", "list", KQH_PERSONAL_ACCESS_TOKEN="wrong").code == 4
    assert qhubctl("job", "list", "--base-url", "http://127.0.0.1:9").code == 9
    assert qhubctl("no-such-command").code == 2


def test_a_job_from_submission_to_its_input(qhubctl):
    job = qhubctl("job", "submit", BELL, "--backend", "aws.sim.sv1", "--shots", "100", "--tag", "a", "--tag", "b").text.strip()
    assert qhubctl("job", "wait", job).text == f"{job}\tCOMPLETED\n"
    assert qhubctl("job", "watch", job).text.startswith(f"{job}\tCOMPLETED\taws.sim.sv1")
    answer = json.loads(qhubctl("job", "get", job, "-o", "json").output)
    assert (answer["status"], sorted(answer["tags"])) == ("COMPLETED", ["a", "b"])
    raw = json.loads(qhubctl("job", "result", job, "--raw").output)
    assert len(raw["measurements"]) == 100
    assert "OPENQASM" in qhubctl("job", "input", job, "--qasm").text
    assert "100" in qhubctl("job", "result", job).text or qhubctl("job", "result", job).text.count("%") == 2


def test_a_circuit_is_made_to_fit_a_machine(qhubctl):
    outcome = qhubctl("run", BELL, "--backend", "aqt.sim.ideal", "--shots", "200", "--fit", "--json", "result")
    assert outcome.code == 0, outcome.errors
    [pub] = json.loads(outcome.output)["result"]["pubs"]
    assert sum(pub["counts"].values()) == 200


def test_watching_redraws_the_table_in_place(qhubctl):
    job = qhubctl("job", "submit", BELL, "--backend", "aws.sim.sv1", "--shots", "10").text.strip()
    shown = qhubctl.shown("job", "watch", job, "--interval", "1", NO_COLOR="1")
    assert shown.startswith("ID ") and "COMPLETED" in shown
    assert shown.count("\x1b[2A\x1b[J") == shown.count("ID ") - 1
    with qhubctl.on_terminal("job", "watch") as terminal:
        terminal.wait_for(job)
        terminal.type("\x03")
        assert terminal.finish() == 130
