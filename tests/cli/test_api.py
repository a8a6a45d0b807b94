"""qhubctl api calls any operation of any API with wire names, and prints what came: JSON or bytes."""

from __future__ import annotations

import json

import pytest

from support.command_line import CommandLine
from support.contract import APIS, Contract
from support.recorder import Answer, Recorder

BELL = "OPENQASM 3.0; qubit[2] q; bit[2] b; h q[0]; cnot q[0], q[1]; b = measure q;"


@pytest.fixture
def qhubctl(tmp_path):
    return CommandLine(tmp_path, {"KQH_PERSONAL_ACCESS_TOKEN": "a token"})


@pytest.fixture
def recorder():
    with Recorder() as running:
        yield running


@pytest.fixture
def parameters(tmp_path):
    def write(**members) -> str:
        file = tmp_path / "parameters.json"
        file.write_text(json.dumps(members))
        return str(file)

    return write


def test_a_job_from_creation_to_its_bytes(qhubctl, hub, parameters):
    def call(operation, **members):
        outcome = qhubctl("api", f"quantum.{operation}", "--params-file", parameters(**members), "--base-url",
                          hub.quantum_url, KQH_PERSONAL_ACCESS_TOKEN=hub.token)
        assert (outcome.code, outcome.errors) == (0, "")
        return outcome.output

    created = json.loads(call("jobs.create_job", body={"backend_id": "aws.sim.sv1", "shots": 10, "input": BELL}))
    path = {"id": created["id"]}
    while (status := json.loads(call("jobs.get_job_status", path=path))["status"]) in ("PENDING", "RUNNING"):
        pass
    assert status == "COMPLETED"
    result = call("jobs.get_job_result", path=path)
    assert len(json.loads(result)["measurements"]) == 10
    assert json.loads(call("jobs.get_job_result_stream", path=path)) == json.loads(result)
    found = json.loads(call("jobs.search_jobs", query={"size": 1, "sort": ["created_at,desc"]}))
    assert [job["id"] for job in found["content"]] == [created["id"]]


def test_bytes_of_a_service(qhubctl, recorder, parameters):
    content = bytes(range(256)) * 5000
    recorder.answer = Answer(200, content, "application/octet-stream")
    outcome = qhubctl("api", "service.service_api.get_result_file", "--base-url", recorder.url + "/acme/vqe/v1",
                      "--params-file", parameters(path={"id": "42", "file": "plots/figure 1.png"}))
    assert (outcome.code, outcome.errors) == (0, "")
    assert outcome.output == content
    sent = recorder.take()
    assert (sent.method, sent.path) == ("GET", ["", "acme", "vqe", "v1", "42", "result", "plots/figure 1.png"])
    assert sent.header("authorization") == "Bearer a token"
    assert sent.header("x-auth-token") is None


def test_all_kinds_of_parameters(qhubctl, recorder, parameters, tmp_path):
    recorder.answer = Answer(200, b'{"id":"1"}')
    picture = tmp_path / "a picture.png"
    picture.write_bytes(b"\x89PNG\x00")
    outcome = qhubctl("api", "platform.use_cases.upload_use_case_logo", "--base-url", recorder.url,
                      "--params-file", parameters(path={"id": "a/b"}, header={"X-Trace": "ü"}, files={"file": str(picture)}))
    assert (outcome.code, outcome.errors) == (0, "")
    sent = recorder.take()
    assert sent.path == ["", "use-cases", "a/b", "logo"]
    assert sent.header("x-trace").encode("latin-1").decode() == "ü"
    assert sent.content == [("file", "a picture.png", "image/png", b"\x89PNG\x00")]


def test_organization(qhubctl, recorder, parameters):
    recorder.answer = Answer(200, b"[]")
    arguments = ["api", "quantum.backends.get_backends", "--base-url", recorder.url, "--params-file", parameters()]
    assert qhubctl(*arguments).code == 0
    assert recorder.take().header("x-organizationid") is None
    assert qhubctl(*arguments, KQH_ORGANIZATION_ID="org-1").code == 0
    assert recorder.take().header("x-organizationid") == "org-1"


def test_an_empty_answer_prints_nothing(qhubctl, recorder, parameters):
    recorder.answer = Answer(204)
    outcome = qhubctl("api", "quantum.jobs.cancel_job", "--base-url", recorder.url, "--params-file",
                      parameters(path={"id": "1"}))
    assert (outcome.code, outcome.output, outcome.errors) == (0, b"", "")


@pytest.mark.parametrize("members, named", [
    ({}, "id"),
    ({"path": {"id": ""}}, "id"),
    ({"paths": {"id": "1"}}, "paths"),
    ({"path": []}, "path"),
])
def test_a_wrong_parameter_file_sends_nothing(qhubctl, recorder, parameters, members, named):
    message = qhubctl.refused("api", "quantum.jobs.get_job", "--base-url", recorder.url, "--params-file",
                              parameters(**members))
    assert named in message
    assert recorder.requests == []


def test_an_unknown_operation(qhubctl, parameters):
    message = qhubctl.refused("api", "quantum.job.get_job", "--params-file", parameters())
    assert "quantum.jobs.get_job" in message


def test_the_problem_document_takes_one_line(qhubctl, recorder, parameters):
    recorder.answer = Answer(422, b'{"title":"Unprocessable","status":422,"detail":"Two\\nlines."}', "application/problem+json")
    message = qhubctl.refused("api", "quantum.jobs.get_job", "--base-url", recorder.url, "--params-file",
                              parameters(path={"id": "1"}))
    assert "Two lines." in message


def test_the_list_has_every_operation_of_the_contract(qhubctl):
    listed = {line.split("\t")[0] for line in qhubctl("api", "list").text.splitlines()}
    assert listed == {operation.qualified_id for api in APIS for operation in Contract.of(api).operations}
