"""The tables of jobs and of what they made. Their history is beside that of the results: storage/migrations/."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Float, ForeignKey, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from vggweb.storage.tables import Base, UtcDateTime


class JobRow(Base):
    """A long computation. Who holds `claim`, until `lease_until`, runs it; nobody else writes its progress."""

    __tablename__ = "jobs"
    __table_args__ = (
        Index("ix_jobs_state_queued_at", "state", "queued_at"),
        Index("ix_jobs_owner_state", "owner", "state"),
        Index("ix_jobs_address_state", "address", "state"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    key: Mapped[str] = mapped_column(String(255), unique=True)
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON)
    owner: Mapped[str | None] = mapped_column(String(64))  # on whose account it counts, of those who wait for it
    address: Mapped[str | None] = mapped_column(String(64))
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
    error_code: Mapped[str | None] = mapped_column(String(32))
    error_message: Mapped[str | None] = mapped_column(Text)
    error_hint: Mapped[str | None] = mapped_column(Text)


class AskerRow(Base):
    """One of those who wait for a job."""

    __tablename__ = "job_askers"

    job_id: Mapped[str] = mapped_column(String(64), ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    owner: Mapped[str] = mapped_column(String(64), primary_key=True)
    address: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ProductRow(Base):
    """A file that a job has made."""

    __tablename__ = "products"

    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(64))
    data: Mapped[bytes] = mapped_column(LargeBinary)
    result_id: Mapped[str | None] = mapped_column(String(64), ForeignKey("results.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # within minutes; None: not since it was made
