"""Numbers that a kiosk holds for times without the server, and the tickets that it gave out from them.

A leased number is one that nobody else gets: the kiosk may make a ticket of it, once, on the business day it was leased
for. What it gave out takes its place by the time at which it was given (docs/decisions/0014-numbers-on-lease.md).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select

from contract.configuration.hall import Queue
from contract.wire.messages import Text
from contract.wire.requests import LeaseNumbers, MergeTickets, OfflineTicket
from queue_server.commands.context import CommandContext
from queue_server.commands.refused import Refused, unknown_queue
from queue_server.domain.ticket_number import FIRST_OFFLINE, display_number, number_of, ticket_id
from queue_server.store import tables
from queue_server.store.rows import TicketRow

MOST_A_DAY = 500
"""Numbers of one queue that one kiosk may lease on a day."""
SAME_INSTANT_S = 1e-6
"""Added to the rank for every number of the day, so that tickets of one instant stand in the order of their numbers."""
C, L = tables.counters.c, tables.leases.c


@dataclass(frozen=True, slots=True)
class NumberLease:
    """One number that a terminal may give out: the `count`-th of its queue and business day, leased `at`."""

    ticket: str
    queue: str
    business_day: str
    count: int
    terminal: str
    at: datetime


def lease_of(context: CommandContext, ticket: str) -> NumberLease | None:
    """The lease of a ticket's number, if a kiosk holds or held it."""
    columns = (L.ticket, L.queue, L.business_day, L.count, L.terminal, L.at)
    found = context.unit.connection.execute(select(*columns).where(L.ticket == ticket)).first()
    return None if found is None else NumberLease(*found)


def lease_numbers(context: CommandContext, ask: LeaseNumbers) -> dict[str, Any]:
    """Set numbers of today aside for a kiosk. Asked anew it gets further ones: no number is ever told twice."""
    queue = _leasable(context, ask)
    day, first = context.day.isoformat(), _first_free(context, queue.id)
    counts = range(first, first + ask.count)
    numbers = {count: display_number(queue.letter, count) for count in counts}
    leases = [NumberLease(ticket_id(context.day, numbers[n]), queue.id, day, n, ask.terminal, context.now) for n in counts]
    context.unit.connection.execute(insert(tables.leases), [asdict(lease) for lease in leases])
    context.event("numbers-leased", queue=queue.id, terminal=ask.terminal, first=numbers[first], last=numbers[counts[-1]])
    return {
        "queue": queue.id,
        "business_day": day,
        "leased_at": context.local(context.now),
        "expires": context.local(context.hall.begins(context.day + timedelta(days=1))),
        "open": [
            {"from": context.local(opens), "until": context.local(closes)}
            for opens, closes in context.hall.open_on(context.day)
        ],
        "windows": context.hall.windows_of[queue.id],
        "numbers": [
            {"ticket": lease.ticket, "number": numbers[lease.count], "token": context.signer.token(lease.ticket)}
            for lease in leases
        ],
    }


def _leasable(context: CommandContext, ask: LeaseNumbers) -> Queue:
    """The queue, if this terminal may lease so many of its numbers now."""
    queue = context.hall.queues.get(ask.queue)
    if queue is None:
        raise unknown_queue(ask.queue)
    if not any(terminal.id == ask.terminal and terminal.role == "hall" for terminal in context.hall.config.terminal):
        hint = Text("请在 devices.toml 中登记这台自助机。", "Enter the kiosk in devices.toml with role hall.")
        raise Refused("not-authorised", f"{ask.terminal} is no kiosk of this hall", hint)
    if not queue.gives_offline:
        hint = Text("该业务不能离线取号。", "Numbers of this queue are given by the server only.")
        raise Refused("queue-closed", f"queue {queue.id} gives no numbers offline", hint)
    mine = select(func.count()).where(
        L.business_day == context.day.isoformat(), L.queue == queue.id, L.terminal == ask.terminal
    )
    if context.unit.connection.execute(mine).scalar_one() + ask.count > MOST_A_DAY:
        hint = Text("本机今天的离线号已领完。", f"A kiosk may lease {MOST_A_DAY} numbers of a queue on one day.")
        raise Refused("limit-reached", f"{ask.terminal} has leased too many numbers of {queue.id} today", hint)
    return queue


def _first_free(context: CommandContext, queue: str) -> int:
    """The first number of today, from those set aside, that is neither leased nor given out."""
    day = context.day.isoformat()
    leased = select(func.max(L.count)).where(L.business_day == day, L.queue == queue)
    issued = select(C.last).where(C.business_day == day, C.queue == queue)
    found = [context.unit.connection.execute(last).scalar() or 0 for last in (leased, issued)]
    return max(*found, FIRST_OFFLINE - 1) + 1


def merge_tickets(context: CommandContext, ask: MergeTickets) -> dict[str, Any]:
    """Take over what a kiosk gave out by itself: each ticket once, in the order in which they were given."""
    leases = {one.ticket: lease_of(context, one.ticket) for one in ask.tickets}
    states: dict[str, str] = {}
    for one in sorted(ask.tickets, key=lambda one: (one.issued_at, len(one.ticket), one.ticket)):
        lease, known = leases[one.ticket], context.unit.tickets.get(one.ticket)
        if lease is None or lease.terminal != ask.terminal or lease.queue not in context.hall.queues:
            states[one.ticket] = "refused"
        elif known is not None:
            states[one.ticket] = known.state
        else:
            states[one.ticket] = _enter(context, lease, one)
    return {"tickets": [{"id": one.ticket, "state": states[one.ticket]} for one in ask.tickets]}


def _enter(context: CommandContext, lease: NumberLease, one: OfflineTicket) -> str:
    """One ticket into the ledger; its state there. A kiosk's clock is believed between the lease and now."""
    issued_at = min(max(one.issued_at, lease.at), context.now)
    ticket = TicketRow(
        id=lease.ticket, number=number_of(lease.ticket), queue=lease.queue, class_=one.class_, business_day=lease.business_day,
        state="void" if one.result == "failed" else "waiting",
        rank=issued_at.timestamp() + lease.count * SAME_INSTANT_S, issued_at=issued_at, changed_at=issued_at,
        channel="kiosk", terminal=lease.terminal, item=one.item,
    )  # fmt: skip
    facts = {"ticket": ticket.id, "number": ticket.number, "queue": ticket.queue}
    unsure, on_screen = (True if one.result == result else None for result in ("unsure", "shown"))
    context.event(
        "ticket-issued", **facts, **{"class": ticket.class_}, channel="kiosk", terminal=ticket.terminal, item=ticket.item,
        issued_at=context.local(issued_at), offline=True, unsure=unsure, on_screen=on_screen,
    )  # fmt: skip
    if ticket.state == "void":
        context.unit.tickets.add(ticket)
        context.event("ticket-void", **facts, detail="not printed, offline")
        return ticket.state
    context.enter(ticket)
    if lease.business_day < context.day.isoformat():
        context.move_ticket(ticket, "expire")
        context.event("ticket-expired", **facts)
    return ticket.state
