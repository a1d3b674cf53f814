"""Those who wait for a job: more than one may, each can leave, and it counts on the account of one of them."""

from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from vggweb.errors import NotYoursError
from vggweb.jobs.records import Asker
from vggweb.jobs.tables import AskerRow, JobRow


def askers_of(session: Session, job_id: str) -> frozenset[str]:
    """The owners who wait for a job."""
    return frozenset(session.scalars(select(AskerRow.owner).where(AskerRow.job_id == job_id)))


def add_asker(session: Session, row: JobRow, asker: Asker | None) -> None:
    """One more waits for the job; who waits already is not counted twice."""
    if asker is None or asker.owner in askers_of(session, row.id):
        return
    session.add(AskerRow(job_id=row.id, owner=asker.owner, address=asker.address, asked_at=datetime.now(UTC)))


def start_anew(session: Session, row: JobRow, asker: Asker | None) -> None:
    """Only this one waits for the job now, and it counts on their account."""
    session.execute(delete(AskerRow).where(AskerRow.job_id == row.id))
    row.owner, row.address = (asker.owner, asker.address) if asker else (None, None)
    add_asker(session, row, asker)


def check_asked(session: Session, job_id: str, owner: str) -> None:
    """Passes if this one asked for the job.

    Raises:
        NotYoursError: they did not.
    """
    if owner not in askers_of(session, job_id):
        raise NotYoursError(
            "Only whoever asked for this computation can cancel it.", "Open it in the browser that asked for it."
        )


def take_off(session: Session, row: JobRow, owner: str) -> bool:
    """One leaves, and the job counts on the account of whoever waits longest; False if nobody else waits."""
    waiting = select(AskerRow).where(AskerRow.job_id == row.id).order_by(AskerRow.asked_at)
    others = [one for one in session.scalars(waiting) if one.owner != owner]
    if not others:
        return False
    session.execute(delete(AskerRow).where(AskerRow.job_id == row.id, AskerRow.owner == owner))
    row.owner, row.address = others[0].owner, others[0].address
    return True
