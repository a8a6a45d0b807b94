"""What a hub answers reaches the caller of the typed C++ client whole: every field, also those of a newer hub."""

from __future__ import annotations

import json

import pytest

from support.contract import Contract, Operation, Values
from support.recorder import Answer, Recorder
from wire.arguments import random_arguments
from wire.driver import Driver

APIS = ("quantum", "platform", "service", "user")
ROUNDS = 8
BYTES_ANSWERED = [o for api in APIS for o in Contract.of(api).operations if (o.success[2] or {}).get("format") == "binary"]
JSON_ANSWERED = [o for api in APIS for o in Contract.of(api).operations if o.success[1] == "application/json"]
ERRORS = {
    400: "BadRequestError",
    401: "UnauthorizedError",
    403: "ForbiddenError",
    404: "NotFoundError",
    422: "UnprocessableEntityError",
}


@pytest.fixture(scope="module")
def recorder():
    with Recorder() as running:
        yield running


@pytest.fixture(scope="module")
def driver(recorder):
    with Driver(recorder.url, "token") as running:
        yield running


def call(driver: Driver, operation: Operation, tmp_path, asynchronous: bool = False) -> dict:
    return driver.call(random_arguments(operation, 0, tmp_path).as_driver_line(operation, asynchronous))


@pytest.mark.parametrize("operation", JSON_ANSWERED, ids=lambda o: o.qualified_id)
def test_every_field_arrives(operation, recorder, driver, tmp_path):
    status, _, schema = operation.success
    for round in range(ROUNDS):
        value = Values(operation.api, f"{operation.qualified_id} {round}", optional=0.8, unknown=0.3).of(schema)
        recorder.answer = Answer(status, json.dumps(value).encode())
        answer = call(driver, operation, tmp_path, asynchronous=round % 2 == 1)
        assert answer == {"ok": True, "answer": value}


@pytest.mark.parametrize("operation", BYTES_ANSWERED, ids=lambda o: o.qualified_id)
def test_every_byte_arrives(operation, recorder, driver, tmp_path):
    content = bytes(range(256)) * 100
    recorder.answer = Answer(200, content, "application/octet-stream")
    for asynchronous in (False, True):
        answer = call(driver, operation, tmp_path, asynchronous)
        assert answer["ok"]
        assert answer["answer"].encode(errors="surrogateescape") == content


@pytest.mark.parametrize("status, name", ERRORS.items())
@pytest.mark.parametrize("problem", [b'{"title":"No","detail":"Do this instead."}', b"<html>a proxy's page</html>", b""],
                         ids=["problem", "page", "empty"])
def test_an_error_is_thrown_as_its_class_whatever_its_body(status, name, problem, recorder, driver, tmp_path):
    operation = next(o for o in Contract.of("quantum").operations if o.id == "jobs.get_job")
    recorder.answer = Answer(status, problem, "application/problem+json")
    answer = call(driver, operation, tmp_path)
    assert (answer["ok"], answer["error"], answer["status"]) == (False, name, status)
    if problem.startswith(b"{"):
        assert "Do this instead." in answer["message"]
    recorder.requests.clear()


def test_an_answer_that_does_not_fit_the_contract_is_an_error_that_names_the_field(recorder, driver, tmp_path):
    operation = next(o for o in Contract.of("quantum").operations if o.id == "jobs.get_job")
    recorder.answer = Answer(200, b'{"id":"1","shots":"many"}')
    answer = call(driver, operation, tmp_path)
    assert not answer["ok"]
    assert "shots" in answer["message"]
