"""The ASGI app that serves a WSGI app: requests and responses on the event loop, the app in threads."""

import asyncio
import errno
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

from vggweb.errors import OverloadError, StorageFullError, TooSlowError, VggwebError
from vggweb.server.bodies import Body, BodyReader, ClientLeftError, Message, Patience, Receive, linger
from vggweb.server.threads import Scope, Threads, WholeResponse, WsgiApp, environ_of
from vggweb.web.environ_keys import CLIENT_LEFT
from vggweb.web.event_streams import Broadcast, Listener
from vggweb.web.last_resort import asks_for_json, last_resort

Send = Callable[[Message], Awaitable[None]]
Departure = asyncio.Future[Any]  # done once the client has left
CHUNK_BYTES = 64 * 1024
DEFAULT_MAX_BODY_BYTES = 16 * 1024 * 1024
logger = logging.getLogger("vggweb.server")


class Bridge:
    """Serves a WSGI app as an ASGI app.

    Args:
        app: called in a thread, with an environ whose ``wsgi.input`` is complete.
        max_body_bytes: of a larger body only so much is received as the app needs to refuse it.
        patience: how slow a client may be.
        broadcast: whose streams end when the server stops.
    """

    def __init__(
        self,
        app: WsgiApp,
        *,
        max_body_bytes: int = DEFAULT_MAX_BODY_BYTES,
        patience: Patience | None = None,
        broadcast: Broadcast | None = None,
    ) -> None:
        self.patience = patience or Patience()
        self._bodies = BodyReader(max_bytes=max_body_bytes, patience=self.patience)
        self._threads = Threads(app)
        self._broadcast = broadcast or Broadcast()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request; other kinds of connections are refused."""
        if scope["type"] != "http":
            await send({"type": "websocket.close"})
            return
        with suppress(ClientLeftError):
            await self._answer(scope, receive, send)

    def end_streams(self) -> None:
        """Ends every stream of events; browsers connect again by themselves."""
        self._broadcast.end_all()

    def close(self) -> None:
        """Begins nothing new."""
        self._threads.close()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await self._bodies.read(receive, _declared_bytes(scope))
        except (VggwebError, OSError) as error:
            await _send_error(send, scope, _told(error))
            reads_on = not isinstance(error, TooSlowError)
        else:
            await self._answer_whole(scope, body, receive, send)
            reads_on = not body.is_complete
        if reads_on and not _waits_for_continue(scope):
            await linger(receive)

    async def _answer_whole(self, scope: Scope, body: Body, receive: Receive, send: Send) -> None:
        departure = asyncio.ensure_future(receive() if body.is_complete else asyncio.Event().wait())
        try:
            response = await self._run_app(scope, body, departure)
            await _send_response(send, response, departure)
        except OSError as error:
            await _send_error(send, scope, _told(error))
        except (ClientLeftError, asyncio.CancelledError):
            raise
        except Exception:
            logger.exception("The app failed at a request.")
            await _send_error(send, scope, VggwebError())
        finally:
            departure.cancel()

    async def _run_app(self, scope: Scope, body: Body, departure: Departure) -> WholeResponse:
        """The app's response. If the client leaves before its turn, the work is not begun.

        Raises:
            ClientLeftError: nobody waits for the response any more.
        """
        environ = environ_of(scope, body)
        if body.size > self._bodies.max_bytes:
            _declare(environ, body.size)
        future = self._threads.submit(environ, is_complete=body.is_complete)
        _close_afterwards(body, future)
        response = asyncio.wrap_future(future)
        either: set[asyncio.Future[Any]] = {response, departure}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not future.done():
            environ[CLIENT_LEFT].set()
            future.cancel()
            raise ClientLeftError
        return await response


def _declare(environ: dict[str, Any], size: int) -> None:
    """Gives a body that came in chunks its length, so that the app refuses it unread."""
    environ["CONTENT_LENGTH"] = str(size)
    environ.pop("HTTP_TRANSFER_ENCODING", None)


def _close_afterwards(body: Body, future: "Future[WholeResponse]") -> None:
    loop = asyncio.get_running_loop()

    def close(_future: object) -> None:
        with suppress(RuntimeError):  # the loop is closed already: the server has stopped
            loop.call_soon_threadsafe(body.close)

    future.add_done_callback(close)


async def _send_response(send: Send, response: WholeResponse, departure: Departure) -> None:
    with response.file as file:
        await send({"type": "http.response.start", "status": response.status, "headers": response.headers})
        while chunk := file.read(CHUNK_BYTES):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await asyncio.sleep(
                0
            )  # a reader that is fast enough is never waited for; others have their turn all the same
    if response.listener is not None:
        await _send_events(send, response.listener, departure)
    await send({"type": "http.response.body", "body": b""})


async def _send_events(send: Send, listener: Listener, departure: Departure) -> None:
    """Sends what the listener is told until either side ends the stream."""

    async def pass_on() -> None:
        async for chunk in listener:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})

    passing_on = asyncio.ensure_future(pass_on())
    either: set[asyncio.Future[Any]] = {passing_on, departure}
    try:
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    finally:
        listener.close()
        passing_on.cancel()
        await asyncio.gather(passing_on, return_exceptions=True)


async def _send_error(send: Send, scope: Scope, error: VggwebError) -> None:
    accept = next((value for name, value in scope["headers"] if name == b"accept"), b"").decode("latin-1")
    _, headers, body = last_resort(error, as_json=asks_for_json(accept, scope["path"]))
    encoded = [(name.lower().encode(), value.encode()) for name, value in headers]
    await send({"type": "http.response.start", "status": error.status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})


def _told(error: VggwebError | OSError) -> VggwebError:
    """What a visitor is told of a body that could not be received; the cause of ours goes to the log."""
    if isinstance(error, VggwebError):
        logger.log(logging.WARNING if isinstance(error, OverloadError) else logging.INFO, "%s", error.message)
        return error
    logger.error("A temporary file for a request or a response cannot be written: %s", error.strerror)
    return StorageFullError() if error.errno in {errno.ENOSPC, errno.EDQUOT} else VggwebError()


def _declared_bytes(scope: Scope) -> int:
    return int(next((value for name, value in scope["headers"] if name == b"content-length"), b"0"))


def _waits_for_continue(scope: Scope) -> bool:
    """Whether the client sends its body only when it is asked to, which a refusal never does."""
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    return any(name == b"expect" for name, _ in headers)


def bridge_of(app: Any) -> Bridge:
    """The bridge for an app; from a Flask app of ours, with the limits that its settings give."""
    extensions: dict[str, Any] = getattr(app, "extensions", {})
    return Bridge(
        app,
        max_body_bytes=getattr(app, "config", {}).get("MAX_CONTENT_LENGTH") or DEFAULT_MAX_BODY_BYTES,
        patience=extensions.get("vggweb-patience"),
        broadcast=extensions.get("vggweb-broadcast"),
    )
