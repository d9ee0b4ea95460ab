"""What time itself does: papers that never came out, questions nobody answered, the end of the business day."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, literal_column, select

from contract.wire.events import AppointmentsMissed, RatingExpired, TicketExpired, TicketVoid, WindowClosed
from queue_server.appointments import repository
from queue_server.commands.context import CommandContext
from queue_server.commands.hall_rules import HallRules
from queue_server.commands.serve import end_service
from queue_server.commands.window import release_bound
from queue_server.store import tables
from queue_server.store.identity_map import Query
from queue_server.store.prepared import Prepared
from queue_server.store.rows import TicketRow, WindowRow

T, W = tables.tickets.c, tables.windows.c
_TODAY, _BEGINS = bindparam("today", type_=T.business_day.type), bindparam("begins", type_=W.since.type)
_DUE = [
    Prepared(select(id_).where(*conditions).limit(literal_column("1")))
    for id_, *conditions in (
        (T.id, tables.OPEN, T.business_day < _TODAY),
        (
            T.id,
            tables.OPEN,
            T.business_day == bindparam("present", type_=T.business_day.type),
            T.state == "printing",
            T.changed_at <= bindparam("printed"),
        ),
        (W.id, W.ask_expires_at <= bindparam("now")),
        (W.id, W.state != "closed", W.since < _BEGINS),
        (tables.appointments.c.id, repository.overdue(_BEGINS)),
    )
]
"""One for each thing that may be due; with an index each finds nothing at once, however many tickets there are."""


def pass_time(context: CommandContext, settled: datetime) -> None:
    """Do everything that is due now; days end up to the one that is `settled`."""
    _end_asks(context)
    _end_day(context, settled)
    _void_unprinted(context)


def due(connection: Connection, hall: HallRules, now: datetime, settled: datetime) -> bool:
    """Whether `pass_time` has anything to do; reads only."""
    day = hall.day(settled)
    values = {
        "today": day.isoformat(),
        "present": hall.day(now).isoformat(),
        "begins": hall.begins(day),
        "now": now,
        "printed": now - hall.print_timeout,
    }
    return any(check.run(connection, values) for check in _DUE)


def _end_asks(context: CommandContext) -> None:
    """A question that nobody answered in time means: not rated. There is no row for that."""
    for window in _windows(context):
        if window.ask_expires_at is not None and window.ask_expires_at <= context.now:
            service = window.ask["service"] if window.ask else None
            context.end_ask(window)
            context.event(RatingExpired(window=window.id, service=service))


def _end_day(context: CommandContext, settled: datetime) -> None:
    """Tickets of earlier days are over, windows that nobody opened today are closed."""
    day = context.hall.day(settled)
    begins = context.hall.begins(day)
    for window in _windows(context):
        if window.state == "closed" or window.since >= begins:
            continue
        if window.ask is not None:
            context.event(RatingExpired(window=window.id, service=window.ask["service"], cause="day"))
        context.end_ask(window)
        context.move_window(window, "expire")
        context.free(window)
        window.clerk, window.tally = None, 0
        release_bound(context, window.id)
        context.event(WindowClosed(window=window.id, reason="end of the day"))
    old = context.unit.tickets.columns.where(tables.OPEN, T.business_day < day.isoformat()).order_by(T.id)
    expired = _locked(context, old)
    for ticket in expired:
        if ticket.state == "serving" or ticket.held_from == "serving":
            end_service(context, ticket)
        context.move_ticket(ticket, "expire")
        context.event(TicketExpired(ticket=ticket.id, number=ticket.number, queue=ticket.queue))
    if missed := repository.end_day(context.unit.connection, begins):
        context.event(AppointmentsMissed(count=missed))


def _void_unprinted(context: CommandContext) -> None:
    """A ticket whose kiosk never said that it is on paper is void: nobody holds it."""
    late = context.unit.tickets.columns.where(
        tables.OPEN, T.state == "printing", T.changed_at <= context.now - context.hall.print_timeout
    ).order_by(T.id)
    for ticket in _locked(context, late):
        if ticket.state == "printing":
            context.move_ticket(ticket, "print-failed")
            context.event(TicketVoid(ticket=ticket.id, number=ticket.number, queue=ticket.queue, detail="no confirmation"))


def _windows(context: CommandContext) -> list[WindowRow]:
    return [window for window_id in sorted(context.hall.windows) if (window := context.unit.windows.get(window_id)) is not None]


def _locked(context: CommandContext, wanted: Query) -> list[TicketRow]:
    context.unit.tickets.flush()
    return context.unit.tickets.find(wanted.with_for_update(skip_locked=True) if context.unit.shared else wanted)
