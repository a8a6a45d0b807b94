# environments: reference
"""Tokens and the configuration file, which qhubctl shares with the official tools."""

from __future__ import annotations

import json
import os
import stat

import pytest
from qhub.api.context import ContextResolver as PlatformContextResolver
from qhub.api.credentials import ConfigFileCredential, DefaultCredentialsProvider
from qhub.quantum.sdk.context import ContextResolver

from support.command_line import CommandLine
from support.recorder import Answer, Recorder

VENDORS = {"auth": {"type": "API_KEY", "value": "the-vendors-token"},
           "endpoint": {"basePath": "https://api.hub.kipu-quantum.com/qc-catalog", "defaultHeaders": {"x": "y"}},
           "context": {"id": "u-1", "displayName": "Ada Lovelace", "isOrganization": False},
           "telemetry": {"enabled": False, "list": [1, "zwei"]}}


@pytest.fixture
def qhubctl(tmp_path):
    return CommandLine(tmp_path)


@pytest.fixture
def recorder():
    with Recorder() as running:
        yield running


def log_in(qhubctl, hub):
    assert qhubctl("login", "--hub", hub.url, "--with-token", stdin=hub.token + "\n").code == 0


def config(qhubctl) -> dict:
    return json.loads(qhubctl.config.read_text())


