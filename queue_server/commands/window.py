"""Opening, pausing and closing a window."""

from __future__ import annotations

from typing import Any

from contract.wire import messages
from contract.wire.requests import ChangeWindow
from queue_server.commands.context import Work
from queue_server.commands.hall_rules import Plan
from queue_server.commands.refused import bad_request
from queue_server.domain.sentence import Sentence
from queue_server.store import tables
from queue_server.store.rows import Window

T = tables.tickets.c


def open_window(work: Work, ask: ChangeWindow) -> dict[str, Any]:
    """Open a closed or paused window, or take over an open one as it stands, with its ticket."""
    window = work.window(ask.window)
    clerk = _clerk(work, ask)
    work.check("open-window", window=window)
    before, taken_over = window.state, clerk is not None and window.clerk not in (None, clerk)
    window.clerk = clerk or window.clerk
    work.move_window(window, "open-window")
    kind = "window-taken-over" if taken_over and before not in ("closed", "paused") else "window-opened"
    work.event(kind, window=window.id, clerk=window.clerk)
    return _shown(work, window)


def pause_window(work: Work, ask: ChangeWindow) -> dict[str, Any]:
    """Pause a window that serves nobody. With a ticket at it, that ticket is finished, held or transferred first."""
    window = work.window(ask.window)
    window.clerk = _clerk(work, ask) or window.clerk
    work.check("pause-window", window=window)
    work.move_window(window, "pause-window")
    work.event("window-paused", window=window.id, clerk=window.clerk, reason=ask.reason or None)
    return _shown(work, window)


def close_window(work: Work, ask: ChangeWindow) -> dict[str, Any]:
    """Close a window that serves nobody. Tickets meant for it go back to the lines of their queues."""
    window = work.window(ask.window)
    _clerk(work, ask)
    work.check("close-window", window=window)
    work.event("window-closed", window=window.id, clerk=window.clerk, reason=ask.reason or None)
    work.move_window(window, "close-window")
    window.clerk = None
    release_bound(work, window)
    return _shown(work, window)


def release_bound(work: Work, window: Window) -> None:
    """Nobody waits for a window that is closed."""
    work.unit.tickets.flush()
    for ticket in work.unit.tickets.find(work.unit.tickets.columns.where(tables.BOUND, T.bound == window.id)):
        ticket.bound = None
        work.unit.tickets.touch(ticket)
        work.event("ticket-released", ticket=ticket.id, number=ticket.number, window=window.id)


def window_state(plan: Plan, window: Window, seq: int, number: str | None, queue: str | None) -> messages.WindowState:
    """The published state of a window; `number` and `queue` are those of the ticket at it."""
    clerk = plan.clerks.get(window.clerk or "")
    ticket = None
    if window.ticket is not None and number is not None and queue is not None:
        ticket = messages.WindowTicket(window.ticket, number, queue)
    return messages.WindowState(
        seq=seq,
        state=window.state,  # type: ignore[arg-type]
        ticket=ticket,
        clerk=None if clerk is None else messages.WindowClerk(clerk.id, clerk.name, clerk.photo),
        calls=window.calls,
        since=window.since.astimezone(plan.zone),
    )


def _clerk(work: Work, ask: ChangeWindow) -> str | None:
    if ask.clerk is not None and ask.clerk not in work.plan.clerks:
        raise bad_request(
            f"there is no clerk {ask.clerk!r} in this hall",
            Sentence(
                f"没有工号为{ask.clerk}的窗口人员，请核对。", f"Clerk {ask.clerk} is not in windows.toml; check the number."
            ),
        )
    return ask.clerk


def _shown(work: Work, window: Window) -> dict[str, Any]:
    ticket = work.unit.tickets.get(window.ticket) if window.ticket is not None else None
    number, queue = (ticket.number, ticket.queue) if ticket is not None else (None, None)
    state = window_state(work.plan, window, 0, number, queue)
    return {"window": window.id, "state": state.state, "ticket": state.ticket, "clerk": state.clerk, "calls": state.calls,
            "since": work.local(window.since)}  # fmt: skip
