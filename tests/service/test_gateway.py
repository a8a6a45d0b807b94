# environments: reference
"""The gateway through the official clients: qhub-service, and qhub-api's HubServiceClient as the documentation has it."""

from __future__ import annotations

import datetime
import json
import sqlite3
import subprocess

import httpx
import pytest
from qhub.api.service import HubServiceClient
from qhub.api.service.core.api_error import ApiError

from support.programs import program
from support.service import ECHO, archive, python_source, wait


@pytest.fixture(scope="module")
def service(provider):
    return provider.deploy("echo", python_source(ECHO))


@pytest.fixture(scope="module")
def application(provider, service):
    return provider.application("caller", service)


@pytest.fixture(scope="module")
def client(provider, service, application):
    return provider.client(service, application[1:])


@pytest.fixture(scope="module")
def token(hub, application):
    answer = httpx.post(f"{hub.url}/token", auth=application[1:], data={"grant_type": "client_credentials"})
    assert answer.status_code == 200, answer.text
    return answer.json()["access_token"]


def test_the_official_client_runs_a_service(client, tmp_path):
    execution = client.run({"values": [1, 2, 3]}, tags=["First", "demo"])
    execution.wait_for_final_state(timeout=60, wait=0.01)
    assert execution.status == "SUCCEEDED"
    assert execution.created_at <= execution.started_at <= execution.ended_at
    result = execution.result()
    assert result.data() == {"sum": 12.0, "data": "own member"}
    assert result.metadata().id == execution.id
    assert result.metadata().tags == ["first", "demo"]
    assert set(execution.result_files()) == {"output.json", "plot.bin"}
    assert b"".join(execution.result_file_stream("plot.bin")) == bytes(range(256))
    execution.download_result_file("plot.bin", str(tmp_path))
    assert (tmp_path / "plot.bin").read_bytes() == bytes(range(256))
    assert execution.id in [other.id for other in client.get_service_executions()]
    assert client.get_service_execution(execution.id).status == "SUCCEEDED"


def test_logs_have_severity_and_time(client):
    execution = client.run({"values": [1]})
    execution.wait_for_final_state(timeout=60, wait=0.01)
    entries = execution.logs()
    assert [entry.severity for entry in entries if "values" in entry.message] == ["INFO"]
    assert [entry.severity for entry in entries if "a warning" in entry.message] == ["WARNING"]
    now = datetime.datetime.now(datetime.timezone.utc)
    assert all(now - datetime.timedelta(minutes=5) < entry.timestamp <= now for entry in entries)


def test_the_example_of_the_documentation(provider, service, token):
    client = HubServiceClient(base_url=provider.endpoint(service), token=token)
    execution = client.service_api.start_execution(request={"values": [20, 1]})
    wait(lambda: client.service_api.get_status(id=execution.id).status == "SUCCEEDED")
    result = client.service_api.get_result(id=execution.id)
    assert result.sum == 42.0
    assert "output.json" in dict(result.links)


