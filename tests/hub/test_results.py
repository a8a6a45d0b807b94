"""Results are downloaded as HTTP allows: whole, in parts, not again if known, and on from where a connection broke."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import threading

import httpx
import pytest

from support.programs import program

SMALL = 'OPENQASM 2.0; include "qelib1.inc"; qreg q[2]; creg c[2]; h q[0]; cx q[0],q[1]; measure q -> c;'
LARGE = 'OPENQASM 2.0; include "qelib1.inc"; qreg q[16]; ' + " ".join(f"ry({i + 1}) q[{i}];" for i in range(16))


@pytest.fixture(scope="module")
def http(hub):
    with httpx.Client(base_url=hub.quantum_url, headers={"x-auth-token": hub.token}, timeout=60) as client:
        yield client


def finished(http: httpx.Client, circuit: str, **params) -> str:
    job = http.post("/jobs", json={"backend_id": "kipu.sim.qsim", "shots": 10, "input": circuit, "input_params": params})
    id = job.raise_for_status().json()["id"]
    assert http.get(f"/jobs/{id}/status", headers={"prefer": "wait=60"}).json()["status"] == "COMPLETED"
    return f"/jobs/{id}/result-stream"


@pytest.fixture(scope="module", params=["in the database", "in a file"])
def stream(request, http):
    if request.param == "in a file":
        return finished(http, LARGE, mode="statevector")
    return finished(http, SMALL)


def test_parts_of_a_result(http, stream):
    whole = http.get(stream)
    tag, content = whole.headers["etag"], whole.content
    assert whole.headers["accept-ranges"] == "bytes"
    for range, first, last in [("bytes=0-9", 0, 9), (f"bytes={len(content) - 5}-", len(content) - 5, len(content) - 1),
                               ("bytes=-7", len(content) - 7, len(content) - 1), ("bytes=3-99999999", 3, len(content) - 1)]:
        part = http.get(stream, headers={"range": range})
        assert (part.status_code, part.content) == (206, content[first : last + 1])
        assert part.headers["content-range"] == f"bytes {first}-{last}/{len(content)}"
        assert part.headers["etag"] == tag
    beyond = http.get(stream, headers={"range": f"bytes={len(content)}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(content)}")
    for range in ("bytes=5-2", "bytes=a-b", "lines=1-2", "bytes=0-1,4-5", "bytes=-", ""):
        assert http.get(stream, headers={"range": range}).status_code in (200, 416), range
    head = http.head(stream, headers={"range": "bytes=0-9"})
    assert (head.status_code, head.headers["content-length"], head.content) == (200, str(len(content)), b"")


def test_a_part_of_something_else_is_not_given(http, stream):
    whole = http.get(stream)
    part = http.get(stream, headers={"range": "bytes=4-", "if-range": whole.headers["etag"]})
    assert (part.status_code, part.content) == (206, whole.content[4:])
    for other in ('"another"', "Wed, 21 Oct 2015 07:28:00 GMT", "W/" + whole.headers["etag"]):
        answer = http.get(stream, headers={"range": "bytes=4-", "if-range": other})
        assert (answer.status_code, answer.content) == (200, whole.content)


def test_what_a_client_has_is_not_sent_again(http, stream):
    tag = http.get(stream).headers["etag"]
    for known in (tag, f'"x", W/{tag}', "*"):
        answer = http.get(stream, headers={"if-none-match": known})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
    assert http.get(stream, headers={"if-none-match": '"x"'}).status_code == 200


class BreakingProxy:
    """Passes bytes on; when the answers add up to one of these numbers of bytes, it breaks the connection."""

    def __init__(self, address: str, breaks: list[int]):
        host, port = address.rsplit(":", 1)
        self.target, self.breaks, self.sent = (host, int(port)), breaks, 0
        self.requests = b""
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client: socket.socket) -> None:
        with client, socket.create_connection(self.target) as hub:
            threading.Thread(target=self.pass_on, args=(client, hub), daemon=True).start()
            while piece := hub.recv(4096):
                client.sendall(piece)
                self.sent += len(piece)
                if self.breaks and self.sent > self.breaks[0]:
                    self.breaks.pop(0)
                    break
            for each in (client, hub):
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)  # also for the thread that reads from it

    def pass_on(self, client: socket.socket, hub: socket.socket) -> None:
        try:
            while piece := client.recv(4096):
                self.requests += piece
                hub.sendall(piece)
        except OSError:
            pass

    def close(self) -> None:
        self.listener.close()


def test_the_sdk_goes_on_where_the_connection_broke(hub, http, tmp_path):
    """examples/streaming reads the result once through a function, then into a file; only the latter is broken off."""
    stream = finished(http, LARGE, mode="statevector")
    content = http.get(stream).content
    assert len(content) > 1_000_000
    proxy = BreakingProxy(hub.address, breaks=[len(content) + 400_000, len(content) + 800_000])
    try:
        subprocess.run([program("example_streaming"), stream.split("/")[2], tmp_path / "result"], check=True, timeout=60,
                       env=os.environ | {"QHUB_URL": proxy.url, "QHUB_TOKEN": hub.token})
    finally:
        proxy.close()
    assert (tmp_path / "result").read_bytes() == content
    assert proxy.breaks == []
    assert proxy.requests.lower().count(b"range: bytes=") == 2
