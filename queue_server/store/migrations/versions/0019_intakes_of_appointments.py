"""Many appointments are written a few at a time, and seen when all are there"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "intakes",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.add_column("appointments", sa.Column("intake", sa.String(length=32)))
    of_many = sa.text("intake IS NOT NULL")
    op.create_index("appointments_intake", "appointments", ["intake"], sqlite_where=of_many, postgresql_where=of_many)


def downgrade() -> None:
    op.drop_index("appointments_intake", "appointments")
    op.execute("DELETE FROM appointments WHERE intake IN (SELECT id FROM intakes)")
    op.drop_column("appointments", "intake")
    op.drop_table("intakes")
