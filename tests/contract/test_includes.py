# sanitized: no, it runs none of our programs
"""Folders include each other along the arrows of CONTRIBUTING.md only."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.programs import REPOSITORY

MAY_INCLUDE = {
    "base": set(),
    "api": {"base"},
    "sdk": {"circuit", "api", "base"},
    "embedded": {"sdk", "hub", "api", "base"},
    "cli": {"sdk", "sim", "circuit", "api", "base"},
    "circuit": {"base"},
    "sim": {"circuit", "base"},
    "hub": {"sim", "circuit", "api", "base"},
}
GENERATED = {"quantum", "platform", "service", "user"}
SOURCE = REPOSITORY / "src/qhub"
FILES = sorted(path for path in SOURCE.rglob("*") if path.suffix in {".h", ".cpp"})


def included_folders(path: Path) -> set[str]:
    return set(re.findall(r'^#include [<"]qhub/(\w+)/', path.read_text(), re.MULTILINE))


def test_every_folder_has_its_place():
    assert {path.name for path in SOURCE.iterdir() if path.is_dir()} <= set(MAY_INCLUDE)


@pytest.mark.parametrize("folder", MAY_INCLUDE)
def test_nothing_includes_against_the_arrow(folder):
    files = [path for path in FILES if path.is_relative_to(SOURCE / folder)]
    assert files
    allowed = MAY_INCLUDE[folder] | {folder} | GENERATED
    assert {str(p.relative_to(SOURCE)): wrong for p in files if (wrong := included_folders(p) - allowed)} == {}


def test_examples_include_public_headers_only():
    for path in (REPOSITORY / "examples").glob("*.cpp"):
        for header in re.findall(r'^#include [<"](qhub/[^>"]+)', path.read_text(), re.MULTILINE):
            assert "/internal/" not in header and not header.startswith("qhub/cli/"), path
