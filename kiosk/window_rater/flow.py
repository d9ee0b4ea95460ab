"""What the rater of a window is doing: pure, `step(state, event)` returns the new state and the effects to carry out.

A service is rated once, by the citizen's own free will, and a face that was touched is kept. The good ones count at once; why
is asked afterwards, and need not be said. A bad one waits for its reason as long as somebody is there, and is then kept
without: when the time ends, when the next service begins, when the page breaks. The next call takes nothing away. Only
"no rating", or never touching a face, means: not rated.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from contract.wire.answers import Answer
from contract.wire.messages import RatingAsk, WindowState
from contract.wire.rating_reasons import TEXT_LIMIT, needs_reason, reasons_of
from kiosk.flow.event import Answered, Ask, Broke, Connected, LevelTapped, ReasonTapped, Received, Tick, Touched, Unanswered
from kiosk.flow.requests import NOT_NOW, Owners, Pending, PendingRequests, ask, put_off, send_put_off
from kiosk.window_rater.state import (
    ButtonTapped,
    PageName,
    PhraseTapped,
    RaterSettings,
    RaterState,
    TabletRating,
    Tapped,
    text_of,
)

ASKING: frozenset[PageName] = frozenset({"faces", "reasons", "words"})
ENDS_S: dict[str, float] = {"thanks": 5, "trouble": 30, "failed": 5}
ELDER_TIME = 2
"""So many times longer a question stays in elder mode."""

Outcome = tuple[RaterState, tuple[Ask, ...]]


def start(settings: RaterSettings, seed: UUID) -> RaterState:
    """The state of a rater that has received nothing yet; the ids of its requests come from `seed`."""
    return RaterState(PendingRequests(seed), settings, language=settings.language)


def step(state: RaterState, event: object) -> Outcome:
    """The state after `event`, and what is to be done. Any event may come in any state."""
    match event:
        case Tick(now, clock):
            return _ticked(replace(state, now=now, clock=clock))
        case Connected() | Received(("server", "status")):
            return replace(state, presence=state.presence.after(event)), ()
        case Received(("window", _, "state"), WindowState() | None as window):
            return _window_changed(state, window)
        case Received(("rating", _, "ask"), None):
            return (_idle(state) if state.page in ASKING and not state.touched else state), ()
        case Received(("rating", _, "ask"), RatingAsk() as asked, retained):
            return _asked(state, asked, retained)
        case Touched():
            return _prolonged(state), ()
        case Answered():
            return OWNERS.answered(state, event)
        case Unanswered():
            return OWNERS.unanswered(state, event)
        case Broke():
            state, kept = _kept(state)
            return _ending(_idle(state), "failed"), kept
        case LevelTapped(level) if 1 <= level <= 5 and _may_choose(state):
            return _chosen(state, level)
        case ButtonTapped("submit"):
            return _submit(state)
    return _tapped(state, event), ()


def _idle(state: RaterState) -> RaterState:
    """Back to the plate of the window, in the hall's first language; the last question is known so as not to be asked twice,
    and what was sent is sent on."""
    return RaterState(
        requests=state.requests,
        settings=state.settings,
        window=state.window,
        ask=state.ask,
        presence=state.presence,
        guest=state.guest,
        language=state.settings.language,
        now=state.now,
        clock=state.clock,
    )


def _ending(state: RaterState, page: PageName) -> RaterState:
    """Show a page that closes by itself."""
    return replace(state, page=page, until=state.now + ENDS_S[page], of_s=ENDS_S[page])


def _prolonged(state: RaterState) -> RaterState:
    """Somebody is there: the time begins anew, and is longer in elder mode."""
    if state.page not in ASKING:
        return state
    of_s = state.settings.timeout_s * (ELDER_TIME if state.elder else 1)
    return replace(state, touched=True, until=state.now + of_s, of_s=of_s)


def _ticked(state: RaterState) -> Outcome:
    state, again = send_put_off(state, state.now)
    if state.until is None or state.now < state.until:
        return state, again
    if state.page == "idle" and state.number:
        return replace(state, until=None), again
    if state.page not in ASKING or state.level is None:
        return _idle(state), again
    state, kept = _kept(state)
    return _ending(replace(state, problem="time-out"), "thanks"), (*again, *kept)


def _kept(state: RaterState) -> Outcome:
    """Send what was touched and not sent yet, as it stands."""
    if state.page not in ASKING or state.ask is None or state.level is None or (state.counted and not state.chose):
        return state, ()
    return _send(state)


def _send(state: RaterState) -> Outcome:
    assert state.ask is not None, "nothing is rated that was not asked for"
    assert state.level is not None, "a rating has a level"
    rating = TabletRating(state.ask.service, state.level, state.reasons, text_of(state.phrases))
    state, asked = ask(state, rating)
    return replace(state, sent=asked.request_id), (asked,)


def _window_changed(state: RaterState, window: WindowState | None) -> Outcome:
    """When the next citizen is being served, whoever was asked before has gone. Whoever is called next finds the plate in the
    hall's first language."""
    state = replace(state, window=window)
    number = state.number
    if number and number != state.guest:
        state = replace(state, guest=number)
        state = _idle(state) if state.page == "idle" else state
    another = window is not None and window.state == "serving" and number
    if not another or state.ask is None or state.page not in ASKING or number == state.ask.number:
        return state, ()
    state, kept = _kept(state)
    return _idle(state), kept


