"""Versions of service items, what was done with each, and the department of an account that enters them"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "item_versions",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("department", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", "number"),
    )
    op.create_index("item_versions_state", "item_versions", ["state", "code"], unique=False)
    op.create_table(
        "item_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("move", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("item_notes_code", "item_notes", ["code", "number"], unique=False)
    op.add_column("accounts", sa.Column("department", sa.String(length=100), nullable=True))
    op.execute("UPDATE accounts SET role = 'entry' WHERE role = 'editor'")


def downgrade() -> None:
    op.execute("UPDATE accounts SET role = 'editor' WHERE role IN ('entry', 'establishment', 'service')")
    op.drop_column("accounts", "department")
    op.drop_table("item_notes")
    op.drop_table("item_versions")
