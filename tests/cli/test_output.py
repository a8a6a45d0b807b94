"""How qhubctl shows what it got: on terminals of 80 and 200 columns, in pipes, and in each form."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path

import pytest
import yaml

from support.command_line import CommandLine
from support.programs import REPOSITORY
from support.recorder import Answer, Recorder

GOLDEN = Path(__file__).parent / "golden"
BELL = REPOSITORY / "examples/bell.qasm"
JOBS = [  # of a server that is newer than this program
    {"id": "8a6e0804-2bd0-4672-b79d-d97027f9071a", "status": "COMPLETED", "backend_id": "aws.sim.sv1", "shots": 1000,
     "created_at": "2026-11-25T20:45:30Z", "name": "Grundzustand von H₂ mit einem recht langen Namen", "mood": "sunny"},
    {"id": "f47ac10b-58cc-4372-a567-0e02b2c3d479", "status": "TELEPORTED", "backend_id": "ibm.qpu.fez", "shots": 20,
     "created_at": "2026-11-25T20:45:31Z", "name": "量子\tbits", "mood": "cloudy"},
    {"id": "0", "status": "FAILED", "backend_id": "iqm.qpu.garnet", "created_at": "2026-11-25T20:45:32Z",
     "name": "\x1b[31mred\x9b5n"},
]
PAGE = {"content": JOBS, "page": 0, "size": 20, "total_elements": 153, "total_pages": 8}


@pytest.fixture(scope="module")
def recorder():
    with Recorder() as running:
        running.answer = Answer(200, json.dumps(PAGE).encode())
        yield running


@pytest.fixture
def qhubctl(tmp_path, recorder):
    return CommandLine(tmp_path, {"KQH_PERSONAL_ACCESS_TOKEN": "token", "QHUB_URL": recorder.url})


def columns(text: str) -> int:
    """The widest line as a terminal shows it."""
    plain = re.sub(r"\x1b\[[0-9;]*[mK]", "", text)
    return max(sum(2 if unicodedata.east_asian_width(c) == "W" else 1 for c in line) for line in plain.splitlines())


def golden(name: str, text: str) -> None:
    """Compares with what somebody has looked at; a file that is missing is written and has to be looked at."""
    file = GOLDEN / name
    if not file.exists():
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
        pytest.fail(f"wrote {file}: look at it")
    assert text == file.read_text()


@pytest.mark.parametrize("width", [80, 200])
def test_tables_fit_the_terminal(qhubctl, width):
    text = qhubctl.shown("job", "list", columns=width, NO_COLOR="1")
    assert columns(text) <= width
    golden(f"jobs_{width}.txt", text)


@pytest.mark.parametrize("width", [20, 37, 41, 60])
def test_narrow_terminals_lose_columns_not_ids(qhubctl, width):
    lines = qhubctl.shown("job", "list", columns=width, NO_COLOR="1").splitlines()[:4]
    assert lines[1].startswith(JOBS[0]["id"])
    assert all(columns(line) <= max(width, 36) for line in lines)


def test_pipes_get_tabs_and_no_header(qhubctl):
    golden("jobs_piped.txt", qhubctl("job", "list").text)
    assert all(line.count("\t") == 5 for line in qhubctl("job", "list").text.splitlines())


def test_control_characters_of_strangers_do_not_reach_the_terminal(qhubctl):
    for text in (qhubctl.shown("job", "list", NO_COLOR="1"), qhubctl("job", "list").text, qhubctl("job", "list", "-o", "wide").text):
        assert "\x1b" not in text and "\x9b" not in text


@pytest.mark.parametrize(("environment", "coloured"), [
    ({}, True), ({"NO_COLOR": "1"}, False), ({"CLICOLOR": "0"}, False), ({"TERM": "dumb"}, False), ({"NO_COLOR": ""}, True)])
def test_colours(qhubctl, environment, coloured):
    text = qhubctl.shown("job", "list", **environment)
    assert ("\x1b[32mCOMPLETED\x1b[0m" in text) == coloured
    assert ("\x1b[31mFAILED" in text) == coloured
    assert ("\x1b" in text) == coloured


def test_how_many_more_there_are_is_said_on_terminals_only(qhubctl):
    assert qhubctl.shown("job", "list").endswith("3 of 153; more with --page 1\n")
    assert qhubctl("job", "list").errors == ""


def test_json_and_yaml_have_all_there_is(qhubctl):
    assert json.loads(qhubctl("job", "list", "-o", "json").text) == JOBS
    assert json.loads(qhubctl("job", "list", "--json").text) == JOBS
    assert json.loads(qhubctl.shown("job", "list", "--json")[:-len("3 of 153; more with --page 1\n")]) == JOBS
    assert yaml.safe_load(qhubctl("job", "list", "-o", "yaml").text) == JOBS


def test_yaml_of_awkward_values(qhubctl, recorder):
    awkward = {"a": ["yes", "1", "1.0", "", " x ", "null", "a: b", "# no", "- x", "tab\t", "ü\n", "{}", "[", "0x1", "1e3",
                     "2026-11-25", "~", "=", "@", "`", "'", '"', "\\", "*a", "&b", "!c", "%", "?", "on"],
               "null": None, "true": True, "1": {"x": [], "y": {}, "z": [[1, [2]], {"k": [{"l": 1.5}]}]}, "with space": -1}
    recorder.answer = Answer(200, json.dumps(awkward).encode())
    assert yaml.safe_load(qhubctl("backend", "config", "x", "-o", "yaml").text) == awkward
    recorder.answer = Answer(200, json.dumps(PAGE).encode())


def test_fields(qhubctl):
    assert json.loads(qhubctl("job", "list", "--json", "id,shots").text) == [
        {"id": job["id"], "shots": job.get("shots")} for job in JOBS]
    assert json.loads(qhubctl("job", "list", "--json=mood").text)[1] == {"mood": "cloudy"}
    refused = qhubctl("job", "list", "--json", "stauts")
    assert refused.code == 2
    assert refused.errors.startswith("qhubctl: there is no field 'stauts'; did you mean 'status'? There are: id, ")


def test_names_and_wide(qhubctl):
    assert qhubctl("job", "list", "-o", "name").text.split() == [job["id"] for job in JOBS]
    wide = qhubctl("job", "list", "-o", "wide").text.splitlines()
    assert wide[0].split() == ["ID", "STATUS", "BACKEND", "SHOTS", "CREATED", "NAME", "MOOD"]
    assert wide[1].endswith("sunny") and JOBS[0]["name"] in wide[1]
    assert qhubctl("job", "list", "-o", "table").text.startswith("ID ")


def test_unknown_members_and_values_of_one_thing_are_shown(qhubctl, recorder):
    recorder.answer = Answer(200, json.dumps({**JOBS[1], "future": {"deep": [1, 2]}}).encode())
    lines = qhubctl("job", "get", "x").text.splitlines()
    assert "status\tTELEPORTED" in lines and "future.deep\t1,2" in lines
    golden("job_80.txt", qhubctl.shown("job", "get", "x", NO_COLOR="1"))
    recorder.answer = Answer(200, json.dumps(PAGE).encode())


def test_histograms_show_one_standard_error(tmp_path):
    qhubctl = CommandLine(tmp_path)
    for width in (80, 200):
        text = qhubctl.shown("simulate", BELL, "--shots", "1000", "--seed", "7", columns=width)
        assert columns(text) <= width
        golden(f"histogram_{width}.txt", text)
    for line in text.splitlines():
        [(count, share, error)] = re.findall(r"(\d+)\s+([\d.]+) ±\s+([\d.]+) %", line)
        p = int(count) / 1000
        assert float(share) == pytest.approx(100 * p, abs=0.05)
        assert float(error) == pytest.approx(100 * (p * (1 - p) / 1000) ** 0.5, abs=0.05)
