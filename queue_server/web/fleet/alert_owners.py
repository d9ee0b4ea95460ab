"""Who looks after which alert. An alert that was solved and comes again is a new one: nobody has taken it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, delete, insert, select

from queue_server.store.tables import alert_takers

A = alert_takers.c


class AlertOwners:
    """Every method is one short transaction; call them off the event loop."""

    def __init__(self, writer: Engine, reader: Engine) -> None:
        self._writer, self._reader = writer, reader

    def take(self, alert: str, since: datetime, account: str, now: datetime) -> None:
        """`account` looks after the alert from now on, whoever did before."""
        row = {"alert": alert, "since": since, "account": account, "at": now}
        with self._writer.begin() as connection:
            connection.execute(delete(alert_takers).where(A.alert == alert))
            connection.execute(insert(alert_takers).values(row))

    def all(self, alerts: dict[str, datetime]) -> dict[str, str]:
        """Alert → account for those of `alerts` (each with its `since`) that somebody has taken."""
        with self._reader.connect() as connection:
            rows = connection.execute(select(A.alert, A.since, A.account)).all()
        return {row.alert: row.account for row in rows if row.alert in alerts and alerts[row.alert] == row.since}
