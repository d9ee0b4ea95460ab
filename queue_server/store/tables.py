"""The tables of the ledger. All times are UTC, stored as whole microseconds so that sums of periods are sums of numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Double, Index, Integer, LargeBinary, MetaData, String, Table, Text, and_, text
from sqlalchemy.types import TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept as microseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:
        return None if value is None else (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: int | None, dialect: Any) -> datetime | None:
        return None if value is None else EPOCH + timedelta(microseconds=value)


metadata = MetaData()

tickets = Table(
    "tickets",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("number", String(8), nullable=False),
    Column("queue", String(64), nullable=False),
    Column("class", String(16), nullable=False, key="class_"),
    Column("business_day", String(10), nullable=False),
    Column("state", String(12), nullable=False),
    Column("rank", Double, nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("channel", String(12), nullable=False),
    Column("terminal", String(64)),
    Column("item", Text),
    Column("window", String(64)),
    Column("bound", String(64)),
    Column("return_to", String(64)),
    Column("return_queue", String(64)),
    Column("held_from", String(12)),
    Column("recalls", Integer, nullable=False),
    Column("services", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    sqlite_with_rowid=False,
)
WAITING = tickets.c.state == text("'waiting'")
BOUND = and_(WAITING, tickets.c.bound.is_not(None))
Index("tickets_bound", tickets.c.bound, sqlite_where=BOUND, postgresql_where=BOUND)
OPEN_STATES = ("printing", "waiting", "called", "serving", "held", "missed")
OPEN = text("state IN (" + ", ".join(f"'{state}'" for state in OPEN_STATES) + ")")
UNBOUND = and_(WAITING, tickets.c.bound.is_(None))
Index("tickets_line", tickets.c.queue, tickets.c.class_, tickets.c.rank, sqlite_where=UNBOUND, postgresql_where=UNBOUND)
Index("tickets_open", tickets.c.business_day, tickets.c.state, sqlite_where=OPEN, postgresql_where=OPEN)
Index("tickets_day", tickets.c.business_day, tickets.c.queue, tickets.c.issued_at)

counters = Table(
    "counters",
    metadata,
    Column("queue", String(64), primary_key=True),
    Column("business_day", String(10), primary_key=True),
    Column("last", Integer, nullable=False),
    sqlite_with_rowid=False,
)

leases = Table(
    "leases",
    metadata,
    Column("ticket", String(64), primary_key=True),
    Column("queue", String(64), nullable=False),
    Column("business_day", String(10), nullable=False),
    Column("count", Integer, nullable=False),
    Column("terminal", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    sqlite_with_rowid=False,
)
Index("leases_day", leases.c.business_day, leases.c.queue, leases.c.count)

lines = Table(
    "lines",
    metadata,
    Column("queue", String(64), primary_key=True),
    Column("class", String(16), primary_key=True, key="class_"),
    Column("waiting", Integer, nullable=False),
    Column("last_called", String(8)),
    Column("called_at", Instant),
    sqlite_with_rowid=False,
)

periods = Table(
    "periods",
    metadata,
    Column("ticket", String(64), primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("kind", String(12), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("business_day", String(10), nullable=False),
    Column("queue", String(64), nullable=False),
    Column("window", String(64)),
    Column("clerk", String(64)),
    sqlite_with_rowid=False,
)
Index("periods_day", periods.c.business_day, periods.c.queue)

services = Table(
    "services",
    metadata,
    Column("id", String(72), primary_key=True),
    Column("ticket", String(64), nullable=False, index=True),
    Column("number", String(8), nullable=False),
    Column("queue", String(64), nullable=False),
    Column("item", Text),
    Column("window", String(64), nullable=False),
    Column("clerk", String(64)),
    Column("business_day", String(10), nullable=False),
    Column("called_at", Instant, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("ask_expires_at", Instant),
    sqlite_with_rowid=False,
)
Index("services_queue", services.c.queue, services.c.ended_at)
Index("services_ended", services.c.ended_at)

ratings = Table(
    "ratings",
    metadata,
    Column("service", String(72), primary_key=True),
    Column("ticket", String(64), nullable=False),
    Column("queue", String(64), nullable=False),
    Column("item", Text),
    Column("window", String(64), nullable=False),
    Column("clerk", String(64)),
    Column("level", Integer, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("text", Text, nullable=False),
    Column("channel", String(16), nullable=False),
    Column("business_day", String(10), nullable=False),
    Column("at", Instant, nullable=False),
    sqlite_with_rowid=False,
)
Index("ratings_day", ratings.c.business_day)

windows = Table(
    "windows",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("state", String(12), nullable=False),
    Column("clerk", String(64)),
    Column("ticket", String(64)),
    Column("calls", Integer, nullable=False),
    Column("since", Instant, nullable=False),
    Column("tally", Integer, nullable=False),
    Column("ask", JSON(none_as_null=True)),
    Column("ask_expires_at", Instant),
    Column("called_at", Instant),
    sqlite_with_rowid=False,
)

events = Table(
    "events",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("type", String(32), nullable=False),
    Column("actor", String(128), nullable=False),
    Column("body", JSON, nullable=False),
    Column("chain", String(32)),
    Column("hash", LargeBinary),
)

requests = Table(
    "requests",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("verb", String(32), nullable=False),
    Column("at", Instant, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

secrets = Table(
    "secrets",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

appointments = Table(
    "appointments",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("queue", String(64), nullable=False),
    Column("item", Text),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("name", String(64), nullable=False),
    Column("person", String(64)),
    Column("state", String(12), nullable=False),
    Column("ticket", String(64)),
    Column("reference", String(64)),
    sqlite_with_rowid=False,
)
Index("appointments_reference", appointments.c.reference, unique=True)
Index("appointments_day", appointments.c.state, appointments.c.starts_at)
Index("appointments_person", appointments.c.person, appointments.c.starts_at)

reprints = Table(
    "reprints",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("ticket", String(64), nullable=False),
    Column("terminal", String(64), nullable=False),
    Column("business_day", String(10), nullable=False),
    Column("at", Instant, nullable=False),
)
Index("reprints_day", reprints.c.business_day)

used_codes = Table(
    "used_codes",
    metadata,
    Column("nonce", String(128), primary_key=True),
    Column("until", Instant, nullable=False, index=True),
    sqlite_with_rowid=False,
)

cases = Table(
    "cases",
    metadata,
    Column("number", String(64), primary_key=True),
    Column("person", String(64), index=True),
    Column("last_four", String(64)),
    Column("content", Text, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("state", String(12), nullable=False),
    Column("binding_on", String(10)),
    sqlite_with_rowid=False,
)
Index("cases_state", cases.c.state, cases.c.binding_on)

wrong_guesses = Table(
    "wrong_guesses",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("subject", String(128), nullable=False),
    Column("at", Instant, nullable=False),
)
Index("wrong_guesses_subject", wrong_guesses.c.subject, wrong_guesses.c.at)

technician_diaries = Table(
    "technician_diaries",
    metadata,
    Column("terminal", String(64), primary_key=True),
    Column("diary", String(36), nullable=False),
    Column("known", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""How much of what was done behind a terminal's technician page is in the log: acts are numbered within a diary."""

technician_codes = Table(
    "technician_codes",
    metadata,
    Column("terminal", String(64), primary_key=True),
    Column("code", String(64), nullable=False),
    Column("account", String(64), nullable=False),
    Column("expires_at", Instant, nullable=False),
    sqlite_with_rowid=False,
)
