"""Our gunicorn worker on the wire: real sockets, a real gunicorn, a small app behind it."""

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from itertools import islice
from urllib.parse import urlsplit

import pytest
import requests

from tests.server.small_app import BIG_FILE
from tests.servers import ROOT, free_port
from tests.slow_clients import stalled_connections

BIG = b"x" * 700_000  # more than is kept in memory


@contextmanager
def small_server(*options: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The small app on a free port, with our worker unless the options say otherwise."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "-b",
        f"127.0.0.1:{port}",
        "-c",
        "python:tests.server",
        "--no-control-socket",
    ]
    options = options or ("-k", "vggweb.server.worker.Worker", "--keep-alive", "20", "--graceful-timeout", "8")
    process = subprocess.Popen(
        [*command, *options, "tests.server.small_app:app"], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url)
        yield url, process
    finally:
        process.terminate()
        process.communicate(timeout=30)


def _wait_for(url: str) -> None:
    for _ in range(400):
        try:
            requests.get(f"{url}/healthz", timeout=30)
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("The server does not answer.")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with small_server() as (address, _):
        yield address


@pytest.fixture(scope="module")
def other_url() -> Iterator[str]:
    """The same app on one of gunicorn's own workers."""
    with small_server("-k", "gthread", "--threads", "4") as (address, _):
        yield address


@contextmanager
def connection(url: str, first: bytes) -> Iterator[socket.socket]:
    address = urlsplit(url)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=30) as opened:
        opened.sendall(first)
        yield opened


def everything(opened: socket.socket) -> bytes:
    """What the server sends until it closes the connection."""
    received = b""
    try:
        while piece := opened.recv(65536):
            received += piece
    except ConnectionResetError:
        pass
    return received


@pytest.mark.parametrize("body", [b"", b"x", BIG], ids=["empty", "small", "in a file"])
def test_a_body_reaches_the_app_byte_for_byte(url: str, body: bytes) -> None:
    assert requests.post(f"{url}/echo", data=body, timeout=30).content == body


def test_a_body_in_chunks_reaches_the_app(url: str) -> None:
    pieces = [b"one", b"two" * 100_000, b"three"]
    assert requests.post(f"{url}/echo", data=iter(pieces), timeout=30).content == b"".join(pieces)


def test_a_connection_serves_several_requests(url: str) -> None:
    with connection(url, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 2 + b"GET /healthz HTTP/1.0\r\n\r\n") as opened:
        assert everything(opened).count(b"alive") == 3


def test_a_body_that_arrives_slower_than_the_longest_pause_but_steadily_is_taken(url: str) -> None:
    header = b"POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 8\r\n\r\n"
    with connection(url, header) as opened:
        for _ in range(8):
            time.sleep(0.4)
            opened.sendall(b"z")
        assert everything(opened).endswith(b"zzzzzzzz")


