"""Servers in processes of their own, and clients that keep them busy."""

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BOUNDARY = "photo-boundary"
START_SECONDS = 120.0


@dataclass(frozen=True)
class Server:
    """A server that runs.

    Attributes:
        port: on 127.0.0.1.
        process: gunicorn's master.
        start_seconds: from the start of the process to 200 at ``/readyz``.
    """

    port: int
    process: subprocess.Popen[bytes]
    start_seconds: float

    def resident_mib(self) -> float:
        """What the workers have in memory, the processes that they started included."""
        found = subprocess.run(["ps", "-eo", "pid,ppid,rss"], capture_output=True, text=True, check=True).stdout
        rows = [tuple(map(int, line.split())) for line in found.splitlines()[1:]]
        wanted, total = {self.process.pid}, 0
        for pid, parent, rss in sorted(rows):  # children have the higher numbers
            if parent in wanted:
                wanted.add(pid)
                total += rss
        return total / 1024

    def upload(self, body: bytes) -> float:
        """Seconds from sending a photo to having read its 201."""
        connection = self.connect()
        began = time.perf_counter()
        post(connection, body)
        passed = time.perf_counter() - began
        connection.close()
        return passed

    def connect(self) -> http.client.HTTPConnection:
        """A connection that can be used for many requests."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.connect()
        return connection


@contextmanager
def running(app: str, folder: Path, *options: str) -> Iterator[Server]:
    """A server of that WSGI app, once it is ready."""
    port = _free_port()
    settings = {"VGGWEB_DATA": str(folder), "VGGWEB_WEIGHTS": "compact", "VGGWEB_RATE_LIMIT": "1000000/minute"}
    environ = os.environ | settings | {"PORT": str(port), "VGGWEB_LOG_LEVEL": "ERROR", "TF_CPP_MIN_LOG_LEVEL": "3"}
    bind = ["--bind", f"127.0.0.1:{port}"]
    command = [sys.executable, "-m", "gunicorn", *bind, *options, app]
    began = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.DEVNULL) as process:
        try:
            _until_ready(port, process)
            yield Server(port, process, time.perf_counter() - began)
        finally:
            process.terminate()


def form(photo: bytes) -> bytes:
    """A photo as the body of a form."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="photo"; filename="photo.jpg"\r\n\r\n'
    return head.encode() + photo + f"\r\n--{BOUNDARY}--\r\n".encode()


def post(connection: http.client.HTTPConnection, body: bytes) -> bytes:
    """Uploads a form; the response's body."""
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Accept": "application/json"}
    connection.request("POST", "/results", body, headers)
    response = connection.getresponse()
    content = response.read()
    if response.status != 201:
        raise RuntimeError(f"{response.status}: {content[:200]!r}")
    return content


def throughput(server: Server, body: bytes, *, clients: int, seconds: float) -> float:
    """Photos a second with so many clients, each of which sends the next photo when it has the last one's answer."""
    counts, end = [0] * clients, time.perf_counter() + seconds

    def send(number: int) -> None:
        connection = server.connect()
        while time.perf_counter() < end:
            post(connection, body)
            counts[number] += 1
        connection.close()

    threads = [threading.Thread(target=send, args=(number,)) for number in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - began)


def _until_ready(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.01)
    raise RuntimeError("The server did not start.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
