from pathlib import Path

import pytest

from support.hub import Hub


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """A running hub with a fresh data directory, shared by the tests of one file."""
    with Hub(tmp_path_factory.mktemp("hub")) as running:
        yield running


@pytest.fixture
def repository() -> Path:
    return Path(__file__).resolve().parent.parent
