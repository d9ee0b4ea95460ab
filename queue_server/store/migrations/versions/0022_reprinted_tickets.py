"""A ticket that is printed again has a new code, and the code of the paper before is void"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.add_column("tickets", sa.Column("reprints", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("tickets", "reprints")
