"""Work for jobs to do, and ways to wait for them."""

import threading
import time
from collections.abc import Callable

from vggweb.errors import JobStoppedError
from vggweb.jobs import Arguments, Asker, Job, JobContext, Jobs

PATIENCE_SECONDS = 180.0
KIND = "test"


def until(condition: Callable[[], bool]) -> None:
    """Returns as soon as the condition holds; fails the test if it never does."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)


def until_state(jobs: Jobs, job_id: str, state: str) -> Job:
    """The job, once it is in that state."""
    until(lambda: jobs.find(job_id).state == state)
    return jobs.find(job_id)


def ask(
    jobs: Jobs, key: str = "key", *, kind: str = KIND, owner: str | None = "owner", result_id: str | None = None
) -> Job:
    """Submits a job."""
    asker = Asker(owner, f"address of {owner}") if owner else None
    return jobs.submit(kind, key, {"key": key}, owner=asker, result_url=f"/{key}", result_id=result_id)


class Computation:
    """Work that counts how often it runs, and leaves a product."""

    def __init__(self) -> None:
        self.runs: list[str] = []

    def __call__(self, context: JobContext, arguments: Arguments) -> None:
        self.runs.append(arguments["key"])
        for step in (1, 2, 3):
            context.report(step / 3, step=step, steps=3, value=step / 2)
        context.save("picture", "image/png", arguments["key"].encode())


class Endless:
    """Work that goes on until its job is stopped, or the test ends it."""

    def __init__(self) -> None:
        self.began = threading.Event()
        self.end = threading.Event()
        self.stopped_by: JobStoppedError | None = None
        self.has_ended = threading.Event()

    def __call__(self, context: JobContext, _arguments: Arguments) -> None:
        context.save("picture", "image/png", b"half done")
        try:
            while not self.end.is_set():
                context.report(0.5, step=5, steps=10, value=0.25, picture=lambda: b"preview")
                self.began.set()
                self.end.wait(0.005)
        except JobStoppedError as error:
            self.stopped_by = error
            raise
        finally:
            self.has_ended.set()
