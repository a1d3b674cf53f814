"""The tables. Their history is in migrations/; a test holds the two together."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    TypeDecorator,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time, also in SQLite, which keeps no time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """The time in UTC."""
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: Any, _dialect: Dialect) -> datetime | None:
        """The time, said to be UTC."""
        if value is None:
            return None
        aware: datetime = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return aware


class Base(DeclarativeBase):
    """All tables."""


class ResultRow(Base):
    """A result, or the tombstone of one: then only id and deleted_at mean anything, created_at is the same moment."""

    __tablename__ = "results"
    __table_args__ = (Index("ix_results_owner_created_at", "owner", "created_at"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    owner: Mapped[str | None] = mapped_column(String(64))
    resize: Mapped[str] = mapped_column(String(16))
    variant: Mapped[str] = mapped_column(String(16))
    weights_sha256: Mapped[str] = mapped_column(String(64))
    logits: Mapped[bytes] = mapped_column(LargeBinary)
    photo_width: Mapped[int] = mapped_column(Integer)
    photo_height: Mapped[int] = mapped_column(Integer)
    photo_format: Mapped[str] = mapped_column(String(16))
    was_rotated: Mapped[bool] = mapped_column(Boolean)
    had_transparency: Mapped[bool] = mapped_column(Boolean)


class PictureRow(Base):
    """A picture file of a result."""

    __tablename__ = "pictures"

    result_id: Mapped[str] = mapped_column(String(64), ForeignKey("results.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(32))
    data: Mapped[bytes] = mapped_column(LargeBinary)


class JobRow(Base):
    """A long computation. Who holds `claim`, until `lease_until`, runs it; nobody else writes its progress."""

    __tablename__ = "jobs"
    __table_args__ = (
        Index("ix_jobs_state_queued_at", "state", "queued_at"),
        Index("ix_jobs_owner_state", "owner", "state"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    key: Mapped[str] = mapped_column(String(255), unique=True)
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON)
    owner: Mapped[str | None] = mapped_column(String(64))
    result_url: Mapped[str] = mapped_column(String(255))
    result_id: Mapped[str | None] = mapped_column(String(64), ForeignKey("results.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(16))
    attempt: Mapped[int] = mapped_column(Integer, default=1)
    crashes: Mapped[int] = mapped_column(Integer, default=0)  # since it was last asked for
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    claim: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    progress: Mapped[float] = mapped_column(Float, default=0.0)
    step: Mapped[int | None] = mapped_column(Integer)
    steps: Mapped[int | None] = mapped_column(Integer)
    curve: Mapped[bytes] = mapped_column(LargeBinary, default=b"")  # float64, little-endian
    preview: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    error_message: Mapped[str | None] = mapped_column(Text)
    error_hint: Mapped[str | None] = mapped_column(Text)


class ProductRow(Base):
    """A file that a job has made."""

    __tablename__ = "products"

    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(64))
    data: Mapped[bytes] = mapped_column(LargeBinary)
    result_id: Mapped[str | None] = mapped_column(String(64), ForeignKey("results.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
