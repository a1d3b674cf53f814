"""Rooms in and out of the database, and the events that listeners read."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from vggweb.errors import FrozenError, GoneError, NotFoundError
from vggweb.rooms.records import EventKind, NewRoom, Room, RoomEvent, RoomState
from vggweb.rooms.tables import EventRow, GuessRow, RoomRow, TileRow, VoteRow
from vggweb.storage.sessions import reading, writing

WITHIN_A_ROOM = (VoteRow, GuessRow, TileRow, EventRow)


class RoomStore:
    """Keeps rooms. Safe to use from several threads and several processes."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def create(self, new: NewRoom) -> Room:
        """The new room."""
        row = RoomRow(
            code=new.code,
            title=new.title,
            state="open",
            owner=new.owner,
            teacher_hash=new.teacher_hash,
            created_at=datetime.now(UTC).replace(microsecond=0),
            closes_at=new.closes_at,
            last_event=0,
        )
        with writing(self.engine) as session:
            session.add(row)
            session.flush()
            return _to_room(row)

    def find(self, code: str) -> Room:
        """The room of that code.

        Raises:
            NotFoundError: there never was one.
            GoneError: it was closed, or its time is over.
        """
        with reading(self.engine) as session:
            return _to_room(standing_row(session, code))

    def set_state(self, code: str, state: RoomState) -> Room:
        """Freezes a room, or opens it again."""
        with writing(self.engine) as session:
            row = standing_row(session, code, to_write=True)
            row.state = state
            add_event(session, row, "state", {"state": state})
            return _to_room(row)

    def close(self, code: str) -> None:
        """Ends a room: what stays is a tombstone of its code. Its photos are for the caller to delete."""
        with writing(self.engine) as session:
            row = standing_row(session, code, to_write=True, or_expired=True)
            for table in WITHIN_A_ROOM:
                session.execute(delete(table).where(table.room == code))
            row.state, row.title, row.owner, row.teacher_hash = "closed", "", None, ""
            add_event(session, row, "state", {"state": "closed"})

    def expired(self) -> list[str]:
        """The codes of rooms whose time is over and that were not closed."""
        over = RoomRow.closes_at <= datetime.now(UTC)
        with reading(self.engine) as session:
            return list(session.scalars(select(RoomRow.code).where(over, RoomRow.state != "closed")))

    def events_after(self, code: str, number: int) -> list[RoomEvent]:
        """What happened in a room after the event of that number, in order; also of one that was closed."""
        query = select(EventRow).where(EventRow.room == code, EventRow.number > number).order_by(EventRow.number)
        with reading(self.engine) as session:
            return [RoomEvent(row.number, cast(EventKind, row.kind), row.data) for row in session.scalars(query)]


def standing_row(session: Session, code: str, *, to_write: bool = False, or_expired: bool = False) -> RoomRow:
    """The row of a room that is not closed; locked until the transaction's end where it is to be written.

    Raises:
        NotFoundError: there never was one.
        GoneError: it was closed, or its time is over.
    """
    row = session.get(RoomRow, code, with_for_update=to_write)
    if row is None:
        raise NotFoundError
    if row.state == "closed" or (row.closes_at <= datetime.now(UTC) and not or_expired):
        raise GoneError("This room is closed.", "Its photos were deleted. Ask the teacher for a new code.")
    return row


def raise_when_frozen(row: RoomRow) -> None:
    """Raises unless something may be hung up in the room.

    Raises:
        FrozenError: the teacher has frozen it.
    """
    if row.state == "frozen":
        raise FrozenError


def add_event(session: Session, row: RoomRow, kind: EventKind, data: Mapping[str, Any]) -> None:
    """Writes down that something happened; the row must be locked, so that numbers follow one another."""
    row.last_event += 1
    session.add(EventRow(room=row.code, number=row.last_event, kind=kind, data=dict(data)))


def _to_room(row: RoomRow) -> Room:
    return Room(
        code=row.code,
        title=row.title,
        state=cast(RoomState, row.state),
        created_at=row.created_at,
        closes_at=row.closes_at,
        owner=row.owner,
        teacher_hash=row.teacher_hash,
        last_event=row.last_event,
    )
