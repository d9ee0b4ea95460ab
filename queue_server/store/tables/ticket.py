"""Tickets, the lines in which they wait, the numbers given out, and the periods of each ticket."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, Index, Integer, String, Table, Text, and_, text

from queue_server.domain import tickets as states
from queue_server.store.tables.columns import Instant, metadata

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
    Column("reprints", Integer, nullable=False, server_default="0"),
    sqlite_with_rowid=False,
)
WAITING = tickets.c.state == text("'waiting'")
BOUND = and_(WAITING, tickets.c.bound.is_not(None))
Index("tickets_bound", tickets.c.bound, sqlite_where=BOUND, postgresql_where=BOUND)
OPEN = text("state NOT IN (" + ", ".join(f"'{state}'" for state in states.STATES if state not in states.OPEN) + ")")
"""Said so, because SQLite would go through the values of an IN even where a query names one state."""
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
