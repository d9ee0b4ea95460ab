"""What the rater of a window is doing: pure, `step(state, event)` returns the new state and the effects to carry out.

A service is rated once, by the citizen's own free will: nothing is sent before "submit", a time-out or "no rating" sends
nothing, and a repeated tap repeats the same request id, so that one service never gets two ratings.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from contract.wire.answers import Answer
from contract.wire.messages import RatingAsk, WindowState
from contract.wire.rating_reasons import TEXT_LIMIT, lacks_reason, reasons_of
from kiosk.flow.event import Answered, Ask, Broke, Connected, LevelTapped, ReasonTapped, Received, Tick, Unanswered
from kiosk.flow.hall_view import Presence
from kiosk.flow.requests import Owners, Pending, PendingRequests, Policy, ServerRequest, ask

PageName = Literal["idle", "faces", "reasons", "words", "sending", "thanks", "trouble", "failed"]
Tapped = Literal["more", "words", "back", "submit", "decline", "home", "language", "elder"]
ASKING: frozenset[PageName] = frozenset({"faces", "reasons", "words"})
ENDS_S: dict[str, float] = {"thanks": 5, "trouble": 30, "failed": 5}


# --- events of its own -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class PhraseTapped:
    phrase: str


@dataclass(frozen=True)
class ButtonTapped:
    """A tap on a button that carries nothing but its name."""

    what: Tapped


# --- request ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TabletRating(ServerRequest):
    """The rating of a service at the tablet of its window."""

    verb = "rate"
    policy = Policy(timeout_s=12)

    service: str
    level: int
    reasons: tuple[str, ...]
    text: str

    def body(self) -> dict[str, object]:
        rating: dict[str, object] = {"service": self.service, "level": self.level, "channel": "tablet"}
        return rating | {"reasons": list(self.reasons), "text": self.text}


# --- state -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RaterSettings:
    """What the hall's rules say: seconds until a question is dropped, and whether a bad rating must be explained."""

    timeout_s: float = 60
    bad_needs_reason: bool = True
    language: str = "zh"


@dataclass(frozen=True)
class RaterState:
    """`now` and `until` run evenly (seconds), `clock` is the hall's local time. `sent` is the id of the present rating, once
    it was sent."""

    requests: PendingRequests
    settings: RaterSettings = RaterSettings()
    page: PageName = "idle"
    window: WindowState | None = None
    ask: RatingAsk | None = None
    until: float | None = None
    of_s: float = 1
    level: int | None = None
    reasons: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    more: bool = False
    sent: str = ""
    problem: str = ""
    presence: Presence = field(default_factory=Presence)
    language: str = "zh"
    elder: bool = False
    now: float = 0
    clock: datetime | None = None

    def with_requests(self, requests: PendingRequests) -> RaterState:
        return replace(self, requests=requests)

    @property
    def lacks_reason(self) -> bool:
        """Whether the chosen level still lacks the reason that a bad rating must have."""
        return lacks_reason(self.level, self.reasons, text_of(self.phrases), required=self.settings.bad_needs_reason)

    @property
    def seconds_left(self) -> int | None:
        """Whole seconds until this page closes by itself; None when it stays."""
        return None if self.until is None else max(0, round(self.until - self.now))


Outcome = tuple[RaterState, tuple[Ask, ...]]


def start(settings: RaterSettings, seed: UUID) -> RaterState:
    """The state of a rater that has received nothing yet; the ids of its requests come from `seed`."""
    return RaterState(PendingRequests(seed), settings, language=settings.language)


def step(state: RaterState, event: object) -> Outcome:
    """The state after `event`, and what is to be done. Any event may come in any state."""
    match event:
        case Tick(now, clock):
            return _ticked(replace(state, now=now, clock=clock)), ()
        case Connected() | Received(("server", "status")):
            return replace(state, presence=state.presence.after(event)), ()
        case Received(("window", _, "state"), WindowState() | None as window):
            return _window_changed(state, window), ()
        case Received(("rating", _, "ask"), None):
            return (_idle(state) if state.page in ASKING else state), ()
        case Received(("rating", _, "ask"), RatingAsk() as asked, retained):
            return _asked(state, asked, retained), ()
        case Answered():
            return OWNERS.answered(state, event)
        case Unanswered():
            return OWNERS.unanswered(state, event)
        case Broke():
            return _ending(_idle(state), "failed"), ()
        case ButtonTapped("submit"):
            return _submit(state)
    return _tapped(state, event), ()


def _idle(state: RaterState) -> RaterState:
    """Back to the plate of the window, in the hall's first language; the last question is known so as not to be asked twice."""
    return RaterState(
        requests=state.requests.without(TabletRating),
        settings=state.settings,
        window=state.window,
        ask=state.ask,
        presence=state.presence,
        language=state.settings.language,
        now=state.now,
        clock=state.clock,
    )


def _ending(state: RaterState, page: PageName) -> RaterState:
    """Show a page that closes by itself."""
    return replace(state, page=page, until=state.now + ENDS_S[page], of_s=ENDS_S[page])


def _ticked(state: RaterState) -> RaterState:
    return _idle(state) if state.until is not None and state.now >= state.until else state


def _window_changed(state: RaterState, window: WindowState | None) -> RaterState:
    """Another ticket at the window ends what the last citizen left open."""
    state = replace(state, window=window)
    number = window.ticket.number if window and window.ticket else None
    another = window is not None and window.state in ("calling", "serving") and number is not None
    if another and state.ask is not None and state.page in ASKING and number != state.ask.number:
        return _idle(state)
    return state


def _asked(state: RaterState, ask: RatingAsk, retained: bool) -> RaterState:
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


def _answered(state: RaterState, _pending: Pending[TabletRating], answer: Answer) -> Outcome:
    if answer.error is None or answer.error.code == "already-rated":
        return _ending(state, "thanks"), ()
    return _ending(replace(state, problem=answer.error.code), "trouble"), ()


def _unanswered(state: RaterState, _pending: Pending[TabletRating]) -> Outcome:
    return _ending(replace(state, problem="no-answer"), "trouble"), ()


def _submit(state: RaterState) -> Outcome:
    """Send the rating: the first time with a new id, after trouble with the same one."""
    if state.ask is None or state.level is None or state.lacks_reason or state.page not in ("reasons", "trouble"):
        return state, ()
    rating = TabletRating(state.ask.service, state.level, state.reasons, text_of(state.phrases))
    state, asked = ask(state, rating, again=state.sent)
    return replace(state, page="sending", sent=asked.request_id, until=None, problem=""), (asked,)


def _tapped(state: RaterState, event: object) -> RaterState:
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


def _button(state: RaterState, what: Tapped) -> RaterState:
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


OWNERS: Owners[RaterState, Ask] = Owners()
OWNERS.take(TabletRating, _answered, _unanswered)
