"""Wrong passwords shut somebody out for a while."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from queue_server.store.database import Database
from queue_server.store.tables import log_in_failures
from queue_server.web.shares import origin

F = log_in_failures.c
FAILURES_FROM_ONE_PLACE = 5
FAILURES_FROM_ANYWHERE = 30
LOCK = timedelta(minutes=15)
DEVICE = "device-"


@dataclass(frozen=True)
class LogInPlace:
    """Where a log-in comes from: an address, and the device if it is one that the hall knows for that account."""

    address: str
    device: str | None = None

    @property
    def name(self) -> str:
        """As what it is counted."""
        return (DEVICE + self.device if self.device else origin(self.address))[:64]


class LockOut:
    """Counts failed log-ins by account and by where they come from. Every method is one short transaction."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock

    def locked(self, account: str, place: LogInPlace) -> bool:
        """Whether nobody may try this account from there now.

        Clerks' names hang on the wall, so a stranger's failures lock the stranger's place long before the account, and never
        a device from which that account has logged in: that one is locked by what was typed at it alone.
        """
        recent = (F.account == account) & (F.at > self._begins())
        with self._database.reader.connect() as connection:
            if _count(connection, recent & (F.address == place.name)) >= FAILURES_FROM_ONE_PLACE:
                return True
            return place.device is None and _count(connection, recent & _by_strangers()) >= FAILURES_FROM_ANYWHERE

    def failed(self, account: str, place: LogInPlace) -> bool:
        """Count one failure; those that no longer matter go. Whether it is worth a row in the audit: the first one from this
        place, and the one that locks. Else a stranger could fill a log of which nothing may be taken away."""
        row = {"account": account[:64], "address": place.name, "at": self._clock()}
        with self._database.writer.begin() as connection:
            connection.execute(delete(log_in_failures).where(F.at < self._begins()))
            before = _count(connection, F.address == place.name)
            connection.execute(insert(log_in_failures).values(row))
            here = _count(connection, (F.account == account) & (F.address == place.name))
            everywhere = _count(connection, (F.account == account) & _by_strangers())
        return before == 0 or here == FAILURES_FROM_ONE_PLACE or everywhere == FAILURES_FROM_ANYWHERE

    def lift(self, account: str, place: LogInPlace | None = None) -> None:
        """Forget the failures of an account: those from one place, or all."""
        over = F.account == account if place is None else (F.account == account) & (F.address == place.name)
        with self._database.writer.begin() as connection:
            connection.execute(delete(log_in_failures).where(over))

    def accounts(self) -> set[str]:
        """The accounts that are locked, everywhere or at some place."""
        recent = F.at > self._begins()
        here = select(F.account).where(recent).group_by(F.account, F.address).having(func.count() >= FAILURES_FROM_ONE_PLACE)
        anywhere = (
            select(F.account).where(recent & _by_strangers()).group_by(F.account).having(func.count() >= FAILURES_FROM_ANYWHERE)
        )
        with self._database.reader.connect() as connection:
            return {row.account for query in (here, anywhere) for row in connection.execute(query)}

    def _begins(self) -> datetime:
        """Failures before this moment no longer count."""
        return self._clock() - LOCK


def _by_strangers() -> ColumnElement[bool]:
    return F.address.not_like(f"{DEVICE}%")


def _count(connection: Connection, condition: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).select_from(log_in_failures).where(condition)).scalar_one()
