"""A real Celery worker in a process of its own, started by the plain command that the docs name."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.jobs.works import until

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "celery", "-A", "vggweb.worker", "worker"]


@dataclass
class Worker:
    """A worker's process.

    Attributes:
        log: the file that holds what it says.
    """

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def lives(self) -> bool:
        return self.process.poll() is None

    def wait_until_ready(self) -> None:
        until(lambda: "ready." in self.log.read_text() or not self.lives)
        assert self.lives, self.log.read_text()

    def count_calls(self) -> int:
        """How many messages it has read."""
        return self.log.read_text().count("vggweb.run_next[")


def start_worker(log: Path, *options: str, **environ: str) -> Worker:
    """A worker that begins to load its network; options are Celery's, such as ``-Q``."""
    with log.open("wb") as file:
        process = subprocess.Popen(
            [*COMMAND, "--hostname", f"{log.stem}@%h", *options],
            cwd=ROOT,
            env=os.environ | environ,
            stdout=file,
            stderr=file,
        )
    return Worker(process, log)
