"""From which row on each log must have hashes"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "log_beginnings",
        sa.Column("log", sa.String(length=16), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("older", sa.BigInteger(), nullable=False),
        sa.Column("keyed", sa.BigInteger(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log"),
    )
    for log in ("events", "audit"):
        table = sa.table(log, sa.column("id"), sa.column("hash"))
        ask = op.get_bind().execute
        keyed = (ask(sa.select(sa.func.max(table.c.id))).scalar() or 0) + 1
        first = ask(sa.select(sa.func.min(table.c.id)).where(table.c.hash.is_not(None))).scalar() or keyed
        older = ask(sa.select(sa.func.count()).select_from(table).where(table.c.id < first)).scalar() or 0
        note = sa.table("log_beginnings", *map(sa.column, ("log", "first", "older", "keyed", "mac")))
        op.execute(
            sa.insert(note).values(log=log, first=first, older=older, keyed=keyed, mac=sa.literal(b"", sa.LargeBinary()))
        )


def downgrade() -> None:
    op.drop_table("log_beginnings")
