"""What commands ask of tables whose rows are only added: ratings, numbers on lease, reprints, and codes that were used up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from contract.wire.answers import KeptRating
from contract.wire.bounded import Level
from contract.wire.messages import RatingChannel
from queue_server.store import tables
from queue_server.store.prepared import Prepared

C, L, R, U = tables.counters.c, tables.leases.c, tables.ratings.c, tables.used_codes.c
_LEVEL = Prepared(select(R.level).where(R.service == bindparam("service")))
_LEASE = Prepared(select(L.ticket, L.queue, L.business_day, L.count, L.terminal, L.at).where(L.ticket == bindparam("ticket")))
_RATING = [column.key for column in tables.ratings.c]


@dataclass(frozen=True, slots=True)
class GivenRating:
    """What a service was given; `explained`: with a reason, or in words."""

    level: Level
    channel: RatingChannel
    business_day: str
    at: datetime
    explained: bool


class Ratings:
    """The ratings of services, one each."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, service: str) -> GivenRating | None:
        """What a service was given, None for a service that is not rated."""
        if not _LEVEL.run(self._connection, {"service": service}):
            return None
        columns = select(R.level, R.channel, R.business_day, R.at, R.reasons, R.text).where(R.service == service)
        found = self._connection.execute(columns).first()
        return None if found is None else GivenRating(*found[:4], explained=bool(found.reasons or found.text))

    def explain(self, rating: KeptRating) -> None:
        """Keep the reasons of a rating that is there."""
        said = update(tables.ratings).where(R.service == rating.service)
        self._connection.execute(said.values(reasons=rating.reasons, text=rating.text))

    def add(self, rating: KeptRating) -> None:
        """Keep a rating."""
        self._connection.execute(insert(tables.ratings), {name: getattr(rating, name) for name in _RATING})


@dataclass(frozen=True, slots=True)
class NumberLease:
    """One number that a terminal may give out: the `count`-th of its queue and business day, leased `at`."""

    ticket: str
    queue: str
    business_day: str
    count: int
    terminal: str
    at: datetime


class Leases:
    """Numbers that kiosks hold for times without the server."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, ticket: str) -> NumberLease | None:
        """The lease of a ticket's number, if a kiosk holds or held it."""
        found = _LEASE.run(self._connection, {"ticket": ticket})
        return NumberLease(*found[0]) if found else None

    def add(self, leases: Iterable[NumberLease]) -> None:
        """Keep new leases."""
        self._connection.execute(insert(tables.leases), [asdict(lease) for lease in leases])

    def held(self, queue: str, day: str, terminal: str) -> int:
        """How many numbers of a queue and business day a terminal has leased."""
        wanted = select(func.count()).where(L.business_day == day, L.queue == queue, L.terminal == terminal)
        count: int = self._connection.execute(wanted).scalar_one()
        return count

    def last(self, queue: str, day: str) -> int:
        """The largest number of a queue and business day that is leased or given out; 0 when there is none."""
        leased = select(func.max(L.count)).where(L.business_day == day, L.queue == queue)
        issued = select(C.last).where(C.business_day == day, C.queue == queue)
        return max(self._connection.execute(last).scalar() or 0 for last in (leased, issued))


class Reprints:
    """Tickets that were printed once more."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, ticket: str, terminal: str, day: str, at: datetime) -> None:
        """Count one more paper of a terminal on a business day."""
        row = {"ticket": ticket, "terminal": terminal, "business_day": day, "at": at}
        self._connection.execute(insert(tables.reprints), row)


class UsedCodes:
    """Single-use codes that were used, for as long as they would be valid."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def use(self, nonce: str, until: datetime, now: datetime) -> bool:
        """Use a code up; False when it was used before."""
        if self._connection.execute(select(U.nonce).where(U.nonce == nonce)).first() is not None:
            return False
        self._connection.execute(delete(tables.used_codes).where(U.until <= now))
        self._connection.execute(insert(tables.used_codes), {"nonce": nonce, "until": until})
        return True
