"""An HTTP server that writes down what it was sent and answers with what it was told to."""

from __future__ import annotations

import email.parser
import email.policy
import json
import threading
import urllib.parse
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Request:
    method: str
    target: str  # as on the wire, still encoded
    headers: dict[str, str]  # names in lower case
    body: bytes

    @property
    def raw_path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def path(self) -> list[str]:
        """The segments of the path, decoded, so that a / inside a segment stays apart from a separator."""
        return [urllib.parse.unquote(segment, errors="strict") for segment in self.raw_path.split("/")]

    @property
    def query(self) -> list[tuple[str, str]]:
        """Every key and value, decoded, in the order sent."""
        return urllib.parse.parse_qsl(self.target.partition("?")[2], keep_blank_values=True, strict_parsing=False)

    @property
    def content(self):
        """What the body says, whatever the order of its members, its white space or its multipart boundary."""
        kind = self.headers.get("content-type", "")
        if kind.startswith("multipart/form-data"):
            head = f"Content-Type: {kind}\r\n\r\n".encode()
            message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + self.body)
            return [
                (part.get_param("name", header="content-disposition"), part.get_filename(), part.get_content_type(),
                 part.get_payload(decode=True))
                for part in message.iter_parts()
            ]
        if kind.partition(";")[0] == "application/json":
            return json.loads(self.body)
        return self.body

    def header(self, name: str) -> str | None:
        value = self.headers.get(name)
        return value.partition(";")[0] if name == "content-type" and value else value


@dataclass
class Answer:
    status: int = 200
    body: bytes = b""
    content_type: str | None = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


class Recorder:
    """Answers every request with `answer`, which may be replaced between requests."""

    def __init__(self):
        self.requests: list[Request] = []
        self.answer = Answer()
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body in one piece; two would cost 40 ms for the delayed acknowledgement

            def handle_any(self):
                length = int(self.headers.get("content-length", 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                recorder.requests.append(Request(self.command, self.path, headers, self.rfile.read(length)))
                answer = recorder.answer
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                if answer.content_type and answer.status != 204:
                    self.send_header("content-type", answer.content_type)
                if answer.status != 204:
                    self.send_header("content-length", str(len(answer.body)))
                self.end_headers()
                if self.command != "HEAD" and answer.status != 204:
                    self.wfile.write(answer.body)

            do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def take(self) -> Request:
        """The one request that came since the last call."""
        taken, self.requests = self.requests, []
        assert len(taken) == 1, f"expected one request, got {[(request.method, request.target) for request in taken]}"
        return taken[0]

    def __enter__(self) -> Recorder:
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
