"""Jobs and their products in the database: the side of those who ask. The workers' side is in worker_queue.py."""

from collections.abc import Collection
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Engine, func, select, update
from sqlalchemy.orm import Session

from vggweb.errors import BusyError, GoneError, NotFoundError, RateLimitedError
from vggweb.jobs.products import put_products
from vggweb.jobs.records import LIVE, UNFINISHED, Job, Limits, NewJob
from vggweb.jobs.rows import new_row, queue_again, to_job
from vggweb.jobs.tables import JobRow, ProductRow
from vggweb.storage import StoredFile
from vggweb.storage.sessions import again_after_a_race, reading, take_turns, writing
from vggweb.storage.tables import ResultRow

_SUBMIT_LOCK = 0x6A6F62  # any number, the same in every server, and not the migration's
RETRY_AFTER_SECONDS = 30  # a drawing takes seconds to a minute, so by then there is room


class JobStore:
    """Keeps jobs and what they have made. Safe to use from several threads and several processes."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def submit(self, new: NewJob, limits: Limits) -> Job:
        """The job for that key: the one there is, also if it is done; a failed or cancelled one waits once more.

        Raises:
            BusyError: the queue is full.
            RateLimitedError: the visitor has too many unfinished jobs.
            NotFoundError: there is no result `new.result_id`.
            GoneError: that result was deleted.
        """
        job = self.find_by_key(new.key)
        if job is not None and job.state in LIVE:
            return job
        return self._submit(new, limits)

    def find(self, job_id: str) -> Job:
        """The job of that id.

        Raises:
            NotFoundError: there is none.
        """
        with reading(self.engine) as session:
            return to_job(session, _get(session, job_id))

    def find_by_key(self, key: str) -> Job | None:
        """The job that computes what the key stands for, if it was ever asked for."""
        with reading(self.engine) as session:
            row = session.scalar(select(JobRow).where(JobRow.key == key))
            return None if row is None else to_job(session, row)

    def cancel(self, job_id: str) -> Job:
        """Cancels a job that is not finished; its worker hears of it at its next report. A finished one stays.

        Raises:
            NotFoundError: there is none.
        """
        values = {"state": "cancelled", "finished_at": datetime.now(UTC), "claim": None, "lease_until": None}
        with writing(self.engine) as session:
            session.execute(update(JobRow).where(JobRow.id == job_id, JobRow.state.in_(UNFINISHED)).values(**values))
            return to_job(session, _get(session, job_id))

    def preview(self, job_id: str) -> bytes | None:
        """The latest picture of a job under way, as the work encoded it.

        Raises:
            NotFoundError: there is no such job.
        """
        with reading(self.engine) as session:
            return _get(session, job_id).preview

    def product(self, key: str, name: str) -> StoredFile | None:
        """A file that a job has made, if it has."""
        with reading(self.engine) as session:
            row = session.get(ProductRow, (key, name))
            if row is None:
                return None
            return StoredFile(name=row.name, media_type=row.media_type, data=row.data)

    def save_product(self, key: str, name: str, media_type: str, data: bytes, *, result_id: str | None = None) -> None:
        """Stores a file that was made without a job, such as by the command line; work uses `JobContext.save`.

        Raises:
            NotFoundError: there is no such result.
            GoneError: the result was deleted.
        """

        def put() -> None:
            with writing(self.engine) as session:
                _check_result(session, result_id)
                put_products(session, key, [StoredFile(name, media_type, data)], result_id)

        again_after_a_race(put)

    def drawn(self, keys: Collection[str] | str) -> set[str]:
        """Which of these keys have a product; a single text is the beginning that the keys share."""
        if isinstance(keys, str):
            found = self._keys_with_products(ProductRow.key.startswith(keys, autoescape=True))
            return {key for key in found if key.startswith(keys)}  # SQLite's LIKE takes A for a
        return self._keys_with_products(ProductRow.key.in_(keys))

    def _keys_with_products(self, wanted: ColumnElement[bool]) -> set[str]:
        with reading(self.engine) as session:
            return set(session.scalars(select(ProductRow.key).where(wanted).distinct()))

    def _submit(self, new: NewJob, limits: Limits) -> Job:
        with writing(self.engine) as session:
            take_turns(session, _SUBMIT_LOCK)  # or two that ask at once could both pass the limits
            _check_result(session, new.result_id)
            row = session.scalar(select(JobRow).where(JobRow.key == new.key).with_for_update())
            if row is not None and row.state in LIVE:
                return to_job(session, row)
            _check_limits(session, new.owner, limits)
            if row is None:
                row = new_row(new)
                session.add(row)
            else:
                queue_again(row, new)
            session.flush()
            return to_job(session, row)


def _get(session: Session, job_id: str) -> JobRow:
    row = session.get(JobRow, job_id)
    if row is None:
        raise NotFoundError
    return row


def _check_result(session: Session, result_id: str | None) -> None:
    """The result stands, and stays until this transaction ends."""
    if result_id is None:
        return
    row = session.scalar(select(ResultRow).where(ResultRow.id == result_id).with_for_update(read=True))
    if row is None:
        raise NotFoundError
    if row.deleted_at is not None:
        raise GoneError


def _check_limits(session: Session, owner: str | None, limits: Limits) -> None:
    waiting = session.scalar(select(func.count()).where(JobRow.state == "queued")) or 0
    if waiting >= limits.queue:
        raise BusyError(
            "Too many drawings and computations wait already.",
            "Try again in a minute.",
            retry_after_seconds=RETRY_AFTER_SECONDS,
        )
    own = select(func.count()).where(JobRow.owner == owner, JobRow.state.in_(UNFINISHED))
    if owner is not None and (session.scalar(own) or 0) >= limits.per_visitor:
        raise RateLimitedError(
            "You have %(most)s computations waiting or running, and more are not taken at once.",
            "Wait until one of them is done, or cancel one.",
            most=limits.per_visitor,
            retry_after_seconds=RETRY_AFTER_SECONDS,
        )
