"""Writes the C++ of one API from its contract: `python3 tools/apigen api/quantum.yaml --output DIR`.

Files whose text would not change are left alone, so that nothing is compiled again without need.
"""

import argparse
import pathlib
import re
import sys
import textwrap

import jinja2

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import contract  # noqa: E402


def doc(text: str, indent: int = 0, lead: str = "/// ") -> str:
    """Text as a C++ documentation comment of at most 120 columns, without the first line's indentation."""
    margin = " " * indent
    lines = []
    for paragraph in text.split("\n"):
        lines += textwrap.wrap(paragraph, 120 - indent - len(lead), break_on_hyphens=False, break_long_words=False) or [""]
    return f"\n{margin}".join((lead + line).rstrip() for line in lines)


def cpp_string(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def row(cells: tuple[str, ...]) -> str:
    """Cells as a line of operation_help.h: a C++ string."""
    return cpp_string("\t".join(" ".join(cell.split()) for cell in cells))[:-1] + '\\n"'


def for_people(type_: str) -> str:
    """A C++ type as help calls it: `std::vector<std::string>` → `list of text`."""
    if match := re.fullmatch(r"std::(vector|optional)<(.*)>|(std::map)<std::string, (.*)>|Box<(.*)>", type_):
        kind, listed, map_, mapped, boxed = match.groups()
        if map_:
            return f"map of {for_people(mapped)}"
        return f"list of {for_people(listed)}" if kind == "vector" else for_people(listed or boxed)
    names = {"std::string": "text", "std::int64_t": "integer", "double": "number", "bool": "boolean",
             "Json": "any JSON", "JsonObject": "any object", "Timestamp": "time", "File": "file"}
    return names.get(type_, type_)


def environment() -> jinja2.Environment:
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(pathlib.Path(__file__).parent / "templates"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    env.filters.update(doc=doc, cpp=cpp_string, pascal=contract.pascal, row=row, for_people=for_people)
    return env


# What is written for each namespace.
PARTS = [f"{part}.{kind}" for part in ("requests", "client", "client_async", "handlers") for kind in ("h", "cpp")]

# The flavours of a client; `plain` is the one without what HTTP says of its answers.
FLAVOURS = {
    "plain": {"prefix": "", "raw": False, "awaits": False},
    "raw": {"prefix": "Raw", "plain": "", "raw": True, "awaits": False},
    "async": {"prefix": "Async", "raw": False, "awaits": True},
    "async_raw": {"prefix": "AsyncRaw", "plain": "Async", "raw": True, "awaits": True},
}


def outputs(api: contract.Api) -> dict[str, tuple[str, contract.Namespace | None]]:
    """Each file to write with its template and, if it is about one namespace, that namespace."""
    folder = f"qhub/{api.name}"
    files = {
        f"qhub/{api.name}.hpp": ("api.hpp.jinja", None),
        f"qhub/{api.name}_async.hpp": ("api_async.hpp.jinja", None),
        f"{folder}/models.h": ("models.h.jinja", None),
        f"{folder}/models.cpp": ("models.cpp.jinja", None),
        f"{folder}/models_codec.h": ("models_codec.h.jinja", None),
        f"{folder}/operations.h": ("operations.h.jinja", None),
        f"{folder}/operations.cpp": ("operations.cpp.jinja", None),
        f"{folder}/operation_help.h": ("operation_help.h.jinja", None),
        f"{folder}/operation_help.cpp": ("operation_help.cpp.jinja", None),
        f"{folder}/environment.h": ("environment.h.jinja", None),
        f"{folder}/client.h": ("client.h.jinja", None),
        f"{folder}/client.cpp": ("client.cpp.jinja", None),
        f"{folder}/client_async.h": ("client_async.h.jinja", None),
        f"{folder}/client_async.cpp": ("client_async.cpp.jinja", None),
    }
    for namespace in api.namespaces:
        for part in PARTS:
            files[f"{folder}/{namespace.name}_{part}"] = (f"namespace_{part}.jinja", namespace)
        files[f"{folder}/{namespace.name}_wire_driver.cpp"] = ("namespace_wire_driver.cpp.jinja", namespace)
    return files


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("contract", type=pathlib.Path)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--list", action="store_true", help="print the files that would be written, and stop")
    arguments = parser.parse_args()
    try:
        api = contract.read(arguments.contract)
    except contract.ContractError as error:
        print(f"{arguments.contract}: {error}", file=sys.stderr)
        return 1
    files = outputs(api)
    if arguments.list:
        print("\n".join(files))
        return 0
    env = environment()
    for name, (template, namespace) in files.items():
        text = env.get_template(template).render(
            api=api, space=namespace, source=f"api/{api.name}.yaml", flavours=FLAVOURS
        )
        path = arguments.output / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
