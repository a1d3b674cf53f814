"""Rooms of a class: walls, guesses, votes, events."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rooms",
        sa.Column("code", sa.String(16), primary_key=True),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("owner", sa.String(64)),
        sa.Column("teacher_hash", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_event", sa.Integer, nullable=False),
    )
    op.create_index("ix_rooms_closes_at", "rooms", ["closes_at"])
    op.create_table(
        "tiles",
        _room(),
        _result(primary_key=True),
        sa.Column("class_index", sa.Integer, nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hidden", sa.Boolean, nullable=False),
    )
    op.create_index("ix_tiles_result_id", "tiles", ["result_id"])
    op.create_table(
        "guesses",
        _room(),
        sa.Column("id", sa.String(32), nullable=False),
        _result(nullable=False),
        sa.Column("choices", sa.JSON, nullable=False),
        sa.Column("revealed", sa.Boolean, nullable=False),
    )
    op.create_index("ix_guesses_result_id", "guesses", ["result_id"])
    op.create_table(
        "votes",
        _room(),
        sa.Column("guess_id", sa.String(32), primary_key=True),
        sa.Column("voter", sa.String(64), primary_key=True),
        sa.Column("choice", sa.Integer, nullable=False),
    )
    op.create_table(
        "room_events",
        _room(),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
    )


def downgrade() -> None:
    for table in ("room_events", "votes", "guesses", "tiles", "rooms"):
        op.drop_table(table)


def _room() -> sa.Column[str]:
    return sa.Column("room", sa.String(16), sa.ForeignKey("rooms.code", ondelete="CASCADE"), primary_key=True)


def _result(**options: bool) -> sa.Column[str]:
    return sa.Column("result_id", sa.String(64), sa.ForeignKey("results.id", ondelete="CASCADE"), **options)
