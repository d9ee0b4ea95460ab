"""My ticket: where it stands in the line, giving the place up, and rating the service that has ended. By the ticket's token."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from contract.wire.rating_reasons import BAD_LEVELS, reasons_of
from kiosk.flow.event import Ask
from kiosk.ticket_kiosk.state import Effects, State
from kiosk.window_rater.flow import LevelTapped, ReasonTapped

ANSWER_S = 5
CANCELLABLE = ("waiting", "held", "missed")


@dataclass(frozen=True)
class Doubt:
    """Give the place up: asks whether that is meant, or takes the question back."""

    on: bool = True


@dataclass(frozen=True)
class GiveUp:
    """It is meant; `request_id` is a fresh UUID."""

    request_id: str


@dataclass(frozen=True)
class OpenRating:
    """Rate the service of this ticket."""


@dataclass(frozen=True)
class MoreReasons:
    """All reasons of the level, or the first ones."""


@dataclass(frozen=True)
class Submit:
    """Send the rating; `request_id` is a fresh UUID."""

    request_id: str


def ask(state: State, verb: str, body: dict[str, Any], request_id: str) -> tuple[State, Effects]:
    """One question at a time."""
    asked = Ask(verb, body, request_id, ANSWER_S)
    return _with(state, asked=asked, asked_on=state.page, tries=1, refusal=None), (asked,)


def show(state: State, facts: Mapping[str, Any], token: str) -> State:
    """The page of a ticket, from what `lookup` or a second check-in says of it. Raise KeyError for what is no such answer."""
    ticket, estimate = facts["ticket"], facts["estimate_s"]
    known = {
        "number": str(ticket["number"]), "queue": str(ticket["queue"]), "state": str(ticket["state"]),
        "window": ticket.get("window"), "ahead": int(facts["ahead"]), "low_s": int(estimate["low"]),
        "high_s": int(estimate["high"]), "can_rate": bool((facts.get("service") or {}).get("can_rate")),
        "level": (facts.get("service") or {}).get("level"),
    }  # fmt: skip
    return _with(state, ticket=known, token=token, doubting=False, refusal=None).at("my-ticket")


def may_give_up(state: State) -> bool:
    """Whether the ticket that is shown still stands in a line."""
    return state.scan.ticket is not None and state.scan.ticket["state"] in CANCELLABLE


def may_rate(state: State) -> bool:
    """Whether the service of the ticket is over and waits for its rating."""
    ticket = state.scan.ticket
    return ticket is not None and ticket["state"] == "finished" and ticket["can_rate"]


def needs_reason(state: State) -> bool:
    """Whether the chosen level still lacks the reason that a bad rating must have."""
    return state.scan.level in BAD_LEVELS and state.setting.bad_needs_reason and not state.scan.reasons


def doubt(state: State, event: Doubt) -> tuple[State, Effects]:
    if state.shown != "my-ticket" or not may_give_up(state) or state.scan.asked is not None:
        return state, ()
    return _with(state, doubting=event.on, refusal=None), ()


def give_up(state: State, event: GiveUp) -> tuple[State, Effects]:
    if state.shown != "my-ticket" or not state.scan.doubting or state.scan.asked is not None:
        return state, ()
    return ask(state, "cancel-ticket", {"token": state.scan.token, "reason": "citizen"}, event.request_id)


def given_up(state: State, data: dict[str, Any], _request_id: str) -> tuple[State, Effects]:
    assert state.scan.ticket is not None, "what was given up was shown before"
    return _with(state, ticket={**state.scan.ticket, "state": str(data["ticket"]["state"])}, doubting=False), ()


def open_rating(state: State, _event: OpenRating) -> tuple[State, Effects]:
    if state.shown != "my-ticket" or not may_rate(state):
        return state, ()
    return _with(state, level=None, reasons=(), refusal=None).at("rate"), ()


def level_tapped(state: State, event: LevelTapped) -> tuple[State, Effects]:
    """A level leads to its reasons; another level has others."""
    if state.shown != "rate" or not 1 <= event.level <= 5:
        return state, ()
    kept = state.scan.reasons if event.level == state.scan.level else ()
    return _with(state, level=event.level, reasons=kept, more=False, refusal=None).at("rate-reasons"), ()


def reason_tapped(state: State, event: ReasonTapped) -> tuple[State, Effects]:
    if state.shown != "rate-reasons" or event.code not in {reason.code for reason in reasons_of(state.scan.level or 0)}:
        return state, ()
    chosen = state.scan.reasons
    without = tuple(code for code in chosen if code != event.code)
    return _with(state, reasons=without if event.code in chosen else (*chosen, event.code), refusal=None), ()


def more_reasons(state: State, _event: MoreReasons) -> tuple[State, Effects]:
    return (_with(state, more=not state.scan.more), ()) if state.shown == "rate-reasons" else (state, ())


def submit(state: State, event: Submit) -> tuple[State, Effects]:
    """Send the rating, once: nothing is sent before this tap, and none of the taps after it counts."""
    scan = state.scan
    if state.shown != "rate-reasons" or scan.level is None or needs_reason(state) or scan.asked is not None:
        return state, ()
    body = {"token": scan.token, "level": scan.level, "channel": "kiosk", "reasons": list(scan.reasons)}
    return ask(state, "rate", body, event.request_id)


def rated(state: State, _data: dict[str, Any], _request_id: str) -> tuple[State, Effects]:
    return replace(state, page="rated", trail=("home",), idle_since=state.now), ()


def _with(state: State, **changes: Any) -> State:
    return replace(state, scan=replace(state.scan, **changes))


ANSWERS = {"cancel-ticket": given_up, "rate": rated}
HANDLERS: dict[type, Any] = {
    Doubt: doubt, GiveUp: give_up, OpenRating: open_rating, LevelTapped: level_tapped, ReasonTapped: reason_tapped,
    MoreReasons: more_reasons, Submit: submit,
}  # fmt: skip
