"""A real server, started as `make run` starts it, on a free port."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 90


@dataclass
class Server:
    """A running server.

    Attributes:
        url: its address without a slash at the end.
        process: gunicorn's master.
        log: the file that holds its standard error.
    """

    url: str
    process: subprocess.Popen[bytes]
    log: Path


def free_port() -> int:
    """A port of the loopback interface that nobody uses now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def has_ipv6() -> bool:
    """Whether the loopback interface has an IPv6 address."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@contextmanager
def running_server(data: Path, **environ: str) -> Iterator[Server]:
    """A gunicorn that answers, and, once ``/readyz`` says so, predicts; stopped at the end."""
    port = free_port()
    data.mkdir(parents=True, exist_ok=True)
    log = data / f"server-{port}.log"
    settings = {"PORT": str(port), "VGGWEB_DATA": str(data), "VGGWEB_WEIGHTS": "compact", **environ}
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "app:app"], cwd=ROOT, env=os.environ | settings, stderr=errors
        )
    try:
        server = Server(f"http://127.0.0.1:{port}", process, log)
        wait_until_ready(server)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def wait_until_ready(server: Server) -> None:
    """Returns once ``/readyz`` answers 200."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert server.process.poll() is None, server.log.read_text()
        try:
            if requests.get(f"{server.url}/readyz", timeout=START_SECONDS).status_code == 200:
                return
        except (requests.ConnectionError, requests.Timeout):
            pass
        time.sleep(0.1)
    raise AssertionError(server.log.read_text())
