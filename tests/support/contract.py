"""The contract in api/ as data: its operations, and values that its schemas allow."""

from __future__ import annotations

import random
import string
from dataclasses import dataclass
from functools import cache
from typing import Any, Iterator

import yaml

from support.programs import REPOSITORY

APIS = ("quantum", "platform", "service", "user")
METHODS = ("get", "head", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Operation:
    api: str
    method: str
    path: str
    declaration: dict[str, Any]

    @property
    def id(self) -> str:
        """Namespace and method as in the official client, e.g. "jobs.create_job"."""
        return self.declaration["operationId"]

    @property
    def qualified_id(self) -> str:
        return f"{self.api}.{self.id}"

    @property
    def deprecated(self) -> bool:
        return self.declaration.get("deprecated", False)

    @property
    def legacy_id(self) -> str:
        """Its name in the official client 1.15.0."""
        return self.declaration.get("x-official-1.15.0", self.id)

    @property
    def parameters(self) -> list[dict[str, Any]]:
        return [Contract.of(self.api).resolve(parameter) for parameter in self.declaration.get("parameters", [])]

    @property
    def body(self) -> tuple[str, dict[str, Any]] | None:
        """Media type and schema of the request body."""
        content = Contract.of(self.api).resolve(self.declaration.get("requestBody", {})).get("content", {})
        return next(((kind, media["schema"]) for kind, media in content.items()), None)

    @property
    def success(self) -> tuple[int, str | None, dict[str, Any] | None]:
        """Status, media type and schema of the first answer that means success."""
        for status, response in self.declaration["responses"].items():
            if status.startswith("2"):
                content = Contract.of(self.api).resolve(response).get("content", {})
                return next(((int(status), kind, media["schema"]) for kind, media in content.items()),
                            (int(status), None, None))
        raise AssertionError(f"{self.qualified_id} declares no success")


class Contract:
    def __init__(self, api: str):
        self.api = api
        self.document = yaml.load((REPOSITORY / f"api/{api}.yaml").read_text(), yaml.CSafeLoader)
        self.operations = [
            Operation(api, method, path, item[method])
            for path, item in self.document["paths"].items()
            for method in METHODS
            if method in item
        ]

    @staticmethod
    @cache
    def of(api: str) -> Contract:
        return Contract(api)

    @property
    def schemas(self) -> dict[str, Any]:
        return self.document["components"]["schemas"]

    def resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            target: Any = self.document
            for key in node["$ref"].removeprefix("#/").split("/"):
                target = target[key]
            node = target
        return node


def every_schema(node: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Each property and each named schema below `node`, with its place."""
    if isinstance(node, dict):
        for name, schema in node.get("properties", {}).items():
            yield f"{place}.{name}", schema
        for key, child in node.items():
            yield from every_schema(child, f"{place}.{key}")
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from every_schema(child, f"{place}[{index}]")


# Whatever JSON, a URL, a header or a shell could trip over; ids take from it all but what only we encode.
AWKWARD = ["ä", "日本", "𝛹", " ", '"', "'", "\\", "&", "=", "+", "%", "/", "?", "#", ";", ",", ":", "@", "<", ">", "{", "}", "~", "\t"]
AWKWARD_IN_ID = ["ä", "日本", "𝛹", " ", '"', "'", "&", "=", "+", ";", ",", ":", "@", "<", ">", "~"]


class Values:
    """Random values that a schema allows. The same seed gives the same values."""

    def __init__(self, api: str, seed: str, optional: float = 0.5, null: float = 0.0, unknown: float = 0.0,
                 deprecated: bool = True):
        """
        :param optional: probability that a member which is not required is there
        :param null: probability that such a member, of the outermost object, is an explicit null
        :param unknown: probability that an object carries a member which the contract does not know
        :param deprecated: whether members are among them that only older clients know
        """
        self.random = random.Random(seed)
        self.contract = Contract.of(api)
        self.optional = optional
        self.null = null
        self.unknown = unknown
        self.deprecated = deprecated

    def text(self, awkward: list[str] = AWKWARD) -> str:
        pieces = list(string.ascii_letters + string.digits + "-_.") + awkward * 2
        return "x" + "".join(self.random.choices(pieces, k=self.random.randint(0, 9)))

    def identifier(self) -> str:
        return self.text(AWKWARD_IN_ID)

    def moment(self) -> str:
        date = f"20{self.random.randint(20, 39)}-{self.random.randint(1, 12):02}-{self.random.randint(1, 28):02}"
        time = f"{self.random.randint(0, 23):02}:{self.random.randint(0, 59):02}:{self.random.randint(0, 59):02}"
        fraction = self.random.choice(["", f".{self.random.randint(1, 999999):06}"])
        return f"{date}T{time}{fraction}Z"

    def free(self, depth: int = 0) -> Any:
        kinds = ["text", "integer", "number", "boolean", "null"] + (["array", "object"] if depth < 3 else [])
        match self.random.choice(kinds):
            case "text":
                return self.text()
            case "integer":
                return self.random.randint(-(2**53), 2**53)
            case "number":
                return self.random.uniform(-1e6, 1e6)
            case "boolean":
                return self.random.random() < 0.5
            case "array":
                return [self.free(depth + 1) for _ in range(self.random.randint(0, 3))]
            case "object":
                return self.free_object(depth + 1)
        return None

    def free_object(self, depth: int = 0) -> dict[str, Any]:
        return {self.text(): self.free(depth) for _ in range(self.random.randint(0, 3))}

    def of(self, schema: dict[str, Any], depth: int = 0) -> Any:
        schema = self.contract.resolve(schema)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self.random.choice(schema["enum"])
        if "allOf" in schema:
            merged: dict[str, Any] = {}
            for part in schema["allOf"]:
                merged |= self.of(part, depth)
            return merged
        for key in ("oneOf", "anyOf"):
            if key in schema:
                return self._alternative(schema, schema[key], depth)
        kind = schema.get("type")
        if isinstance(kind, list):
            kind = self.random.choice(kind)
        match kind:
            case "string":
                return self._string(schema)
            case "integer":
                low, high = schema.get("minimum", -5), schema.get("maximum", 2**31 - 1)
                if schema.get("format") == "int64":
                    high = schema.get("maximum", 2**53)
                return self.random.randint(low, high)
            case "number":
                return self.random.choice([0.5, 1e-7, -2.25, 1e21, self.random.uniform(-10, 10)])
            case "boolean":
                return self.random.random() < 0.5
            case "null":
                return None
            case "array":
                least = schema.get("minItems", 0)
                most = schema.get("maxItems", max(least, 3 if depth < 5 else 1))
                return [self.of(schema["items"], depth + 1) for _ in range(self.random.randint(least, most))]
            case "object":
                return self._object(schema, depth)
        return self.free(depth)

    def _alternative(self, schema: dict[str, Any], alternatives: list[dict[str, Any]], depth: int) -> Any:
        if discriminator := schema.get("discriminator"):
            tag = self.random.choice(sorted(discriminator["mapping"]))
            value = self.of({"$ref": discriminator["mapping"][tag]}, depth)
            return value | {discriminator["propertyName"]: tag}
        return self.of(self.random.choice(alternatives), depth)

    def _string(self, schema: dict[str, Any]) -> str:
        match schema.get("format"):
            case "date-time":
                return self.moment()
            case "date":
                return self.moment()[:10]
            case "uuid":
                digits = "".join(self.random.choices("0123456789abcdef", k=32))
                return "-".join([digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]])
            case "uri":
                return f"https://example.org/{self.random.randint(0, 999)}"
        return self.text()

    def _object(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        value: dict[str, Any] = {}
        required = schema.get("required", [])
        for name, member in schema.get("properties", {}).items():
            if member.get("deprecated") and not self.deprecated:
                continue
            if name in required:
                value[name] = self.of(member, depth + 1)
            elif depth == 0 and self.random.random() < self.null:
                value[name] = None
            elif self.random.random() < self.optional / (1 + depth / 2):
                value[name] = self.of(member, depth + 1)
        extra = schema.get("additionalProperties")
        if isinstance(extra, dict):
            value |= {self.text(): self.of(extra, depth + 1) for _ in range(self.random.randint(0, 3))}
        elif extra is True or not schema.get("properties"):
            value |= self.free_object(depth + 1)
        elif self.random.random() < self.unknown:
            value["x unknown"] = self.free(depth + 1)
        return value
