"""The installed official client, found by introspection: its methods, its types, and how to call it with wire names."""

from __future__ import annotations

import importlib
import importlib.metadata
import inspect
import re
import typing
from functools import cached_property
from typing import Any, Callable, Iterator

import pydantic

RELEASE = importlib.metadata.version("qhub-api")
CLIENTS = {"quantum": "HubQuantumClient", "platform": "HubPlatformClient", "service": "HubServiceClient",
           "user": "HubUserClient"}
APIS = tuple(api for api in CLIENTS if importlib.util.find_spec(f"qhub.api.{api}"))


def snake_case(name: str) -> str:
    """The official generator's name of a Python argument: minQubits becomes min_qubits, from becomes from_."""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return snake + "_" if snake in {"from", "import", "class", "global"} else snake


class Official:
    """One of the official clients, unmodified."""

    def __init__(self, api: str, base_url: str, token: str, **options: Any):
        self.module = importlib.import_module(f"qhub.api.{api}")
        credential = {"token" if api == "service" else "api_key": token}
        self.client = getattr(self.module, CLIENTS[api])(base_url=base_url, **credential, **options)
        self._parse = importlib.import_module(f"qhub.api.{api}.core.pydantic_utilities").parse_obj_as

    @cached_property
    def namespaces(self) -> list[str]:
        kind = type(self.client)
        return sorted(name for name in dir(kind) if isinstance(getattr(kind, name), property))

    def method_names(self) -> Iterator[str]:
        """Each operation as `<namespace>.<method>`."""
        for namespace in self.namespaces:
            for name, member in inspect.getmembers(getattr(self.client, namespace), inspect.ismethod):
                if not name.startswith("_"):
                    yield f"{namespace}.{name}"

    def model_names(self) -> set[str]:
        """Every model that a call takes or gives, however deep inside another."""
        found: set[type] = set()

        def visit(hint: Any) -> None:
            if inspect.isclass(hint) and issubclass(hint, pydantic.BaseModel) and hint not in found:
                found.add(hint)
                for field in hint.model_fields.values():
                    visit(field.annotation)
            for argument in typing.get_args(hint):
                visit(argument)

        for name in self.method_names():
            for parameter, hint in typing.get_type_hints(self.method(name)).items():
                if parameter != "request_options":
                    visit(hint)
        return {model.__name__ for model in found}

    def method(self, operation_id: str) -> Callable[..., Any]:
        namespace, name = operation_id.split(".")
        return getattr(getattr(self.client, namespace), name)

    def call(self, operation_id: str, path: dict[str, Any], query: dict[str, Any], body: Any,
             files: dict[str, Any]) -> Any:
        """Calls an operation with arguments under their wire names; a stream is read to its end."""
        method = self.method(operation_id)
        signature = inspect.signature(method)
        hints = typing.get_type_hints(method, include_extras=True)
        positional = [name for name, p in signature.parameters.items() if p.kind is p.POSITIONAL_OR_KEYWORD]
        arguments = dict(zip(positional, path.values()))
        members = query | ({"request": body} if "request" in signature.parameters else body or {})
        for name, value in members.items():
            argument = snake_case(name)
            try:
                arguments[argument] = None if value is None else self._parse(hints[argument], value)
            except pydantic.ValidationError:
                arguments[argument] = value  # the contract knows more than this release, which hands it on unchanged
        arguments |= {snake_case(name): value for name, value in files.items()}
        answer = method(**arguments)
        return b"".join(answer) if isinstance(answer, typing.Iterator) else answer
