# sanitized: no, it builds programs of its own against the installed library
"""What `cmake --install` puts on a machine is enough to build programs with, by find_package and by pkg-config; and the
repository is fit for add_subdirectory and FetchContent.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from support.hub import Hub
from support.programs import REPOSITORY, program

BUILD = Path(program("qhubctl")).parent.parent
CONSUMER = Path(__file__).parent / "consumer.cpp"
EXPECTED = '{"id":"7","status":"COMPLETED"}\n'
LISTS = """
cmake_minimum_required(VERSION 3.25)
project(consumer LANGUAGES CXX)
{how}
add_executable(consumer {source})
target_link_libraries(consumer PRIVATE qhub::sdk)
"""


def run(*command, **options) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def prefix(tmp_path_factory) -> Path:
    prefix = tmp_path_factory.mktemp("installed")
    run("cmake", "--install", BUILD, "--prefix", prefix)
    return prefix


def build(folder: Path, how: str, *options: str) -> Path:
    (folder / "CMakeLists.txt").write_text(LISTS.format(how=how, source=CONSUMER))
    run("cmake", "-S", folder, "-B", folder / "build", "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug", *options)
    run("cmake", "--build", folder / "build", "--target", "consumer")
    return folder / "build"


def test_find_package(prefix, tmp_path):
    build(tmp_path, "find_package(qhub 0.1 REQUIRED)", f"-DCMAKE_PREFIX_PATH={prefix}")
    assert run(tmp_path / "build/consumer", cwd=tmp_path) == EXPECTED


def test_pkg_config(prefix, tmp_path):
    (folder,) = prefix.rglob("pkgconfig")
    flags = run("pkg-config", "--cflags", "--libs", "qhub", env={**os.environ, "PKG_CONFIG_PATH": str(folder)}).split()
    run("g++", CONSUMER, "-o", tmp_path / "consumer", *flags)
    assert run(tmp_path / "consumer", cwd=tmp_path) == EXPECTED


def test_what_is_installed_stands_alone(prefix):
    """Every header that is installed includes only installed ones, and internal ones are not among them."""
    headers = {path.relative_to(prefix / "include") for path in (prefix / "include").rglob("*.h*")}
    assert Path("qhub/quantum.hpp") in headers
    assert [path for path in headers if "internal" in path.parts] == []
    for header in headers:
        for included in re.findall(r'^#include "(qhub/[^"]+)"', (prefix / "include" / header).read_text(), re.MULTILINE):
            assert Path(included) in headers, f"{header} includes {included}"


def test_a_hub_takes_the_configuration_of_the_package(tmp_path):
    with Hub(tmp_path / "data", "--config", str(REPOSITORY / "packaging/qhubd.toml")) as hub:
        pass
    assert '{"time":"' in hub.log.read_text()  # it asks for JSON


@pytest.mark.skipif(not os.environ.get("QHUB_LONG"), reason="takes minutes: QHUB_LONG=1")
@pytest.mark.parametrize("how", ["add_subdirectory", "FetchContent"])
def test_as_part_of_another_project(how, tmp_path):
    commands = {
        "add_subdirectory": f"add_subdirectory({REPOSITORY} qhub)",
        "FetchContent": f"include(FetchContent)\nFetchContent_Declare(qhub SOURCE_DIR {REPOSITORY})\n"
                        "FetchContent_MakeAvailable(qhub)",
    }
    (tmp_path / "CMakeLists.txt").write_text(LISTS.format(how=commands[how], source=CONSUMER))
    run("cmake", "-S", tmp_path, "-B", tmp_path / "build", "-G", "Ninja", "-DCMAKE_CXX_COMPILER_LAUNCHER=ccache")
    targets = run("ninja", "-C", tmp_path / "build", "-t", "targets", "all")
    assert "consumer" in targets and "qhubd" not in targets and "_tests" not in targets
    run("cmake", "--build", tmp_path / "build", "--target", "consumer")
    assert run(tmp_path / "build/consumer", cwd=tmp_path) == EXPECTED
