# sanitized: no, it runs none of our programs
"""The documents in api/ are valid, complete and say something about all they declare."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from support.contract import APIS, Contract, every_schema

COUNTS = {"quantum": 41, "platform": 265 + 11, "service": 7, "user": 16}
LEGACY_ONLY = {"platform": 11}

each_api = pytest.mark.parametrize("api", APIS)


@each_api
def test_is_valid_openapi(api):
    OpenAPIV31SpecValidator(Contract.of(api).document).validate()


@each_api
def test_has_every_operation(api):
    operations = Contract.of(api).operations
    assert len(operations) == COUNTS[api]
    assert sum(operation.deprecated for operation in operations) == LEGACY_ONLY.get(api, 0)


@each_api
def test_operation_ids_are_unique(api):
    operations = Contract.of(api).operations
    for ids in ([o.id for o in operations], [o.legacy_id for o in operations]):
        assert [id for id, count in Counter(ids).items() if count > 1] == []


@each_api
def test_operation_ids_begin_with_their_tag(api):
    assert [o.id for o in Contract.of(api).operations if o.declaration["tags"] != [o.id.split(".")[0]]] == []


@each_api
def test_every_operation_has_a_summary_of_one_sentence(api):
    for operation in Contract.of(api).operations:
        summary = operation.declaration.get("summary", "")
        assert re.fullmatch(r"[^\n]{8,119}", summary), f"{operation.id}: {summary!r}"


@each_api
def test_every_parameter_is_declared_where_its_path_says(api):
    for operation in Contract.of(api).operations:
        declared = [p["name"] for p in operation.parameters if p["in"] == "path"]
        assert declared == re.findall(r"{(\w+)}", operation.path), operation.id
        assert all(p["required"] for p in operation.parameters if p["in"] == "path"), operation.id


@each_api
def test_every_parameter_of_the_query_is_described(api):
    assert [
        f"{operation.id} {parameter['name']}"
        for operation in Contract.of(api).operations
        for parameter in operation.parameters
        if parameter["in"] == "query" and not parameter.get("description")
    ] == []


@each_api
def test_every_named_schema_is_described(api):
    assert [name for name, schema in Contract.of(api).schemas.items() if not schema.get("description")] == []


# Names that say all; a property of another name needs a description, be it that of its schema.
SELF_EXPLANATORY = {"id", "name", "title", "description", "displayName", "message", "authors", "email", "firstname",
                    "lastname", "username", "serviceId", "url"}


@each_api
def test_every_property_is_described(api):
    contract = Contract.of(api)
    assert [
        place
        for place, schema in every_schema(contract.document)
        if not (schema.get("description") or contract.resolve(schema).get("description"))
        and place.rsplit(".", 1)[1] not in SELF_EXPLANATORY
    ] == []


@each_api
def test_every_reference_has_a_target_and_every_schema_a_user(api):
    contract = Contract.of(api)
    used = set()

    def walk(node):
        if isinstance(node, dict):
            if isinstance(reference := node.get("$ref"), str):
                contract.resolve(node)
                used.add(reference.rsplit("/", 1)[1])
            for reference in node.get("discriminator", {}).get("mapping", {}).values() if "oneOf" in node else []:
                contract.resolve({"$ref": reference})
            for child in node.values():
                walk(child)
        elif isinstance(node, list):
            for child in node:
                walk(child)

    walk(contract.document)
    assert set(contract.schemas) - used == set()


def shape(schema) -> str:
    """The schema without its words, for comparison."""
    words = {"description", "x-aliases", "deprecated", "examples"}
    if isinstance(schema, dict):
        return repr(sorted((key, shape(value)) for key, value in schema.items() if key not in words))
    if isinstance(schema, list):
        return repr([shape(value) for value in schema])
    return repr(schema)


@each_api
def test_no_two_schemas_are_structurally_the_same(api):
    by_shape: dict[str, list[str]] = {}
    for name, schema in Contract.of(api).schemas.items():
        by_shape.setdefault(shape(schema), []).append(name)
    assert [names for names in by_shape.values() if len(names) > 1] == []


@each_api
def test_aliases_are_unambiguous(api):
    schemas = Contract.of(api).schemas
    names = [*schemas, *(alias for schema in schemas.values() for alias in schema.get("x-aliases", []))]
    assert [name for name, count in Counter(names).items() if count > 1] == []
