"""A proxy in front of a server that serves it under a prefix, as nginx with ``proxy_pass …/`` does."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests

HOP_BY_HOP = {"connection", "transfer-encoding", "content-encoding", "keep-alive", "content-length"}


@contextmanager
def served_under(prefix: str, behind: str) -> Iterator[tuple[str, list[str]]]:
    """The proxy's address, and the paths that were asked for outside the prefix while the block ran."""
    strays: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._pass_on()

        def do_POST(self) -> None:
            self._pass_on()

        def _pass_on(self) -> None:
            if not self.path.startswith(f"{prefix}/"):
                strays.append(self.path)
                self.send_error(404)
                return
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = dict(self.headers.items()) | {
                "X-Forwarded-Prefix": prefix,
                "X-Forwarded-Host": self.headers["Host"],
            }
            address = f"{behind}{self.path.removeprefix(prefix)}"
            response = requests.request(
                self.command, address, data=body, headers=headers, timeout=60, allow_redirects=False
            )
            self.send_response(response.status_code)
            for name, value in response.headers.items():
                if name.lower() not in HOP_BY_HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(response.content)))
            self.end_headers()
            self.wfile.write(response.content)

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as proxy:
        serving = threading.Thread(target=proxy.serve_forever)
        serving.start()
        try:
            yield f"http://127.0.0.1:{proxy.server_port}{prefix}", strays
        finally:
            proxy.shutdown()
            serving.join()
