"""Each mistake gets the right status and a problem document whose detail tells what to do."""

from __future__ import annotations

import json
import re
import socket
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

BELL = "OPENQASM 3.0;\nbit[2] b;\nqubit[2] q;\nh q[0];\ncnot q[0], q[1];\nb = measure q;"
JOB = {"backend_id": "aws.sim.sv1", "shots": 100, "input": BELL}


@dataclass
class Problem:
    status: int
    document: dict[str, Any]

    @property
    def detail(self) -> str:
        return self.document["detail"]

    @property
    def places(self) -> str:
        return json.dumps(self.document.get("errors", []))


@pytest.fixture(scope="module")
def http(hub):
    with httpx.Client(base_url=hub.quantum_url, headers={"x-auth-token": hub.token}, timeout=60) as client:
        yield client


def problem(response: httpx.Response) -> Problem:
    """Asserts that the answer is a problem document as RFC 9457 wants it."""
    assert response.headers["content-type"] == "application/problem+json"
    document = response.json()
    assert document["status"] == response.status_code
    assert document["title"]
    detail = document["detail"]
    assert detail and "\n" not in detail
    return Problem(response.status_code, document)


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in JOB.items() if key != name}


@pytest.mark.parametrize("headers", [{}, {"x-auth-token": ""}, {"x-auth-token": "wrong"},
                                     {"authorization": "Bearer wrong"}], ids=str)
def test_wrong_or_missing_token(hub, headers):
    answer = problem(httpx.get(f"{hub.quantum_url}/jobs", headers=headers))
    assert answer.status == 401
    assert "token" in answer.detail


def test_unknown_backend(http):
    answer = problem(http.post("/jobs", json=JOB | {"backend_id": "aws.sim.sv2"}))
    assert answer.status in (400, 404, 422)
    assert "aws.sim.sv2" in answer.detail
    assert "backend" in answer.detail


def test_malformed_openqasm_names_line_and_column(http):
    source = BELL.replace("cnot q[0], q[1];", "cnot q[0], q[15];")
    answer = problem(http.post("/jobs", json=JOB | {"input": source}))
    assert answer.status in (400, 422)
    assert ":5:14: index 15" in answer.detail


@pytest.mark.parametrize("source, line", [
    ("OPENQASM 3.0;\nqubit[2] q;\nh q[0]\ncnot q[0], q[1];", 4),
    ("OPENQASM 3.0;\nqubit[2] q;\nflip q[0];", 3),
    ("OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[2];\ncx q[0];", 4),
    ("nonsense", 1),
])
def test_malformed_openqasm_names_the_line(http, source, line):
    answer = problem(http.post("/jobs", json=JOB | {"input": source}))
    assert answer.status in (400, 422)
    assert f"{line}:" in answer.detail + answer.places


@pytest.mark.parametrize("shots", [-1, 0, 10**9])
def test_shots_out_of_range(http, shots):
    limits = http.get("/backends/aws.sim.sv1").json()["configuration"]["shots_range"]
    assert not limits["min"] <= shots <= limits["max"]
    answer = problem(http.post("/jobs", json=JOB | {"shots": shots}))
    assert answer.status in (400, 422)
    assert "shots" in answer.detail
    assert shots < 0 or {str(limits["min"]), str(limits["max"])} <= set(re.findall(r"\d+", answer.detail))


@pytest.mark.parametrize("name", JOB)
def test_a_missing_field_is_named(http, name):
    answer = problem(http.post("/jobs", json=without(name)))
    assert answer.status in (400, 422)
    assert name in answer.detail


@pytest.mark.parametrize("change, place", [
    ({"shots": "many"}, "shots"),
    ({"tags": ["a", 7]}, "tags[1]"),
    ({"input": {"gateset": "qis", "qubits": 2, "circuit": [{"targets": [0]}, {"targets": ["one"]}]}}, "targets"),
])
def test_a_field_of_the_wrong_type_is_named(http, change, place):
    answer = problem(http.post("/jobs", json=JOB | change))
    assert answer.status in (400, 422)
    assert place in answer.detail + answer.places


@pytest.mark.parametrize("body", [b"{", b"", b"[]", b'{"shots": 1e}', b"\xff\xfe", b"[" * 100_000])
def test_a_body_that_is_no_json_object(http, body):
    answer = problem(http.post("/jobs", content=body, headers={"content-type": "application/json"}))
    assert answer.status in (400, 422)


@pytest.mark.parametrize("path", ["", "/status", "/result", "/input", "/result-stream"])
def test_unknown_job(http, path):
    answer = problem(http.get(f"/jobs/no-such-job{path}"))
    assert answer.status == 404
    assert "no-such-job" in answer.detail


def test_an_unknown_job_cannot_be_cancelled(http):
    assert problem(http.delete("/jobs/no-such-job")).status == 404


def test_unknown_route(http):
    assert problem(http.get("/no-such-route")).status == 404


def test_a_namespace_that_is_not_served(hub):
    assert problem(httpx.get(f"{hub.url}/qc-catalog/workflow-services/x", headers={"x-auth-token": hub.token})).status == 404


def test_a_method_that_a_route_does_not_have(http):
    answer = http.put("/jobs", json={})
    assert problem(answer).status == 405
    assert {"GET", "POST"} <= set(answer.headers["allow"].replace(" ", "").split(","))


def test_too_large_a_body(hub):
    """Refused by its announced length, before the client has sent it all."""
    host, port = hub.address.split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(
            b"POST /quantum/jobs HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
            + f"x-auth-token: {hub.token}\r\ncontent-length: {10**12}\r\n\r\n".encode()
        )
        answer = b""
        while b"\r\n\r\n" not in answer or not answer.rstrip().endswith(b"}"):
            piece = connection.recv(65536)
            assert piece, f"closed after {answer!r}"
            answer += piece
    head, body = answer.split(b"\r\n\r\n", 1)
    assert head.split(b" ")[1] == b"413"
    assert b"application/problem+json" in head
    assert "MiB" in json.loads(body)["detail"] or "bytes" in json.loads(body)["detail"]


def test_nothing_of_it_leaves_a_job_behind(http):
    assert http.get("/jobs").json()["total_elements"] == 0


@pytest.mark.parametrize("depth", [40, 150, 100_000])
def test_deeply_nested_json(http, depth):
    body = json.dumps(JOB | {"input": "HERE"}).replace('"HERE"', "[" * depth + "]" * depth)
    answer = problem(http.post("/jobs", content=body, headers={"content-type": "application/json"}))
    assert answer.status in (400, 422)
