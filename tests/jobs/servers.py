"""Starts tests/jobs/server.py and talks to it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def server(url: str, folder: Path, count: int) -> Iterator[subprocess.Popen[str]]:
    """A process that has imported everything and waits for a line; killed at the end if it still runs."""
    command = [sys.executable, "-m", "tests.jobs.server", url, str(folder), str(count)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            hear(process, "ready")
            yield process
        finally:
            process.kill()


def tell(process: subprocess.Popen[str]) -> None:
    """Lets it go on."""
    assert process.stdin
    process.stdin.write("go\n")
    process.stdin.flush()


def hear(process: subprocess.Popen[str], word: str) -> None:
    """Waits until it says this."""
    assert process.stdout
    assert process.stdout.readline() == word + "\n"
