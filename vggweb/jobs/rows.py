"""Between a job's row and what a visitor sees of it."""

import secrets
from datetime import UTC, datetime
from typing import cast

import numpy as np
from sqlalchemy import ColumnElement, func, not_, or_, select
from sqlalchemy.orm import Session

from vggweb.jobs.askers import askers_of
from vggweb.jobs.records import QUICK_PREFIX, Job, JobError, Line, NewJob, State, line_of
from vggweb.jobs.tables import JobRow

ID_BYTES = 16  # 128 random bits: an address that cannot be guessed
LITTLE_ENDIAN_FLOAT64 = "<f8"


def new_row(new: NewJob) -> JobRow:
    """The row of a job that is asked for the first time."""
    now = datetime.now(UTC)
    row = JobRow(id=secrets.token_urlsafe(ID_BYTES), key=new.key, attempt=1, created_at=now)
    fill_row(row, new, now)
    return row


def queue_again(row: JobRow, new: NewJob) -> None:
    """Makes the row of a job that failed or was cancelled wait once more, at the end of the queue."""
    row.attempt += 1
    fill_row(row, new, datetime.now(UTC))


def fill_row(row: JobRow, new: NewJob, now: datetime) -> None:
    """Sets everything that does not outlast a job's being asked for again."""
    row.kind, row.arguments = new.kind, dict(new.arguments)
    row.result_url, row.result_id = new.result_url, new.result_id
    row.state, row.queued_at, row.crashes = "queued", now, 0
    row.started_at = row.finished_at = row.claim = row.lease_until = None
    row.progress, row.step, row.steps, row.curve, row.preview = 0.0, None, None, b"", None
    row.error_code = row.error_message = row.error_hint = None


def stands_in(line: Line) -> ColumnElement[bool]:
    """Of jobs, those of this line."""
    is_quick = JobRow.kind.startswith(QUICK_PREFIX)
    return is_quick if line == "quick" else not_(is_quick)


def pack_curve(curve: list[float]) -> bytes:
    """The curve as it is kept."""
    return np.asarray(curve, LITTLE_ENDIAN_FLOAT64).tobytes()


def to_job(session: Session, row: JobRow) -> Job:
    """The job of a row, with its place in the queue and its time left worked out."""
    return Job(
        id=row.id,
        kind=row.kind,
        key=row.key,
        state=cast(State, row.state),
        progress=row.progress,
        step=row.step,
        steps=row.steps,
        curve=tuple(np.frombuffer(row.curve, LITTLE_ENDIAN_FLOAT64).tolist()),
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        error=_error(row),
        result_url=row.result_url,
        result_id=row.result_id,
        askers=askers_of(session, row.id),
        attempt=row.attempt,
        queue_position=_queue_position(session, row),
        seconds_left=_seconds_left(row),
    )


def _error(row: JobRow) -> JobError | None:
    if row.error_code is None or row.error_message is None or row.error_hint is None:
        return None
    return JobError(row.error_code, row.error_message, row.error_hint)


def _queue_position(session: Session, row: JobRow) -> int | None:
    if row.state != "queued":
        return None
    goes_first = or_(JobRow.queued_at < row.queued_at, (JobRow.queued_at == row.queued_at) & (JobRow.id < row.id))
    before = session.scalar(
        select(func.count()).where(JobRow.state == "queued", stands_in(line_of(row.kind)), goes_first)
    )
    return 1 + (before or 0)


def _seconds_left(row: JobRow) -> float | None:
    if row.state != "running" or row.started_at is None or row.progress <= 0:
        return None
    elapsed = (datetime.now(UTC) - row.started_at).total_seconds()
    return max(0.0, elapsed * (1 - row.progress) / row.progress)
