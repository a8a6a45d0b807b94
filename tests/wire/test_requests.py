"""The C++ clients and the official one, given the same arguments, send the same requests; the blocking and the
asynchronous client take turns.

Where the official client is at fault, ours is right instead, and a test of its own says in what: see the end.
"""

from __future__ import annotations

import json
import re

import pytest

from support.contract import Contract, Operation, Values
from support.official import Official
from support.recorder import Answer, Recorder, Request
from wire.arguments import Arguments, random_arguments
from wire.driver import Driver

APIS = ("quantum", "platform", "service", "user")
ROUNDS = 12
TOKEN = "a token, with a space"
ORGANIZATION = "org-1"
HEADERS = ("x-auth-token", "authorization", "x-organizationid", "content-type", "accept")


def operations(api: str) -> list[Operation]:
    """What the official client can call; of the others only older clients know."""
    return [operation for operation in Contract.of(api).operations if not operation.deprecated]


ALL = [operation for api in APIS for operation in operations(api)]
WITH_SUB_PATH = [o for o in ALL if any(parameter.get("x-multi-segment") for parameter in o.parameters)]
ORGANIZATION_IMAGE = next(o for o in ALL if o.qualified_id == "platform.organizations.update_organization_image")
COMPARABLE = [o for o in ALL if o not in WITH_SUB_PATH and o != ORGANIZATION_IMAGE]


@pytest.fixture(scope="module")
def recorder():
    with Recorder() as running:
        yield running


@pytest.fixture(scope="module")
def drivers(recorder):
    options = {api: {"organization": ORGANIZATION} if api in ("quantum", "platform") else {} for api in APIS}
    running = {api: Driver(f"{recorder.url}/{api}", TOKEN, **options[api]) for api in APIS}
    yield running
    for driver in running.values():
        driver.__exit__(None, None, None)


@pytest.fixture(scope="module")
def officials(recorder):
    options = {api: {"organization_id": ORGANIZATION} if api in ("quantum", "platform") else {} for api in APIS}
    return {api: Official(api, f"{recorder.url}/{api}", TOKEN, **options[api]) for api in APIS}


def success(operation: Operation) -> Answer:
    """The least that the contract lets a hub answer."""
    status, kind, schema = operation.success
    if kind is None:
        return Answer(status, content_type=None)
    if kind == "application/json":
        value = Values(operation.api, operation.qualified_id, optional=0).of(schema)
        return Answer(status, json.dumps(value).encode())
    return Answer(status, b"\x00\xff some bytes", kind)


def sent_by_official(recorder: Recorder, official: Official, operation: Operation, arguments: Arguments) -> Request:
    files = {name: (path.name, path.read_bytes()) for name, path in arguments.files.items()}
    official.call(operation.id, arguments.path, arguments.query, arguments.body, files)
    return recorder.take()


def sent_by_ours(recorder: Recorder, driver: Driver, operation: Operation, arguments: Arguments,
                 asynchronous: bool = False) -> Request:
    answer = driver.call(arguments.as_driver_line(operation, asynchronous))
    assert answer["ok"], answer
    return recorder.take()


@pytest.mark.parametrize("operation", COMPARABLE, ids=lambda o: o.qualified_id)
def test_same_request(operation, recorder, drivers, officials, tmp_path):
    recorder.answer = success(operation)
    for round in range(ROUNDS if operation.id != "jobs.create_job" else 20 * ROUNDS):  # it has 24 kinds of input
        arguments = random_arguments(operation, round, tmp_path)
        expected = sent_by_official(recorder, officials[operation.api], operation, arguments)
        sent = sent_by_ours(recorder, drivers[operation.api], operation, arguments, asynchronous=round % 4 > 1)
        assert sent.method == expected.method
        assert sent.path == expected.path, (sent.raw_path, expected.raw_path)
        assert sent.query == expected.query
        assert sent.content == expected.content
        assert {h: sent.header(h) for h in HEADERS} == {h: expected.header(h) for h in HEADERS}


@pytest.mark.parametrize("api", APIS)
def test_no_organization_no_header(api, recorder, tmp_path):
    operation = next(o for o in operations(api) if o.method == "get")
    recorder.answer = success(operation)
    arguments = random_arguments(operation, 0, tmp_path)
    expected = sent_by_official(recorder, Official(api, recorder.url, TOKEN), operation, arguments)
    with Driver(recorder.url, TOKEN) as driver:
        sent = sent_by_ours(recorder, driver, operation, arguments)
    assert sent.header("x-organizationid") is None is expected.header("x-organizationid")
    assert sent.path == expected.path


# Defects of the official client. Each test shows the defect, so that it fails once a release has mended it.


@pytest.mark.parametrize("identifier, official_path", [
    ("a/b", "/quantum/jobs/a/b"),
    ("a?b=c", "/quantum/jobs/a"),
    ("a#b", "/quantum/jobs/a"),
    ("100%25", "/quantum/jobs/100%25"),
])
def test_defect_official_does_not_encode_path_parameters(identifier, official_path, recorder, drivers, officials):
    operation = next(o for o in operations("quantum") if o.id == "jobs.get_job")
    recorder.answer = success(operation)
    arguments = Arguments(path={"id": identifier})
    assert sent_by_official(recorder, officials["quantum"], operation, arguments).raw_path == official_path
    assert sent_by_ours(recorder, drivers["quantum"], operation, arguments).path == ["", "quantum", "jobs", identifier]


@pytest.mark.parametrize("operation", WITH_SUB_PATH, ids=lambda o: o.qualified_id)
def test_defect_official_sends_the_wildcard_itself(operation, recorder, drivers, officials):
    recorder.answer = success(operation)
    *identifiers, sub_path = [p["name"] for p in operation.parameters if p["in"] == "path"]
    path = {name: f"{name} 1" for name in identifiers}
    expected = sent_by_official(recorder, officials[operation.api], operation, Arguments(path=path))
    sent = sent_by_ours(recorder, drivers[operation.api], operation, Arguments(path={**path, sub_path: "some folder/a?b"}))
    assert expected.path[-1] == "**"
    assert sent.path == [*expected.path[:-1], "some folder", "a?b"]
    assert re.search("/some%20folder/a%3Fb$", sent.raw_path)
    assert sent.method == expected.method


def test_defect_official_sends_an_organization_image_as_base64(recorder, drivers, officials, tmp_path):
    """The documentation and its every other upload say multipart."""
    recorder.answer = success(ORGANIZATION_IMAGE)
    image = tmp_path / "image.png"
    image.write_bytes(b"\x89PNG\r\n")
    arguments = Arguments(path={"id": "1"}, files={"file": image})
    expected = sent_by_official(recorder, officials["platform"], ORGANIZATION_IMAGE, arguments)
    sent = sent_by_ours(recorder, drivers["platform"], ORGANIZATION_IMAGE, arguments)
    assert expected.header("content-type") == "application/json"
    assert sent.content == [("file", "image.png", "image/png", image.read_bytes())]
    assert (sent.method, sent.path) == (expected.method, expected.path)
