"""Who looks after which alert. An alert that was solved and comes again is a new one: nobody has taken it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Double, Engine, MetaData, String, Table, delete, insert, select

METADATA = MetaData()
TAKERS = Table(
    "alert_takers",
    METADATA,
    Column("alert", String(128), primary_key=True),
    Column("since", Double, nullable=False),
    Column("account", String(64), nullable=False),
    Column("at", Double, nullable=False),
)


class AlertOwners:
    """Every method is one short transaction; call them off the event loop."""

    def __init__(self, writer: Engine, reader: Engine) -> None:
        self._writer, self._reader = writer, reader

    def take(self, alert: str, since: datetime, account: str, now: datetime) -> None:
        """`account` looks after the alert from now on, whoever did before."""
        row = {"alert": alert, "since": since.timestamp(), "account": account, "at": now.timestamp()}
        with self._writer.begin() as connection:
            connection.execute(delete(TAKERS).where(TAKERS.c.alert == alert))
            connection.execute(insert(TAKERS).values(row))

    def all(self, alerts: dict[str, datetime]) -> dict[str, str]:
        """Alert → account for those of `alerts` (each with its `since`) that somebody has taken."""
        with self._reader.connect() as connection:
            rows = connection.execute(select(TAKERS.c.alert, TAKERS.c.since, TAKERS.c.account)).all()
        return {row.alert: row.account for row in rows if row.alert in alerts and alerts[row.alert].timestamp() == row.since}
