"""qhubctl login checks a token and keeps it where the official tools look for it."""

from __future__ import annotations

import json
import stat

import pytest

from support.command_line import CommandLine


@pytest.fixture
def qhubctl(tmp_path):
    return CommandLine(tmp_path)


def test_token_from_standard_input(qhubctl, hub):
    assert qhubctl("login", "--hub", hub.url, stdin=hub.token + "\n").code == 0
    config = json.loads(qhubctl.config.read_text())
    assert config["auth"] == {"type": "API_KEY", "value": hub.token}
    assert stat.S_IMODE(qhubctl.config.stat().st_mode) == 0o600
    listed = qhubctl("backend", "list")
    assert (listed.code, listed.errors) == (0, "")
    assert "aws.sim.sv1" in listed.text


def test_the_token_is_not_repeated(qhubctl, hub):
    outcome = qhubctl("login", "--hub", hub.url, stdin=hub.token)
    assert hub.token not in outcome.text + outcome.errors


def test_the_rest_of_the_file_stays(qhubctl, hub):
    qhubctl.config.parent.mkdir(parents=True)
    qhubctl.config.write_text('{"auth":{"type":"API_KEY","value":"old"},"other":{"a":[1]}}')
    assert qhubctl("login", "--hub", hub.url, stdin=hub.token).code == 0
    config = json.loads(qhubctl.config.read_text())
    assert config["other"] == {"a": [1]}
    assert config["auth"]["value"] == hub.token


def test_a_wrong_token_changes_nothing(qhubctl, hub):
    qhubctl.config.parent.mkdir(parents=True)
    qhubctl.config.write_text('{"auth":{"type":"API_KEY","value":"old"}}')
    assert "token" in qhubctl.refused("login", "--hub", hub.url, stdin="wrong\n")
    assert qhubctl.config.read_text() == '{"auth":{"type":"API_KEY","value":"old"}}'


def test_an_unreachable_hub_changes_nothing(qhubctl):
    qhubctl.refused("login", "--hub", "http://127.0.0.1:9", stdin="token\n")
    assert not qhubctl.config.exists()


def test_no_token(qhubctl, hub):
    assert "token" in qhubctl.refused("login", "--hub", hub.url)


def test_without_any_login(qhubctl, hub):
    message = qhubctl.refused("job", "list", "--base-url", hub.quantum_url)
    assert "qhubctl login" in message


def test_the_environment_wins_over_the_file(qhubctl, hub):
    assert qhubctl("login", "--hub", hub.url, stdin=hub.token).code == 0
    message = qhubctl.refused("job", "list", KQH_PERSONAL_ACCESS_TOKEN="wrong")
    assert "token" in message
