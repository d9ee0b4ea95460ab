"""What a clerk should know of the citizen at the window and of the service before, and a supervisor of the lines. Nothing
here writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, func, select

from queue_server.domain.name_masking import masked_name
from queue_server.store import tables
from queue_server.store.database import Database

A, P, R, S, T = tables.appointments.c, tables.periods.c, tables.ratings.c, tables.services.c, tables.tickets.c
DAY = timedelta(days=1)
STILL_NEWS = timedelta(minutes=10)
"""For how long a window is told whether its last service was rated."""


@dataclass(frozen=True, slots=True)
class Booked:
    """The appointment of a ticket: when it was for, and for whom, masked."""

    starts_at: datetime
    name: str


@dataclass(frozen=True, slots=True)
class Visit:
    """The way of a ticket up to now: how long it has waited in all, where it was before (id of the window and of the clerk),
    the window to which it goes back afterwards; its class, and the id of its item."""

    issued_at: datetime
    class_: str
    item: str | None
    waited: timedelta
    before: str | None = None
    before_clerk: str | None = None
    returns_to: str | None = None
    booked: Booked | None = None


@dataclass(frozen=True, slots=True)
class LastService:
    """The service that a window ended last, and whether its citizen has rated it: never how."""

    number: str
    rated: bool


@dataclass(frozen=True, slots=True)
class PeopleWaiting:
    """How many wait in a queue, and since when the first of them stands there."""

    waiting: int
    since: datetime


class Visits:
    """Looks into the ledger on connections that only read; safe to call from any thread."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def visit(self, ticket: str) -> Visit | None:
        """What is known of a ticket; None for one that there is not."""
        with self._database.look() as connection:
            row = connection.execute(
                select(T.issued_at, T.window, T.return_to, T.class_, T.item).where(T.id == ticket)
            ).one_or_none()
            if row is None:
                return None
            waited, before, clerk = _way(connection, ticket, row.window)
            day = A.starts_at.between(row.issued_at - DAY, row.issued_at + DAY)
            of_it = select(A.starts_at, A.name).where(A.state == "checked-in", day, A.ticket == ticket)
            booked = connection.execute(of_it).one_or_none()
        appointment = None if booked is None else Booked(booked.starts_at, masked_name(booked.name))
        return Visit(row.issued_at, row.class_, row.item, waited, before, clerk, row.return_to, appointment)

    def lines(self) -> dict[str, PeopleWaiting]:
        """The lines in which somebody waits, by queue."""
        wanted = select(T.queue, func.count(), func.min(T.rank)).where(tables.OPEN, T.state == "waiting").group_by(T.queue)
        with self._database.look() as connection:
            rows = connection.execute(wanted).all()
        return {queue: PeopleWaiting(count, datetime.fromtimestamp(rank, UTC)) for queue, count, rank in rows}

    def last_service(self, window: str) -> LastService | None:
        """What `window` finished a moment ago; None when that is no news any more. Whom it sent on nobody has asked."""
        ended = select(S.number, R.service).select_from(tables.services.outerjoin(tables.ratings, R.service == S.id))
        recent = ended.where(S.window == window, S.ended_at >= self._clock() - STILL_NEWS, S.ask_expires_at.is_not(None))
        with self._database.look() as connection:
            row = connection.execute(recent.order_by(S.ended_at.desc()).limit(1)).one_or_none()
        return None if row is None else LastService(row[0], row[1] is not None)


def _way(connection: Connection, ticket: str, window: str | None) -> tuple[timedelta, str | None, str | None]:
    """How long a ticket has waited, and the other window at which it was last, with its clerk."""
    wanted = select(P.kind, P.started_at, P.ended_at, P.window, P.clerk).where(P.ticket == ticket).order_by(P.step)
    waited, before, clerk = timedelta(), None, None
    for kind, started_at, ended_at, at, who in connection.execute(wanted):
        if kind == "waiting" and ended_at is not None:
            waited += ended_at - started_at
        if kind in ("called", "serving") and at != window:
            before, clerk = at, who
    return waited, before, clerk
