"""Appointments keep the name that another system gave them; cases keep state and binding day where they can be searched"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("appointments", sa.Column("reference", sa.String(length=64), nullable=True))
    op.create_index("appointments_reference", "appointments", ["reference"], unique=True)
    op.add_column("cases", sa.Column("state", sa.String(length=12), nullable=False, server_default=""))
    op.add_column("cases", sa.Column("binding_on", sa.String(length=10), nullable=True))
    connection = op.get_bind()
    change = sa.text("UPDATE cases SET state = :state, binding_on = :day WHERE number = :number")
    for number, content in connection.execute(sa.text("SELECT number, content FROM cases")).all():
        case = json.loads(content)
        day = min((case[key] for key in ("promised_on", "legal_on") if case.get(key)), default=None)
        connection.execute(change, {"number": number, "state": case["state"], "day": day})
    op.create_index("cases_state", "cases", ["state", "binding_on"], unique=False)


def downgrade() -> None:
    op.drop_index("cases_state", "cases")
    op.drop_index("appointments_reference", "appointments")
    for table, column in (("cases", "binding_on"), ("cases", "state"), ("appointments", "reference")):
        op.drop_column(table, column)
