"""Who may ask what, and about what: the one check before every command, by the table of verbs.

Whoever asks is known by the connection and never by what a request says. A terminal of the hall asks the verbs of its roles and
names what is its own; the server's pages, and in a hall without TLS programs that are no terminal, may ask everything.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from contract.wire.messages import Text
from contract.wire.requests import VERBS
from queue_server.commands.context import CommandContext
from queue_server.commands.refused import Refused

Owns = Callable[[CommandContext, str, frozenset[str]], bool]
"""Whether what a field names belongs to the terminal that asks, which is at these windows."""


def check(context: CommandContext, name: str, ask: Struct) -> None:
    """Refuse as not-authorised what the asker may not ask, or may not ask about this."""
    if context.terminal is None:
        return
    verb, parties = VERBS[name], context.hall.parties[context.terminal]
    asking = [(party, place) for party in verb.askers for role, place in parties if role == party.role]
    if not asking:
        raise Refused("not-authorised", f"{context.terminal} may not ask {name}", _NOT_YOURS)
    if any(not party.own for party, _ in asking):
        return
    windows = frozenset(place for _, place in asking)
    for field in verb.bound:
        named: str | None = getattr(ask, field)
        if named is not None and not _OWNS[field](context, named, windows):
            raise Refused("not-authorised", f"{field} {named} is not that of {context.terminal}", _NOT_YOURS)


def _owns_window(_context: CommandContext, window: str, windows: frozenset[str]) -> bool:
    return window in windows


def _owns_terminal(context: CommandContext, terminal: str, _windows: frozenset[str]) -> bool:
    return terminal == context.terminal


def _owns_ticket(context: CommandContext, name: str, windows: frozenset[str]) -> bool:
    """A kiosk's tickets are those it gave out, a window's those that are there or were last."""
    ticket = context.ticket(name)
    return ticket.window in windows or ticket.terminal == context.terminal


def _owns_service(context: CommandContext, service: str, windows: frozenset[str]) -> bool:
    found = context.unit.services.get(service)
    return found is not None and found.window in windows


_OWNS: dict[str, Owns] = {
    "window": _owns_window,
    "terminal": _owns_terminal,
    "ticket": _owns_ticket,
    "service": _owns_service,
}
_NOT_YOURS = Text(
    "本终端无权办理这项操作，请到办理该业务的终端或窗口操作。",
    "This terminal may not do that; do it at the terminal or window to which it belongs.",
)
