"""Worker threads in this process. With a broker, a thread of these calls Celery workers instead: celery_workers.py."""

import logging
import os
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial

from vggweb.errors import BusyError, StorageError

logger = logging.getLogger(__name__)
LOW_PRIORITY = 10  # on the scale from 0 to 19 of setpriority(2)
LONGEST_STOP_SECONDS = 10.0  # for a step under way; gunicorn gives its workers 20
POLL_SECONDS = 1.0  # how soon a job is seen that another server was asked for


class Workers:
    """Threads of low priority that run jobs, and one that tends them: heartbeat, time limits, jobs of dead servers.

    Each kind of job is a lane with threads of its own, so that no kind waits behind another: one photo's occlusion is
    done while a long drawing goes on.
    """

    def __init__(
        self,
        run_next: Callable[[str], bool],
        tend: Callable[[], int],
        *,
        count: int,
        tend_seconds: float,
        stopping: threading.Event,
    ) -> None:
        self._run_next = run_next
        self._tend = tend
        self._count = count
        self._tend_seconds = tend_seconds
        self._stopping = stopping
        self._something_to_do: dict[str, threading.Semaphore] = {}  # by lane
        self._threads: list[threading.Thread] = []

    def start(self, lanes: Iterable[str]) -> None:
        """Starts the threads of each lane, unless they run already."""
        if self._threads:
            return
        self._stopping.clear()
        self._something_to_do = {lane: threading.Semaphore(0) for lane in lanes}
        self._threads = [
            threading.Thread(target=self._work, args=(lane,), name=f"job-worker-{lane}-{number}", daemon=True)
            for lane in self._something_to_do
            for number in range(self._count)
        ]
        self._threads.append(threading.Thread(target=self._watch, name="job-watch", daemon=True))
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ends the threads after the steps that they are at; their jobs go back to the queue."""
        self._stopping.set()
        for _ in self._threads:
            self.wake()
        for thread in self._threads:
            thread.join(LONGEST_STOP_SECONDS)
        self._threads = []

    def wake(self) -> None:
        """Lets a thread of each lane that is idle look into the queue now."""
        for something_to_do in self._something_to_do.values():
            something_to_do.release()

    def _work(self, lane: str) -> None:
        _lower_priority()
        while not self._stopping.is_set():
            if not _survive(partial(self._run_next, lane)):
                self._something_to_do[lane].acquire(timeout=POLL_SECONDS)

    def _watch(self) -> None:
        while not self._stopping.is_set():
            for _ in range(_survive(self._tend)):
                self.wake()
            self._stopping.wait(self._tend_seconds)


def _survive(action: Callable[[], int]) -> int:
    """What the action returns; 0 if it raised, because the database will be there again some time."""
    try:
        return action()
    except (BusyError, StorageError):  # said where it was noticed, once a minute
        return 0
    except Exception:
        logger.exception("A worker met an error and goes on.")
        return 0


def _lower_priority() -> None:
    """This thread lets others go first; on Linux, where a thread has a priority of its own."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOW_PRIORITY)
