"""How many acts of a technician came from a terminal in this hour"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.add_column("technician_diaries", sa.Column("since", sa.BigInteger(), nullable=True))
    op.add_column("technician_diaries", sa.Column("taken", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("technician_diaries") as diaries:
        diaries.drop_column("taken")
        diaries.drop_column("since")
