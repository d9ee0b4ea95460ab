"""The flow of the technician's pages: pure. The gesture, the code, the connection; what is behind them is in `pages`."""

from __future__ import annotations

from dataclasses import replace

from contract.totp import DIGITS
from contract.wire import answers
from contract.wire.answers import Answer, SecretAnswer
from kiosk.flow.event import Answered, Broke, Connected, Received, Tick, Touched, Unanswered
from kiosk.flow.handlers import Handlers, on
from kiosk.flow.requests import Owners, Pending, ask
from kiosk.service_pages import action_reports, gesture, steps
from kiosk.service_pages.events import (
    ActsReport,
    Checked,
    CheckOffline,
    CodeCheck,
    Effect,
    Effects,
    KeepSecret,
    KeyTyped,
    Leave,
    Note,
    Pointer,
    SecretFetch,
    SetWords,
)
from kiosk.service_pages.state import FIRST_WAIT_S, FREE_TRIES, LONGEST_WAIT_S, Technician, UnreportedActs
from kiosk.ui.keys import BACK, CLEAR


def step(state: Technician, event: object) -> tuple[Technician, Effects]:
    """What follows from an event; others change nothing."""
    return HANDLERS.step(state, event)


# --- getting in and out ----------------------------------------------------------------------------------------------


def touched(state: Technician, event: Touched) -> tuple[Technician, Effects]:
    """The gesture, or a sign that somebody is there."""
    if state.is_open:
        return replace(state, idle_since=state.now), ()
    touches = gesture.touched(state.touches, event.x, event.y, event.at)
    if gesture.is_complete(touches):
        return replace(state, touches=(), typed="", verdict="", refusal=None).at("code"), (Pointer(True),)
    return replace(state, touches=touches), ()


def leave(state: Technician, _event: object = None) -> tuple[Technician, Effects]:
    """Hide, and forget what was typed and tried; wrong codes stay counted."""
    if not state.is_open:
        return state, ()
    state, effects = steps.stopped(state)
    noted = () if state.page == "code" else (Note("left"),)
    requests = state.requests.without(CodeCheck)
    state = replace(
        state, requests=requests, typed="", verdict="", refusal=None, results={}, lines=(), landings=(), warnings=False
    )
    return state.at("hidden"), (*effects, *noted, Pointer(False))


def typed(state: Technician, event: KeyTyped) -> tuple[Technician, Effects]:
    """Another digit; the eighth one asks the server, or the terminal itself when there is none."""
    if state.page != "code" or state.verdict == "asking" or state.wait_s:
        return state, ()
    if event.key in (BACK, CLEAR):
        return replace(state, typed=state.typed[:-1] if event.key == BACK else "", verdict="", refusal=None), ()
    text = state.typed + (event.key if event.key in "0123456789" else "")
    new = replace(state, typed=text, verdict="", refusal=None)
    if len(text) < DIGITS:
        return new, ()
    if not state.served:
        return replace(new, verdict="asking"), (CheckOffline(text),)
    new, asked = ask(replace(new, verdict="asking"), CodeCheck(text))
    return new, (asked,)


def checked(state: Technician, event: Checked) -> tuple[Technician, Effects]:
    """The terminal's own judgement of a time-based code."""
    if state.page != "code" or state.verdict != "asking":
        return state, ()
    if event.what == "right":
        state, effects = _let_in(state)
        return state, (*effects, Note("entered-offline"))
    return _wrong(replace(state, verdict=event.what)), (Note("refused-offline", result=event.what),)


def code_answered(state: Technician, pending: Pending[CodeCheck], answer: Answer) -> tuple[Technician, Effects]:
    """The server's judgement of a code."""
    if state.page != "code":
        return state, ()
    if answer.status == "ok":
        return _let_in(state)
    error = answer.error
    if error is not None and error.code in ("not-authorised", "limit-reached"):
        return _wrong(replace(state, verdict="", refusal=error.texts)), ()
    return code_unanswered(state, pending)  # the server cannot say: busy, or older than this program


def code_unanswered(state: Technician, pending: Pending[CodeCheck]) -> tuple[Technician, Effects]:
    """The server is there and yet silent: the code may be a time-based one."""
    return state, ((CheckOffline(pending.request.code),) if state.page == "code" else ())


def _let_in(state: Technician) -> tuple[Technician, Effects]:
    return replace(state, typed="", verdict="", refusal=None, wrong=0).at("menu"), ()


def _wrong(state: Technician) -> Technician:
    """One more wrong code; after a few of them nothing can be typed for a while."""
    wrong = state.wrong + 1
    doubled = FIRST_WAIT_S * 2 ** min(10, max(0, wrong - FREE_TRIES - 1))
    wait_s = min(LONGEST_WAIT_S, doubled) if wrong > FREE_TRIES else 0
    return replace(state, typed="", wrong=wrong, wait_until=state.now + wait_s)


# --- the connection --------------------------------------------------------------------------------------------------


def hall_changed(state: Technician, event: Connected | Received) -> tuple[Technician, Effects]:
    """When the server comes, the terminal gets what it needs to know codes by itself."""
    new = replace(state, presence=state.presence.after(event))
    if state.served or not new.served:
        return new, ()
    new, asked = ask(new.with_requests(new.requests.without(SecretFetch)), SecretFetch())
    return new, (asked,)


def secret_fetched(state: Technician, _pending: Pending[SecretFetch], answer: Answer) -> tuple[Technician, Effects]:
    fetched = answers.of(answer, SecretAnswer)
    return state, ((KeepSecret(fetched.secret),) if fetched is not None else ())


def set_words(state: Technician, event: SetWords) -> tuple[Technician, Effects]:
    return replace(state, language="en" if event.language == "en" else "zh"), ()


def ticked(state: Technician, event: Tick) -> tuple[Technician, Effects]:
    new = replace(state, now=event.now, clock=event.clock)
    new, effects = leave(new) if new.is_open and not new.left_s else steps.waited(new)
    new, more = action_reports.report(new)
    return new, (*effects, *more)


OWNERS: Owners[Technician, Effect] = Owners()
"""Who takes the answers of the server."""
OWNERS.take(CodeCheck, code_answered, code_unanswered)
OWNERS.take(SecretFetch, secret_fetched)
OWNERS.take(ActsReport, action_reports.answered, action_reports.unanswered)

HANDLERS: Handlers[Technician, Effect] = Handlers(
    on(Touched, touched),
    on(Leave, leave),
    on(Broke, leave),
    on(KeyTyped, typed),
    on(Checked, checked),
    on(Answered, OWNERS.answered),
    on(Unanswered, OWNERS.unanswered),
    on(Connected, hall_changed),
    on(Received, hall_changed),
    on(Tick, ticked),
    on(SetWords, set_words),
    on(UnreportedActs, action_reports.changed),
    steps.HANDLERS.guarded(steps.inside),
)
