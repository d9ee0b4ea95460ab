"""One-time codes for the technician page of a terminal"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "technician_codes",
        sa.Column("terminal", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("terminal"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("technician_codes")
