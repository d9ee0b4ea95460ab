"""Who did what on the web pages: rows that are only ever added, and chained."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Row, insert, select

from queue_server.logs.hash_chain import WEB_ACTIONS, Chain
from queue_server.store.database import Database
from queue_server.store.tables import audit

__all__ = ["AuditLog"]


class AuditLog:
    """The log of one server; safe to use from several threads. Call off the event loop."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock
        self._chain, self._one_at_a_time = Chain(WEB_ACTIONS), threading.Lock()

    def append(self, account: str, action: str, subject: str, *, detail: str = "", address: str = "") -> None:
        """Who did what to what, and from where."""
        row: dict[str, object] = {
            "at": self._clock(),
            "account": account[:64],
            "action": action,
            "subject": subject[:128],
            "detail": detail,
            "address": address[:64],
        }
        with self._one_at_a_time:
            try:
                with self._database.writer.begin() as connection:
                    self._chain.link(connection, [row])
                    connection.execute(insert(audit).values(row))
            except BaseException:
                self._chain.broken()
                raise
            self._chain.committed()

    def latest(self, limit: int = 200) -> Sequence[Row[*tuple[object, ...]]]:
        """The latest rows, newest first."""
        with self._database.reader.connect() as connection:
            return connection.execute(select(audit).order_by(audit.c.id.desc()).limit(limit)).all()
