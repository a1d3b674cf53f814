"""An upload that is refused unread still gets its answer across.

A server that answers and closes while the browser is still sending makes the kernel reset the connection,
and the browser shows "connection reset" instead of the sentence (RFC 9112, section 9.6). So the rest of a
refused body is read and thrown away after the answer went out, within bounds.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from werkzeug.exceptions import BadRequest

from vggweb.web.environ_keys import HAND_OVER

MAX_BYTES = 256 * 1024 * 1024
MAX_SECONDS = 20.0
CHUNK_BYTES = 256 * 1024

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class CheckedInput:
    """A request's body, of which a server's complaint about its form is a bad request and no fault of ours."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def read(self, size: int = -1) -> bytes:
        """So many bytes, or all.

        Raises:
            BadRequest: the body breaks off, or is no body.
        """
        return self._checked(self._body.read, size)

    def readline(self, size: int = -1) -> bytes:
        """A line, likewise."""
        return self._checked(self._body.readline, size)

    @staticmethod
    def _checked(read: Callable[[int], bytes], size: int) -> bytes:
        try:
            return read(size)
        except OSError as error:  # gunicorn's complaints are OSErrors, too
            raise BadRequest from error


class LingeringClose:
    """WSGI middleware: after a 4xx to a request with a body, reads on a while before the connection closes."""

    def __init__(self, app: WsgiApp) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """The app's answer, unchanged."""
        if environ["REQUEST_METHOD"] != "POST":
            return self._app(environ, start_response)
        if HAND_OVER not in environ:  # our own worker reads bodies by itself, and its errors are no client's
            environ["wsgi.input"] = CheckedInput(environ["wsgi.input"])
        seen: list[str] = []

        def remember(status: str, *rest: Any) -> Any:
            seen.append(status)
            return start_response(status, *rest)

        return _Response(self._app(environ, remember), environ, seen)


class _Response:
    """An answer that drains the request when the server closes it."""

    def __init__(self, chunks: Iterable[bytes], environ: dict[str, Any], statuses: list[str]) -> None:
        self._chunks = chunks
        self._environ = environ
        self._statuses = statuses

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._chunks)

    def close(self) -> None:
        """Closes the app's answer, then drains what the visitor still sends of a refused body."""
        close = getattr(self._chunks, "close", None)
        if close:
            close()
        if self._statuses and self._statuses[-1].startswith(("413", "429", "503")):
            _drain(self._environ)


def _drain(environ: dict[str, Any]) -> None:
    deadline = time.monotonic() + MAX_SECONDS
    left = MAX_BYTES
    try:
        while left > 0 and time.monotonic() < deadline:
            chunk = environ["wsgi.input"].read(CHUNK_BYTES)
            if not chunk:
                return
            left -= len(chunk)
    except (OSError, BadRequest):
        return  # the visitor went away: nobody waits for the answer any more
