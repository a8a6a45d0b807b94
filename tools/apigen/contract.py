"""The contract as plain values that the templates print: one API, its namespaces, operations and types.

A contract is an OpenAPI 3.1 document. Beyond the standard it uses
  x-aliases              other names under which a schema is known; each becomes a `using`
  x-official-1.15.0      the operation's id in the official SDK 1.15.0, where it differs
  x-documented-as        the method's name in the official documentation, where it differs
  x-borrowed             on a tag: operations of another API, with the names under which the documentation has them here
  x-multi-segment        on a path parameter: it is a file path whose slashes stay separators
  x-answer: headers      the answer is its headers
  x-discriminator-hint   on a request field: its text picks the id that discriminated unions beside it write
"""

from __future__ import annotations

import dataclasses
import pathlib
import re

import yaml

CPP_KEYWORDS = set(
    """alignas alignof and asm auto bool break case catch char class const continue co_await co_return co_yield
    decltype default delete do double else enum explicit export extern false float for friend goto if inline int long
    mutable namespace new noexcept not nullptr operator or private protected public register requires return short
    signed sizeof static struct switch template this throw true try typedef typeid typename union unsigned using
    virtual void volatile wchar_t while xor""".split()
)
# What the generated code stands on; a schema of such a name would hide it.
SUPPORT_TYPES = {"Box", "File", "Headers", "Json", "JsonObject", "OpenEnum", "Timestamp", "Union"}
METHODS = ("get", "put", "post", "delete", "patch", "head")
MOST_FIELDS = 128  # of one type: src/qhub/api/codec.cpp has room for as many


class ContractError(Exception):
    """The document says something the generator has no meaning for."""


def snake(name: str) -> str:
    """`createdAt` → `created_at`, `_links` → `links`; a C++ keyword gets an underscore behind it."""
    name = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")
    name = re.sub(r"([a-z0-9])([A-Z])|([A-Z]+)([A-Z][a-z])", lambda m: "_".join(filter(None, m.groups())), name).lower()
    return name + "_" if name in CPP_KEYWORDS else name


