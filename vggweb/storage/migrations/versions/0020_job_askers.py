"""Who waits for a job, and from which address it was asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "job_askers",
        sa.Column("job_id", sa.String(64), sa.ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("owner", sa.String(64), primary_key=True),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.add_column("jobs", sa.Column("address", sa.String(64)))
    op.create_index("ix_jobs_address_state", "jobs", ["address", "state"])
    op.execute(
        "INSERT INTO job_askers (job_id, owner, address, asked_at)"
        " SELECT id, owner, '', queued_at FROM jobs WHERE owner IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_index("ix_jobs_address_state", "jobs")
    op.drop_column("jobs", "address")
    op.drop_table("job_askers")
