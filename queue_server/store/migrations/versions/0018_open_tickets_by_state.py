"""Open tickets are found by their state, not by all the states that are open"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

OPEN = sa.text("state IN ('printing', 'waiting', 'called', 'serving', 'held', 'missed')")
NOT_CLOSED = sa.text("state NOT IN ('finished', 'void', 'cancelled', 'expired')")


def upgrade() -> None:
    _index(NOT_CLOSED)


def downgrade() -> None:
    _index(OPEN)


def _index(condition: sa.TextClause) -> None:
    op.drop_index("tickets_open", "tickets")
    op.create_index("tickets_open", "tickets", ["business_day", "state"], sqlite_where=condition, postgresql_where=condition)
