"""The queue of long work, as the use cases see it."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

from vggweb.errors import BadParameterError
from vggweb.jobs.gate import Gate
from vggweb.jobs.records import Job, Limits, NewJob
from vggweb.jobs.runner import Runner, Work
from vggweb.jobs.store import JobStore
from vggweb.jobs.worker_queue import WorkerQueue
from vggweb.jobs.workers import Workers, WorkerThreads

LEASE_SECONDS = 15.0  # a server that has not said for so long that it lives is taken for dead
TENDS_IN_A_LEASE = 5


class Jobs:
    """Long work: asked for, watched, cancelled; run by the workers of this process or of another one.

    ::

        queued ──▶ running ──▶ done
          ▲ │        │ │
          │ │        │ └─────▶ failed ─────┐
          │ └────────┴───────▶ cancelled ──┤
          └── asked for again ◀────────────┘

    A running job goes back to queued when its server stops or dies.
    """

    def __init__(
        self,
        store: JobStore,
        *,
        workers: int,
        queue_limit: int,
        per_visitor_limit: int,
        timeout_seconds: float,
        gate: Gate,
        lease_seconds: float = LEASE_SECONDS,
        broker_url: str = "",
    ) -> None:
        self.store = store
        self._limits = Limits(queue=queue_limit, per_visitor=per_visitor_limit)
        self._stopping = threading.Event()
        queue = WorkerQueue(store.engine, lease_seconds=lease_seconds)
        self._runner = Runner(queue, gate=gate, timeout_seconds=timeout_seconds, stopping=self._stopping)
        self._workers: Workers = WorkerThreads(
            _deliver_to(broker_url, self._runner) if broker_url else self._runner.run_next,
            self._runner.tend,
            count=1 if broker_url else workers,
            tend_seconds=lease_seconds / TENDS_IN_A_LEASE,
            stopping=self._stopping,
        )

    def register(self, kind: str, run: Work) -> None:
        """Work of this kind is done by `run`, in a worker's thread; call it before `start`.

        It gets the job's context and arguments. What it raises fails the job: a VggwebError with its own two
        sentences, anything else with a general one and a traceback in the log.
        """
        self._runner.register(kind, run)

    def start(self) -> None:
        """Starts the workers; jobs that wait from an earlier run go on."""
        self._workers.start()

    def stop(self) -> None:
        """Stops the workers after the step that each is at; unfinished jobs wait for the next start."""
        self._workers.stop()

    def run_waiting(self) -> None:
        """Runs jobs in this thread until none waits or the workers are stopped: what a Celery worker does."""
        while not self._stopping.is_set() and self._runner.run_next():
            pass

    def submit(
        self,
        kind: str,
        key: str,
        arguments: Mapping[str, Any],
        *,
        owner: str | None,
        result_url: str,
        result_id: str | None = None,
    ) -> Job:
        """The job that computes what the key stands for; it is computed once, however many ask.

        A job that failed or was cancelled runs again, under the same id.

        Args:
            kind: as registered.
            key: names the product and all that it depends on; at most 255 characters.
            arguments: JSON values for the work.
            owner: who asks, as the limit for one visitor counts; None: no such limit.
            result_url: where the product will be shown.
            result_id: the result that job and product are deleted with.

        Raises:
            BadParameterError: no such kind.
            BusyError: the queue is full.
            RateLimitedError: this visitor has too many jobs waiting or running.
            NotFoundError: there is no such result.
            GoneError: the result was deleted.
        """
        if not self._runner.knows(kind):
            raise BadParameterError("There is no computation of that kind.")
        new = NewJob(kind=kind, key=key, arguments=arguments, owner=owner, result_url=result_url, result_id=result_id)
        job = self.store.submit(new, self._limits)
        if job.state == "queued":
            self._workers.wake()
        return job

    def find(self, job_id: str) -> Job:
        """The job of that id.

        Raises:
            NotFoundError: there is none.
        """
        return self.store.find(job_id)

    def find_by_key(self, key: str) -> Job | None:
        """The job that computes what the key stands for, if it was ever asked for."""
        return self.store.find_by_key(key)

    def count_waiting(self) -> int:
        """How many jobs wait for a worker, of this process or of another one."""
        return self._runner.count_waiting()

    def cancel(self, job_id: str) -> Job:
        """Cancels a job that is not finished, at once; a finished one stays as it is.

        Raises:
            NotFoundError: there is none.
        """
        return self.store.cancel(job_id)


def _deliver_to(broker_url: str, runner: Runner) -> Callable[[], bool]:
    """What a thread does instead of the work itself when Celery workers do it."""
    from vggweb.jobs.celery_workers import WorkerWaker, make_celery  # only who has a broker pays for Celery

    return WorkerWaker(make_celery(broker_url), runner.count_waiting).deliver