def pascal(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", name))


def constant(value: str) -> str:
    """The C++ constant for an enum's wire value: the value itself as far as C++ allows."""
    name = re.sub(r"[^A-Za-z0-9]+", "_", value).strip("_") or "EMPTY"
    if name[0].isdigit():
        name = "_" + name
    return name + "_" if name in CPP_KEYWORDS else name


@dataclasses.dataclass
class Field:
    name: str  # on the wire
    member: str  # in C++
    type: str
    required: bool
    description: str
    deprecated: bool
    place: str = "body"  # body, query, whole_body or file
    secret: bool = False  # not to be shown to people

    @property
    def member_type(self) -> str:
        return self.type if self.required else f"std::optional<{self.type}>"


@dataclasses.dataclass
class Struct:
    name: str
    fields: list[Field]
    description: str
    aliases: list[str]
    has_extras: bool = True
    discriminator_hint: str = ""

    def __post_init__(self) -> None:
        if len(self.fields) > MOST_FIELDS:
            raise ContractError(f"{self.name} has {len(self.fields)} fields; {MOST_FIELDS} are the most")


@dataclasses.dataclass
class Enum:
    name: str
    values: list[str]
    description: str
    aliases: list[str]

    @property
    def constants(self) -> list[tuple[str, str]]:
        return [(constant(value), value) for value in self.values]


@dataclasses.dataclass
class Union:
    name: str
    alternatives: list[str]  # C++ types; Json comes last and is not listed
    discriminator: str
    ids: list[tuple[str, int]]
    description: str
    aliases: list[str]


@dataclasses.dataclass
class Alias:
    name: str
    type: str
    description: str
    aliases: list[str]


@dataclasses.dataclass
class PathParameter:
    name: str
    member: str
    description: str


@dataclasses.dataclass
class Operation:
    id: str  # <api>.<namespace>.<method>
    namespace: str
    name: str
    http_method: str
    path: str
    summary: str
    description: str
    path_parameters: list[PathParameter]
    request: Struct | None
    body: str  # none, json or multipart
    body_required: bool
    answer: str  # none, json, optional_json, bytes or headers
    answer_type: str
    answer_description: str
    multi_segment: bool
    anonymous: bool
    deprecated: bool
    legacy_id: str
    documented_as: str
    errors: list[str]
    page_entry: str = ""  # C++ type of the entries, if the answer is a page of a list

    @property
    def request_is_optional(self) -> bool:
        return self.request is not None and not any(field.required for field in self.request.fields)

    @property
    def api(self) -> str:
        return self.id.partition(".")[0]

    @property
    def aliases(self) -> list[dict[str, str]]:
        """Other names of the method within its namespace, each with the reason."""
        namespace, _, method = self.legacy_id.partition(".")
        names = []
        if method and namespace == self.namespace:
            names.append({"name": method, "reason": f"The name of {self.name} in the official SDK 1.15.0."})
        if self.documented_as:
            names.append({"name": self.documented_as, "reason": f"The name of {self.name} in the official documentation."})
        return names

    @property
    def range_name(self) -> str:
        """`search_jobs` → `search_all_jobs`: the method that goes through all pages."""
        verb, _, rest = self.name.partition("_")
        return f"{verb}_all_{rest}"

    @property
    def query_parameters(self) -> list[str]:
        return [field.name for field in self.request.fields if field.place == "query"] if self.request else []


@dataclasses.dataclass
class Namespace:
    name: str
    description: str
    operations: list[Operation]
    moved_away: list[Operation] = dataclasses.field(default_factory=list)  # operations that were here in 1.15.0
    borrowed: list[tuple[str, Operation]] = dataclasses.field(default_factory=list)  # name here, operation of another API

    @property
    def class_stem(self) -> str:
        return pascal(self.name)


@dataclasses.dataclass
class Api:
    name: str
    title: str
    description: str
    default_base_url: str
    types: list[Struct | Enum | Union | Alias]  # each after the types it holds by value
    namespaces: list[Namespace]

    def of(self, kind: str) -> list:
        return [type_ for type_ in self.types if type(type_).__name__ == kind]

    @property
    def operations(self) -> list[Operation]:
        return [operation for namespace in self.namespaces for operation in namespace.operations]


class Reader:
    def __init__(self, name: str, document: dict):
        self.name = name
        self.document = document
        self.schemas = document["components"]["schemas"]

    def resolve(self, node: dict) -> dict:
        while "$ref" in node:
            target = self.document
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step.replace("~1", "/")]
            node = {**target, **{key: value for key, value in node.items() if key != "$ref"}}
        return node

    def cpp_type(self, schema: dict, where: str) -> str:
        if "$ref" in schema:
            return schema["$ref"].rsplit("/", 1)[1]
        if "anyOf" in schema or "oneOf" in schema:
            alternatives = schema.get("anyOf") or schema["oneOf"]
            # One or several of the same: on the wire a list of one looks like the one.
            if len(alternatives) == 2 and alternatives[1].get("items") == alternatives[0]:
                return self.cpp_type(alternatives[1], where)
            raise ContractError(f"{where}: give this union a name of its own")
        kind = schema.get("type")
        if kind == "string":
            return {"date-time": "Timestamp", "binary": "File"}.get(schema.get("format", ""), "std::string")
        if kind in ("integer", "number", "boolean"):
            return {"integer": "std::int64_t", "number": "double", "boolean": "bool"}[kind]
        if kind == "array":
            return f"std::vector<{self.cpp_type(schema['items'], where)}>"
        if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
            return f"std::map<std::string, {self.cpp_type(schema['additionalProperties'], where)}>"
        if kind == "object" and "properties" in schema:
            raise ContractError(f"{where}: give this object a name of its own")
        return "Json"

    def fields(self, schema: dict, where: str) -> list[Field]:
        required = schema.get("required", [])
        fields = []
        for name, field in schema.get("properties", {}).items():
            fields.append(
                Field(
                    name=name,
                    member=snake(name),
                    type=self.cpp_type(field, f"{where}.{name}"),
                    required=name in required,
                    description=field.get("description", ""),
                    deprecated=field.get("deprecated", False),
                    secret=field.get("format") == "password",
                )
            )
        for field in fields:
            if field.type == where:  # a type cannot hold itself by value
                field.type = f"Box<{where}>"
        members = [field.member for field in fields]
        for member in members:
            if members.count(member) > 1 or member == "extras":
                raise ContractError(f"{where}: two members are called {member}")
        return fields

    def type(self, name: str, schema: dict) -> Struct | Enum | Union | Alias:
        about = (schema.get("description", ""), schema.get("x-aliases", []))
        if "enum" in schema:
            return Enum(name, schema["enum"], *about)
        if "properties" in schema:
            return Struct(name, self.fields(schema, name), *about)
        if "oneOf" in schema or "anyOf" in schema:
            alternatives = []
            for alternative in schema.get("oneOf") or schema["anyOf"]:
                type_ = self.cpp_type(alternative, name)
                if type_ != "Json":
                    alternatives.append(type_)
            discriminator = schema.get("discriminator", {})
            ids = [
                (id_, alternatives.index(target.rsplit("/", 1)[1]))
                for id_, target in discriminator.get("mapping", {}).items()
            ]
            return Union(name, alternatives, discriminator.get("propertyName", ""), ids, *about)
        return Alias(name, self.cpp_type(schema, name), *about)

    def types(self) -> list:
        """All types, each after those it holds by value; a vector or map of a type needs only its name."""
        for name in SUPPORT_TYPES & set(self.schemas):
            raise ContractError(f"{name}: the name is taken by a support type")
        found = {name: self.type(name, schema) for name, schema in self.schemas.items()}
        ordered: dict[str, object] = {}
        visiting: list[str] = []

        def visit(name: str) -> None:
            if name in ordered or name not in found:
                return
            if name in visiting:
                raise ContractError(f"{name} holds itself by value: {' → '.join(visiting)}")
            visiting.append(name)
            type_ = found[name]
            if isinstance(type_, Struct):
                held = [field.type for field in type_.fields]
            elif isinstance(type_, Union):
                held = type_.alternatives
            else:
                held = [type_.type] if isinstance(type_, Alias) else []
            for inner in held:
                for word in re.findall(r"\w+", inner):
                    if not (word == name and inner.startswith(("std::vector<", "std::map<", "Box<"))):
                        visit(word)
            visiting.pop()
            ordered[name] = type_

        for name in found:
            visit(name)
        return list(ordered.values())

    def request(self, method_name: str, operation: dict, parameters: list[dict], body: str) -> Struct | None:
        fields = []
        hint = ""
        if body != "none":
            ((_, media),) = operation["requestBody"]["content"].items()
            schema = media["schema"]
            if "properties" in schema:
                fields = self.fields(schema, method_name)
                for field in fields:
                    if field.type == "File":
                        field.place = "file"
                    if schema["properties"][field.name].get("x-discriminator-hint"):
                        hint = field.name
            else:
                type_ = self.cpp_type(schema, method_name)
                description = schema.get("description", "")
                fields = [Field("request", "request", type_, True, description, False, "whole_body")]
        for parameter in parameters:
            if parameter["in"] == "query":
                name = parameter["name"]
                type_ = self.cpp_type(parameter["schema"], f"{method_name}.{name}")
                required = parameter.get("required", False)
                deprecated = parameter.get("deprecated", False)
                fields.append(
                    Field(name, snake(name), type_, required, parameter.get("description", ""), deprecated, "query")
                )
        if not fields:
            return None
        fields.sort(key=lambda field: not field.required)
        has_extras = any(field.place == "body" for field in fields)
        return Struct(pascal(method_name) + "Request", fields, "", [], has_extras, hint)

    def operation(self, path: str, http_method: str, operation: dict) -> Operation:
        namespace, _, name = operation["operationId"].partition(".")
        parameters = [self.resolve(parameter) for parameter in operation.get("parameters", [])]
        by_name = {parameter["name"]: parameter for parameter in parameters if parameter["in"] == "path"}
        path_names = re.findall(r"{(\w+)}", path)
        body = "none"
        if "requestBody" in operation:
            ((media_type, _),) = operation["requestBody"]["content"].items()
            body = {"application/json": "json", "multipart/form-data": "multipart"}[media_type]
        request = self.request(name, operation, parameters, body)
        answer, answer_type, answer_description = self.answer(operation)
        security = operation.get("security", self.document.get("security", []))
        return Operation(
            id=f"{self.name}.{namespace}.{name}",
            namespace=namespace,
            name=snake(name),
            http_method=http_method.upper(),
            path="" if path == "/" else path,
            summary=operation.get("summary", ""),
            description=operation.get("description", ""),
            path_parameters=[
                PathParameter(name_, snake(name_), by_name[name_].get("description", "")) for name_ in path_names
            ],
            request=request,
            body=body,
            body_required=request is not None
            and any(field.required and field.place in ("body", "whole_body") for field in request.fields),
            answer=answer,
            answer_type=answer_type,
            answer_description=answer_description,
            multi_segment=any(parameter.get("x-multi-segment") for parameter in by_name.values()),
            anonymous={} in security,
            deprecated=operation.get("deprecated", False),
            legacy_id=operation.get("x-official-1.15.0", ""),
            documented_as=operation.get("x-documented-as", ""),
            errors=sorted(
                response["$ref"].rsplit("/", 1)[1].removesuffix("Error")
                for status, response in operation["responses"].items()
                if status != "default" and "$ref" in response
            ),
        )

    def answer(self, operation: dict) -> tuple[str, str, str]:
        if operation.get("x-answer") == "headers":
            return "headers", "Headers", ""
        success = operation["responses"].get("200")
        if success is None or "content" not in success:
            return "none", "void", ""
        (media,) = success["content"].values()
        description = success["description"].replace("Done.", "")
        if media["schema"].get("format") == "binary":
            return "bytes", "void", description
        type_ = self.cpp_type(media["schema"], operation["operationId"])
        if "204" in operation["responses"]:
            return "optional_json", f"std::optional<{type_}>", description
        return "json", type_, description


