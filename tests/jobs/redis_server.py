"""A Redis of the tests' own, on a free port of the loopback interface, that keeps nothing."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from tests.jobs.works import until
from tests.servers import free_port


@contextmanager
def running_redis(folder: Path, port: int | None = None) -> Iterator[str]:
    """The address of an empty Redis that answers; it is gone afterwards."""
    program = shutil.which("redis-server")
    assert program, "These tests need Redis's server; tests/install_redis.sh installs it."
    port = port or free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with (folder / f"redis-{port}.log").open("wb") as log, subprocess.Popen(command, stdout=log) as process:
        try:
            url = f"redis://127.0.0.1:{port}/0"
            until(lambda: answers(url))
            yield url
        finally:
            process.terminate()


def answers(url: str) -> bool:
    """Whether there is a Redis at this address."""
    with redis.Redis.from_url(url) as client:
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False


def count_messages(url: str, queue: str) -> int:
    """How many messages nobody has read yet."""
    with redis.Redis.from_url(url) as client:
        return int(client.llen(queue))
