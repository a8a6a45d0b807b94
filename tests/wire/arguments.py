"""Arguments for each operation, drawn from the contract: random, but the same in every run."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.contract import Operation, Values


@dataclass
class Arguments:
    """Under the names they have on the wire."""

    path: dict[str, Any] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    body: Any = None
    files: dict[str, Path] = field(default_factory=dict)

    def as_driver_line(self, operation: Operation, asynchronous: bool = False) -> dict[str, Any]:
        line: dict[str, Any] = {"operation": operation.qualified_id, "path": self.path, "query": self.query,
                                "async": asynchronous}
        if self.body is not None:
            line["body"] = self.body
        if self.files:
            line["files"] = {name: str(path) for name, path in self.files.items()}
        return line


def random_arguments(operation: Operation, round: int, folder: Path) -> Arguments:
    """:param round: 0 leaves out all that may be left out, 1 gives all there is, each later one is a mixture"""
    values = Values(operation.api, seed=f"{operation.qualified_id} {round}",
                    optional=[0.0, 1.0][round] if round < 2 else 0.5, null=0.0 if round < 2 else 0.2,
                    deprecated=False)
    arguments = Arguments()
    for parameter in operation.parameters:
        name, schema = parameter["name"], parameter["schema"]
        if parameter.get("deprecated"):
            continue
        if parameter["in"] == "path":
            arguments.path[name] = values.identifier()
        elif parameter.get("required") or values.random.random() < values.optional:
            value = values.of(schema)
            if value == []:
                continue  # an empty list and none at all look the same in a query
            arguments.query[name] = value
    if operation.body is not None:
        kind, schema = operation.body
        if kind == "multipart/form-data":
            for name in schema["properties"]:
                extension = values.random.choice([".txt", ".json", ".zip", ".png", ".unheard-of", ""])
                file = folder / f"{values.random.choice(['data', 'with space', 'ümlaut'])}{extension}"
                file.write_bytes(values.random.randbytes(values.random.randint(0, 500)))
                arguments.files[name] = file
        else:
            arguments.body = values.of(schema)
    return arguments
