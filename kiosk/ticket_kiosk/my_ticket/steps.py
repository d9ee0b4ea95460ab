"""My ticket: where it is in its line, giving the place up, and rating the service that has ended. By the ticket's token."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from contract.wire.answers import Answer
from contract.wire.rating_reasons import lacks_reason as rating_lacks_reason
from contract.wire.rating_reasons import reasons_of
from kiosk.flow.event import LevelTapped, ReasonTapped
from kiosk.flow.requests import Pending, ask
from kiosk.ticket_kiosk.my_ticket.state import (
    AskGiveUp,
    ConfirmGiveUp,
    GiveUpRequest,
    MoreReasons,
    OpenRating,
    RatingRequest,
    ShownTicket,
    SubmitRating,
    TokenRequest,
)
from kiosk.ticket_kiosk.state import Effects, KioskState


def show(state: KioskState, facts: Mapping[str, Any], token: str) -> KioskState:
    """The page of a ticket, from what `lookup` or a second check-in says of it. Raise KeyError for what is no such answer."""
    ticket, estimate, service = facts["ticket"], facts["estimate_s"], facts.get("service") or {}
    shown = ShownTicket(
        number=str(ticket["number"]),
        queue=str(ticket["queue"]),
        state=str(ticket["state"]),
        window=ticket.get("window"),
        ahead=int(facts["ahead"]),
        low_s=int(estimate["low"]),
        high_s=int(estimate["high"]),
        can_rate=bool(service.get("can_rate")),
        level=service.get("level"),
    )
    return _with(state, ticket=shown, token=token, asks_give_up=False, refusal=None).at("my-ticket")


def waits(state: KioskState) -> bool:
    """Whether the answer to giving up or rating is still to come: one question at a time."""
    return state.requests.waits_for(TokenRequest)


def lacks_reason(state: KioskState) -> bool:
    """Whether the chosen level still lacks the reason that a bad rating must have."""
    mine = state.my_ticket
    return rating_lacks_reason(mine.level, mine.reasons, required=state.setting.bad_needs_reason)


def ask_give_up(state: KioskState, event: AskGiveUp) -> tuple[KioskState, Effects]:
    ticket = state.my_ticket.ticket
    if state.shown != "my-ticket" or ticket is None or not ticket.cancellable or waits(state):
        return state, ()
    return _with(state, asks_give_up=event.on, refusal=None), ()


def confirm_give_up(state: KioskState, _event: ConfirmGiveUp) -> tuple[KioskState, Effects]:
    if state.shown != "my-ticket" or not state.my_ticket.asks_give_up or waits(state):
        return state, ()
    return _ask(state, GiveUpRequest(state.page, state.my_ticket.token))


def given_up(state: KioskState, pending: Pending[GiveUpRequest], answer: Answer) -> tuple[KioskState, Effects]:
    """The ticket as it is now, or why it stays."""
    ticket = state.my_ticket.ticket
    if state.page != pending.request.page or ticket is None:
        return state, ()
    try:
        now = str((answer.data or {})["ticket"]["state"])
    except (KeyError, TypeError):
        return _refused(state, answer)
    return _with(state, ticket=replace(ticket, state=now), asks_give_up=False), ()


def open_rating(state: KioskState, _event: OpenRating) -> tuple[KioskState, Effects]:
    ticket = state.my_ticket.ticket
    if state.shown != "my-ticket" or ticket is None or not ticket.ratable:
        return state, ()
    return _with(state, level=None, reasons=(), refusal=None).at("rate"), ()


def level_tapped(state: KioskState, event: LevelTapped) -> tuple[KioskState, Effects]:
    """A level leads to its reasons; another level has others."""
    if state.shown != "rate" or not 1 <= event.level <= 5:
        return state, ()
    kept = state.my_ticket.reasons if event.level == state.my_ticket.level else ()
    return _with(state, level=event.level, reasons=kept, more=False, refusal=None).at("rate-reasons"), ()


def reason_tapped(state: KioskState, event: ReasonTapped) -> tuple[KioskState, Effects]:
    chosen, level = state.my_ticket.reasons, state.my_ticket.level or 0
    if state.shown != "rate-reasons" or event.code not in {reason.code for reason in reasons_of(level)}:
        return state, ()
    without = tuple(code for code in chosen if code != event.code)
    return _with(state, reasons=without if event.code in chosen else (*chosen, event.code), refusal=None), ()


def more_reasons(state: KioskState, _event: MoreReasons) -> tuple[KioskState, Effects]:
    return (_with(state, more=not state.my_ticket.more), ()) if state.shown == "rate-reasons" else (state, ())


def submit(state: KioskState, _event: SubmitRating) -> tuple[KioskState, Effects]:
    """Send the rating, once: nothing is sent before this tap, and none of the taps after it counts."""
    mine = state.my_ticket
    if state.shown != "rate-reasons" or mine.level is None or lacks_reason(state) or waits(state):
        return state, ()
    return _ask(state, RatingRequest(state.page, mine.token, mine.level, mine.reasons))


def rated(state: KioskState, pending: Pending[RatingRequest], answer: Answer) -> tuple[KioskState, Effects]:
    """Thanks, or why the rating was not taken."""
    if state.page != pending.request.page:
        return state, ()
    if answer.status != "ok" or answer.data is None:
        return _refused(state, answer)
    return replace(state, page="rated", trail=("home",), idle_since=state.now), ()


def unanswered(state: KioskState, _pending: Pending[TokenRequest]) -> tuple[KioskState, Effects]:
    return _with(state, refusal="no-answer"), ()


def _ask(state: KioskState, request: TokenRequest) -> tuple[KioskState, Effects]:
    state, asked = ask(_with(state, refusal=None), request)
    return state, (asked,)


def _refused(state: KioskState, answer: Answer) -> tuple[KioskState, Effects]:
    """In the words of the server, where it has some."""
    texts = answer.error.texts if answer.error is not None else None
    return _with(state, refusal=texts or "no-answer"), ()


def _with(state: KioskState, **changes: Any) -> KioskState:
    return replace(state, my_ticket=replace(state.my_ticket, **changes))


HANDLERS: dict[type, Any] = {
    AskGiveUp: ask_give_up, ConfirmGiveUp: confirm_give_up, OpenRating: open_rating, LevelTapped: level_tapped,
    ReasonTapped: reason_tapped, MoreReasons: more_reasons, SubmitRating: submit,
}  # fmt: skip
