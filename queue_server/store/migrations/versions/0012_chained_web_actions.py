"""A hash chain over what is done on the web pages"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("audit", sa.Column("chain", sa.String(length=32), nullable=True))
    op.add_column("audit", sa.Column("hash", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("audit") as audit:
        audit.drop_column("hash")
        audit.drop_column("chain")
