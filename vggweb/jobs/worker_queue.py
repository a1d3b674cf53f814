"""Jobs in the database: the workers' side. One worker holds a job; who has lost the hold can write nothing."""

import secrets
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Engine, func, select, update
from sqlalchemy.orm import Session

from vggweb.errors import JobStoppedOftenError
from vggweb.jobs.products import put_products
from vggweb.jobs.records import Claim, JobError, Progress
from vggweb.jobs.rows import pack_curve
from vggweb.jobs.tables import JobRow
from vggweb.storage import StoredFile
from vggweb.storage.sessions import again_after_a_race, reading, rows_changed, writing

TOKEN_BYTES = 16
MOST_CRASHES = 3  # a job in which the process died this often is not tried again by itself


class WorkerQueue:
    """Takes jobs from the queue for workers, and keeps what they tell. Safe with several threads and processes."""

    def __init__(self, engine: Engine, *, lease_seconds: float) -> None:
        self._engine = engine
        self._lease = timedelta(seconds=lease_seconds)

    def take(self, kinds: Collection[str]) -> Claim | None:
        """The job of these kinds that has waited longest, now running and held by the caller; None if none waits."""
        while True:
            with reading(self._engine) as session:
                waiting = select(JobRow.id).where(JobRow.state == "queued", JobRow.kind.in_(kinds))
                job_id = session.scalar(waiting.order_by(JobRow.queued_at, JobRow.id).limit(1))
            if job_id is None:
                return None
            claim = self._take(job_id)
            if claim is not None:
                return claim  # otherwise another server was quicker: look again

    def count_waiting(self, kinds: Collection[str]) -> int:
        """How many jobs of these kinds wait."""
        waiting = select(func.count()).where(JobRow.state == "queued", JobRow.kind.in_(kinds))
        with reading(self._engine) as session:
            return session.scalar(waiting) or 0

    def record(self, claim: Claim, progress: Progress) -> bool:
        """Keeps how far the job is; says whether the caller still holds it."""
        values: dict[str, Any] = {
            "progress": progress.progress,
            "step": progress.step,
            "steps": progress.steps,
            "curve": pack_curve(progress.curve),
        }
        if progress.preview is not None:
            values["preview"] = progress.preview
        return self._write(claim, values)

    def complete(self, claim: Claim, progress: Progress, products: Iterable[StoredFile]) -> bool:
        """The job is done: its products and its state in one transaction. Says whether the caller still held it."""
        values = {
            "state": "done",
            "finished_at": datetime.now(UTC),
            "progress": 1.0,
            "step": progress.step,
            "steps": progress.steps,
            "curve": pack_curve(progress.curve),
            "preview": None,
        }

        def complete() -> bool:
            with writing(self._engine) as session:
                if not rows_changed(session, update(JobRow).where(_held(claim)).values(**values, **_LET_GO)):
                    return False
                result_id = session.scalar(select(JobRow.result_id).where(JobRow.id == claim.job_id))
                put_products(session, claim.key, products, result_id)
                return True

        return again_after_a_race(complete)

    def fail(self, claim: Claim, error: JobError) -> bool:
        """The job has failed, for a reason that visitors may read. Says whether the caller still held it."""
        return self._write(claim, _failed(error) | _LET_GO)

    def give_up(self, claim: Claim) -> bool:
        """The job is cancelled by its own work. Says whether the caller still held it."""
        return self._write(claim, {"state": "cancelled", "finished_at": datetime.now(UTC)} | _LET_GO)

    def put_back(self, claim: Claim) -> bool:
        """The job waits again where it was in the queue: the server stops. Says whether the caller still held it."""
        return self._write(claim, {"state": "queued", "started_at": None} | _FROM_THE_START | _LET_GO)

    def renew(self, claims: Collection[Claim]) -> None:
        """The holders are alive: their leases begin anew."""
        if not claims:
            return
        held = JobRow.claim.in_([claim.token for claim in claims])
        with writing(self._engine) as session:
            session.execute(update(JobRow).where(held).values(lease_until=datetime.now(UTC) + self._lease))

    def recover(self) -> int:
        """Queues jobs again whose server died, or fails those that it died with too often; says how many."""
        lapsed = (JobRow.state == "running") & (JobRow.lease_until < datetime.now(UTC))
        with reading(self._engine) as session:
            if session.scalar(select(JobRow.id).where(lapsed).limit(1)) is None:
                return 0  # most of the time, and without waiting for a turn to write
        with writing(self._engine) as session:
            rows = session.scalars(select(JobRow).where(lapsed).with_for_update(skip_locked=True)).all()
            for row in rows:
                _recover(session, row)
            return len(rows)

    def _take(self, job_id: str) -> Claim | None:
        now = datetime.now(UTC)
        token = secrets.token_urlsafe(TOKEN_BYTES)
        values = {"state": "running", "claim": token, "started_at": now, "lease_until": now + self._lease}
        waits = (JobRow.id == job_id) & (JobRow.state == "queued")
        with writing(self._engine) as session:
            if not rows_changed(session, update(JobRow).where(waits).values(**values, **_FROM_THE_START)):
                return None
            row = session.get_one(JobRow, job_id)
            return Claim(
                job_id=row.id,
                token=token,
                kind=row.kind,
                key=row.key,
                arguments=dict(row.arguments),
                attempt=row.attempt,
            )

    def _write(self, claim: Claim, values: dict[str, Any]) -> bool:
        with writing(self._engine) as session:
            return rows_changed(session, update(JobRow).where(_held(claim)).values(**values)) == 1


_LET_GO: dict[str, Any] = {"claim": None, "lease_until": None}
_FROM_THE_START: dict[str, Any] = {"progress": 0.0, "step": None, "steps": None, "curve": b"", "preview": None}


def _held(claim: Claim) -> ColumnElement[bool]:
    return (JobRow.id == claim.job_id) & (JobRow.claim == claim.token)


def _failed(error: JobError) -> dict[str, Any]:
    return {
        "state": "failed",
        "finished_at": datetime.now(UTC),
        "error_code": error.code,
        "error_message": error.message,
        "error_hint": error.hint,
    }


def _recover(session: Session, row: JobRow) -> None:
    crashes = row.crashes + 1
    values: dict[str, Any] = {"crashes": crashes, **_LET_GO}
    if crashes >= MOST_CRASHES:
        values |= _failed(JobError.of(JobStoppedOftenError()))
    else:
        values |= {"state": "queued", "attempt": row.attempt + 1, "started_at": None, **_FROM_THE_START}
    session.execute(update(JobRow).where(JobRow.id == row.id).values(**values))
