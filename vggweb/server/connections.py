"""gunicorn's ASGI connection, with limits for who sends no request and for who does not read the response."""

import socket
from contextlib import suppress
from typing import Any

from gunicorn.asgi.protocol import ASGIProtocol

from vggweb.errors import RequestError, TooSlowError, VggwebError
from vggweb.server.bodies import Patience
from vggweb.web.last_resort import last_resort

UNREAD_BYTES = 256 * 1024  # that the kernel keeps for a reader; by itself it would keep up to 4 MB for each that stalls


class Connection(ASGIProtocol):  # type: ignore[misc] # gunicorn has no types
    """One connection. `check` is called every second and ends it when it is over its limits.

    A body has its limits where it is received (`bodies.BodyReader`), and an idle kept-alive connection ends by
    gunicorn's own ``keepalive``.
    """

    def connection_made(self, transport: Any) -> None:
        """Joins the worker's connections; the longest idle one makes room when there are too many."""
        self.opened_at = self._progress_at = self._busy_since = self.worker.loop.time()
        self._unread_bytes = 0
        self._has_sent = False
        with suppress(AttributeError, OSError):  # no TCP, or gone already
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, UNREAD_BYTES)
        super().connection_made(transport)
        self.worker.make_room_for(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Leaves the worker's connections."""
        self.worker.connections.discard(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Notes that something came at all."""
        self._has_sent = True
        super().data_received(data)

    @property
    def is_waiting(self) -> bool:
        """Whether no request is under way: nothing or half a header has arrived."""
        return self._current_request is None and not self._finishing_calls

    def check(self, now: float, patience: Patience) -> None:
        """Ends a connection that is too slow with its header or with reading."""
        unread = self.transport.get_write_buffer_size()
        if not unread:
            self._progress_at = self._busy_since = now
        elif unread != self._unread_bytes:
            self._progress_at = now
        self._unread_bytes = unread
        if now - self._progress_at > patience.pause_seconds or now - self._busy_since > patience.total_seconds:
            self.abort()
        elif self.req_count <= 1 and self.is_waiting and now - self.opened_at > patience.pause_seconds:
            self._give_up_on_header()

    def abort(self) -> None:
        """Ends the connection at once."""
        self.transport.abort()

    def leave_when_idle(self) -> None:
        """Ends the connection if no request is under way: the server stops."""
        if self.is_waiting:
            self._close_transport()

    def _give_up_on_header(self) -> None:
        if self._has_sent:
            self._send_error(TooSlowError("The request stopped arriving half-way."))
        self._close_transport()

    def _send_error_response(self, status: int, message: str, _extra_headers: Any = ()) -> None:
        """Our sentence for what is no request; gunicorn's own may repeat parts of it."""
        self.log.debug("A malformed request was refused: %s", message)
        self._send_error(VggwebError() if status == VggwebError.status else RequestError())

    def _send_error(self, error: VggwebError) -> None:
        status, headers, body = last_resort(error, as_json=True)
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers), "Connection: close"]
        self._safe_write("\r\n".join([*lines, "", ""]).encode() + body)
