"""The tables of rooms. Their history is beside that of the results: storage/migrations/."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Float, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from vggweb.storage.tables import Base, UtcDateTime


class RoomRow(Base):
    """A room, or the tombstone of one: its code alone, so that its address says it is gone."""

    __tablename__ = "rooms"

    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(8))
    owner: Mapped[str | None] = mapped_column(String(64))
    teacher_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    last_event: Mapped[int] = mapped_column(Integer, default=0)


class TileRow(Base):
    """A result on a room's wall."""

    __tablename__ = "tiles"

    room: Mapped[str] = mapped_column(String(16), ForeignKey("rooms.code", ondelete="CASCADE"), primary_key=True)
    result_id: Mapped[str] = mapped_column(
        String(64), ForeignKey("results.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    class_index: Mapped[int] = mapped_column(Integer)
    score: Mapped[float] = mapped_column(Float)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    hidden: Mapped[bool] = mapped_column(Boolean, default=False)


class GuessRow(Base):
    """What a room guesses at; one at a time."""

    __tablename__ = "guesses"

    room: Mapped[str] = mapped_column(String(16), ForeignKey("rooms.code", ondelete="CASCADE"), primary_key=True)
    id: Mapped[str] = mapped_column(String(32))
    result_id: Mapped[str] = mapped_column(String(64), ForeignKey("results.id", ondelete="CASCADE"), index=True)
    choices: Mapped[list[int]] = mapped_column(JSON)
    revealed: Mapped[bool] = mapped_column(Boolean, default=False)


class VoteRow(Base):
    """One phone's vote."""

    __tablename__ = "votes"

    room: Mapped[str] = mapped_column(String(16), ForeignKey("rooms.code", ondelete="CASCADE"), primary_key=True)
    guess_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    voter: Mapped[str] = mapped_column(String(64), primary_key=True)
    choice: Mapped[int] = mapped_column(Integer)


class EventRow(Base):
    """What happened in a room, numbered, so that a listener that was away can catch up."""

    __tablename__ = "room_events"

    room: Mapped[str] = mapped_column(String(16), ForeignKey("rooms.code", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(8))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
