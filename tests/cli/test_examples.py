# environments: reference
"""Every example in qhubctl's help texts works as it stands there."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest

from support.hub import Hub
from support.programs import REPOSITORY, program
from support.terminal import Terminal

# What takes something away comes last, in this order; what it takes away has been used by then.
LAST = ["job cancel", "session drain", "session close", "app unsubscribe", "app delete", "execution cancel",
        "service unpublish", "service delete", "datapool remove", "datapool delete", "org remove-member", "org delete",
        "token delete", "logout", "hub stop", "hub restore"]
# Examples that end with a code of their own here, and why.
CODES = {"qhubctl backend least-busy --qubits 5 -o name": {5},  # this hub has none of IBM's machines
         "qhubctl backend calibration ibm.qpu.fez -o json": {5},  # likewise
         "qhubctl job cancel $JOB": {0, 6},  # it is over
         "qhubctl execution cancel $EXECUTION": {0, 6},  # likewise
         "qhubctl org remove-member $ORG $MEMBER": {0, 1, 6}}  # its only owner


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A project with the files that examples name, a hub, and one thing of each kind on it."""
    home = tmp_path_factory.mktemp("home")
    with Hub(tmp_path_factory.mktemp("data") / "data") as hub:
        yield make_place(home, hub)
    subprocess.run([program("qhubctl"), "hub", "stop", "--data-dir", home / "project/hub"], capture_output=True,
                   env={"HOME": str(home)}, check=False)


def make_place(home, hub):
    environment = {"HOME": str(home), "PATH": f"{program('qhubctl').parent}:{os.environ['PATH']}", "QHUB_URL": hub.url,
                   "QHUB_DATA": str(hub.data), "KQH_PERSONAL_ACCESS_TOKEN": hub.token, "VIRTUAL_ENV": sys.prefix}

    def call(command: str, directory=home) -> str:
        done = subprocess.run(["bash", "-c", command], cwd=directory, env=environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, (command, done.stderr)
        return done.stdout.strip()

    call("qhubctl init project")
    project = home / "project"
    # A program instead of Python, so that its build makes no environment.
    (project / "planqk.json").write_text('{"name": "project", "runtime": "EXECUTABLE", "environment": {"ENTRYPOINT": "run"}}')
    (project / "run").write_text('#!/bin/sh\necho "INFO working"\necho "{}" > "$OUTPUT_DIRECTORY/output.json"\n')
    (project / "run").chmod(0o755)
    (project / "bell.qasm").write_text((REPOSITORY / "examples/bell.qasm").read_text())
    (project / "job.json").write_text(json.dumps({"body": {"backend_id": "aws.sim.sv1", "shots": 10, "input":
        (project / "bell.qasm").read_text()}}))
    (project / "input.json").write_text('{"shots": 10}')
    (project / "data.csv").write_text("1,2\n")
    (project / "openapi.yaml").write_text('{"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {}}')
    for name, command in {
        "JOB": "qhubctl job submit project/bell.qasm --backend aws.sim.sv1 --shots 10",
        "SERVICE": "cd project && qhubctl up --silent >&2 && sed -n 's/.*\"serviceId\": \"\\(.*\\)\".*/\\1/p' planqk.json",
        "EXECUTION": "qhubctl execution start $SERVICE --input project/input.json",
        "SESSION": "qhubctl session create aws.sim.sv1",
        "POOL": "qhubctl datapool create pool",
        "APP": "qhubctl app create app",
        "ORG": "qhubctl org create Lab --billing-email lab@example.org",
        "MEMBER": "qhubctl org members $ORG -o name",
        "CONTEXT": "qhubctl list-contexts | head -n 1 | cut -f2",
        "TOKEN_ID": "qhubctl token create old >/dev/null && qhubctl token list -o name | tail -n 1",
    }.items():
        environment[name] = call(command)
        assert environment[name], name
    call("qhubctl service publish $SERVICE --public")
    environment["SUBSCRIPTION"] = call("qhubctl app subscribe $APP $SERVICE")
    call("qhubctl app unsubscribe $SUBSCRIPTION")
    environment["SUBSCRIPTION"] = call("qhubctl app subscribe $(qhubctl app create other) $SERVICE")
    call("qhubctl job wait $JOB; qhubctl execution logs -f $EXECUTION")
    return project, environment


def examples() -> list[str]:
    manual = subprocess.run([program("qhubctl"), "manual"], capture_output=True, text=True, check=True).stdout
    found = [line for block in re.findall(r"```sh\n(.*?)```", manual, re.DOTALL) for line in block.splitlines()]

    def turn(example: str) -> int:
        return next((1 + i for i, words in enumerate(LAST) if example.startswith(f"qhubctl {words} ") or example == f"qhubctl {words}"), 0)

    return sorted(found, key=turn)


# What only looks, so that it can be looked at again; and what prints documents, which are as wide as they are.
LOOKING = re.compile(r"qhubctl ((?!api)\w+ (list|get|status|wait|watch|result|jobs|files|keys|members|subscriptions|show|stats|build-\w+|logs)"
                     r"|services|list-contexts|doctor|simulate|run bell\.qasm|version)\b(?!.*(hub|--raw|--svg|--file))")


@pytest.mark.parametrize("columns", [80, 200])
@pytest.mark.parametrize("example", [example for example in examples() if LOOKING.match(example)])
def test_example_on_a_terminal(place, example, columns):
    directory, environment = place
    with Terminal(["bash", "-c", example], {**environment, "NO_COLOR": "1"}, columns, directory) as terminal:
        assert terminal.finish() == 0, terminal.text
    if not re.search(r" (-o|--json)\b", example):
        shown = re.sub(r"[^\n]*\r\x1b\[K", "", terminal.text)  # a line of progress goes when it has done its work
        assert shown and all(len(line) <= columns for line in shown.splitlines()), terminal.text


@pytest.mark.parametrize("example", examples())
def test_example(place, example):
    directory, environment = place
    if example.startswith("qhubctl serve"):
        return serves(example, directory, environment)
    if example.startswith("qhubctl logout"):  # of a home of its own, so that what follows is logged in
        environment = {**environment, "KQH_CONFIG_FILE_PATH": str(directory / "other.json")}
    done = subprocess.run(["bash", "-c", example], cwd=directory, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode in CODES.get(example, {0}), (done.returncode, done.stdout[-500:], done.stderr)
    assert environment["KQH_PERSONAL_ACCESS_TOKEN"] not in done.stdout + done.stderr


def serves(example, directory, environment) -> None:
    """What runs until it is told to stop: it listens, then it ends."""
    with subprocess.Popen(["bash", "-c", f"exec {example if '-p' in example else example + ' -p 0'}"], cwd=directory, env=environment,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        deadline = time.monotonic() + 30
        for line in server.stdout:
            assert time.monotonic() < deadline, line
            if "http://127.0.0.1:" in line:
                break
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) is not None
