"""Clients that are slow, greedy or mad get a clear answer or are cut off, and the hub stays up for everybody else."""

from __future__ import annotations

import gzip
import os
import random
import socket
import ssl
import time

import httpx
import pytest

from support.hub import Hub

LIMITS = ["--max-body-mib", "2", "--max-upload-mib", "4"]
MIB = 1 << 20


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    with Hub(tmp_path_factory.mktemp("hostile") / "data", *LIMITS) as running:
        yield running


@pytest.fixture(autouse=True)
def stays_up(hub):
    """After each attack an honest client is served as before."""
    yield
    answer = httpx.get(f"{hub.quantum_url}/backends", headers={"x-auth-token": hub.token}, timeout=10)
    assert answer.status_code == 200


def connect(hub) -> socket.socket:
    host, port = hub.address.rsplit(":", 1)
    return socket.create_connection((host, int(port)), timeout=20)


def exchange(hub, request: bytes) -> bytes:
    """What the hub sends until it closes or says no more."""
    with connect(hub) as connection:
        try:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # It has closed already; its answer may still be there.
        answer = b""
        try:
            while piece := connection.recv(65536):
                answer += piece
        except OSError:
            pass
        return answer


def head(hub, *fields: str, method: str = "POST", path: str = "/quantum/jobs") -> bytes:
    return "\r\n".join(
        [f"{method} {path} HTTP/1.1", "Host: hub", f"X-Auth-Token: {hub.token}", *fields, "", ""]
    ).encode()


def test_huge_header(hub):
    assert exchange(hub, head(hub, "X: " + "x" * 200_000)).startswith(b"HTTP/1.1 431 ")
    assert exchange(hub, head(hub, *[f"X{i}: y" for i in range(20_000)])).startswith(b"HTTP/1.1 431 ")


def test_endless_request_line(hub):
    answer = exchange(hub, b"GET /" + b"a" * 1_000_000)
    assert answer == b"" or answer.startswith((b"HTTP/1.1 431 ", b"HTTP/1.1 400 "))


@pytest.mark.parametrize("opening, closing", [("[", "]"), ('{"a":', "}")], ids=["arrays", "objects"])
def test_deep_json(hub, opening, closing):
    depth = 100_000
    body = (opening * depth + "1" + closing * depth).encode()
    for document in (body, b'{"backend_id":"aws.sim.sv1","shots":1,"input":' + body + b"}"):
        answer = httpx.post(f"{hub.quantum_url}/jobs", content=document, headers={"x-auth-token": hub.token})
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+json"


def test_compressed_bodies_are_not_taken(hub):
    bomb = gzip.compress(b" " * (100 * MIB))
    answer = httpx.post(
        f"{hub.quantum_url}/jobs", content=bomb, headers={"x-auth-token": hub.token, "content-encoding": "gzip"}
    )
    assert answer.status_code == 415
    assert "Content-Encoding" in answer.json()["detail"]


@pytest.mark.parametrize(
    "path",
    ["/../../etc/passwd", "/quantum/../../etc/passwd", "/quantum/jobs/..%2f..%2fetc%2fpasswd", "/quantum/jobs/%2e%2e",
     "/quantum/jobs/%00", "//etc/passwd", "/quantum/jobs/%zz", "/quantum/jobs/" + "a" * 10_000],
    ids=range(8),
)  # fmt: skip
def test_path_traversal(hub, path):
    answer = exchange(hub, head(hub, "Connection: close", method="GET", path=path))
    assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 404 ")), answer[:200]
    assert b"root:" not in answer


def test_random_bytes(hub):
    source = random.Random(7)
    for _ in range(200):
        answer = exchange(hub, source.randbytes(source.randint(1, 5000)))
        assert answer == b"" or answer.startswith(b"HTTP/1.1 4"), answer[:100]


def test_mutated_requests(hub):
    source = random.Random(8)
    body = b'{"backend_id":"aws.sim.sv1","shots":10,"input":"OPENQASM 3.0; qubit[2] q; h q[0];"}'
    good = head(hub, f"Content-Length: {len(body)}", "Connection: close") + body
    for _ in range(300):
        bad = bytearray(good)
        for _ in range(source.randint(1, 8)):
            bad[source.randrange(len(bad))] = source.randrange(256)
        answer = exchange(hub, bytes(bad))
        assert answer == b"" or answer.startswith((b"HTTP/1.1 2", b"HTTP/1.1 4")), answer[:100]


def test_contradictory_lengths(hub):
    """What proxies and servers may read in two ways (RFC 9112, 6.3) is refused."""
    for fields in (
        ["Content-Length: 5", "Content-Length: 6"],
        ["Content-Length: -1"],
        ["Content-Length: 99999999999999999999999"],
        ["Transfer-Encoding: chunked", "Content-Length: 5"],
    ):
        assert exchange(hub, head(hub, *fields) + b"0\r\n\r\nabc").startswith(b"HTTP/1.1 4"), fields


def test_strangers_cannot_fill_the_disk(hub):
    """An upload without a good token is refused before its body is read."""
    request = (
        b"POST /quantum/jobs HTTP/1.1\r\nHost: hub\r\nX-Auth-Token: wrong\r\nExpect: 100-continue\r\n"
        b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 4000000\r\n\r\n"
    )
    with connect(hub) as connection:
        connection.sendall(request)
        assert connection.recv(65536).startswith(b"HTTP/1.1 401 ")
    assert not (hub.data / "uploads").exists() or not any((hub.data / "uploads").iterdir())


@pytest.mark.parametrize("fields", [["Content-Length: 3000000"], ["Transfer-Encoding: chunked"]], ids=["told", "untold"])
def test_body_over_the_limit(hub, fields):
    data = b"x" * 3_000_000
    body = data if "Length" in fields[0] else b"2DC6C0\r\n" + data + b"\r\n0\r\n\r\n"
    answer = exchange(hub, head(hub, *fields) + body)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"2097152 bytes" in answer


def test_slow_clients_do_not_keep_others_waiting(hub):
    """300 clients that have begun a request and say no more, and as many that take no answer."""
    idle = [connect(hub) for _ in range(600)]
    try:
        for number, connection in enumerate(idle):
            connection.sendall(b"GET /quantum/ba" if number % 2 else head(hub, method="GET", path="/quantum/backends") * 50)
        slowest = 0.0
        for _ in range(20):
            started = time.monotonic()
            assert httpx.get(f"{hub.url}/healthz", timeout=10).status_code == 200
            slowest = max(slowest, time.monotonic() - started)
        assert slowest < 5
    finally:
        for connection in idle:
            connection.close()


def test_tls_handshakes_with_garbage(tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    assert os.system(f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
                     f"-subj /CN=localhost -keyout {key} -out {certificate} 2>/dev/null") == 0  # fmt: skip
    with Hub(tmp_path / "data", "--tls-certificate", str(certificate), "--tls-key", str(key)) as hub:
        source = random.Random(9)
        for _ in range(50):
            with connect(hub) as connection:
                connection.sendall(source.randbytes(source.randint(1, 500)))
        with connect(hub) as connection:
            connection.sendall(head(hub, method="GET", path="/healthz"))
            assert not connection.recv(100).startswith(b"HTTP/1.1 200")
        trust = ssl.create_default_context(cafile=certificate)
        trust.check_hostname = False
        answer = httpx.get(f"{hub.quantum_url}/jobs", headers={"x-auth-token": hub.token}, verify=trust)
        assert answer.status_code == 200
