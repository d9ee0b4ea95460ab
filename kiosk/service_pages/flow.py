"""The flow of the technician's pages: pure. The gesture, the code, the connection; what is behind them is in `pages`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from contract.totp import DIGITS
from kiosk.flow.event import Answered, Ask, Broke, Connected, Heard, Tick, Touched, Unanswered
from kiosk.service_pages import action_reports, gesture, steps
from kiosk.service_pages.events import (
    BACK,
    CLEAR,
    Checked,
    CheckOffline,
    Effects,
    KeepSecret,
    Leave,
    Note,
    Pointer,
    SetWords,
    Type,
)
from kiosk.service_pages.state import FIRST_WAIT_S, FREE_TRIES, LONGEST_WAIT_S, Technician, Untold

CHECK, FETCH = "check-technician-code", "fetch-technician-secret"


def step(state: Technician, event: Any) -> tuple[Technician, Effects]:
    """What follows from an event; others change nothing."""
    handler = HANDLERS.get(type(event))
    return (state, ()) if handler is None else handler(state, event)


# --- getting in and out ----------------------------------------------------------------------------------------------


def touched(state: Technician, event: Touched) -> tuple[Technician, Effects]:
    """The gesture, or a sign that somebody is there."""
    if state.is_open:
        return replace(state, idle_since=state.now), ()
    touches = gesture.touched(state.touches, event.x, event.y, event.at)
    if gesture.is_complete(touches):
        return state.at("code", touches=(), typed="", said="", refusal=None), (Pointer(True),)
    return replace(state, touches=touches), ()


def leave(state: Technician, _event: Any = None) -> tuple[Technician, Effects]:
    """Hide, and forget what was typed and tried; wrong codes stay counted."""
    if not state.is_open:
        return state, ()
    state, effects = steps.stopped(state)
    noted = () if state.page == "code" else (Note("left"),)
    hidden = state.at(
        "hidden", typed="", said="", refusal=None, checking=None, results={}, lines=(), landings=(), warnings=False
    )
    return hidden, (*effects, *noted, Pointer(False))


def typed(state: Technician, event: Type) -> tuple[Technician, Effects]:
    """Another digit; the eighth one asks the server, or the terminal itself when there is none."""
    if state.page != "code" or state.checking is not None or state.said == "asking" or state.wait_s:
        return state, ()
    if event.key in (BACK, CLEAR):
        return replace(state, typed=state.typed[:-1] if event.key == BACK else "", said="", refusal=None), ()
    text = state.typed + (event.key if event.key in "0123456789" else "")
    new = replace(state, typed=text, said="", refusal=None)
    if len(text) < DIGITS:
        return new, ()
    if not state.served:
        return replace(new, said="asking"), (CheckOffline(text),)
    new, request = _numbered(replace(new, said="asking"))
    return replace(new, checking=request), (Ask(CHECK, {"code": text}, request),)


def checked(state: Technician, event: Checked) -> tuple[Technician, Effects]:
    """The terminal's own judgement of a time-based code."""
    if state.page != "code" or state.said != "asking":
        return state, ()
    if event.what == "right":
        state, effects = _let_in(state)
        return state, (*effects, Note("entered-offline"))
    return _wrong(replace(state, said=event.what)), (Note("refused-offline", result=event.what),)


def answered(state: Technician, event: Answered) -> tuple[Technician, Effects]:
    """The server's judgement of a code, or the secret that it keeps for this terminal."""
    data = event.answer.data or {}
    if event.request_id == state.fetching:
        return _fetched(state, data)
    if event.request_id == state.telling:
        return action_reports.answered(state, event)
    if event.request_id != state.checking:
        return state, ()
    state = replace(state, checking=None)
    if state.page != "code":
        return state, ()
    if event.answer.status == "ok":
        return _let_in(state)
    error = event.answer.error
    if error is not None and error.code in ("not-authorised", "limit-reached"):
        return _wrong(replace(state, said="", refusal=error.texts)), ()
    return state, (CheckOffline(state.typed),)  # the server cannot say: busy, or older than this program


def unanswered(state: Technician, event: Unanswered) -> tuple[Technician, Effects]:
    """The server is there and yet silent: the code may be a time-based one."""
    if event.request_id == state.fetching:
        return replace(state, fetching=None), ()
    if event.request_id == state.telling:
        return action_reports.unanswered(state)
    if event.request_id != state.checking:
        return state, ()
    return replace(state, checking=None), ((CheckOffline(state.typed),) if state.page == "code" else ())


def _let_in(state: Technician) -> tuple[Technician, Effects]:
    return state.at("menu", typed="", said="", refusal=None, wrong=0), ()


def _wrong(state: Technician) -> Technician:
    """One more wrong code; after a few of them nothing can be typed for a while."""
    wrong = state.wrong + 1
    doubled = FIRST_WAIT_S * 2 ** min(10, max(0, wrong - FREE_TRIES - 1))
    wait_s = min(LONGEST_WAIT_S, doubled) if wrong > FREE_TRIES else 0
    return replace(state, typed="", wrong=wrong, wait_until=state.now + wait_s)


# --- the connection --------------------------------------------------------------------------------------------------


def connected(state: Technician, event: Connected) -> tuple[Technician, Effects]:
    return replace(state, connected=event.up), ()


def heard(state: Technician, event: Heard) -> tuple[Technician, Effects]:
    """When the server comes, the terminal gets what it needs to know codes by itself."""
    if event.path != ("server", "status"):
        return state, ()
    ready = event.message is not None and event.message.state == "ready"
    version = event.message.version if ready else state.server_version
    new = replace(state, server_ready=ready, server_version=version)
    return _fetch(new) if ready and not state.server_ready else (new, ())


def _fetch(state: Technician) -> tuple[Technician, Effects]:
    state, request = _numbered(state)
    return replace(state, fetching=request), (Ask(FETCH, {}, request),)


def _fetched(state: Technician, data: dict[str, Any]) -> tuple[Technician, Effects]:
    secret = data.get("secret")
    return replace(state, fetching=None), ((KeepSecret(secret),) if isinstance(secret, str) else ())


def _numbered(state: Technician) -> tuple[Technician, str]:
    """The id of a new request."""
    return replace(state, asked=state.asked + 1), state.own.request_id(state.asked)


def set_words(state: Technician, event: SetWords) -> tuple[Technician, Effects]:
    return replace(state, language="en" if event.language == "en" else "zh"), ()


def ticked(state: Technician, event: Tick) -> tuple[Technician, Effects]:
    new = replace(state, now=event.now, clock=event.clock)
    new, effects = leave(new) if new.is_open and not new.left_s else steps.waited(new)
    new, more = action_reports.tell(new)
    return new, (*effects, *more)


HANDLERS: dict[type, Callable[[Technician, Any], tuple[Technician, Effects]]] = {
    Touched: touched,
    Leave: leave,
    Broke: leave,
    Type: typed,
    Checked: checked,
    Answered: answered,
    Unanswered: unanswered,
    Connected: connected,
    Heard: heard,
    Tick: ticked,
    SetWords: set_words,
    Untold: action_reports.untold,
    **steps.HANDLERS,
}
