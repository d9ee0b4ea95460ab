"""The id of a kept answer names whoever asked too"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    with op.batch_alter_table("requests") as requests:
        requests.alter_column("id", existing_type=sa.String(length=64), type_=sa.String(length=200), existing_nullable=False)


def downgrade() -> None:
    op.execute("DELETE FROM requests WHERE length(id) > 64")
    with op.batch_alter_table("requests") as requests:
        requests.alter_column("id", existing_type=sa.String(length=200), type_=sa.String(length=64), existing_nullable=False)
