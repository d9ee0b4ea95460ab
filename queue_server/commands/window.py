"""Opening, pausing and closing a window."""

from __future__ import annotations

from contract.wire import messages
from contract.wire.answers import WindowAnswer
from contract.wire.events import TicketReleased, WindowClosed, WindowOpened, WindowPaused, WindowTakenOver
from contract.wire.messages import Text
from contract.wire.requests import ChangeWindow
from queue_server.commands.context import SHUT, CommandContext
from queue_server.commands.hall_rules import HallRules
from queue_server.commands.refused import Refused, bad_request, in_use, wrong_state
from queue_server.domain.windows import BUSY
from queue_server.store import tables
from queue_server.store.rows import WindowRow

T, W = tables.tickets.c, tables.windows.c


def open_window(context: CommandContext, ask: ChangeWindow) -> WindowAnswer:
    """Open a closed or paused window, or take over an open one as it is, with its ticket.

    One person works at one window: the window that the clerk leaves is closed. What the asker may not know is refused as
    `in-use` until the request is `confirmed`. A service stays with the clerk who began it.
    """
    window = context.window(ask.window)
    context.check("open-window", window=window)
    _arrive(context, window, ask, "open-window")
    return _shown(context, window)


def pause_window(context: CommandContext, ask: ChangeWindow) -> WindowAnswer:
    """Pause a window that serves nobody. With a ticket at it, that ticket is finished, held or transferred first."""
    window = context.window(ask.window)
    context.check("pause-window", window=window)
    _arrive(context, window, ask, "pause-window")
    window.pause_reason = ask.reason.strip() or None
    context.event(WindowPaused(window=window.id, clerk=window.clerk, reason=window.pause_reason))
    return _shown(context, window)


def close_window(context: CommandContext, ask: ChangeWindow) -> WindowAnswer:
    """Close a window that serves nobody. Tickets meant for it go back to the lines of their queues."""
    window = context.window(ask.window)
    _check_clerk(context, ask)
    context.check("close-window", window=window)
    _close(context, window, ask.reason)
    return _shown(context, window)


def _close(context: CommandContext, window: WindowRow, reason: str) -> None:
    context.event(WindowClosed(window=window.id, clerk=window.clerk, reason=reason or None))
    context.move_window(window, "close-window")
    window.clerk = None
    release_bound(context, window.id)


def release_bound(context: CommandContext, window: str) -> None:
    """Nobody waits for a window that is closed."""
    context.unit.tickets.flush()
    for ticket in context.unit.tickets.find(context.unit.tickets.columns.where(tables.BOUND, T.bound == window)):
        ticket.bound = None
        context.unit.tickets.touch(ticket)
        context.event(TicketReleased(ticket=ticket.id, number=ticket.number, window=window))


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
        reason=window.pause_reason,
    )


def _arrive(context: CommandContext, window: WindowRow, ask: ChangeWindow, verb: str) -> None:
    """Somebody is on duty at the window from now on: the clerk who is named, a stand-in whom nobody names, or who was there."""
    _check_clerk(context, ask)
    clerk = ask.clerk or (None if ask.stand_in else window.clerk)
    changes, confirmed = clerk != window.clerk, ask.confirmed and context.terminal is None  # people answer at pages
    elsewhere = _elsewhere(context, window, clerk)
    for other in elsewhere:
        if other.state in BUSY:
            raise wrong_state(f"clerk {clerk} has a ticket at window {other.id}", _left_words(context, other))
    if not confirmed and (elsewhere or (changes and window.state in BUSY)):
        raise in_use(f"window {window.id} is {window.state}", _question(context, window, elsewhere, changes=changes))
    for other in elsewhere:
        _close(context, other, f"its clerk went to window {window.id}")
    before, shut = window.clerk, window.state in SHUT
    window.clerk = clerk
    context.move_window(window, verb)
    if verb == "open-window":
        kind = WindowTakenOver if changes and before is not None and not shut else WindowOpened
        context.event(kind(window=window.id, clerk=window.clerk))


