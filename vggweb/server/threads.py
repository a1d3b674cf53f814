"""The WSGI app in a thread: an environ goes in, a whole response comes out, and the thread is free again."""

import os
import queue
import re
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import IO, Any
from urllib.parse import unquote_to_bytes

from vggweb.server.bodies import Body, spooled_file
from vggweb.web.environ_keys import CLIENT_LEFT, HAND_OVER
from vggweb.web.event_streams import Listener

# Threads by what a request is: whoever watches the server is answered however many photos wait their turn, and so is
# whoever only looks. Threads are started as they are needed.
#
# Few threads look, because pages that need no model only compute, and threads that compute keep the event loop from its
# turn. Those that dig wait for the model most of the time: more than pages may wait for it, so that none waits outside.
LANES = {"watch": 2, "look": 12, "dig": 80, "send": 96, "refuse": 4}
LOOKS = re.compile(r"/|/(?:static|class|jobs)/.*|/r/[^/]*|/(?:model|layers|classes|questions|live)(?:\.json)?")
WATCHED = frozenset({"/healthz", "/readyz", "/metrics"})
WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Scope = dict[str, Any]


@dataclass
class WholeResponse:
    """A response, completed before any of it is sent, so that a slow reader keeps no thread.

    Attributes:
        file: the body, read from its beginning.
        listener: what follows the body if it is a stream of events.
    """

    status: int = 500
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    file: IO[bytes] = field(default_factory=spooled_file)
    listener: Listener | None = None


class SentFile:
    """A file that is the response's body, as WSGI's ``wsgi.file_wrapper``: sent as it lies there, and not copied."""

    def __init__(self, file: IO[bytes], buffer_bytes: int = 64 * 1024) -> None:
        self.file = file
        self._buffer_bytes = buffer_bytes

    def __iter__(self) -> Iterator[bytes]:
        """The file's bytes, for whoever wraps it."""
        while chunk := self.file.read(self._buffer_bytes):
            yield chunk

    def close(self) -> None:
        """Closes the file."""
        self.file.close()


class Threads:
    """Runs the app, each kind of request in threads of its own."""

    def __init__(self, app: WsgiApp) -> None:
        self._app = app
        self._lanes = {name: ThreadPoolExecutor(count, thread_name_prefix=name) for name, count in LANES.items()}
        # When more look than can be served, whoever came last is served first: those before may not wait any more.
        self._lanes["look"]._work_queue = queue.LifoQueue()  # type: ignore[assignment]

    def submit(self, environ: dict[str, Any], *, is_complete: bool) -> "Future[WholeResponse]":
        """The response to come; while the future can be cancelled, the app has not begun.

        Args:
            is_complete: whether the body is; the app will refuse it otherwise.
        """
        lane = lane_of(environ) if is_complete else "refuse"
        return self._lanes[lane].submit(_run, self._app, environ)

    def close(self) -> None:
        """Begins nothing new."""
        for lane in self._lanes.values():
            lane.shutdown(wait=False, cancel_futures=True)


def environ_of(scope: Scope, body: Body) -> dict[str, Any]:
    """The WSGI environ (PEP 3333) of an ASGI request, equal to what gunicorn's own WSGI workers make of it."""
    script_name = os.environ.get("SCRIPT_NAME", "")
    server = scope.get("server") or ("localhost", None)
    return {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": script_name,
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1").removeprefix(script_name),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": str(server[0]),
        "SERVER_PORT": str(server[1] or 0),
        "REMOTE_ADDR": str((scope.get("client") or ("",))[0]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": body.file,
        "wsgi.input_terminated": True,
        "wsgi.file_wrapper": SentFile,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        CLIENT_LEFT: threading.Event(),
        HAND_OVER: [],
        **_headers_of(scope),
    }


def _headers_of(scope: Scope) -> dict[str, str]:
    values: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in scope["headers"]:
        key = name.decode("latin-1").upper().replace("-", "_")
        values[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"].append(value.decode("latin-1"))
    return {key: ("; " if key == "HTTP_COOKIE" else ",").join(some) for key, some in values.items()}


def lane_of(environ: dict[str, Any]) -> str:
    """The lane of threads for a request."""
    if environ["PATH_INFO"] in WATCHED:
        return "watch"
    if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
        return "send"
    return "look" if LOOKS.fullmatch(environ["PATH_INFO"]) else "dig"


def _run(app: WsgiApp, environ: dict[str, Any]) -> WholeResponse:
    response = WholeResponse()

    def start_response(status: str, headers: list[tuple[str, str]], _exc_info: Any = None) -> Callable[[bytes], int]:
        response.status = int(status.split(" ", 1)[0])
        response.headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        return response.file.write

    try:
        chunks = app(environ, start_response)
        if isinstance(chunks, SentFile):
            response.file.close()
            response.file = chunks.file
        else:
            _collect(chunks, response.file)
    except BaseException:
        response.file.close()
        raise
    response.listener = next(iter(environ[HAND_OVER]), None)
    return response


def _collect(chunks: Iterable[bytes], file: IO[bytes]) -> None:
    try:
        file.writelines(chunks)
        file.seek(0)
    finally:
        getattr(chunks, "close", lambda: None)()
