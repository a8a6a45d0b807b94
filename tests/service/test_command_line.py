# environments: reference
"""qhubctl for a service's author: init, openapi, compress, up, run, serve."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
import zipfile

import httpx
import pytest
from qhub.service.client import HubServiceClient

from support.command_line import CommandLine
from support.programs import program
from support.service import PYTHON


@pytest.fixture
def qhubctl(tmp_path, hub, monkeypatch):
    monkeypatch.chdir(tmp_path)
    command = CommandLine(tmp_path)
    assert command("login", "--hub", hub.url, "--with-token", stdin=hub.token).code == 0
    return command


@pytest.fixture
def project(qhubctl, tmp_path, monkeypatch, request):
    name = re.sub("[^a-z]+", "-", request.node.name.lower())
    assert qhubctl("init", name).code == 0
    monkeypatch.chdir(tmp_path / name)
    return tmp_path / name


def test_a_new_project_is_deployed_and_run(qhubctl, project):
    up = qhubctl("up")
    assert up.code == 0, up.errors
    service_id = json.loads((project / "planqk.json").read_text())["serviceId"]
    assert up.text == f"Service created: {service_id}\n"
    run = qhubctl("run")
    assert run.code == 0, run.errors
    counts = json.loads(run.output)["counts"]
    assert counts["heads"] + counts["tails"] == 100
    assert "tossing 100 times" in run.errors and run.errors.endswith("Job succeeded.\n")
    inline = qhubctl("run", service_id, "--input-file", write(project / "my.json", {"shots": 7}), "--json")
    assert sum(json.loads(inline.output)["counts"].values()) == 7
    assert json.loads(inline.output)["_embedded"]["status"]["status"] == "SUCCEEDED"

    (project / "src/program.py").write_text("def run(shots: int):\n    raise RuntimeError('changed')\n")
    assert qhubctl("up", "--silent").text == f"Service updated: {service_id}\n"
    failed = qhubctl("run")
    assert failed.code == 3 and "changed" in failed.errors and failed.errors.endswith("Job failed.\n")
    assert re.fullmatch(r"Job \(\S+\) created\.\n", qhubctl("run", "--detached").text)


def test_requirements_are_installed(qhubctl, project):
    (project / "requirements.txt").write_text("colorama==0.4.6\n")
    (project / "src/program.py").write_text("import colorama\ndef run() -> dict:\n    return {'is': colorama.__version__}\n")
    up = qhubctl("up")
    assert up.code == 0, up.errors
    run = qhubctl("run", "--data", "{}")
    assert run.code == 0, run.errors
    assert json.loads(run.output)["is"] == "0.4.6"
    again = qhubctl("up")
    assert again.code == 0 and "installed already" in again.errors


def write(path, content):
    path.write_text(json.dumps(content))
    return path


def test_a_build_that_fails_ends_with_a_code(qhubctl, project):
    (project / "src/program.py").write_text("def run(:\n")
    up = qhubctl("up")
    assert up.code == 1
    assert "SyntaxError" in up.errors and "Failed creating service" in up.errors


def test_mistakes_are_named(qhubctl, tmp_path, monkeypatch):
    assert "planqk.json" in qhubctl.refused("up")
    assert "planqk.json" in qhubctl.refused("run")
    assert "--backend" in qhubctl.refused("run", write(tmp_path / "a.qasm", 1))
    assert qhubctl("run", "no-such-service", "--data", "{}").code == 5
    assert "--data" in qhubctl.refused("run", "some-service", "--data", "{")
    assert qhubctl("init", "twice").code == 0
    assert "already exists" in qhubctl.refused("init", "twice")
    assert "--template" in qhubctl.refused("init", "other", "--template", "java")
    (tmp_path / "planqk.json").write_text('{"name": "x"}')
    assert "Missing service id" in qhubctl.refused("run")


def test_what_is_ignored_is_not_packed(qhubctl, project):
    for name in ("build/x", ".git/config", "src/__pycache__/a.pyc", "notes/a.txt", "notes/keep.txt", "out/a", "lib/out/a"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("x")
    (project / ".qhubignore").write_text("# comment\n/build\nnotes/*\n!notes/keep.txt\ninput/\n")
    packed = qhubctl("compress", "-o", "packed.zip")
    assert packed.code == 0 and packed.text.startswith("packed.zip: ")
    with zipfile.ZipFile(project / "packed.zip") as archive:
        assert set(archive.namelist()) == {".qhubignore", "README.md", "planqk.json", "requirements.txt",
                                           "src/__init__.py", "src/program.py", "notes/keep.txt", "lib/out/a"}
    first = (project / "packed.zip").read_bytes()
    qhubctl("compress", "-o", "packed.zip")
    assert (project / "packed.zip").read_bytes() == first


def test_openapi_describes_the_parameters(qhubctl, project):
    described = qhubctl("openapi", "--python", PYTHON)
    assert described.code == 0, described.errors
    text = (project / "openapi.yaml").read_text()
    assert "shots" in text and "bias" in text and "openapi:" in text
    (project / "openapi.yaml").unlink()
    inferred = qhubctl("openapi", "--python", "/usr/bin/false")
    assert inferred.code == 0 and "inferred" in inferred.errors
    schema = json.loads((project / "openapi.yaml").read_text())["paths"]["/"]["post"]["requestBody"]
    assert schema["content"]["application/json"]["schema"]["properties"]["shots"]["type"] == "integer"


@pytest.fixture
def served(project, tmp_path):
    server = subprocess.Popen([program("qhubctl"), "serve", "--port", "0", "--python", PYTHON], cwd=project,
                              stdout=subprocess.PIPE, text=True, env={"HOME": str(tmp_path)})
    line = server.stdout.readline()
    yield re.search(r"http://\S+", line)[0]
    server.send_signal(signal.SIGTERM)
    assert server.wait(30) == 0


def test_serve_runs_the_project_as_it_is_now(served, project):
    client = HubServiceClient(served, None, None)
    execution = client.run({"shots": 3})
    execution.wait_for_final_state(timeout=60, wait=0.01)
    assert execution.status == "SUCCEEDED", execution.logs()
    assert sum(execution.result().data()["counts"].values()) == 3
    assert any("tossing" in entry.message for entry in execution.logs())
    (project / "src/program.py").write_text("def run() -> dict:\n    return {'changed': True}\n")
    execution = client.run({})
    execution.wait_for_final_state(timeout=60, wait=0.01)
    assert execution.result().data() == {"changed": True}
    assert len(client.get_service_executions()) == 2
    assert httpx.get(f"{served}/none").status_code == 404
