"""After a start with other lists of windows, queues or clerks, in the middle of a day: nobody waits where nobody can call.

A ticket that was at a window which the hall has no more, was meant for it or was put aside there, goes back to its line; its
place follows from when it was issued. Tickets of a queue that no window serves stay where they are: they are named in the log
and as an alert, and every console lists them to be called or moved.
"""

from __future__ import annotations

import logging

from sqlalchemy import select

from contract.wire.events import TicketReleased, WindowClosed
from queue_server.commands.context import CommandContext
from queue_server.commands.serve import end_service
from queue_server.commands.window import release_bound
from queue_server.store import tables
from queue_server.store.hall_rows import line_queues
from queue_server.store.rows import TicketRow, WindowRow

LOG = logging.getLogger(__name__)
T, W = tables.tickets.c, tables.windows.c


def settle(context: CommandContext) -> None:
    """Free what windows hold that the hall has no more, and say in the log who waits where nobody calls."""
    unit, known = context.unit, list(context.hall.windows)
    for window in unit.windows.find(unit.windows.columns.where(W.state != "closed").order_by(W.id)):
        if window.id not in context.hall.windows:
            _close(context, window)
        elif window.clerk is not None and window.clerk not in context.hall.clerks:
            window.clerk = None
            context.touch(window)
    meant = select(T.bound).where(tables.BOUND, T.bound.not_in(known)).distinct().order_by(T.bound)
    for bound in unit.connection.execute(meant).scalars().all():
        release_bound(context, bound)
    today = context.day.isoformat()
    held = unit.tickets.columns.where(tables.OPEN, T.business_day == today, T.state == "held", T.window.not_in(known))
    for ticket in unit.tickets.find(held.order_by(T.id)):
        _back_to_its_line(context, ticket, ticket.window or "")
    _name_who_is_left(context)


def _close(context: CommandContext, window: WindowRow) -> None:
    ticket = context.unit.tickets.get(window.ticket) if window.ticket is not None else None
    if ticket is not None:
        _back_to_its_line(context, ticket, window.id)
    context.end_ask(window)
    context.move_window(window, "expire")
    context.free(window)
    window.clerk, window.tally = None, 0
    release_bound(context, window.id)
    context.event(WindowClosed(window=window.id, reason="no longer in the configuration"))


def _back_to_its_line(context: CommandContext, ticket: TicketRow, window: str) -> None:
    if ticket.state == "serving" or ticket.held_from == "serving":
        end_service(context, ticket)
    ticket.bound, ticket.held_from = None, None
    context.move_ticket(ticket, "transfer")
    context.event(TicketReleased(ticket=ticket.id, number=ticket.number, window=window))
    LOG.warning("ticket %s was at window %s, which is no longer configured; it waits in its line again", ticket.number, window)


def _name_who_is_left(context: CommandContext) -> None:
    context.unit.tickets.flush()
    for queue in line_queues(context.unit.connection, context.hall.served):
        line = select(T.number).where(tables.UNBOUND, T.queue == queue).order_by(T.rank)
        waiting = context.unit.connection.execute(line).scalars().all()
        if not waiting:
            continue
        LOG.warning(
            "%d tickets wait in queue %s, which no window serves: %s; call them by their number at any window, "
            "or transfer them to another queue",
            len(waiting),
            queue,
            ", ".join(waiting),
        )
