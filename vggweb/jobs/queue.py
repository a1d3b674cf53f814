"""The queue of long work, as the use cases see it. The workers' side is in worker_queue.py."""

import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from vggweb.errors import NotFoundError
from vggweb.jobs.admission import check_limits, check_result
from vggweb.jobs.askers import add_asker, check_asked, start_anew, take_off
from vggweb.jobs.gate import Gate
from vggweb.jobs.products import Products
from vggweb.jobs.records import LIVE, UNFINISHED, Asker, Job, Limits, Line, NewJob, line_of
from vggweb.jobs.rows import new_row, queue_again, to_job
from vggweb.jobs.runner import Runner, Work
from vggweb.jobs.tables import JobRow
from vggweb.jobs.worker_queue import WorkerQueue
from vggweb.jobs.workers import Workers
from vggweb.storage.sessions import reading, take_turns, writing

BROKER_LANE = "broker"  # with a broker, one thread wakes workers elsewhere, whatever kinds of jobs wait
SECONDS_BETWEEN_LOOKS = 0.05  # of somebody who waits for a job: one look reads one row
LEASE_SECONDS = 15.0  # a server that has not said for so long that it lives is taken for dead
TENDS_IN_A_LEASE = 5
_SUBMIT_LOCK = 0x6A6F62  # any number, the same in every server, and not the migration's


