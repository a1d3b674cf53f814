"""The tables of results. Their history is in migrations/; a test holds the two together."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    TypeDecorator,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, composite, mapped_column

from vggweb.core.photo_facts import PhotoFacts


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
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


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
    photo: Mapped[PhotoFacts] = composite(
        mapped_column("photo_width", Integer),
        mapped_column("photo_height", Integer),
        mapped_column("photo_format", String(16)),
        mapped_column("was_rotated", Boolean),
        mapped_column("had_transparency", Boolean),
    )


class PictureRow(Base):
    """A picture file of a result."""

    __tablename__ = "pictures"

    result_id: Mapped[str] = mapped_column(String(64), ForeignKey("results.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(32))
    data: Mapped[bytes] = mapped_column(LargeBinary)
