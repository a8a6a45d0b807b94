"""Requests made at random from the contract, to every operation of the platform and the user API: whatever is sent, the
answer is one that the contract declares, its document matches the schema, and the hub never fails."""

from __future__ import annotations

import json
import os
import random

import httpx
import pytest
from jsonschema import Draft202012Validator

from support.contract import Contract, Operation, Values
from support.people import organization, person

PREFIX = {"platform": "/qc-catalog", "user": "/user-service"}
ROUNDS = int(os.environ.get("QHUB_ROUNDS", 2))  # of each operation; more find more
OPERATIONS = [operation for api in PREFIX for operation in Contract.of(api).operations]
LEAVES_NOTHING = {"user_settings.delete_current_user", "organizations.delete_organization",
                  "user_settings_personal_access_tokens.regenerate_default_personal_access_token"}


@pytest.fixture(scope="module")
def world(hub):
    """A user with an organization and one object of each kind that can be made by hand; ids by parameter name."""
    ada = person(hub, "Ada Lovelace")
    org = organization(ada, "Lab", {})
    ada = ada.acting_for(org)
    known: dict[str, dict[str, str]] = {"organizations": {"id": org, "user_id": ada.id}}

    def make(collection, **body):
        made = ada.request("POST", f"/qc-catalog/{collection}", json=body or None)
        return made.json()["id"]

    algorithm = make("algorithms", name="a", computationModel="QUANTUM")
    use_case = make("use-cases", title="u")
    implementation = make("implementations", name="i")
    known["algorithms"] = {"id": algorithm, "sketch_id": make(f"algorithms/{algorithm}/sketches")}
    known["use-cases"] = {"id": use_case, "sketch_id": make(f"use-cases/{use_case}/sketches"),
                          "author_id": make(f"use-cases/{use_case}/authors", name="x"), "algorithm_id": algorithm}
    known["implementations"] = {"id": implementation, "slug": implementation, "id_path_param": implementation}
    ada.request("PUT", f"/qc-catalog/algorithms/{algorithm}/visibility", json={"type": "PUBLIC"})
    known["marketplace"] = {"id": algorithm}
    return ada, known


def resolved(api: str, schema: dict) -> Draft202012Validator:
    document = Contract.of(api).document
    return Draft202012Validator({**schema, "components": document["components"]})


def request(operation: Operation, known: dict[str, dict[str, str]], seed: int) -> dict:
    values = Values(operation.api, f"{operation.id} {seed}", optional=0.6, null=0.1, unknown=0.2)
    ids = known.get(operation.path.split("/")[1], {})
    chance = random.Random(f"{operation.id} {seed}")
    path, query = PREFIX[operation.api] + operation.path, []
    for parameter in operation.parameters:
        name = parameter["name"]
        if parameter["in"] == "path":
            value = ids.get(name) if seed % 3 else None
            path = path.replace("{%s}" % name, httpx.URL("/").copy_with(path="/" + (value or values.identifier())).raw_path.decode()[1:])
        elif parameter["in"] == "query" and (parameter.get("required") or chance.random() < 0.5):
            value = values.of(parameter["schema"])
            query += [(name, str(each)) for each in value] if isinstance(value, list) else [(name, str(value))]
    options: dict = {"params": query}
    if operation.body:
        kind, schema = operation.body
        if kind == "multipart/form-data":
            options["files"] = {"file": ("x.bin", chance.randbytes(40), "application/octet-stream")}
        else:
            body = values.of(schema) if seed % 4 else values.free()
            options |= {"content": json.dumps(body), "headers": {"Content-Type": "application/json"}}
    return {"method": operation.method.upper(), "path": path, **options}


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if each.id not in LEAVES_NOTHING],
                         ids=lambda operation: operation.qualified_id)
def test_answers_are_declared(operation, world):
    ada, known = world
    for seed in range(ROUNDS):
        sent = request(operation, known, seed)
        options = {key: value for key, value in sent.items() if key not in ("method", "path", "headers")}
        answer = ada.request(sent["method"], sent["path"], headers=sent.get("headers", {}), **options)
        where = f"{sent} → {answer.status_code} {answer.text[:400]}"
        if answer.status_code == 404 and "the API there has no such operation" in answer.text:
            pytest.skip("not served")
        assert answer.status_code < 500, where
        if answer.status_code >= 400:
            if operation.method != "head":
                problem = answer.json()
                assert problem["status"] == answer.status_code and problem["detail"], where
            continue
        declared = operation.declaration["responses"]
        assert str(answer.status_code) in declared, where
        content = Contract.of(operation.api).resolve(declared[str(answer.status_code)]).get("content", {})
        if "application/json" in content:
            errors = list(resolved(operation.api, content["application/json"]["schema"]).iter_errors(answer.json()))
            assert errors == [], where
        elif not content:
            assert answer.content == b"", where