def test_the_official_tools_read_what_login_and_set_context_write(qhubctl, hub, monkeypatch):
    log_in(qhubctl, hub)
    monkeypatch.setenv("KQH_CONFIG_FILE_PATH", str(qhubctl.config))
    for name in ("KQH_PERSONAL_ACCESS_TOKEN", "KQH_SERVICE_EXECUTION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    assert ConfigFileCredential().get_access_token() == hub.token
    assert DefaultCredentialsProvider().get_access_token() == hub.token
    organization = qhubctl("org", "create", "Quantum lab", "--billing-email", "lab@example.org").text.strip()
    assert qhubctl("set-context", organization).errors == 'Switched to context "Quantum lab".\n'
    for resolver in (ContextResolver(), PlatformContextResolver()):
        context = resolver.get_context()
        assert (context.id, context.display_name, context.is_organization) == (organization, "Quantum lab", True)
    assert qhubctl("get-context").text == "Quantum lab (Organization)\n"
    assert stat.S_IMODE(qhubctl.config.stat().st_mode) == 0o600


def test_hubs_stand_side_by_side_and_unknown_keys_stay(qhubctl, hub):
    qhubctl.config.parent.mkdir(parents=True)
    qhubctl.config.write_text(json.dumps(VENDORS))
    log_in(qhubctl, hub)
    written = config(qhubctl)
    assert written["telemetry"] == VENDORS["telemetry"]
    assert written["auth"]["value"] == hub.token and written["endpoint"] == {"basePath": hub.url + "/qc-catalog"}
    assert written["hubs"] == {"https://api.hub.kipu-quantum.com": {key: VENDORS[key] for key in ("auth", "endpoint", "context")}}
    rows = [line.split("\t") for line in qhubctl("list-contexts").text.splitlines()]
    assert {row[4] for row in rows[:-1]} == {hub.url} and rows[-1][4] == "https://api.hub.kipu-quantum.com"
    assert "*" in [row[3] for row in rows[:-1]] and rows[-1][0] == "Ada Lovelace"
    assert qhubctl("set-context", "https://api.hub.kipu-quantum.com").code == 0
    back = config(qhubctl)
    assert {key: back[key] for key in VENDORS} == VENDORS
    assert back["hubs"][hub.url]["auth"]["value"] == hub.token
    assert qhubctl("set-context", hub.url).code == 0 and config(qhubctl)["auth"]["value"] == hub.token


def test_logout_keeps_the_rest(qhubctl, hub):
    log_in(qhubctl, hub)
    before = config(qhubctl)
    assert qhubctl("logout").errors == "Logout... successful\n"
    assert config(qhubctl) == {key: value for key, value in before.items() if key not in ("auth", "context")}
    assert qhubctl("job", "list").code == 4


def test_a_token_of_one_hub_is_not_sent_to_another(qhubctl, hub, recorder):
    log_in(qhubctl, hub)
    for words in (["job", "list", "--hub", recorder.url], ["job", "list", "--base-url", recorder.url + "/quantum"]):
        assert qhubctl(*words).code == 4
    assert qhubctl("job", "list", QHUB_URL=recorder.url).code == 4
    assert recorder.requests == []


def test_precedence(qhubctl, hub, recorder):
    log_in(qhubctl, hub)
    recorder.answer = Answer(200, b'{"content":[]}')

    def sent(*words, **environment):
        assert qhubctl("job", "list", *words, **environment).code == 0
        return recorder.take()

    elsewhere = {"QHUB_QUANTUM_BASE_URL": recorder.url, "KQH_PERSONAL_ACCESS_TOKEN": "from-environment"}
    assert sent(**elsewhere).header("x-auth-token") == "from-environment"
    assert sent(KQH_ORGANIZATION_ID="o-1", **elsewhere).header("x-organizationid") == "o-1"
    assert sent("--organization", "o-2", KQH_ORGANIZATION_ID="o-1", **elsewhere).header("x-organizationid") == "o-2"
    assert sent("--base-url", recorder.url + "/flag", **elsewhere).path[1] == "flag"
    assert sent("--hub", recorder.url, **{**elsewhere, "QHUB_QUANTUM_BASE_URL": "http://127.0.0.1:9"}).path[1] == "quantum"


def test_default_headers_are_sent(qhubctl, recorder):
    recorder.answer = Answer(200, b'{"content":[]}')
    qhubctl.config.parent.mkdir(parents=True)
    qhubctl.config.write_text(json.dumps({"auth": VENDORS["auth"],
                                          "endpoint": {"basePath": recorder.url + "/qc-catalog", "defaultHeaders": {"X-Team": "blue"}},
                                          "context": {"id": "o-9", "displayName": "Lab", "isOrganization": True}}))
    assert qhubctl("job", "list").code == 0
    request = recorder.take()
    assert (request.header("x-team"), request.header("x-organizationid")) == ("blue", "o-9")


def test_a_failed_login_or_an_unreachable_hub_changes_nothing(qhubctl, hub):
    log_in(qhubctl, hub)
    before = qhubctl.config.read_text()
    assert qhubctl("login", "--hub", hub.url, stdin="wrong\n").code == 4
    assert qhubctl("login", "--hub", "http://127.0.0.1:9", stdin=hub.token).code == 9
    assert qhubctl("job", "list", KQH_PERSONAL_ACCESS_TOKEN="wrong").code == 4
    assert qhubctl.config.read_text() == before


def test_tokens_do_not_appear(qhubctl, hub):
    log_in(qhubctl, hub)
    outcome = qhubctl("job", "list", QHUB_DEBUG="api")
    assert "GET" in outcome.errors and hub.token not in outcome.errors
    outcome = qhubctl("doctor", QHUB_DEBUG="api")
    assert hub.token not in outcome.errors + outcome.text
    tokens = qhubctl("token", "list", "-o", "json")
    assert hub.token not in tokens.text
    created = qhubctl("token", "create", "ci")
    value = created.text.strip()
    assert value and value not in created.errors and value not in qhubctl("token", "list", "-o", "wide").text
    assert qhubctl("job", "list", KQH_PERSONAL_ACCESS_TOKEN=value).code == 0


def test_dash_t_works_and_warns(qhubctl, hub):
    outcome = qhubctl("login", "--hub", hub.url, "-t", hub.token)
    assert outcome.code == 0 and "other users" in outcome.errors and hub.token not in outcome.errors


def test_typed_tokens_are_not_shown(qhubctl, hub):
    with qhubctl.on_terminal("login", "--hub", hub.url) as terminal:
        terminal.wait_for("(not shown)")
        terminal.type(hub.token + "\n")
        assert terminal.finish() == 0
        assert hub.token not in terminal.text and "Login... successful" in terminal.text
    assert config(qhubctl)["auth"]["value"] == hub.token


def test_set_context_asks_on_a_terminal(qhubctl, hub):
    log_in(qhubctl, hub)
    with qhubctl.on_terminal("set-context") as terminal:
        terminal.wait_for("Choose a context:")
        terminal.wait_for("1 to ")
        terminal.type("1\n")
        assert terminal.finish() == 0
    assert "set-context needs the id" in qhubctl.refused("set-context")


def test_doctor_says_what_to_do(qhubctl, hub):
    outcome = qhubctl("doctor", QHUB_URL=hub.url)
    assert outcome.code == 4 and "qhubctl login" in outcome.text
    log_in(qhubctl, hub)
    outcome = qhubctl("doctor")
    assert outcome.code == 0, outcome.text
    states = {line.split("\t")[0]: line.split("\t") for line in outcome.text.splitlines()}
    assert states["token"][3] == states["quantum API"][3] == str(qhubctl.config)
    assert states["clock"][1] == states["login"][1] == states["connection"][1] == "ok"
    os.chmod(qhubctl.config, 0o644)
    assert "chmod 600" in qhubctl("doctor").text
    assert qhubctl("doctor", "--hub", "http://127.0.0.1:9", KQH_PERSONAL_ACCESS_TOKEN="x").code == 9
    assert qhubctl("doctor", KQH_PERSONAL_ACCESS_TOKEN="wrong").code == 4
    qhubctl.config.write_text("{")
    assert "mend or remove" in qhubctl("doctor").text
