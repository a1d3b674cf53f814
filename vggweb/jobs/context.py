"""What a piece of long work sees of its job: where it tells its progress and leaves its product."""

import logging
import math
import threading
import time
from collections.abc import Callable

from vggweb.errors import BusyError, JobCancelledError, JobTimedOutError, StorageError
from vggweb.jobs.gate import Gate
from vggweb.jobs.records import Claim, Progress
from vggweb.jobs.worker_queue import WorkerQueue
from vggweb.storage import StoredFile

logger = logging.getLogger(__name__)
SECONDS_BETWEEN_RECORDS = 0.25
LONGEST_WAIT_AT_GATE_SECONDS = 1.0  # for each step: under an endless stream of predictions a job still moves
MOST_PROGRESS_BEFORE_DONE = 0.99


class ServerStopsError(Exception):
    """The server is being stopped: the job goes on after the next start. Work lets it pass."""


class JobContext:
    """One attempt at a job, as its work sees it."""

    def __init__(
        self, claim: Claim, queue: WorkerQueue, *, gate: Gate, timeout_seconds: float, stopping: threading.Event
    ) -> None:
        self.claim = claim
        self.progress = Progress()
        self.products: dict[str, StoredFile] = {}
        self._queue = queue
        self._gate = gate
        self._stopping = stopping
        self._deadline = time.monotonic() + timeout_seconds
        self._next_record = 0.0

    @property
    def is_late(self) -> bool:
        """Whether the attempt has taken longer than it may."""
        return time.monotonic() > self._deadline

    def report(
        self,
        progress: float,
        *,
        step: int | None = None,
        steps: int | None = None,
        value: float | None = None,
        picture: Callable[[], bytes] | None = None,
    ) -> None:
        """Tells how far the work is, and lets predictions pass. Call it between steps, as often as you like.

        It is written down four times a second at most.

        Args:
            progress: 0…1; shown below 1 until the job is done.
            step: counted from 1.
            steps: how many there are.
            value: of the objective at this step: one more point of the curve.
            picture: gives the picture as it stands, as a file's bytes; called only when it is written down.

        Raises:
            JobCancelledError: the job was cancelled, or its result deleted.
            JobTimedOutError: it has taken longer than a job may.
            ServerStopsError: the server is being stopped.
        """
        self._note(progress, step, steps, value)
        self._check_time()
        if time.monotonic() >= self._next_record:
            self._record(picture)
            self._next_record = time.monotonic() + SECONDS_BETWEEN_RECORDS
        self._gate.wait_for_predictions(LONGEST_WAIT_AT_GATE_SECONDS)

    def save(self, name: str, media_type: str, data: bytes) -> None:
        """Leaves a product; it is stored under the job's key when the work is done, or else not at all."""
        self.products[name] = StoredFile(name=name, media_type=media_type, data=data)

    def _note(self, progress: float, step: int | None, steps: int | None, value: float | None) -> None:
        self.progress.progress = min(MOST_PROGRESS_BEFORE_DONE, max(0.0, progress))
        self.progress.step, self.progress.steps = step, steps
        if value is not None and math.isfinite(value):  # JSON knows no other numbers
            self.progress.curve.append(value)

    def _check_time(self) -> None:
        if self._stopping.is_set():
            raise ServerStopsError
        if self.is_late:
            raise JobTimedOutError

    def _record(self, picture: Callable[[], bytes] | None) -> None:
        self.progress.preview = picture() if picture else None
        try:
            held = self._queue.record(self.claim, self.progress)
        except (BusyError, StorageError):  # a report that is lost does no harm: the next is not far
            logger.warning("A job's progress could not be written down.", exc_info=True)
            return
        if not held:
            raise JobCancelledError
