"""Services of our own on a hub: packed, deployed and called through the official clients."""

from __future__ import annotations

import io
import sys
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

from qhub.api.platform import HubPlatformClient

from support.hub import Hub

BUILDING = 120.0  # seconds a build without requirements may take, sanitizers included
PYTHON = sys.executable  # has qhub-commons, so that services without requirements need nothing else

ECHO = """
import os
from loguru import logger

def run(values: list, factor: float = 2.0) -> dict:
    logger.info("working on {} values", len(values))
    logger.warning("a warning")
    with open(os.path.join(os.environ["OUTPUT_DIRECTORY"], "plot.bin"), "wb") as file:
        file.write(bytes(range(256)))
    return {"sum": factor * sum(values), "data": "own member"}
"""


def archive(files: dict[str, str | bytes], executable: tuple[str, ...] = ()) -> bytes:
    """A zip archive of a service's source."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (0o100755 if name in executable else 0o100644) << 16
            packed.writestr(entry, content)
    return buffer.getvalue()


def python_source(program: str, **more: str) -> dict[str, str | bytes]:
    return {"src/__init__.py": "", "src/program.py": program, **more}


def wait(condition, seconds: float = 60.0, what: str = "it"):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if result := condition():
            return result
        time.sleep(0.01)
    raise AssertionError(f"{what} did not happen within {seconds} s")


@dataclass
class Provider:
    """A user of the hub who deploys services and calls them."""

    hub: Hub

    @property
    def platform(self) -> HubPlatformClient:
        return HubPlatformClient(api_key=self.hub.token, base_url=f"{self.hub.url}/qc-catalog")

    def deploy(self, name: str, files: dict[str, str | bytes], runtime: str = "PYTHON_TEMPLATE",
               environment: dict[str, str] | None = None, memory: int | None = None, succeeds: bool = True) -> str:
        """Creates, uploads and builds a service; returns its id."""
        configuration = {"runtime": runtime, "environment": environment or {}}
        resources = [{"type": "memory", "amount": memory, "unit": "M"}] if memory else []
        service = self.platform.managed_services.create_managed_service(
            name=name, source={"type": "file"}, runtime_configuration=configuration,
            resource_configurations=resources)
        self.upload(service.id, archive(files, tuple(files) if runtime == "EXECUTABLE" else ()), succeeds)
        return service.id

    def upload(self, service_id: str, packed: bytes, succeeds: bool = True) -> None:
        """Uploads a source and waits for the end of its build."""
        self.platform.managed_services.upload_managed_service_source(service_id, file=("source.zip", packed))
        status = wait(lambda: self.build(service_id), BUILDING, "the build")
        logs = self.platform.managed_services.get_managed_service_build_logs(service_id)
        assert (status.status == "SUCCESS") == succeeds, (status, [entry.message for entry in logs])

    def build(self, service_id: str):
        status = self.platform.managed_services.get_managed_service_build_status(service_id)
        return status if status.status != "WORKING" else None

    def start(self, service_id: str, **parameters) -> str:
        return self.platform.service_jobs.create_service_job(service_id=service_id, input=parameters).id

    def execution(self, id_: str):
        return self.platform.service_executions.get_service_execution(id_)

    def finish(self, id_: str, seconds: float = 60.0) -> str:
        """Waits for the end of an execution; returns its status."""
        def ended():
            status = self.execution(id_).status
            return status if status in ("SUCCEEDED", "FAILED", "CANCELLED") else None
        return wait(ended, seconds, f"the end of execution {id_}")

    def result(self, id_: str) -> dict:
        return self.platform.service_executions.get_service_execution_result(id_)

    def file(self, id_: str, name: str) -> bytes:
        response = self.hub.get(f"/qc-catalog/service-executions/{id_}/results/{name}")
        assert response.status_code == 200, response.text
        return response.content

    def log(self, id_: str) -> list[dict]:
        logs = self.hub.get(f"/qc-catalog/service-executions/{id_}/logs").json()
        return logs["content"]

    def text(self, id_: str) -> str:
        return "\n".join(entry["message"] for entry in self.log(id_))

    def application(self, name: str, *service_ids: str) -> tuple[str, str, str]:
        """An application that is subscribed to these services, which become public: its id, access key and secret."""
        application = self.platform.applications.create_application(name=name)
        for service_id in service_ids:
            self.platform.services.update_service_publication(service_id, scope="PUBLIC")
            self.platform.subscriptions.create_subscription(service_id=service_id, application_id=application.id)
        (key,) = self.platform.applications.get_application_access_keys(application.id)
        return application.id, key.access_key_id, key.secret_access_key

    def endpoint(self, service_id: str) -> str:
        (definition,) = self.platform.services.get_service(service_id).service_definitions
        return definition.gateway_endpoint

    def client(self, service_id: str, key: tuple[str, str]):
        """The official client of a service, with an application's access key."""
        from qhub.service.client import HubServiceClient  # not in every environment

        return HubServiceClient(self.endpoint(service_id), *key, token_endpoint=f"{self.hub.url}/token")
