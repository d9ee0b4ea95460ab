"""One-time tokens and certificates of terminals, and the hash chain of the events"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "enrol_tokens",
        sa.Column("name", sa.String(length=8), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("terminal", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.Double(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.Column("serial", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "certificates",
        sa.Column("serial", sa.String(length=40), nullable=False),
        sa.Column("terminal", sa.String(length=64), nullable=False),
        sa.Column("issued_at", sa.Double(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.Column("revoked_at", sa.Double(), nullable=True),
        sa.Column("pem", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("serial"),
    )
    op.create_index("ix_certificates_terminal", "certificates", ["terminal"], unique=False)
    op.add_column("events", sa.Column("chain", sa.String(length=32), nullable=True))
    op.add_column("events", sa.Column("hash", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("events", "hash")
    op.drop_column("events", "chain")
    op.drop_table("certificates")
    op.drop_table("enrol_tokens")