@pytest.mark.parametrize(
    ("sent", "drop", "answer"),
    [
        (b"", b"", b""),
        (b"GET / HTTP/1.1\r\nHo", b"", b"HTTP/1.1 408"),
        (b"GET / HTTP/1.1\r\nHo", b"h", b"HTTP/1.1 408"),
        (b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nhalf", b"", b"HTTP/1.1 408"),
        (b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nhalf", b"h", b"HTTP/1.1 408"),
    ],
    ids=["silent", "half a header", "a header in drops", "half a body", "a body in drops"],
)
def test_who_stops_talking_is_told_and_let_go(url: str, sent: bytes, drop: bytes, answer: bytes) -> None:
    with connection(url, sent) as opened:
        over = threading.Event()

        def drip() -> None:
            while drop and not over.wait(0.5):
                try:
                    opened.sendall(drop)
                except OSError:
                    return

        dripping = threading.Thread(target=drip)
        dripping.start()
        received = everything(opened)
        over.set()
        dripping.join()
    assert received.startswith(answer)
    assert (b"stopped arriving half-way" in received) == bool(answer)


def test_who_does_not_read_is_let_go(url: str) -> None:
    with connection(url, b"GET /much HTTP/1.1\r\nHost: x\r\n\r\n") as opened:
        time.sleep(5)
        assert len(everything(opened)) < 20_000_000


def test_a_body_that_is_declared_too_large_is_refused_and_the_sentence_arrives(url: str) -> None:
    header = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n"
    with connection(url, header) as opened:
        opened.sendall(b"x" * 9_000_000)  # a client that only reads once it has sent everything
        assert opened.recv(65536).startswith(b"HTTP/1.1 413")


def test_a_body_in_chunks_that_grows_too_large_is_refused(url: str) -> None:
    pieces = (b"x" * 100_000 for _ in range(40))
    assert requests.post(f"{url}/echo", data=pieces, timeout=30).status_code == 413


def test_a_client_that_asks_before_it_sends_is_told_to_go_on(url: str) -> None:
    header = b"POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n"
    with connection(url, header) as opened:
        assert opened.recv(65536).startswith(b"HTTP/1.1 100")
        opened.sendall(b"ok")
        assert everything(opened).endswith(b"ok")


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"nonsense\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nbody\r\n0\r\n\r\n",
        b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 9000 + b"\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    ],
    ids=["nonsense", "chunk size", "long address", "long header", "length", "negative length"],
)
def test_what_is_no_request_gets_a_clean_400(url: str, request_bytes: bytes) -> None:
    with connection(url, request_bytes) as opened:
        received = everything(opened)
    assert received.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert received.count(b"HTTP/1.1") == 1
    assert b'{"error": {"code": "bad_request"' in received


def test_a_file_is_sent_whole_and_in_parts(url: str) -> None:
    whole = requests.get(f"{url}/file", timeout=30)
    assert whole.content == BIG_FILE.read_bytes()
    part = requests.get(f"{url}/file", headers={"Range": "bytes=10-19"}, timeout=30)
    assert (part.status_code, part.content) == (206, BIG_FILE.read_bytes()[10:20])
    assert requests.get(f"{url}/file", headers={"If-None-Match": whole.headers["ETag"]}, timeout=30).status_code == 304
    assert requests.head(f"{url}/file", timeout=30).headers["Content-Length"] == str(len(whole.content))


def test_an_app_that_fails_is_answered_for(url: str) -> None:
    assert requests.get(f"{url}/fail", timeout=30).status_code == 500


def test_stalled_connections_keep_no_thread(url: str) -> None:
    before = int(requests.get(f"{url}/threads", timeout=30).text)
    with stalled_connections(url, {"half a header": 40, "half a body": 40, "silent": 40}):
        assert int(requests.get(f"{url}/threads", timeout=30).text) <= before + 1


def test_work_is_not_begun_for_who_has_left() -> None:
    with small_server() as (url, _), ExitStack() as stack:
        for number in range(96):
            stack.enter_context(posted(url, f"/toil/busy?seconds=2&{number}"))
        time.sleep(0.8)
        with posted(url, "/toil/left?seconds=0"):
            pass
        with posted(url, "/toil/stayed?seconds=0") as stayed:
            assert b"200 OK" in stayed.recv(65536)
        begun = requests.get(f"{url}/begun", timeout=30).json()
    assert begun.count("busy") == 96
    assert "stayed" in begun
    assert "left" not in begun


def posted(url: str, path: str) -> AbstractContextManager[socket.socket]:
    return connection(url, f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n".encode())


def test_a_server_that_is_told_to_stop_finishes_what_it_has_accepted() -> None:
    with (
        small_server() as (url, process),
        requests.get(f"{url}/listen/room", timeout=30, stream=True) as listening,
        posted(url, "/toil/idle?seconds=0") as idle,
        posted(url, "/toil/accepted?seconds=3") as accepted,
    ):
        assert b"200 OK" in idle.recv(65536)
        process.send_signal(signal.SIGTERM)
        assert everything(accepted).endswith(b"accepted")
        assert listening.content.startswith(b"retry:")  # the stream ended, too
        assert everything(idle) == b""
        assert process.wait(20) == 0


def test_many_listeners_hear_what_is_told_and_keep_no_thread(url: str) -> None:
    before = int(requests.get(f"{url}/threads", timeout=30).text)
    streams = [requests.get(f"{url}/listen/a", timeout=30, stream=True) for _ in range(60)]
    other = requests.get(f"{url}/listen/b", timeout=30, stream=True)
    requests.post(f"{url}/tell/a", data="two\nlines", timeout=30)
    for stream in streams:
        said = (line for line in stream.iter_lines() if line and not line.startswith(b":"))  # no comments
        assert list(islice(said, 3)) == [b"retry: 3000", b"event: state", b"data: open"]
        assert list(islice(said, 4)) == [b"id: 7", b"event: tile", b"data: two", b"data: lines"]
    assert int(requests.get(f"{url}/threads", timeout=30).text) <= before + 12  # those that look, not one for each
    requests.post(f"{url}/tell/b", data="only b", timeout=30)
    assert b"data: only b" in islice(other.iter_lines(), 20)
    for stream in [*streams, other]:
        stream.close()
    for _ in range(100):
        if requests.get(f"{url}/listeners", timeout=30).text == "0":
            return
        time.sleep(0.05)
    raise AssertionError("Listeners who left are still told.")


def test_events_are_streamed_by_other_servers_as_well(other_url: str) -> None:
    with requests.get(f"{other_url}/listen/a", timeout=30, stream=True) as stream:
        requests.post(f"{other_url}/tell/a", data="heard", timeout=30)
        assert b"data: heard" in islice(stream.iter_lines(), 20)


def test_too_many_connections_make_room_by_the_oldest_idle_one() -> None:
    with (
        small_server("-k", "vggweb.server.worker.Worker", "--worker-connections", "20") as (url, _),
        stalled_connections(url, {"silent": 40}) as stalled,
    ):
        assert requests.get(f"{url}/healthz", timeout=30).text == "alive"
        assert stalled[0].recv(10) == b""


@pytest.mark.parametrize(
    "path", ["/toil/%C3%A9%2F?seconds=0", "/toil/%ff?seconds=0", "/toil/a%20b;c?seconds=0&x=%C3%A9"]
)
def test_an_address_reads_as_it_does_with_other_servers(url: str, other_url: str, path: str) -> None:
    ours, theirs = requests.post(f"{url}{path}", timeout=30), requests.post(f"{other_url}{path}", timeout=30)
    assert (ours.status_code, ours.content) == (theirs.status_code, theirs.content)


def test_a_websocket_is_refused(url: str) -> None:
    handshake = (
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    with connection(url, handshake) as opened:
        assert everything(opened).startswith(b"HTTP/1.1 403")
