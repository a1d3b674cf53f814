"""Jobs and their products."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("key", sa.String(255), nullable=False, unique=True),
        sa.Column("arguments", sa.JSON, nullable=False),
        sa.Column("owner", sa.String(64)),
        sa.Column("result_url", sa.String(255), nullable=False),
        sa.Column("result_id", sa.String(64), sa.ForeignKey("results.id", ondelete="CASCADE")),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("crashes", sa.Integer, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("claim", sa.String(64)),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("progress", sa.Float, nullable=False),
        sa.Column("step", sa.Integer),
        sa.Column("steps", sa.Integer),
        sa.Column("curve", sa.LargeBinary, nullable=False),
        sa.Column("preview", sa.LargeBinary),
        sa.Column("error_message", sa.Text),
        sa.Column("error_hint", sa.Text),
    )
    op.create_index("ix_jobs_state_queued_at", "jobs", ["state", "queued_at"])
    op.create_index("ix_jobs_owner_state", "jobs", ["owner", "state"])
    op.create_index("ix_jobs_result_id", "jobs", ["result_id"])
    op.create_table(
        "products",
        sa.Column("key", sa.String(255), primary_key=True),
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("media_type", sa.String(64), nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("result_id", sa.String(64), sa.ForeignKey("results.id", ondelete="CASCADE")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_products_result_id", "products", ["result_id"])


def downgrade() -> None:
    op.drop_table("products")
    op.drop_table("jobs")