def _elsewhere(context: CommandContext, window: WindowRow, clerk: str | None) -> list[WindowRow]:
    """The other windows at which a clerk is on duty."""
    if clerk is None:
        return []
    windows = context.unit.windows
    windows.flush()
    wanted = windows.columns.where(W.clerk == clerk, W.state != "closed", W.id != window.id).order_by(W.id)
    found = windows.find(wanted.with_for_update() if context.unit.shared else wanted)
    return [other for other in found if other.id in context.hall.windows]


def _check_clerk(context: CommandContext, ask: ChangeWindow) -> None:
    """Refuse a clerk whom the hall does not have, or who does not work at this window."""
    if ask.clerk is None:
        return
    clerk = context.hall.clerks.get(ask.clerk)
    if clerk is None:
        raise bad_request(
            f"there is no clerk {ask.clerk!r} in this hall",
            Text(f"没有工号为{ask.clerk}的窗口人员，请核对。", f"Clerk {ask.clerk} is not in windows.toml; check the number."),
        )
    if clerk.windows and ask.window not in clerk.windows:
        places = "、".join(context.hall.sign(window) for window in clerk.windows)
        hint = Text(
            f"{clerk.name}只能在{places}号窗口上岗，请另选窗口。",
            f"{clerk.name} works at windows {places.replace('、', ', ')}; choose one of them.",
        )
        raise Refused("not-authorised", f"clerk {clerk.id} does not work at window {ask.window}", hint)


def _question(context: CommandContext, window: WindowRow, elsewhere: list[WindowRow], *, changes: bool) -> Text:
    """All that whoever comes to a window should know: who is there and at what, which window is left; and the question."""
    sign, name = context.hall.sign(window.id), context.hall.clerk_name(window.clerk)
    facts, taken = [], changes and (window.state in BUSY or (bool(name) and window.state not in SHUT))
    if changes and window.state in BUSY:
        facts.append(_busy_words(context, window))
    elif taken:
        facts.append(Text(f"{sign}号窗口现在由{name}当班。", f"{name} is on duty at window {sign}."))
    facts += [_moves_words(context, other, window) for other in elsewhere]
    zh, en = ("确认接管吗？", "Take it over?") if taken else (f"确认换到{sign}号窗口吗？", f"Go on at window {sign}?")
    return Text("".join(fact.zh for fact in facts) + zh, " ".join([*(fact.en for fact in facts), en]))


def _busy_words(context: CommandContext, window: WindowRow) -> Text:
    """Who is at what at a window."""
    ticket = context.unit.tickets.get(window.ticket or "")
    number = ticket.number if ticket else ""
    name = context.hall.clerk_name(window.clerk)
    sign, calling = context.hall.sign(window.id), window.state == "calling"
    zh, en = ("正在呼叫", "is calling") if calling else ("正在办理", "is serving")
    who = Text(f"（{name}）", f" ({name})") if name else Text("", "")
    kept = Text("", "")
    if name and not calling:
        kept = Text(f"这次办理和评价仍记在{name}名下。", f" The service and its rating stay with {name}.")
    return Text(f"{sign}号窗口{zh}{number}{who.zh}。{kept.zh}", f"Window {sign} {en} {number}{who.en}.{kept.en}")


def _left_words(context: CommandContext, other: WindowRow) -> Text:
    ticket = context.unit.tickets.get(other.ticket or "")
    number, sign = ticket.number if ticket else "", context.hall.sign(other.id)
    return Text(
        f"您在{sign}号窗口还有{number}没有办完，请先到那里办结、挂起或转移。",
        f"You still have {number} at window {sign}; finish, hold or transfer it there first.",
    )


def _moves_words(context: CommandContext, other: WindowRow, window: WindowRow) -> Text:
    old, new = context.hall.sign(other.id), context.hall.sign(window.id)
    return Text(
        f"您正在{old}号窗口当班。到{new}号窗口上岗后，{old}号窗口会关闭。",
        f"You are on duty at window {old}, which will be closed.",
    )


def _shown(context: CommandContext, window: WindowRow) -> WindowAnswer:
    ticket = context.unit.tickets.get(window.ticket) if window.ticket is not None else None
    number, queue = (ticket.number, ticket.queue) if ticket is not None else (None, None)
    state = window_state(context.hall, window, 0, number, queue)
    return WindowAnswer(window.id, state.state, state.ticket, state.clerk, state.calls, context.local(window.since))
