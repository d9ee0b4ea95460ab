"""My ticket: where it is in its line, giving the place up, and rating the service that has ended. By the ticket's token."""

from __future__ import annotations

from dataclasses import replace

from contract.wire import answers
from contract.wire.answers import Answer, TicketAnswer
from contract.wire.facts import RateableService, TicketFacts
from contract.wire.messages import Estimate
from contract.wire.rating_reasons import lacks_reason as rating_lacks_reason
from contract.wire.rating_reasons import reasons_of
from kiosk.flow.event import LevelTapped, ReasonTapped
from kiosk.flow.handlers import Handlers, on
from kiosk.flow.requests import Pending, ask
from kiosk.ticket_kiosk.my_ticket.state import (
    AskGiveUp,
    ConfirmGiveUp,
    GiveUpRequest,
    MoreReasons,
    MyTicketState,
    OpenRating,
    RatingRequest,
    ShownTicket,
    SubmitRating,
    TokenRequest,
)
from kiosk.ticket_kiosk.state import Effect, Effects, KioskState


def shown(ticket: TicketFacts, ahead: int, estimate_s: Estimate, service: RateableService | None = None) -> ShownTicket:
    """A ticket as its page shows it; `service` is its last one, when that has ended."""
    return ShownTicket(
        number=ticket.number,
        queue=ticket.queue,
        state=ticket.state,
        window=ticket.window,
        ahead=ahead,
        low_s=estimate_s.low,
        high_s=estimate_s.high,
        can_rate=service is not None and service.can_rate,
        level=service.level if service is not None else None,
    )


def show(state: KioskState, ticket: ShownTicket, token: str) -> KioskState:
    """The page of a ticket."""
    return replace(state, my_ticket=MyTicketState(ticket, token)).at("my-ticket")


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
    return _with(state, replace(state.my_ticket, asks_give_up=event.on, refusal=None)), ()


def confirm_give_up(state: KioskState, _event: ConfirmGiveUp) -> tuple[KioskState, Effects]:
    if state.shown != "my-ticket" or not state.my_ticket.asks_give_up or waits(state):
        return state, ()
    return _ask(state, GiveUpRequest(state.page, state.my_ticket.token))


def given_up(state: KioskState, pending: Pending[GiveUpRequest], answer: Answer) -> tuple[KioskState, Effects]:
    """The ticket as it is now, or why it stays."""
    ticket = state.my_ticket.ticket
    if state.page != pending.request.page or ticket is None:
        return state, ()
    left = answers.of(answer, TicketAnswer)
    if left is None:
        return _refused(state, answer)
    now = replace(state.my_ticket, ticket=replace(ticket, state=left.ticket.state), asks_give_up=False)
    return _with(state, now), ()


def open_rating(state: KioskState, _event: OpenRating) -> tuple[KioskState, Effects]:
    ticket = state.my_ticket.ticket
    if state.shown != "my-ticket" or ticket is None or not ticket.ratable:
        return state, ()
    return _with(state, replace(state.my_ticket, level=None, reasons=(), refusal=None)).at("rate"), ()


def level_tapped(state: KioskState, event: LevelTapped) -> tuple[KioskState, Effects]:
    """A level leads to its reasons; another level has others."""
    if state.shown != "rate" or not 1 <= event.level <= 5:
        return state, ()
    kept = state.my_ticket.reasons if event.level == state.my_ticket.level else ()
    rating = replace(state.my_ticket, level=event.level, reasons=kept, more=False, refusal=None)
    return _with(state, rating).at("rate-reasons"), ()


def reason_tapped(state: KioskState, event: ReasonTapped) -> tuple[KioskState, Effects]:
    chosen, level = state.my_ticket.reasons, state.my_ticket.level or 0
    if state.shown != "rate-reasons" or event.code not in {reason.code for reason in reasons_of(level)}:
        return state, ()
    without = tuple(code for code in chosen if code != event.code)
    reasons = without if event.code in chosen else (*chosen, event.code)
    return _with(state, replace(state.my_ticket, reasons=reasons, refusal=None)), ()


def more_reasons(state: KioskState, _event: MoreReasons) -> tuple[KioskState, Effects]:
    if state.shown != "rate-reasons":
        return state, ()
    return _with(state, replace(state.my_ticket, more=not state.my_ticket.more)), ()


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
    if answer.status != "ok":
        return _refused(state, answer)
    return replace(state, page="rated", trail=("home",), idle_since=state.now), ()


def unanswered(state: KioskState, _pending: Pending[TokenRequest]) -> tuple[KioskState, Effects]:
    return _with(state, replace(state.my_ticket, refusal="no-answer")), ()


def _ask(state: KioskState, request: TokenRequest) -> tuple[KioskState, Effects]:
    state, asked = ask(_with(state, replace(state.my_ticket, refusal=None)), request)
    return state, (asked,)


def _refused(state: KioskState, answer: Answer) -> tuple[KioskState, Effects]:
    """In the words of the server, where it has some."""
    texts = answer.error.texts if answer.error is not None else None
    return _with(state, replace(state.my_ticket, refusal=texts or "no-answer")), ()


def _with(state: KioskState, my_ticket: MyTicketState) -> KioskState:
    return replace(state, my_ticket=my_ticket)


HANDLERS: Handlers[KioskState, Effect] = Handlers(
    on(AskGiveUp, ask_give_up),
    on(ConfirmGiveUp, confirm_give_up),
    on(OpenRating, open_rating),
    on(LevelTapped, level_tapped),
    on(ReasonTapped, reason_tapped),
    on(MoreReasons, more_reasons),
    on(SubmitRating, submit),
)
