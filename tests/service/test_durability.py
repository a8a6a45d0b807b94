# environments: reference
"""kill -9 of the hub while services run: nothing acknowledged is lost, and everything comes to an end."""

from __future__ import annotations

import os
import sqlite3
import time

import pytest

from support.hub import Hub
from support.service import ECHO, PYTHON, Provider, python_source, wait

SLOW = "import time\ndef run(seconds: float) -> dict:\n    print('begun', flush=True)\n    time.sleep(seconds)\n    return {'slept': seconds}\n"


@pytest.fixture
def hub(tmp_path, environment):
    from conftest import ServiceHub
    with ServiceHub(tmp_path / "data") as hub:
        yield hub


@pytest.fixture
def provider(hub):
    return Provider(hub)


def processes_below(directory) -> list[str]:
    """Command lines that name the hub's data directory."""
    found = []
    for process in os.listdir("/proc"):
        if process.isdigit() and int(process) != os.getpid():
            try:
                with open(f"/proc/{process}/cmdline", "rb") as file:
                    line = file.read().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if str(directory) in line and "qhub-sandbox" in line:
                found.append(line)
    return found


def test_executions_outlive_the_hub(hub, provider, monkeypatch):
    service = provider.deploy("slow", python_source(SLOW))
    done = provider.start(service, seconds=0)
    assert provider.finish(done) == "SUCCEEDED"
    running = provider.start(service, seconds=100)
    wait(lambda: "begun" in provider.text(running))
    monkeypatch.setenv("QHUBD_EXECUTIONS", "1")
    waiting = [provider.start(service, seconds=0.01) for _ in range(30)]
    hub.kill()
    wait(lambda: not processes_below(hub.data), 10, "the end of what the hub started")

    hub.start()
    assert provider.finish(running) == "FAILED"
    assert "hub" in provider.result(running)["detail"].lower()
    assert "begun" in provider.text(running)
    ends = [provider.finish(id_) for id_ in waiting]
    # What had begun when the hub died failed with a reason; everything else ran.
    assert set(ends) <= {"SUCCEEDED", "FAILED"} and "SUCCEEDED" in ends
    assert provider.result(done)["slept"] == 0
    assert "begun" in provider.text(done)
    assert provider.platform.service_executions.get_service_executions(size=100).total_elements == 32


def test_what_ran_runs_again_if_so_configured(hub, provider, monkeypatch):
    service = provider.deploy("slow", python_source(SLOW))
    running = provider.start(service, seconds=3)
    wait(lambda: "begun" in provider.text(running))
    hub.kill()
    monkeypatch.setenv("QHUBD_INTERRUPTED_EXECUTIONS", "rerun")
    hub.start()
    assert provider.finish(running) == "SUCCEEDED"
    assert provider.text(running).count("begun") == 2


KEEPER = """
import time
from qhub.commons.secret import SecretValue

def run(apiKey: SecretValue, seconds: float = 0) -> dict:
    length = len(apiKey.unwrap())
    print("begun", flush=True)
    time.sleep(seconds)
    return {"length": length}
"""


@pytest.mark.parametrize("end", [Hub.kill, Hub.stop], ids=["killed", "stopped"])
def test_secrets_wait_sealed_for_the_next_hub(hub, provider, monkeypatch, end):
    monkeypatch.setenv("QHUBD_INTERRUPTED_EXECUTIONS", "rerun")
    hub.stop()
    hub.start()
    service = provider.deploy("keeper", python_source(KEEPER))
    def start(**parameters):
        return provider.start(service, **parameters, **{"$secrets": {"apiKey": "hunter2-hunter2"}})
    running = start(seconds=3)
    wait(lambda: "begun" in provider.text(running))
    assert b"hunter2" not in b"".join(file.read_bytes() for file in hub.data.rglob("qhubd.sqlite*"))
    end(hub)
    hub.start()
    assert provider.finish(running) == "SUCCEEDED", provider.text(running)
    assert provider.result(running)["length"] == 15
    assert provider.text(running).count("begun") == 2
    with sqlite3.connect(hub.data / "qhubd.sqlite", timeout=30) as database:
        assert database.execute("SELECT count(*) FROM service_execution_secrets").fetchone() == (0,)


def test_what_ended_long_ago_is_removed(hub, provider):
    service = provider.deploy("noop", {"run": "#!/bin/sh\necho printed\n"}, runtime="EXECUTABLE")
    old, new = provider.start(service), provider.start(service)
    assert provider.finish(old) == provider.finish(new) == "SUCCEEDED"
    hub.stop()
    with sqlite3.connect(hub.data / "qhubd.sqlite") as database:
        hundred_days = 100 * 86_400 * 1_000_000
        database.execute("UPDATE service_executions SET ended_at = ended_at - ? WHERE id = ?", (hundred_days, old))
    hub.start()
    wait(lambda: hub.get(f"/qc-catalog/service-executions/{old}").status_code == 404)
    wait(lambda: not (hub.data / "executions" / old[:2] / old).exists())
    assert provider.text(new) == "printed"


def test_one_after_another_none_is_forgotten(provider):
    """Every start finds all workers asleep: whichever is woken has to be one that runs it."""
    service = provider.deploy("noop", {"run": "#!/bin/sh\n"}, runtime="EXECUTABLE")
    for _ in range(60):
        assert provider.finish(provider.start(service), 10) == "SUCCEEDED"


def test_many_executions_at_once_all_end(provider):
    service = provider.deploy("noop", {"run": "#!/bin/sh\n"}, runtime="EXECUTABLE")
    started = time.monotonic()
    ids = [provider.start(service) for _ in range(200)]
    assert {provider.finish(id_, 120) for id_ in ids} == {"SUCCEEDED"}
    assert time.monotonic() - started < 120
