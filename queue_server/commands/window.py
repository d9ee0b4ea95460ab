"""Opening, pausing and closing a window."""

from __future__ import annotations

from contract.wire import messages
from contract.wire.answers import WindowAnswer
from contract.wire.events import TicketReleased, WindowClosed, WindowOpened, WindowPaused, WindowTakenOver
from contract.wire.messages import Text
from contract.wire.requests import ChangeWindow
from queue_server.commands.context import CommandContext
from queue_server.commands.hall_rules import HallRules
from queue_server.commands.refused import bad_request
from queue_server.store import tables
from queue_server.store.rows import WindowRow

T = tables.tickets.c


def open_window(context: CommandContext, ask: ChangeWindow) -> WindowAnswer:
    """Open a closed or paused window, or take over an open one as it is, with its ticket."""
    window = context.window(ask.window)
    clerk = _clerk(context, ask)
    context.check("open-window", window=window)
    before, taken_over = window.state, clerk is not None and window.clerk not in (None, clerk)
    window.clerk = clerk or window.clerk
    context.move_window(window, "open-window")
    kind = WindowTakenOver if taken_over and before not in ("closed", "paused") else WindowOpened
    context.event(kind(window=window.id, clerk=window.clerk))
    return _shown(context, window)


def pause_window(context: CommandContext, ask: ChangeWindow) -> WindowAnswer:
    """Pause a window that serves nobody. With a ticket at it, that ticket is finished, held or transferred first."""
    window = context.window(ask.window)
    window.clerk = _clerk(context, ask) or window.clerk
    context.check("pause-window", window=window)
    context.move_window(window, "pause-window")
    context.event(WindowPaused(window=window.id, clerk=window.clerk, reason=ask.reason or None))
    return _shown(context, window)


def close_window(context: CommandContext, ask: ChangeWindow) -> WindowAnswer:
    """Close a window that serves nobody. Tickets meant for it go back to the lines of their queues."""
    window = context.window(ask.window)
    _clerk(context, ask)
    context.check("close-window", window=window)
    context.event(WindowClosed(window=window.id, clerk=window.clerk, reason=ask.reason or None))
    context.move_window(window, "close-window")
    window.clerk = None
    release_bound(context, window)
    return _shown(context, window)


def release_bound(context: CommandContext, window: WindowRow) -> None:
    """Nobody waits for a window that is closed."""
    context.unit.tickets.flush()
    for ticket in context.unit.tickets.find(context.unit.tickets.columns.where(tables.BOUND, T.bound == window.id)):
        ticket.bound = None
        context.unit.tickets.touch(ticket)
        context.event(TicketReleased(ticket=ticket.id, number=ticket.number, window=window.id))


def window_state(hall: HallRules, window: WindowRow, seq: int, number: str | None, queue: str | None) -> messages.WindowState:
    """The published state of a window; `number` and `queue` are those of the ticket at it."""
    clerk = hall.clerks.get(window.clerk or "")
    ticket = None
    if window.ticket is not None and number is not None and queue is not None:
        ticket = messages.WindowTicket(window.ticket, number, queue)
    return messages.WindowState(
        seq=seq,
        state=window.state,
        ticket=ticket,
        clerk=None if clerk is None else messages.WindowClerk(clerk.id, clerk.name, clerk.photo),
        calls=window.calls,
        since=window.since.astimezone(hall.zone),
    )


def _clerk(context: CommandContext, ask: ChangeWindow) -> str | None:
    if ask.clerk is not None and ask.clerk not in context.hall.clerks:
        raise bad_request(
            f"there is no clerk {ask.clerk!r} in this hall",
            Text(f"没有工号为{ask.clerk}的窗口人员，请核对。", f"Clerk {ask.clerk} is not in windows.toml; check the number."),
        )
    return ask.clerk


def _shown(context: CommandContext, window: WindowRow) -> WindowAnswer:
    ticket = context.unit.tickets.get(window.ticket) if window.ticket is not None else None
    number, queue = (ticket.number, ticket.queue) if ticket is not None else (None, None)
    state = window_state(context.hall, window, 0, number, queue)
    return WindowAnswer(window.id, state.state, state.ticket, state.clerk, state.calls, context.local(window.since))
