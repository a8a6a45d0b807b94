# sanitized: no, it reads headers only
"""Every public name of the SDK is documented: Doxygen, for which a missing comment is an error, reads the headers.

The platform API is left out to save time; its headers come from the same generator, and the contract's own tests see to
it that every operation, type and field is described.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from support.programs import program

BUILD = Path(program("qhubctl")).parent.parent

pytestmark = pytest.mark.skipif("QHUB_LONG_TESTS" not in os.environ, reason="takes minutes: QHUB_LONG_TESTS=1")


def test_every_public_name_is_documented(tmp_path):
    settings = (BUILD / "Doxyfile").read_text() + f"""
        EXCLUDE_PATTERNS += */platform/* */platform*.hpp
        OUTPUT_DIRECTORY = {tmp_path}
        GENERATE_HTML = NO
        GENERATE_XML = YES
        XML_PROGRAMLISTING = NO
        """
    done = subprocess.run(["doxygen", "-"], input=settings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-10_000:]
