"""The code of a job's error; what failed before gets the code that its sentence tells."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TIMED_OUT = "The computation took longer than a job may take."
STOPPED_OFTEN = "The server stopped 3 times while it was at this computation."


def upgrade() -> None:
    with op.batch_alter_table("jobs") as jobs:
        jobs.add_column(sa.Column("error_code", sa.String(32)))
    rows = sa.table("jobs", sa.column("error_code", sa.String), sa.column("error_message", sa.Text))
    code = sa.case(
        (rows.c.error_message == TIMED_OUT, "timed_out"),
        (rows.c.error_message == STOPPED_OFTEN, "stopped_often"),
        else_="broken",
    )
    op.execute(rows.update().where(rows.c.error_message.is_not(None)).values(error_code=code))


def downgrade() -> None:
    with op.batch_alter_table("jobs") as jobs:
        jobs.drop_column("error_code")