def read(path: pathlib.Path) -> Api:
    document = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    reader = Reader(path.stem, document)
    namespaces = {tag["name"]: Namespace(tag["name"], tag.get("description", ""), []) for tag in document["tags"]}
    for url_path, item in document["paths"].items():
        for http_method in METHODS:
            if http_method in item:
                operation = reader.operation(url_path, http_method, item[http_method])
                namespaces[operation.namespace].operations.append(operation)
    api = Api(
        name=path.stem,
        title=document["info"]["title"],
        description=document["info"].get("description", ""),
        default_base_url=document["servers"][0]["url"],
        types=reader.types(),
        namespaces=list(namespaces.values()),
    )
    make_request_names_unique(api)
    find_pages(api)
    for operation in api.operations:
        former = operation.legacy_id.partition(".")[0]
        if former and former != operation.namespace:
            namespaces[former].moved_away.append(operation)
    for tag in document["tags"]:
        for name, operation_id in tag.get("x-borrowed", {}).items():
            lender = read(path.with_name(operation_id.partition(".")[0] + ".yaml"))
            (operation,) = (operation for operation in lender.operations if operation.id == operation_id)
            if operation.path_parameters or operation.request:
                raise ContractError(f"{operation_id}: only an operation without parameters can be borrowed")
            namespaces[tag["name"]].borrowed.append((name, operation))
    return api


def find_pages(api: Api) -> None:
    """Which operations answer with one page of a list and take its number."""
    entries = {
        struct.name: field.type.removeprefix("std::vector<").removesuffix(">")
        for struct in api.of("Struct")
        for field in struct.fields
        if field.name == "content" and field.type.startswith("std::vector<")
    }
    for operation in api.operations:
        takes_page = operation.request and any(
            field.name == "page" and field.place == "query" for field in operation.request.fields
        )
        if takes_page:
            operation.page_entry = entries.get(operation.answer_type, "")


def make_request_names_unique(api: Api) -> None:
    """Two namespaces may have a method of one name; then their request types carry the namespace's name too."""
    requests = [operation for operation in api.operations if operation.request]
    names = [operation.request.name for operation in requests]
    taken = {type_.name for type_ in api.types} | {alias for type_ in api.types for alias in type_.aliases}
    for operation in requests:
        if names.count(operation.request.name) > 1 or operation.request.name in taken:
            operation.request.name = pascal(operation.namespace) + operation.request.name
