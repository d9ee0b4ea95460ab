"""Numbers that kiosks may give out while the server is away"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "leases",
        sa.Column("ticket", sa.String(length=64), nullable=False),
        sa.Column("queue", sa.String(length=64), nullable=False),
        sa.Column("business_day", sa.String(length=10), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("terminal", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("ticket"),
        sqlite_with_rowid=False,
    )
    op.create_index("leases_day", "leases", ["business_day", "queue", "count"], unique=False)


def downgrade() -> None:
    op.drop_table("leases")
