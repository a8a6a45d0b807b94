# sanitized: no, it reads headers only
"""Every public name of the SDK is documented: Doxygen, for which a missing comment is an error, reads the headers."""

from __future__ import annotations

import subprocess
from pathlib import Path

from support.programs import program

BUILD = Path(program("qhubctl")).parent.parent


def test_every_public_name_is_documented(tmp_path):
    settings = (BUILD / "Doxyfile").read_text() + f"""
        OUTPUT_DIRECTORY = {tmp_path}
        GENERATE_HTML = NO
        GENERATE_XML = YES
        XML_PROGRAMLISTING = NO
        """
    done = subprocess.run(["doxygen", "-"], input=settings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-10_000:]
