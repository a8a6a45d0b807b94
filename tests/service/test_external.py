# environments: reference
"""External services: they run at their providers, and the hub passes calls on with credentials of its own."""

from __future__ import annotations

import base64
import http.server
import json
import threading

import httpx
import pytest
from qhub.api.platform.core.api_error import ApiError

from conftest import ServiceHub
from support.service import Provider


class AtTheProvider(http.server.BaseHTTPRequestHandler):
    """Answers with what it was asked."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.startswith("/api/moved"):
            return self.send(302, b"", {"Location": f"http://{self.headers['Host']}/api/elsewhere"})
        if self.path.startswith("/api/teapot"):
            return self.send(418, b"short and stout", {"Content-Type": "text/plain", "Set-Cookie": "a=b"})
        seen = {"method": self.command, "path": self.path, "body": body.decode(),
                "headers": {name.lower(): value for name, value in self.headers.items()}}
        self.send(200, json.dumps(seen).encode(), {"Content-Type": "application/json"})

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    def send(self, status, content, headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def address():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), AtTheProvider) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/api"
        server.shutdown()


@pytest.fixture(scope="module")
def hub(tmp_path_factory, environment):
    with ServiceHub(tmp_path_factory.mktemp("hub") / "data", "--allow-network", "127.0.0.1/32") as hub:
        yield hub


@pytest.fixture(scope="module")
def call(hub, provider, address):
    """Calls an external service with the token of an application."""
    def create(name: str, url: str = address, **security):
        configuration = {"security_configuration": security} if security else {}
        return provider.platform.external_services.create_external_service(name=name, url=url, **configuration).id

    def call(method: str, service: str, path: str = "", **options) -> httpx.Response:
        if service not in clients:
            _, *key = provider.application(f"caller of {service}", service)
            token = httpx.post(f"{hub.url}/token", auth=tuple(key), data={"grant_type": "client_credentials"}).json()
            clients[service] = {"Authorization": f"Bearer {token['access_token']}"}
        return httpx.request(method, provider.endpoint(service) + path, timeout=60,
                             headers={**clients[service], **options.pop("headers", {})}, **options)

    clients: dict[str, dict[str, str]] = {}
    call.create = create
    return call


@pytest.fixture(scope="module")
def service(call):
    return call.create("elsewhere")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_every_method_and_path_arrives(call, service, method):
    body = {} if method in ("GET", "DELETE") else {"json": {"a": 1}}
    seen = call(method, service, "/some/path%20here?x=1&y=%2F", **body).json()
    assert (seen["method"], seen["path"]) == (method, "/api/some/path%20here?x=1&y=%2F")
    assert json.loads(seen["body"] or "{}") == body.get("json", {})
    assert call(method, service, **body).json()["path"] == "/api"


def test_the_provider_sees_no_token_of_the_caller(call, service):
    answer = call("GET", service, headers={"Cookie": "a=b", "Accept": "application/json"})
    headers = answer.json()["headers"]
    assert "authorization" not in headers and "cookie" not in headers
    assert headers["accept"] == "application/json"
    assert headers["x-correlation-id"] == answer.headers["x-correlation-id"] == answer.headers["x-request-id"]


def test_the_hub_authenticates_itself(call, hub, provider):
    basic = call.create("basic", type="BASIC", username="hub", password="pass-4711")
    expected = "Basic " + base64.b64encode(b"hub:pass-4711").decode()
    assert call("GET", basic).json()["headers"]["authorization"] == expected
    keyed = call.create("keyed", type="ACCESS_TOKEN", headerName="X-Key", tokenValue="key-4711")
    assert call("GET", keyed).json()["headers"]["x-key"] == "key-4711"
    provider.platform.external_services.update_external_service_security_configuration(
        keyed, request={"type": "ACCESS_TOKEN", "headerName": "X-Key", "tokenValue": "key-4712"})
    assert call("GET", keyed).json()["headers"]["x-key"] == "key-4712"
    for file in hub.data.rglob("*"):
        if file.is_file():
            assert b"-471" not in file.read_bytes(), file


def test_answers_come_back_as_they_are(call, service):
    teapot = call("GET", service, "/teapot")
    assert (teapot.status_code, teapot.text, teapot.headers["content-type"]) == (418, "short and stout", "text/plain")
    assert "set-cookie" not in teapot.headers
    moved = call("GET", service, "/moved")
    assert moved.status_code == 302 and moved.headers["location"].startswith("/external/")
    assert moved.headers["location"].endswith("/elsewhere")


def test_what_cannot_be_passed_on_is_said(call, hub, provider, service):
    assert call("POST", service, files={"file": ("a", b"x")}).status_code == 415
    assert call("GET", service, "/a/%2e%2e/%2e%2e/b").status_code == 400
    closed = call("GET", call.create("closed", "http://127.0.0.1:9/"))
    assert closed.status_code == 502 and "no connection" in closed.json()["detail"]
    inside = call("GET", call.create("inside", "http://10.0.0.1/"))
    assert inside.status_code == 502 and "10.0.0.1" in inside.json()["detail"]
    endpoint = provider.endpoint(service)
    assert httpx.get(endpoint).status_code == 401
    _, *stranger = provider.application("stranger")
    token = httpx.post(f"{hub.url}/token", auth=tuple(stranger), data={"grant_type": "client_credentials"}).json()
    assert httpx.get(endpoint, headers={"Authorization": f"Bearer {token['access_token']}"}).status_code == 403
    wrong = httpx.post(endpoint.replace("/external/", "/gateway/"), json={}, headers={"X-Auth-Token": hub.token})
    assert "/external/" in wrong.json()["detail"]


@pytest.mark.parametrize("url, security", [
    ("ftp://example.org", {}), ("http://example.org/?a=b", {}),
    ("http://example.org", {"type": "ACCESS_TOKEN", "headerName": "a b", "tokenValue": "x"}),
    ("http://example.org", {"type": "ACCESS_TOKEN", "headerName": "a", "tokenValue": "x\r\ny: z"}),
    ("http://example.org", {"type": "BASIC", "username": "a:b", "password": "x"}),
])
def test_bad_settings_are_refused(call, url, security):
    with pytest.raises(ApiError) as refused:
        call.create(f"bad {url} {security}", url, **security)
    assert refused.value.status_code == 400
