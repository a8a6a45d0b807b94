# environments: reference
"""kill -9 of the hub while services run: nothing acknowledged is lost, and everything comes to an end."""

from __future__ import annotations

import os
import time

import pytest

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


def test_many_executions_at_once_all_end(provider):
    service = provider.deploy("noop", {"run": "#!/bin/sh\n"}, runtime="EXECUTABLE")
    started = time.monotonic()
    ids = [provider.start(service) for _ in range(200)]
    assert {provider.finish(id_, 120) for id_ in ids} == {"SUCCEEDED"}
    assert time.monotonic() - started < 120