def test_the_example_of_the_sdk(provider, service, token):
    done = subprocess.run([program("example_service_call"), provider.endpoint(service), token, '{"values": [20, 1]}'],
                          capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["sum"] == 42.0


def test_both_forms_of_the_base_url(hub, provider, service, token):
    headers = {"Authorization": f"Bearer {token}"}
    for suffix in ("", "/"):
        started = httpx.post(provider.endpoint(service) + suffix, json={"values": []}, headers=headers)
        assert started.status_code == 201
        assert httpx.get(hub.url + started.headers["location"], headers=headers).json()["id"] == started.json()["id"]
        listed = httpx.get(provider.endpoint(service) + suffix, headers=headers).json()
        assert started.json()["id"] in [execution["id"] for execution in listed]


def test_ranges_of_a_result_file(provider, service, token):
    headers = {"Authorization": f"Bearer {token}"}
    base = provider.endpoint(service)
    id_ = httpx.post(base, json={"values": [1]}, headers=headers).json()["id"]
    wait(lambda: httpx.get(f"{base}/{id_}", headers=headers).json()["status"] == "SUCCEEDED")
    def part(value):
        return httpx.get(f"{base}/{id_}/result/plot.bin", headers={**headers, "Range": value})
    assert part("bytes=0-9").content == bytes(range(10))
    assert part("bytes=0-9").headers["content-range"] == "bytes 0-9/256"
    assert part("bytes=250-").content == bytes(range(250, 256))
    assert part("bytes=-6").content == bytes(range(250, 256))
    assert part("bytes=256-").status_code == 416
    assert part("lines=1").content == bytes(range(256))
    head = httpx.head(f"{base}/{id_}/result/plot.bin", headers=headers)
    assert head.headers["content-length"] == "256"
    assert httpx.get(f"{base}/{id_}/result/../../log", headers=headers).status_code in (400, 404)
    assert httpx.get(f"{base}/{id_}/result/%2e%2e/log", headers=headers).status_code in (400, 404)
    assert httpx.get(f"{base}/{id_}/result/none.txt", headers=headers).status_code == 404


def test_a_failing_service_tells_a_problem(provider):
    service = provider.deploy("failing", python_source("def run():\n    raise ValueError('no such luck')\n"))
    id_ = provider.start(service)
    assert provider.finish(id_) == "FAILED"
    result = provider.result(id_)
    assert (result["title"], result["detail"], result["status"]) == ("ValueError", "no such luck", 500)
    assert "ERROR" in {entry["severity"] for entry in provider.log(id_)}


def test_secrets_reach_the_service_and_nothing_else(hub, provider):
    program = ("from qhub.commons.secret import SecretValue\n"
               "def run(ibmToken: SecretValue) -> dict:\n    return {'length': len(ibmToken.unwrap())}\n")
    service = provider.deploy("secretive", python_source(program))
    _, *key = provider.application("secret keeper", service)
    execution = provider.client(service, key).run({}, secrets={"ibmToken": "hunter2-hunter2"})
    execution.wait_for_final_state(timeout=60, wait=0.01)
    assert execution.result().data() == {"length": 15}, execution.logs()
    for file in hub.data.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert b"hunter2" not in content and key[1].encode() not in content, file


def test_the_last_good_version_serves(provider):
    def source(version: str) -> dict:
        return python_source(f"import time\ndef run(seconds: float = 0) -> dict:\n    print('begun', flush=True)\n"
                             f"    time.sleep(seconds)\n    import src.late\n    return {{'version': {version}}}\n",
                             **{"src/late.py": ""})
    service = provider.deploy("changing", source("1"))
    begun = provider.start(service, seconds=3)
    wait(lambda: "begun" in provider.text(begun))
    provider.upload(service, archive(source("2")))
    changed = provider.start(service)
    assert provider.finish(changed) == "SUCCEEDED" and provider.result(changed)["version"] == 2
    provider.upload(service, archive(source("(")), succeeds=False)
    unchanged = provider.start(service)
    assert provider.finish(unchanged) == "SUCCEEDED" and provider.result(unchanged)["version"] == 2
    assert provider.finish(begun) == "SUCCEEDED" and provider.result(begun)["version"] == 1


def test_the_payload_of_the_documentation(provider):
    program = "def run(molecule: dict, data: dict = None) -> dict:\n    return {'molecule': molecule}\n"
    service = provider.deploy("documented", python_source(program))
    id_ = provider.start(service, input={"molecule": {"name": "H2"}})
    assert provider.finish(id_) == "SUCCEEDED", provider.text(id_)
    assert provider.result(id_)["molecule"] == {"name": "H2"}


def test_who_may_not_call(hub, provider, service, application):
    base = provider.endpoint(service)
    assert httpx.get(base).status_code == 401
    assert httpx.get(base, headers={"Authorization": "Bearer none"}).status_code == 401
    application_id, *stranger = provider.application("stranger")
    token = httpx.post(f"{hub.url}/token", auth=tuple(stranger), data={"grant_type": "client_credentials"}).json()
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    assert httpx.get(base, headers=headers).status_code == 403
    assert httpx.get(f"{hub.url}/gateway/nobody/nothing/v1", headers=headers).status_code == 404
    assert httpx.get(f"{hub.url}/qc-catalog/services", headers=headers).status_code in (401, 403)
    with pytest.raises(ApiError):
        HubServiceClient(base_url=base, token=token["access_token"]).service_api.get_status(id="none")


def test_bad_credentials_get_no_token(hub, application):
    def ask(**options):
        return httpx.post(f"{hub.url}/token", **options)
    form = {"grant_type": "client_credentials"}
    assert ask(auth=(application[1], "wrong"), data=form).status_code == 401
    assert ask(auth=("wrong", application[2]), data=form).json()["error"] == "invalid_client"
    assert ask(data=form).status_code == 401
    assert ask(auth=application[1:], data={"grant_type": "password"}).json()["error"] == "unsupported_grant_type"
    in_form = {**form, "client_id": application[1], "client_secret": application[2]}
    assert ask(data=in_form).json()["expires_in"] > 120


def test_a_token_expires(hub, provider, service):
    application_id, *key = provider.application("late caller", service)
    token = httpx.post(f"{hub.url}/token", auth=tuple(key), data={"grant_type": "client_credentials"}).json()
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    assert httpx.get(provider.endpoint(service), headers=headers).status_code == 200
    with sqlite3.connect(hub.data / "qhubd.sqlite", timeout=30) as database:
        database.execute("UPDATE tokens SET expires_at = 1 WHERE application_id = ?", (application_id,))
    wait(lambda: httpx.get(provider.endpoint(service), headers=headers).status_code == 401)


def test_bad_bodies_are_named(provider, service, token):
    headers = {"Authorization": f"Bearer {token}"}
    base = provider.endpoint(service)
    def refused(body):
        answer = httpx.post(base, json=body, headers=headers)
        assert 400 <= answer.status_code < 500, answer.text
        return answer.json()["detail"]
    refused([1, 2])
    assert "a/b" in refused({"a/b": 1})
    assert ".." in refused({"..": 1})
    assert "$tags" in refused({"$tags": "one"})
    assert "$secrets" in refused({"$secrets": {"a b": "c"}})
    assert "pool" in refused({"pool": {"ref": "DATAPOOL", "id": "none"}})


def test_the_parent_of_an_execution_is_recorded(provider, service):
    caller = ("import json, os, urllib.request\n"
              "def run(url: str) -> dict:\n"
              "    token = os.environ['KQH_SERVICE_EXECUTION_TOKEN']\n"
              "    request = urllib.request.Request(json.loads(url), data=b'{\"values\": [1]}', headers={\n"
              "        'Authorization': 'Bearer ' + token, 'Content-Type': 'application/json'})\n"
              "    return {'child': json.load(urllib.request.urlopen(request))['id']}\n")
    parent = provider.start(provider.deploy("parent", python_source(caller)), url=provider.endpoint(service))
    assert provider.finish(parent) == "SUCCEEDED", provider.text(parent)
    child = provider.result(parent)["child"]
    lineage = provider.platform.service_executions.get_service_execution_lineage(parent)
    assert [(node.id, node.parent_id) for node in lineage.nodes] == [(parent, None), (child, parent)]
    provider.finish(child)


def test_cancelling_ends_the_whole_tree(provider):
    program = ("import subprocess, sys, time\n"
               "def run():\n"
               "    subprocess.Popen(['sleep', '1000'], start_new_session=True)\n"
               "    print('started', flush=True)\n"
               "    time.sleep(1000)\n")
    service = provider.deploy("sleeper", python_source(program))
    _, *key = provider.application("canceller", service)
    execution = provider.client(service, key).run({})
    wait(lambda: any("started" in entry.message for entry in execution.logs() or []))
    execution.cancel()
    execution.wait_for_final_state(timeout=30, wait=0.01)
    assert execution.status == "CANCELLED"
    execution.cancel()  # of one that has ended: nothing happens
    assert execution.status == "CANCELLED"
