"""Rollouts say whether somebody wants an older version"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.add_column("rollouts", sa.Column("older", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("rollouts") as rollouts:
        rollouts.drop_column("older")