class Jobs:
    """Long work: asked for, watched, cancelled; run by the workers of this process or of another one.

    ::

        queued ──▶ running ──▶ done
          ▲ │        │ │
          │ │        │ └─────▶ failed ─────┐
          │ └────────┴───────▶ cancelled ──┤
          └── asked for again ◀────────────┘

    A running job goes back to queued when its server stops or dies. Safe with several threads and processes.

    Attributes:
        products: what jobs have made.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        workers: int,
        queue_limit: int,
        per_visitor_limit: int,
        per_address_limit: int,
        timeout_seconds: float,
        gate: Gate,
        lease_seconds: float = LEASE_SECONDS,
        broker_url: str = "",
    ) -> None:
        self.products = Products(engine)
        self._engine = engine
        self._broker_url = broker_url
        self._limits = Limits(queue=queue_limit, per_visitor=per_visitor_limit, per_address=per_address_limit)
        self._works: dict[str, Work] = {}
        self._stopping = threading.Event()
        self._runner = Runner(
            WorkerQueue(engine, lease_seconds=lease_seconds),
            self._works,
            gate=gate,
            timeout_seconds=timeout_seconds,
            stopping=self._stopping,
        )
        self._workers = Workers(
            _wake_others(broker_url, self._runner) if broker_url else self._runner.run_next,
            self._runner.tend,
            count=1 if broker_url else workers,
            tend_seconds=lease_seconds / TENDS_IN_A_LEASE,
            stopping=self._stopping,
        )

    def register(self, kind: str, run: Work) -> None:
        """Work of this kind is done by `run`, in a worker's thread; call it before `start`.

        It gets the job's context and arguments. What it raises fails the job: a VggwebError with its own code and
        two sentences, anything else with general ones and a traceback in the log.
        """
        self._works[kind] = run

    def start(self) -> None:
        """Starts the workers; jobs that wait from an earlier run go on."""
        self._workers.start((BROKER_LANE,) if self._broker_url else self._works)

    def stop(self) -> None:
        """Stops the workers after the step that each is at; unfinished jobs wait for the next start."""
        self._workers.stop()

    @property
    def are_elsewhere(self) -> bool:
        """Whether Celery workers run the jobs that this process is asked for."""
        return bool(self._broker_url)

    def run_one(self, line: Line) -> None:
        """Runs the job of a line that has waited longest, in this thread: what a Celery worker does for a message."""
        if not self._stopping.is_set():
            self._runner.run_next(*self._runner.kinds_in(line))

    def submit(
        self,
        kind: str,
        key: str,
        arguments: Mapping[str, Any],
        *,
        owner: Asker | None,
        result_url: str,
        result_id: str | None = None,
    ) -> Job:
        """The job that computes what the key stands for; it is computed once, however many ask.

        A job that failed or was cancelled runs again, under the same id.

        Args:
            kind: as registered.
            key: names the product and all that it depends on; at most 255 characters.
            arguments: JSON values for the work.
            owner: who asks; None: the server itself, which has no limit.
            result_url: where the product will be shown.
            result_id: the result that job and product are deleted with.

        Raises:
            BusyError: the queue is full.
            RateLimitedError: this visitor, or their address, has too many jobs waiting or running.
            NotFoundError: there is no such result.
            GoneError: the result was deleted.
        """
        job = self.find_by_key(key)
        if job is not None and (job.state == "done" or (job.state in LIVE and _waits(owner, job))):
            return job
        new = NewJob(kind=kind, key=key, arguments=arguments, owner=owner, result_url=result_url, result_id=result_id)
        job = self._submit(new)
        if job.state == "queued":
            self._workers.wake()
        return job

    def find(self, job_id: str) -> Job:
        """The job of that id.

        Raises:
            NotFoundError: there is none.
        """
        with reading(self._engine) as session:
            return to_job(session, _get(session, job_id))

    def wait(self, job_id: str, seconds: float) -> Job:
        """The job once it is finished, or as it stands after so many seconds.

        Raises:
            NotFoundError: there is none, or it was deleted meanwhile.
        """
        end = time.monotonic() + seconds
        while (job := self.find(job_id)).state in UNFINISHED and time.monotonic() < end:
            self._stopping.wait(SECONDS_BETWEEN_LOOKS)
        return job

    def find_by_key(self, key: str) -> Job | None:
        """The job that computes what the key stands for, if it was ever asked for."""
        with reading(self._engine) as session:
            row = session.scalar(select(JobRow).where(JobRow.key == key))
            return None if row is None else to_job(session, row)

    def count_waiting(self) -> int:
        """How many jobs wait for a worker, of this process or of another one."""
        return self._runner.count_waiting()

    def leave(self, job_id: str, owner: str) -> Job:
        """Takes one who waits off a job; the last one to leave cancels it. A finished one stays as it is.

        Raises:
            NotFoundError: there is none.
            NotYoursError: this one never asked for it.
        """
        with writing(self._engine) as session:
            row = session.get(JobRow, job_id, with_for_update=True)
            if row is None:
                raise NotFoundError
            check_asked(session, job_id, owner)
            if row.state in UNFINISHED and not take_off(session, row, owner):
                row.state, row.finished_at, row.claim, row.lease_until = "cancelled", datetime.now(UTC), None, None
            session.flush()
            return to_job(session, row)

    def cancel(self, job_id: str) -> Job:
        """Cancels a job that is not finished, whoever waits for it. Its worker hears of it at its next report.

        Raises:
            NotFoundError: there is none.
        """
        values = {"state": "cancelled", "finished_at": datetime.now(UTC), "claim": None, "lease_until": None}
        with writing(self._engine) as session:
            session.execute(update(JobRow).where(JobRow.id == job_id, JobRow.state.in_(UNFINISHED)).values(**values))
            return to_job(session, _get(session, job_id))

    def preview(self, job_id: str) -> bytes | None:
        """The latest picture of a job under way, as the work encoded it.

        Raises:
            NotFoundError: there is no such job.
        """
        with reading(self._engine) as session:
            return _get(session, job_id).preview

    def _submit(self, new: NewJob) -> Job:
        with writing(self._engine) as session:
            take_turns(session, _SUBMIT_LOCK)  # or two that ask at once could both pass the limits
            check_result(session, new.result_id)
            row = session.scalar(select(JobRow).where(JobRow.key == new.key).with_for_update())
            if row is not None and row.state in LIVE:
                add_asker(session, row, new.owner)
            else:
                check_limits(session, new.owner, self._limits, line_of(new.kind))
                row = _queued(session, row, new)
            session.flush()
            return to_job(session, row)


def _waits(owner: Asker | None, job: Job) -> bool:
    return owner is None or owner.owner in job.askers


def _queued(session: Session, row: JobRow | None, new: NewJob) -> JobRow:
    """The row of a job that waits, for the first time or once more."""
    if row is None:
        row = new_row(new)
        session.add(row)
        session.flush()
    else:
        queue_again(row, new)
    start_anew(session, row, new.owner)
    return row


def _get(session: Session, job_id: str) -> JobRow:
    row = session.get(JobRow, job_id)
    if row is None:
        raise NotFoundError
    return row


def _wake_others(broker_url: str, runner: Runner) -> Callable[[str], bool]:
    """What a thread does instead of the work itself when Celery workers do it."""
    from vggweb.jobs.celery_workers import WorkerWaker, make_celery  # only who has a broker pays for Celery

    waker = WorkerWaker(make_celery(broker_url), runner.count_waiting)
    return lambda _lane: waker.wake()
