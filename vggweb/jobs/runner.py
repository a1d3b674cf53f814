"""Runs one job after the other: takes it, does its work, writes down how it ended."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import TypeAlias

from vggweb.errors import BusyError, JobBrokenError, JobCancelledError, JobTimedOutError, StorageError, VggwebError
from vggweb.jobs.context import JobContext, ServerStopsError
from vggweb.jobs.gate import Gate
from vggweb.jobs.records import LINES, Arguments, JobError, Line, line_of
from vggweb.jobs.worker_queue import WorkerQueue

logger = logging.getLogger(__name__)
Work: TypeAlias = Callable[[JobContext, Arguments], None]
TRIES_TO_WRITE = 10
SECONDS_BETWEEN_TRIES = 2.0


class Runner:
    """Does the work of jobs, one a call; workers of any make call it.

    Args:
        works: what does the work of each kind; may still be filled until the first call.
    """

    def __init__(
        self,
        queue: WorkerQueue,
        works: Mapping[str, Work],
        *,
        gate: Gate,
        timeout_seconds: float,
        stopping: threading.Event,
    ) -> None:
        self._queue = queue
        self._gate = gate
        self._timeout_seconds = timeout_seconds
        self._stopping = stopping
        self._works = works
        self._running: dict[str, JobContext] = {}
        self._lock = threading.Lock()

    def kinds_in(self, line: Line) -> tuple[str, ...]:
        """The kinds of work that stand in a line."""
        return tuple(kind for kind in self._works if line_of(kind) == line)

    def count_waiting(self, *lines: Line) -> int:
        """How many jobs wait that could be run here, in these lines or in all."""
        return sum(self._queue.count_waiting(self.kinds_in(line)) for line in lines or LINES)

    def run_next(self, *kinds: str) -> bool:
        """Takes the job that has waited longest, of these kinds, and runs it to its end; False if none waits."""
        claim = self._queue.take(kinds)
        if claim is None:
            return False
        context = JobContext(
            claim, self._queue, gate=self._gate, timeout_seconds=self._timeout_seconds, stopping=self._stopping
        )
        with self._lock:
            self._running[claim.token] = context
        try:
            _write_down(self._outcome(context))
        finally:
            with self._lock:
                del self._running[claim.token]
        return True

    def tend(self) -> int:
        """Says that this process lives, ends what is late, and frees jobs of servers that died; how many were freed.

        To be called several times in a lease.
        """
        with self._lock:
            contexts = list(self._running.values())
        self._queue.renew([context.claim for context in contexts])
        for context in contexts:
            if context.is_late:  # its work has not reported for long; it is told when it does
                self._queue.fail(context.claim, JobError.of(JobTimedOutError()))
        return self._queue.recover()

    def _outcome(self, context: JobContext) -> Callable[[], bool]:
        """Does the work; returns what writes down how it ended."""
        claim = context.claim
        try:
            self._works[claim.kind](context, claim.arguments)
        except ServerStopsError:
            return lambda: self._queue.put_back(claim)
        except JobCancelledError:
            return lambda: self._queue.give_up(claim)
        except VggwebError as error:
            reason = JobError.of(error)
            logger.warning("A job failed.", exc_info=True, extra={"job": claim.job_id, "kind": claim.kind})
            return lambda: self._queue.fail(claim, reason)
        except BaseException:  # also SystemExit: a worker that ends would leave its job running for ever
            logger.exception("A job failed.", extra={"job": claim.job_id, "kind": claim.kind})
            return lambda: self._queue.fail(claim, JobError.of(JobBrokenError()))
        return lambda: self._queue.complete(claim, context.progress, context.products.values())


def _write_down(write: Callable[[], bool]) -> None:
    """Writes how a job ended, again if the database is busy: minutes of work hang on it."""
    for _ in range(TRIES_TO_WRITE - 1):
        try:
            write()
        except (BusyError, StorageError):
            logger.warning("How a job ended cannot be written yet.", exc_info=True)
            time.sleep(SECONDS_BETWEEN_TRIES)
        else:
            return
    write()
