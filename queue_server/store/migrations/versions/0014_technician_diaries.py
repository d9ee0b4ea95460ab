"""How much of what technicians did at each terminal is in the log"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "technician_diaries",
        sa.Column("terminal", sa.String(length=64), nullable=False),
        sa.Column("diary", sa.String(length=36), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("terminal"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("technician_diaries")
