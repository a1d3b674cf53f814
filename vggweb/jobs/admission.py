"""Whether one more job may wait: its result stands, the queue has room, nobody has too many already."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from vggweb.errors import BusyError, GoneError, NotFoundError, RateLimitedError
from vggweb.jobs.records import UNFINISHED, Asker, Limits, Line
from vggweb.jobs.rows import stands_in
from vggweb.jobs.tables import JobRow
from vggweb.storage.tables import ResultRow

RETRY_AFTER_SECONDS = 30  # a drawing takes seconds to a minute, so by then there is room


def check_result(session: Session, result_id: str | None) -> None:
    """Raises unless the result stands; it then stays until this transaction ends.

    Raises:
        NotFoundError: there never was one.
        GoneError: it was deleted.
    """
    if result_id is None:
        return
    row = session.scalar(select(ResultRow).where(ResultRow.id == result_id).with_for_update(read=True))
    if row is None:
        raise NotFoundError
    if row.deleted_at is not None:
        raise GoneError


def check_limits(session: Session, asker: Asker | None, limits: Limits, line: Line) -> None:
    """Raises unless one more job may wait, in its line, for this visitor and for their address.

    Raises:
        BusyError: the queue is full.
        RateLimitedError: the visitor or the address has too many unfinished jobs.
    """
    waiting = session.scalar(select(func.count()).where(JobRow.state == "queued", stands_in(line))) or 0
    if waiting >= limits.queue:
        raise BusyError(
            "Too many drawings and computations wait already.",
            "Try again in a minute.",
            retry_after_seconds=RETRY_AFTER_SECONDS,
        )
    if asker is not None:
        _check_account(session, asker, limits)


def _check_account(session: Session, asker: Asker, limits: Limits) -> None:
    unfinished = select(func.count()).where(JobRow.state.in_(UNFINISHED))
    own = session.scalar(unfinished.where(JobRow.owner == asker.owner)) or 0
    nearby = session.scalar(unfinished.where(JobRow.address == asker.address)) or 0
    most_nearby = limits.per_address if asker.is_known else limits.per_visitor
    if own >= limits.per_visitor or nearby >= most_nearby:
        raise RateLimitedError(
            "You or others at your address have %(most)s computations waiting or running; more are not taken at once.",
            "Wait until one of them is done, or cancel one.",
            most=limits.per_visitor if own >= limits.per_visitor else most_nearby,
            retry_after_seconds=RETRY_AFTER_SECONDS,
        )
