"""What the rater of a window is doing: pure, `step(state, event)` returns the new state and the effects to carry out.

A service is rated once, by the citizen's own free will: nothing is sent before "submit", a time-out or "no rating" sends
nothing, and a repeated tap repeats the same request id, so that one service never gets two ratings.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from contract.wire.messages import RatingAsk, WindowState
from contract.wire.rating_reasons import BAD_LEVELS, TEXT_LIMIT, reasons_of
from kiosk.flow.event import Answered, Ask, Broke, Connected, Heard, Tick, Unanswered

PageName = Literal["idle", "faces", "reasons", "words", "sending", "thanks", "trouble", "failed"]
Tapped = Literal["more", "words", "back", "submit", "decline", "home", "language", "elder"]
ASKING: frozenset[PageName] = frozenset({"faces", "reasons", "words"})
ENDS_S: dict[str, float] = {"thanks": 5, "trouble": 30, "failed": 5}
ANSWER_S = 12.0


# --- events of its own -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class LevelTapped:
    level: int


@dataclass(frozen=True)
class ReasonTapped:
    code: str


@dataclass(frozen=True)
class PhraseTapped:
    phrase: str


@dataclass(frozen=True)
class ButtonTapped:
    """A tap on a button that carries nothing but its name."""

    what: Tapped


# --- state -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Settings:
    """What the hall's rules say: seconds until a question is dropped, and whether a bad rating must be explained."""

    timeout_s: float = 60
    bad_needs_reason: bool = True
    language: str = "zh"


@dataclass(frozen=True)
class State:
    """`now` and `until` run evenly (seconds), `clock` is the hall's local time."""

    settings: Settings = Settings()
    page: PageName = "idle"
    window: WindowState | None = None
    ask: RatingAsk | None = None
    until: float | None = None
    of_s: float = 1
    level: int | None = None
    reasons: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    more: bool = False
    request_id: str = ""
    problem: str = ""
    link_up: bool = False
    server_ready: bool = False
    language: str = "zh"
    elder: bool = False
    now: float = 0
    clock: datetime | None = None

    @property
    def needs_reason(self) -> bool:
        """Whether the chosen level still lacks the reason that a bad rating must have."""
        bad = self.level in BAD_LEVELS and self.settings.bad_needs_reason
        return bad and not self.reasons and not self.phrases

    @property
    def seconds_left(self) -> int | None:
        """Whole seconds until this page closes by itself; None when it stays."""
        return None if self.until is None else max(0, round(self.until - self.now))


Outcome = tuple[State, tuple[Any, ...]]


def start(settings: Settings) -> State:
    """The state of a rater that has heard nothing yet."""
    return State(settings=settings, language=settings.language)


def step(state: State, event: Any, new_id: Callable[[], str] = lambda: str(uuid.uuid4())) -> Outcome:
    """The state after `event`, and what is to be done. Any event may come in any state."""
    match event:
        case Tick(now, clock):
            return _ticked(replace(state, now=now, clock=clock)), ()
        case Connected(up):
            return replace(state, link_up=up, server_ready=state.server_ready and up), ()
        case Heard(("window", _, "state"), window):
            return _window_changed(state, window), ()
        case Heard(("rating", _, "ask"), None):
            return (_idle(state) if state.page in ASKING else state), ()
        case Heard(("rating", _, "ask"), ask, retained):
            return _asked(state, ask, retained), ()
        case Heard(("server", "status"), status):
            return replace(state, server_ready=status is not None and status.state == "ready"), ()
        case Answered(request_id, answer) if request_id == state.request_id and state.page == "sending":
            return _answered(state, "ok" if answer.error is None else answer.error.code), ()
        case Unanswered(request_id) if request_id == state.request_id and state.page == "sending":
            return _answered(state, "no-answer"), ()
        case Broke():
            return _ending(_idle(state), "failed"), ()
        case ButtonTapped("submit"):
            return _submit(state, new_id)
    return _tapped(state, event), ()