def _asked(state: RaterState, ask: RatingAsk, retained: bool) -> Outcome:
    if state.ask is not None and state.ask.service == ask.service:
        return state, ()
    limit = state.settings.timeout_s
    left = limit if state.clock is None else min((ask.expires_at - state.clock).total_seconds(), limit)
    if left <= 0:
        if retained:
            return state, ()
        left = limit  # it has just been asked: this terminal's clock is wrong, not the question old
    state, kept = _kept(state)
    fresh = _idle(state)
    if ask.number == state.guest:
        fresh = replace(fresh, elder=state.elder, language=state.language)
    return replace(fresh, guest=ask.number, page="faces", ask=ask, until=state.now + left, of_s=left), kept


# --- the rating on its way --------------------------------------------------------------------------------------------


def _answered(state: RaterState, pending: Pending[TabletRating], answer: Answer) -> Outcome:
    """Whoever waits for it learns what became of it. What the server could not take is sent again, whoever is there by then."""
    code = answer.error.code if answer.error is not None else ""
    if code in NOT_NOW:
        return put_off(state, pending, state.now), ()
    if state.page != "sending" or pending.id != state.sent:
        return state, ()
    if code in ("", "already-rated"):
        return _ending(replace(state, problem=""), "thanks"), ()
    return _ending(replace(state, problem=code), "trouble"), ()


def _unanswered(state: RaterState, pending: Pending[TabletRating]) -> Outcome:
    """It takes long: nobody needs to wait for it, it is sent on and on."""
    if state.page != "sending" or pending.id != state.sent:
        return state, ()
    return _ending(replace(state, problem="no-answer"), "thanks"), ()


# --- the citizen -----------------------------------------------------------------------------------------------------


def _may_choose(state: RaterState) -> bool:
    """Whether a face can be touched: once its level was sent, it stays."""
    return state.page in ("faces", "reasons") and not state.counted


def _chosen(state: RaterState, level: int) -> Outcome:
    """A face: a good one counts at once, a bad one after its reason."""
    kept = state if level == state.level else replace(state, reasons=(), phrases=())
    state = _prolonged(replace(kept, page="reasons", level=level, more=False))
    if needs_reason(level, required=state.settings.bad_needs_reason):
        return state, ()
    state, sent = _send(replace(state, reasons=(), phrases=()))
    return replace(state, counted=True), sent


def _submit(state: RaterState) -> Outcome:
    """Send the reasons with the rating, or after it. Where it counted already and nothing is added, that is the end."""
    if state.page != "reasons" or state.ask is None or state.level is None:
        return state, ()
    if state.counted and not state.chose:
        return _ending(state, "thanks"), ()
    if state.lacks_reason:
        return state, ()
    state, sent = _send(state)
    return replace(state, page="sending", until=None, problem=""), sent


def _tapped(state: RaterState, event: object) -> RaterState:
    match event, state.page:
        case ReasonTapped(code), "reasons" if code in {r.code for r in reasons_of(state.level or 0)}:
            return replace(state, reasons=_toggled(state.reasons, code))
        case PhraseTapped(phrase), "words" if len(text_of(chosen := _toggled(state.phrases, phrase))) <= TEXT_LIMIT:
            return replace(state, phrases=chosen)
        case ButtonTapped(what), _:
            return _button(state, what)
    return state


def _button(state: RaterState, what: Tapped) -> RaterState:
    match what, state.page:
        case "language", "idle":
            return _left_alone(replace(state, language=_other(state.language)))
        case "elder", "idle":
            return _left_alone(replace(state, elder=not state.elder))
        case "language", _:
            return replace(state, language=_other(state.language))
        case "elder", _:
            return _prolonged(replace(state, elder=not state.elder))
        case "more", "reasons":
            return replace(state, more=not state.more)
        case "words", "reasons":
            return replace(state, page="words")
        case "back", "words":
            return replace(state, page="reasons")
        case "back", "reasons" if not state.counted:
            return replace(state, page="faces")
        case "decline", "faces" | "reasons" | "words" if not state.counted:
            return _idle(state)
        case "home", "thanks" | "trouble" | "failed":
            return _idle(state)
    return state


def _left_alone(state: RaterState) -> RaterState:
    """What is chosen on the plate while nobody is at the window lasts a while."""
    return replace(state, until=state.now + state.settings.timeout_s, of_s=state.settings.timeout_s)


def _other(language: str) -> str:
    return "en" if language == "zh" else "zh"


def _toggled(chosen: tuple[str, ...], one: str) -> tuple[str, ...]:
    return tuple(x for x in chosen if x != one) if one in chosen else (*chosen, one)


OWNERS: Owners[RaterState, Ask] = Owners()
OWNERS.take(TabletRating, _answered, _unanswered)
