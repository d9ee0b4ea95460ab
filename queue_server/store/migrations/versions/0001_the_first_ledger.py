"""The first ledger"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "counters",
        sa.Column("queue", sa.String(length=64), nullable=False),
        sa.Column("business_day", sa.String(length=10), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("queue", "business_day"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )

    op.create_table(
        "lines",
        sa.Column("queue", sa.String(length=64), nullable=False),
        sa.Column("class", sa.String(length=16), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("last_called", sa.String(length=8), nullable=True),
        sa.Column("called_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("queue", "class"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "periods",
        sa.Column("ticket", sa.String(length=64), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("business_day", sa.String(length=10), nullable=False),
        sa.Column("queue", sa.String(length=64), nullable=False),
        sa.Column("window", sa.String(length=64), nullable=True),
        sa.Column("clerk", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("ticket", "step"),
        sqlite_with_rowid=False,
    )
    op.create_index("periods_day", "periods", ["business_day", "queue"], unique=False)

    op.create_table(
        "ratings",
        sa.Column("service", sa.String(length=72), nullable=False),
        sa.Column("ticket", sa.String(length=64), nullable=False),
        sa.Column("queue", sa.String(length=64), nullable=False),
        sa.Column("item", sa.Text(), nullable=True),
        sa.Column("window", sa.String(length=64), nullable=False),
        sa.Column("clerk", sa.String(length=64), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("business_day", sa.String(length=10), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("service"),
        sqlite_with_rowid=False,
    )
    op.create_index("ratings_day", "ratings", ["business_day"], unique=False)

    op.create_table(
        "requests",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("verb", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )

    op.create_table(
        "secrets",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "services",
        sa.Column("id", sa.String(length=72), nullable=False),
        sa.Column("ticket", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=8), nullable=False),
        sa.Column("queue", sa.String(length=64), nullable=False),
        sa.Column("item", sa.Text(), nullable=True),
        sa.Column("window", sa.String(length=64), nullable=False),
        sa.Column("clerk", sa.String(length=64), nullable=True),
        sa.Column("business_day", sa.String(length=10), nullable=False),
        sa.Column("called_at", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ask_expires_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_services_ticket", "services", ["ticket"], unique=False)
    op.create_index("services_ended", "services", ["ended_at"], unique=False)
    op.create_index("services_queue", "services", ["queue", "ended_at"], unique=False)

    op.create_table(
        "tickets",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=8), nullable=False),
        sa.Column("queue", sa.String(length=64), nullable=False),
        sa.Column("class", sa.String(length=16), nullable=False),
        sa.Column("business_day", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("rank", sa.Double(), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("terminal", sa.String(length=64), nullable=True),
        sa.Column("item", sa.Text(), nullable=True),
        sa.Column("window", sa.String(length=64), nullable=True),
        sa.Column("bound", sa.String(length=64), nullable=True),
        sa.Column("return_to", sa.String(length=64), nullable=True),
        sa.Column("return_queue", sa.String(length=64), nullable=True),
        sa.Column("held_from", sa.String(length=12), nullable=True),
        sa.Column("recalls", sa.Integer(), nullable=False),
        sa.Column("services", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "tickets_bound",
        "tickets",
        ["bound"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting' AND bound IS NOT NULL"),
        postgresql_where=sa.text("state = 'waiting' AND bound IS NOT NULL"),
    )
    op.create_index("tickets_day", "tickets", ["business_day", "queue", "issued_at"], unique=False)
    op.create_index(
        "tickets_line",
        "tickets",
        ["queue", "class", "rank"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting' AND bound IS NULL"),
        postgresql_where=sa.text("state = 'waiting' AND bound IS NULL"),
    )
    op.create_index(
        "tickets_open",
        "tickets",
        ["business_day", "state"],
        unique=False,
        sqlite_where=sa.text("state IN ('printing', 'waiting', 'called', 'serving', 'held', 'missed')"),
        postgresql_where=sa.text("state IN ('printing', 'waiting', 'called', 'serving', 'held', 'missed')"),
    )

    op.create_table(
        "windows",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("clerk", sa.String(length=64), nullable=True),
        sa.Column("ticket", sa.String(length=64), nullable=True),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("tally", sa.Integer(), nullable=False),
        sa.Column("ask", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("ask_expires_at", sa.BigInteger(), nullable=True),
        sa.Column("called_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for table in ("windows", "tickets", "services", "secrets", "requests", "ratings", "periods", "lines", "events", "counters"):
        op.drop_table(table)