def _idle(state: State) -> State:
    """Back to the plate of the window, in the hall's first language; the last question is known so as not to be asked twice."""
    fresh = start(state.settings)
    return replace(
        fresh, window=state.window, link_up=state.link_up, server_ready=state.server_ready, ask=state.ask, now=state.now,
        clock=state.clock,
    )  # fmt: skip


def _ending(state: State, page: PageName) -> State:
    """Show a page that closes by itself."""
    return replace(state, page=page, until=state.now + ENDS_S[page], of_s=ENDS_S[page])


def _ticked(state: State) -> State:
    return _idle(state) if state.until is not None and state.now >= state.until else state


def _window_changed(state: State, window: WindowState | None) -> State:
    """Another ticket at the window ends what the last citizen left open."""
    state = replace(state, window=window)
    number = window.ticket.number if window and window.ticket else None
    another = window is not None and window.state in ("calling", "serving") and number is not None
    if another and state.ask is not None and state.page in ASKING and number != state.ask.number:
        return _idle(state)
    return state


def _asked(state: State, ask: RatingAsk, retained: bool) -> State:
    if state.ask is not None and state.ask.service == ask.service:
        return state
    limit = state.settings.timeout_s
    left = limit if state.clock is None else min((ask.expires_at - state.clock).total_seconds(), limit)
    if left <= 0:
        if retained:
            return state
        left = limit  # it has just been asked: this terminal's clock is wrong, not the question old
    fresh = replace(_idle(state), elder=state.elder, language=state.language)
    return replace(fresh, page="faces", ask=ask, until=state.now + left, of_s=left)


def _answered(state: State, code: str) -> State:
    if code in ("ok", "already-rated"):
        return _ending(state, "thanks")
    return _ending(replace(state, problem=code), "trouble")


def _submit(state: State, new_id: Callable[[], str]) -> Outcome:
    """Send the rating: the first time with a new id, after trouble with the same one."""
    if state.ask is None or state.level is None or state.needs_reason or state.page not in ("reasons", "trouble"):
        return state, ()
    request_id = state.request_id or new_id()
    body = {"service": state.ask.service, "level": state.level, "channel": "tablet"}
    body |= {"reasons": list(state.reasons), "text": text_of(state.phrases)}
    sending = replace(state, page="sending", request_id=request_id, until=None, problem="")
    return sending, (Ask("rate", body, request_id, ANSWER_S),)


def _tapped(state: State, event: Any) -> State:
    match event, state.page:
        case LevelTapped(level), "faces" | "reasons" if 1 <= level <= 5:
            kept = state if level == state.level else replace(state, reasons=(), phrases=())
            return replace(kept, page="reasons", level=level, more=False)
        case ReasonTapped(code), "reasons" if code in {r.code for r in reasons_of(state.level or 0)}:
            return replace(state, reasons=_toggled(state.reasons, code))
        case PhraseTapped(phrase), "words" if len(text_of(chosen := _toggled(state.phrases, phrase))) <= TEXT_LIMIT:
            return replace(state, phrases=chosen)
        case ButtonTapped(what), _:
            return _button(state, what)
    return state


def _button(state: State, what: Tapped) -> State:
    match what, state.page:
        case "language", _:
            return replace(state, language="en" if state.language == "zh" else "zh")
        case "elder", _:
            return replace(state, elder=not state.elder)
        case "more", "reasons":
            return replace(state, more=not state.more)
        case "words", "reasons":
            return replace(state, page="words")
        case "back", "words":
            return replace(state, page="reasons")
        case "back", "reasons":
            return replace(state, page="faces")
        case ("decline", "faces" | "reasons" | "words") | ("home", "thanks" | "trouble" | "failed"):
            return _idle(state)
    return state


def text_of(phrases: tuple[str, ...]) -> str:
    """The chosen phrases as the one text of the rating."""
    return "；".join(phrases)


def _toggled(chosen: tuple[str, ...], one: str) -> tuple[str, ...]:
    return tuple(x for x in chosen if x != one) if one in chosen else (*chosen, one)
