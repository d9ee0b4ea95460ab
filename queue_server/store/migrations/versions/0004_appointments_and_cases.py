"""Appointments, codes that were used, cases of the approval platform, and wrong guesses at them"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "appointments",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("queue", sa.String(length=64), nullable=False),
        sa.Column("item", sa.Text(), nullable=True),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("ticket", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("appointments_day", "appointments", ["state", "starts_at"], unique=False)
    op.create_index("appointments_person", "appointments", ["person", "starts_at"], unique=False)
    op.create_table(
        "used_codes",
        sa.Column("nonce", sa.String(length=128), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("nonce"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_used_codes_until", "used_codes", ["until"], unique=False)
    op.create_table(
        "cases",
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=True),
        sa.Column("last_four", sa.String(length=64), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_cases_person", "cases", ["person"], unique=False)
    op.create_table(
        "wrong_guesses",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("subject", sa.String(length=128), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("wrong_guesses_subject", "wrong_guesses", ["subject", "at"], unique=False)


def downgrade() -> None:
    for table in ("wrong_guesses", "cases", "used_codes", "appointments"):
        op.drop_table(table)
