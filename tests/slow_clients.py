"""Clients that stop talking, each in its own way: by the hundred, from one thread."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

BODY = b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: "
MUCH_READING = b"GET /model/weights/vgg16_conv.safetensors HTTP/1.1\r\nHost: localhost\r\n\r\n"  # 29 MB
# What each kind sends at once, and what it goes on to send, a piece a second.
KINDS: dict[str, tuple[bytes, bytes]] = {
    "silent": (b"", b""),
    "half a header": (b"GET / HTTP/1.1\r\nHost: local", b""),
    "a header in drops": (b"GET / HTTP/1.1\r\nHost: local", b"h"),
    "half a body": (b"POST /results HTTP/1.1\r\nHost: localhost\r\n" + BODY + b"900000\r\n\r\n--x\r\n", b""),
    "a body in drops": (b"POST /results HTTP/1.1\r\nHost: localhost\r\n" + BODY + b"900000\r\n\r\n--x\r\n", b"-"),
    "a reader that does not read": (MUCH_READING, b""),
    "a refused body, sent on": (
        b"POST /results HTTP/1.1\r\nHost: localhost\r\n" + BODY + b"9000000000\r\n\r\n--x\r\n",
        b"x" * 1000,
    ),
}


@contextmanager
def stalled_connections(url: str, kinds: dict[str, int]) -> Iterator[list[socket.socket]]:
    """So many connections of each kind, all open and stalled while the block runs."""
    sockets = [(_connect(url, KINDS[kind][0]), KINDS[kind][1]) for kind, count in kinds.items() for _ in range(count)]
    done = threading.Event()
    dripping = threading.Thread(target=_drip, args=([one for one in sockets if one[1]], done.wait))
    dripping.start()
    try:
        yield [connection for connection, _ in sockets]
    finally:
        done.set()
        dripping.join()
        for connection, _ in sockets:
            connection.close()


def _connect(url: str, first: bytes) -> socket.socket:
    address = urlsplit(url)
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(30)
    connection.connect((address.hostname or "", address.port or 0))
    connection.sendall(first)
    return connection


def _drip(sockets: list[tuple[socket.socket, bytes]], wait: Callable[[float], bool]) -> None:
    while not wait(1.0):
        for connection, piece in sockets:
            connection.setblocking(False)
            with contextlib.suppress(OSError):  # closed by the server, or its buffer is full
                connection.send(piece)
