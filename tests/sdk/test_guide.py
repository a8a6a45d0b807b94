# sanitized: no, it compiles only
"""The guide's C++ compiles: its whole programs as they are, its functions and statements around a client."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from support.programs import REPOSITORY, program

BUILD = Path(program("qhubctl")).parent.parent
SURROUNDINGS = """
#include <boost/asio/awaitable.hpp>
#include <fstream>
#include <iostream>
#include <qhub/platform.hpp>
#include <qhub/quantum.hpp>
#include <qhub/quantum_async.hpp>
#include <qhub/sdk/async_wait_for_job.h>
#include <qhub/service.hpp>

{functions}

void use(qhub::HubQuantumClient const& client, std::string const& id, std::string const& token, std::ofstream& file) {{
{statements}
}}
"""


def compile_only(source: str) -> None:
    done = subprocess.run(["g++", "-std=c++20", "-fsyntax-only", "-I", REPOSITORY / "src", "-I", BUILD / "generated",
                           "-x", "c++", "-"], input=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{source}\n{done.stderr}"


def test_its_code_compiles():
    snippets = re.findall(r"^```cpp\n(.*?)^```", (REPOSITORY / "docs/sdk.md").read_text(), re.MULTILINE | re.DOTALL)
    programs = [snippet for snippet in snippets if "int main()" in snippet]
    functions = [snippet for snippet in snippets if re.search(r"^}$", snippet, re.MULTILINE) and snippet not in programs]
    statements = [snippet for snippet in snippets if snippet not in programs + functions]
    assert programs and functions and statements
    for source in programs:
        compile_only(source)
    compile_only(SURROUNDINGS.format(functions="\n".join(functions), statements="\n".join(f"{{{snippet}}}" for snippet in statements)))
