"""Who did what on the web pages: rows that are only ever added, and chained."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, insert, select

from queue_server.logs.hash_chain import WEB_ACTIONS, Chain
from queue_server.store.database import Database
from queue_server.store.tables import audit

__all__ = ["AuditLog", "WantedRows"]

A = audit.c


@dataclass(frozen=True)
class WantedRows:
    """Which rows: "" and None stand for any. `since` is the first instant, `until` is after the last, `before` a row's id."""

    account: str = ""
    action: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


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

    def found(self, wanted: WantedRows, limit: int) -> Sequence[Row[*tuple[object, ...]]]:
        """The latest rows that fit, newest first."""
        fits = [column == value for column, value in ((A.account, wanted.account), (A.action, wanted.action)) if value]
        fits += [] if wanted.since is None else [A.at >= wanted.since]
        fits += [] if wanted.until is None else [A.at < wanted.until]
        fits += [] if wanted.before is None else [A.id < wanted.before]
        with self._database.reader.connect() as connection:
            return connection.execute(select(audit).where(*fits).order_by(A.id.desc()).limit(limit)).all()

    def accounts(self) -> list[str]:
        """Everybody who ever did something."""
        with self._database.reader.connect() as connection:
            return list(connection.scalars(select(A.account).where(A.account != "").distinct().order_by(A.account)))

    def latest(self, limit: int = 200) -> Sequence[Row[*tuple[object, ...]]]:
        """The latest rows, newest first."""
        return self.found(WantedRows(), limit)
