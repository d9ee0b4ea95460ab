"""Wrong passwords shut somebody out for a while."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from queue_server.store.database import Database
from queue_server.store.tables import log_in_failures

F = log_in_failures.c
FAILURES_FROM_ONE_PLACE = 5
FAILURES_FROM_ANYWHERE = 30
LOCK = timedelta(minutes=15)


class LockOut:
    """Counts failed log-ins by account and by where they come from. Every method is one short transaction."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock

    def locked(self, account: str, address: str) -> bool:
        """Whether nobody may try this account from there now.

        Clerks' names hang on the wall, so a stranger's failures lock the stranger's place long before the account.
        """
        recent = (F.account == account) & (F.at > self._begins())
        with self._database.reader.connect() as connection:
            here = _count(connection, recent & (F.address == address))
            return here >= FAILURES_FROM_ONE_PLACE or _count(connection, recent) >= FAILURES_FROM_ANYWHERE

    def failed(self, account: str, address: str) -> None:
        """Count one failure; those that no longer matter go."""
        row = {"account": account[:64], "address": address[:64], "at": self._clock()}
        with self._database.writer.begin() as connection:
            connection.execute(delete(log_in_failures).where(F.at < self._begins()))
            connection.execute(insert(log_in_failures).values(row))

    def lift(self, account: str, address: str | None = None) -> None:
        """Forget the failures of an account: those from one place, or all."""
        over = F.account == account if address is None else (F.account == account) & (F.address == address)
        with self._database.writer.begin() as connection:
            connection.execute(delete(log_in_failures).where(over))

    def _begins(self) -> datetime:
        """Failures before this moment no longer count."""
        return self._clock() - LOCK


def _count(connection: Connection, condition: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).select_from(log_in_failures).where(condition)).scalar_one()
