"""Numbers that a kiosk holds for times without the server, and the tickets that it gave out from them.

A leased number is one that nobody else gets: the kiosk may make a ticket of it, once, on the business day it was leased
for. What it gave out takes its place by the time at which it was given (docs/decisions/0014-numbers-on-lease.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import count, islice
from typing import Literal

from contract.configuration.hall import Queue
from contract.wire.answers import LeaseAnswer, LeasedTicket, MergeAnswer, MergedTicket, OpenTime
from contract.wire.events import NumbersLeased, TicketExpired, TicketIssued, TicketVoid
from contract.wire.messages import Text, TicketState
from contract.wire.requests import LeaseNumbers, MergeTickets, OfflineTicket
from queue_server.commands.context import CommandContext
from queue_server.commands.named_item import unfit
from queue_server.commands.refused import Refused, unknown_queue
from queue_server.domain.ticket_number import FIRST_OFFLINE, display_number, first_offline, number_of, ticket_id
from queue_server.store.repositories import NumberLease
from queue_server.store.rows import TicketRow

MOST_A_DAY = 500
"""Numbers of one queue that one kiosk may lease on a day."""
_NUMBER = re.compile(r"[A-Z][0-9]{3,6}")
SAME_INSTANT_S = 1e-6
"""Added to the rank for every number of the day, so that tickets of one instant are in the order of their numbers."""


def lease_numbers(context: CommandContext, ask: LeaseNumbers) -> LeaseAnswer:
    """Set numbers of today aside for a kiosk. Asked anew it gets further ones: no number is ever given twice."""
    queue = _leasable(context, ask)
    day, numbers = context.day.isoformat(), dict(islice(_free(context, queue), ask.count))
    leases = [
        NumberLease(ticket_id(context.day, number), queue.id, day, n, ask.terminal, context.now)
        for n, number in numbers.items()
    ]
    context.unit.leases.add(leases)
    first, *_, last = (*numbers.values(), *numbers.values())
    context.event(NumbersLeased(queue=queue.id, terminal=ask.terminal, first=first, last=last))
    return LeaseAnswer(
        queue=queue.id,
        business_day=day,
        leased_at=context.local(context.now),
        expires=context.local(context.hall.begins(context.day + timedelta(days=1))),
        open=[OpenTime(context.local(opens), context.local(closes)) for opens, closes in context.hall.open_on(context.day)],
        windows=context.hall.windows_of[queue.id],
        numbers=[LeasedTicket(one.ticket, numbers[one.count], context.signer.token(one.ticket)) for one in leases],
    )


def _leasable(context: CommandContext, ask: LeaseNumbers) -> Queue:
    """The queue, if this terminal may lease so many of its numbers now."""
    queue = context.hall.queues.get(ask.queue)
    if queue is None:
        raise unknown_queue(ask.queue)
    if ask.terminal not in _kiosks(context):
        hint = Text("请在 devices.toml 中登记这台自助机。", "Enter the kiosk in devices.toml with role hall.")
        raise Refused("not-authorised", f"{ask.terminal} is no kiosk of this hall", hint)
    if not queue.gives_offline:
        hint = Text("该业务不能离线取号。", "Numbers of this queue are given by the server only.")
        raise Refused("queue-closed", f"queue {queue.id} gives no numbers offline", hint)
    if context.unit.leases.held(queue.id, context.day.isoformat(), ask.terminal) + ask.count > MOST_A_DAY:
        hint = Text("本机今天的离线号已领完。", f"A kiosk may lease {MOST_A_DAY} numbers of a queue on one day.")
        raise Refused("limit-reached", f"{ask.terminal} has leased too many numbers of {queue.id} today", hint)
    return queue


def _free(context: CommandContext, queue: Queue) -> Iterator[tuple[int, str]]:
    """The numbers of today, from those set aside, that are neither leased nor given out, by this queue or by another one
    from a time when it had this letter."""
    first = first_offline(context.signer.behind(context.day))
    for n in count(max(context.unit.leases.last(queue.id, context.day.isoformat()) + 1, first)):
        number = display_number(queue.letter, n)
        ticket = ticket_id(context.day, number)
        if context.unit.leases.of(ticket) is None and context.unit.tickets.get(ticket) is None:
            yield n, number


def merge_tickets(context: CommandContext, ask: MergeTickets) -> MergeAnswer:
    """Take over what a kiosk gave out by itself: each ticket once, in the order in which they were given."""
    leases = {one.ticket: context.unit.leases.of(one.ticket) for one in ask.tickets}
    states: dict[str, TicketState | Literal["refused"]] = {}
    for one in sorted(ask.tickets, key=lambda one: (one.issued_at, len(one.ticket), one.ticket)):
        lease, known = leases[one.ticket] or _lost_lease(context, one, ask.terminal), context.unit.tickets.get(one.ticket)
        if lease is None or lease.terminal != ask.terminal:
            states[one.ticket] = "refused"
        elif known is not None:
            states[one.ticket] = known.state
        else:
            states[one.ticket] = _enter(context, lease, one)
    return MergeAnswer([MergedTicket(one.ticket, states[one.ticket]) for one in ask.tickets])


def _lost_lease(context: CommandContext, one: OfflineTicket, terminal: str) -> NumberLease | None:
    """The lease of a number of today that a ledger which was restored since does not know: the paper is out all the same."""
    behind, number = context.signer.behind(context.day), number_of(one.ticket)
    queue = next((queue for queue in context.hall.queues.values() if queue.letter == number[:1]), None)
    if queue is None or not _NUMBER.fullmatch(number) or one.ticket != ticket_id(context.day, number):
        return None
    count = int(number[1:])
    if not FIRST_OFFLINE <= count <= behind or terminal not in _kiosks(context):
        return None
    day = context.day
    return NumberLease(one.ticket, queue.id, day.isoformat(), count, terminal, context.hall.begins(day))


def _kiosks(context: CommandContext) -> set[str]:
    return {terminal.id for terminal in context.hall.config.terminal if terminal.role == "hall"}


def _enter(context: CommandContext, lease: NumberLease, one: OfflineTicket) -> TicketState:
    """One ticket into the ledger; its state there. A kiosk's clock is believed between the lease and now."""
    issued_at = min(max(one.issued_at, lease.at), context.now)
    ticket = TicketRow(
        id=lease.ticket,
        number=number_of(lease.ticket),
        queue=lease.queue,
        class_=one.class_,
        business_day=lease.business_day,
        state="void" if one.result == "failed" else "waiting",
        rank=issued_at.timestamp() + lease.count * SAME_INSTANT_S,
        issued_at=issued_at,
        changed_at=issued_at,
        channel="kiosk",
        terminal=lease.terminal,
        item=one.item if one.item is not None and unfit(context, one.item, lease.queue) is None else None,
    )
    number, queue = ticket.number, ticket.queue
    unsure, on_screen = (one.result == result or None for result in ("unsure", "shown"))
    context.event(
        TicketIssued(
            ticket=ticket.id,
            number=number,
            queue=queue,
            class_=ticket.class_,
            channel=ticket.channel,
            terminal=ticket.terminal,
            item=ticket.item,
            issued_at=context.local(issued_at),
            offline=True,
            unsure=unsure,
            on_screen=on_screen,
        )
    )
    if ticket.state == "void":
        context.unit.tickets.add(ticket)
        context.event(TicketVoid(ticket=ticket.id, number=number, queue=queue, detail="not printed, offline"))
        return ticket.state
    context.enter(ticket)
    if lease.business_day < context.day.isoformat():
        context.move_ticket(ticket, "expire")
        context.event(TicketExpired(ticket=ticket.id, number=number, queue=queue))
    return ticket.state
