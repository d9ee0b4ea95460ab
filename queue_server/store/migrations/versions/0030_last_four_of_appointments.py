"""By which last four characters an appointment is found"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.add_column("appointments", sa.Column("last_four", sa.String(length=64), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("appointments") as appointments:
        appointments.drop_column("last_four")
