"""A web server on a free port: hands out one file, breaks off where told to, remembers what it was asked."""

import mmap
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

CHUNK_BYTES = 64 * 1024


@dataclass
class FileServer:
    """What the server does, and what it saw; a test may change all of it while the server runs.

    Attributes:
        content: the file.
        etag: its ETag, or None to send none.
        ranges: whether it understands Range.
        honours_if_range: whether it compares If-Range with the ETag, as it must.
        break_after_bytes: closes the connection once it has sent so many of one body.
        hold: set to let it fall silent there instead, with the connection open, until `let_go` is set.
        status: answers everything with this status, if set.
        requests: the headers Range and If-Range of each request.
        sent_bytes: how much of the body went out for each request.
    """

    content: bytes | mmap.mmap
    etag: str | None = '"v1"'
    ranges: bool = True
    honours_if_range: bool = True
    break_after_bytes: int | None = None
    hold: bool = False
    let_go: threading.Event = field(default_factory=threading.Event)
    status: int | None = None
    requests: list[tuple[str | None, str | None]] = field(default_factory=list)
    sent_bytes: list[int] = field(default_factory=list)
    url: str = ""


@contextmanager
def serving(server: FileServer) -> Iterator[FileServer]:
    """The server answers at ``server.url`` inside the block."""
    handler = type("Handler", (_Handler,), {"server_state": server})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as http_server:
        thread = threading.Thread(target=http_server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        server.url = f"http://127.0.0.1:{http_server.server_port}/weights.h5"
        try:
            yield server
        finally:
            http_server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    server_state: ClassVar[FileServer]

    def do_GET(self) -> None:
        state = self.server_state
        asked = self.headers["Range"]
        state.requests.append((asked, self.headers["If-Range"]))
        if state.status:
            self._head(state.status, 0)
            return
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and state.ranges else 0
        if start and state.honours_if_range and self.headers["If-Range"] not in (None, state.etag):
            start = 0
        size = len(state.content)
        if start >= size:
            self._head(416, 0, {"Content-Range": f"bytes */{size}"})
            return
        headers = {"Content-Range": f"bytes {start}-{size - 1}/{size}"} if start else {}
        self._head(206 if start else 200, size - start, headers)
        self._body(start, min(size, start + (state.break_after_bytes or size)))

    def _head(self, status: int, length: int, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        if self.server_state.etag:
            self.send_header("ETag", self.server_state.etag)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()

    def _body(self, start: int, stop: int) -> None:
        for position in range(start, stop, CHUNK_BYTES):
            self.wfile.write(self.server_state.content[position : min(position + CHUNK_BYTES, stop)])
        self.server_state.sent_bytes.append(stop - start)
        if self.server_state.hold:
            self.server_state.let_go.wait()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Nothing on stderr: the tests' output stays readable."""
