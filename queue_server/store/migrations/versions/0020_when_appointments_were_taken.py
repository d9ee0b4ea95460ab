"""Nobody stands in line from before the appointment was made"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("appointments", sa.Column("taken_at", sa.BigInteger()))


def downgrade() -> None:
    op.drop_column("appointments", "taken_at")
