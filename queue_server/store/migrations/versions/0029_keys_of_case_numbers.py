"""Cases are found by the letters and digits of their numbers, however they are written"""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.add_column("cases", sa.Column("number_key", sa.String(length=64), nullable=False, server_default=""))
    connection = op.get_bind()
    change = sa.text("UPDATE cases SET number_key = :key WHERE number = :number")
    keys = [{"number": number, "key": _key(number)} for (number,) in connection.execute(sa.text("SELECT number FROM cases"))]
    if keys:
        connection.execute(change, keys)
    op.create_index("ix_cases_number_key", "cases", ["number_key"], unique=False)


def _key(number: str) -> str:
    return re.sub("[^A-Z0-9]", "", unicodedata.normalize("NFKC", number).upper())


def downgrade() -> None:
    op.drop_index("ix_cases_number_key", "cases")
    op.drop_column("cases", "number_key")
