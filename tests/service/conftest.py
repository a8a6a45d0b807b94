from __future__ import annotations

import httpx
import pytest

from support.hub import Hub
from support.service import PYTHON, Provider


class ServiceHub(Hub):
    def get(self, path: str, **options) -> httpx.Response:
        headers = {"X-Auth-Token": self.token, **options.pop("headers", {})}
        return httpx.get(self.url + path, headers=headers, timeout=60, **options)


@pytest.fixture(scope="session", autouse=True)
def environment():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QHUBD_SERVICE_PYTHON", PYTHON)
        yield


@pytest.fixture(scope="module")
def hub(tmp_path_factory, environment):
    with ServiceHub(tmp_path_factory.mktemp("hub") / "data") as hub:
        yield hub


@pytest.fixture(scope="module")
def provider(hub):
    return Provider(hub)
