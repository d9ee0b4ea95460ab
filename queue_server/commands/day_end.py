"""What time itself does: papers that never came out, questions nobody answered, the end of the business day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Select, delete, select

from queue_server.appointments import repository
from queue_server.commands.context import Work
from queue_server.commands.serve import end_service
from queue_server.commands.window import release_bound
from queue_server.store import tables
from queue_server.store.rows import Ticket, Window

REQUESTS_KEPT = timedelta(days=3)
LEASES_KEPT = timedelta(days=30)
"""So late a kiosk that was away may still tell what it gave out."""
T, W = tables.tickets.c, tables.windows.c


def pass_time(work: Work) -> None:
    """Do everything that is due now."""
    _end_asks(work)
    _end_day(work)
    _void_unprinted(work)


def due(work: Work) -> bool:
    """Whether `pass_time` has anything to do; reads only."""
    today, printed = work.day.isoformat(), work.now - work.plan.print_timeout
    checks = (
        select(T.id).where(tables.OPEN, T.business_day < today),
        select(T.id).where(tables.OPEN, T.business_day == today, T.state == "printing", T.changed_at <= printed),
        select(W.id).where(W.ask_expires_at <= work.now),
        select(W.id).where(W.state != "closed", W.since < work.plan.begins(work.day)),
        select(tables.appointments.c.id).where(repository.overdue(work.plan.begins(work.day))),
    )
    return any(work.unit.connection.execute(check.limit(1)).first() is not None for check in checks)


def _end_asks(work: Work) -> None:
    """A question that nobody answered in time means: not rated. There is no row for that."""
    for window in _windows(work):
        if window.ask_expires_at is not None and window.ask_expires_at <= work.now:
            service = window.ask["service"] if window.ask else None
            work.end_ask(window)
            work.event("rating-expired", window=window.id, service=service)


def _end_day(work: Work) -> None:
    """Tickets of earlier days are over, windows that nobody opened today are closed."""
    begins = work.plan.begins(work.day)
    for window in _windows(work):
        if window.state == "closed" or window.since >= begins:
            continue
        work.end_ask(window)
        work.move_window(window, "expire")
        work.free(window)
        window.clerk, window.tally = None, 0
        release_bound(work, window)
        work.event("window-closed", window=window.id, reason="end of the day")
    old = work.unit.tickets.columns.where(tables.OPEN, T.business_day < work.day.isoformat()).order_by(T.id)
    expired = _locked(work, old)
    for ticket in expired:
        if ticket.state == "serving" or ticket.held_from == "serving":
            end_service(work, ticket)
        work.move_ticket(ticket, "expire")
        work.event("ticket-expired", ticket=ticket.id, number=ticket.number, queue=ticket.queue)
    if missed := repository.end_day(work.unit.connection, begins):
        work.event("appointments-missed", count=missed)
    if expired:
        work.unit.connection.execute(delete(tables.requests).where(tables.requests.c.at < work.now - REQUESTS_KEPT))
        work.unit.connection.execute(delete(tables.leases).where(tables.leases.c.at < work.now - LEASES_KEPT))


def _void_unprinted(work: Work) -> None:
    """A ticket whose kiosk never said that it is on paper is void: nobody holds it."""
    late = work.unit.tickets.columns.where(
        tables.OPEN, T.state == "printing", T.changed_at <= work.now - work.plan.print_timeout
    ).order_by(T.id)
    for ticket in _locked(work, late):
        if ticket.state == "printing":
            work.move_ticket(ticket, "print-failed")
            work.event("ticket-void", ticket=ticket.id, number=ticket.number, queue=ticket.queue, detail="no confirmation")


def _windows(work: Work) -> list[Window]:
    return [window for window_id in sorted(work.plan.windows) if (window := work.unit.windows.get(window_id)) is not None]


def _locked(work: Work, wanted: Select[Any]) -> list[Ticket]:
    work.unit.tickets.flush()
    return work.unit.tickets.find(wanted.with_for_update(skip_locked=True) if work.unit.shared else wanted)
