"""A request's body, received completely before any thread is taken for it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from vggweb.errors import BusyError, TooSlowError

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]

IN_MEMORY_BYTES = 256 * 1024  # larger bodies go on in a temporary file
MOST_UPLOADS_HELD = 64  # of the largest size allowed, over all connections
LINGER_SECONDS = 20.0
LINGER_BYTES = 256 * 1024 * 1024


class ClientLeftError(Exception):
    """The connection is gone; nobody waits for a response."""


@dataclass(frozen=True)
class Patience:
    """How slow a client may be.

    Attributes:
        pause_seconds: the longest silence, of a request that arrives or a response that is read.
        total_seconds: the longest a body may take to arrive, or a response to be read.
    """

    pause_seconds: float = 20.0
    total_seconds: float = 300.0


class BodyReader:
    """Receives bodies, within limits for each and for all of them together."""

    def __init__(self, *, max_bytes: int, patience: Patience) -> None:
        self.max_bytes = max_bytes
        self.patience = patience
        self._held_bytes = 0

    async def read(self, receive: Receive, declared_bytes: int) -> "Body":
        """The body, whole; or cut off just above the limit, which is enough for the app to refuse it.

        Raises:
            ClientLeftError: the connection closed before the end.
            TooSlowError: the client paused or took for too long.
            BusyError: too much is held for others already.
            OSError: a temporary file cannot be written.
        """
        body = Body(self)
        if declared_bytes > self.max_bytes:
            return body
        try:
            async with asyncio.timeout(self.patience.total_seconds):
                while not body.is_complete and body.size <= self.max_bytes:
                    body.add(await asyncio.wait_for(receive(), self.patience.pause_seconds))
        except TimeoutError as error:
            body.close()
            raise TooSlowError from error
        except BaseException:
            body.close()
            raise
        body.file.seek(0)
        return body

    def hold(self, count: int) -> None:
        """Counts bytes that are held, or no longer (negative).

        Raises:
            BusyError: they would be too many.
        """
        if count > 0 and self._held_bytes + count > MOST_UPLOADS_HELD * self.max_bytes:
            raise BusyError("Too many photos are arriving at once.")
        self._held_bytes += count


class Body:
    """A body and the file that holds it; whoever has it closes it."""

    def __init__(self, reader: BodyReader) -> None:
        self.file = spooled_file()
        self.size = 0
        self.is_complete = False
        self._reader = reader
        self._is_held = True

    def add(self, message: Message) -> None:
        """Keeps what one message of the protocol brought."""
        if message["type"] != "http.request":
            raise ClientLeftError
        chunk = message.get("body", b"")
        self._reader.hold(len(chunk))
        self.size += len(chunk)
        self.file.write(chunk)
        self.is_complete = not message.get("more_body", False)

    def close(self) -> None:
        """Lets the bytes go; on the event loop, like everything here."""
        if self._is_held:
            self._is_held = False
            self.file.close()
            self._reader.hold(-self.size)


def spooled_file() -> IO[bytes]:
    """A file in memory that goes on in the temporary folder when it grows; whoever asks for it closes it."""
    return SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)


async def linger(receive: Receive) -> None:
    """Reads on what still arrives of a refused body, after the response went out, and throws it away.

    A server that answers and closes while the browser is still sending makes the kernel reset the connection, and
    the browser shows "connection reset" instead of the sentence (RFC 9112, section 9.6).
    """
    left, deadline = LINGER_BYTES, time.monotonic() + LINGER_SECONDS
    while left > 0:
        try:
            message = await asyncio.wait_for(receive(), deadline - time.monotonic())
        except TimeoutError:
            return
        if message["type"] != "http.request" or not message.get("more_body", False):
            return
        left -= len(message.get("body", b""))
