"""My ticket: where it is in its line, by its token or its number; by its token also giving the place up, and rating."""

from __future__ import annotations

import re
from dataclasses import replace

from contract.wire import answers
from contract.wire.answers import Answer, IssueAnswer, LookupAnswer, TicketAnswer, TicketScan
from contract.wire.facts import RateableService
from contract.wire.rating_reasons import lacks_reason as rating_lacks_reason
from contract.wire.rating_reasons import needs_reason, reasons_of
from kiosk.flow.event import LevelTapped, ReasonTapped
from kiosk.flow.handlers import Handlers, on
from kiosk.flow.requests import NOT_NOW, Pending, ask, put_off
from kiosk.ticket_kiosk.my_ticket.state import (
    LONGEST_NUMBER,
    AskGiveUp,
    ConfirmGiveUp,
    GiveUpRequest,
    MoreReasons,
    MyTicketState,
    NumberLookup,
    NumberTyped,
    OpenFindTicket,
    OpenRating,
    RatingRequest,
    ShownTicket,
    SubmitNumber,
    SubmitRating,
    TokenRequest,
)
from kiosk.ticket_kiosk.state import Effect, Effects, KioskState
from kiosk.ui.keys import typed

RATING = ("rate", "rate-reasons")
"""The pages on which a service is rated."""
FOREIGN = re.compile(r"[^A-Z0-9]")
"""What cannot be in a number."""


def shown(found: IssueAnswer | TicketScan | LookupAnswer, service: RateableService | None = None) -> ShownTicket:
    """A ticket as its page shows it; `service` is its last one, when that has ended."""
    ticket = found.ticket
    return ShownTicket(
        number=ticket.number,
        queue=ticket.queue,
        state=ticket.state,
        window=ticket.window,
        ahead=found.ahead,
        estimate_s=found.estimate_s,
        opens_at=found.opens_at,
        windows=tuple(found.windows),
        can_rate=service is not None and service.can_rate,
        level=service.level if service is not None else None,
        sent=(found.sent or None) if not isinstance(found, IssueAnswer) else None,
    )


def show(state: KioskState, ticket: ShownTicket, token: str) -> KioskState:
    """The page of a ticket."""
    return replace(state, my_ticket=MyTicketState(ticket, token)).at("my-ticket")


def waits(state: KioskState) -> bool:
    """Whether the citizen waits for the answer to giving up or rating: one question at a time."""
    sent = state.requests.find(state.my_ticket.sent, RatingRequest)
    return state.requests.waits_for(TokenRequest) or sent is not None


def lacks_reason(state: KioskState) -> bool:
    """Whether the chosen level still lacks the reason that a bad rating must have."""
    mine = state.my_ticket
    return rating_lacks_reason(mine.level, mine.reasons, required=state.setting.bad_needs_reason)


def open_find_ticket(state: KioskState, _event: OpenFindTicket) -> tuple[KioskState, Effects]:
    if state.page != "home":
        return state, ()
    return _with(state, MyTicketState()).at("find-ticket"), ()


def number_typed(state: KioskState, event: NumberTyped) -> tuple[KioskState, Effects]:
    """A key changes the number, and the refusal of the last try goes."""
    if state.page != "find-ticket" or state.requests.waits_for(NumberLookup):
        return state, ()
    number = FOREIGN.sub("", typed(state.my_ticket.number, event.keys).upper())[:LONGEST_NUMBER]
    return _with(state, MyTicketState(number=number)), ()


def submit_number(state: KioskState, _event: SubmitNumber) -> tuple[KioskState, Effects]:
    """Ask the server; while a question is under way further taps change nothing."""
    if state.shown != "find-ticket" or not state.my_ticket.numbered or state.requests.waits_for(NumberLookup):
        return state, ()
    state, asked = ask(_with(state, replace(state.my_ticket, refusal=None)), NumberLookup(state.my_ticket.number))
    return state, (asked,)


def number_answered(state: KioskState, _pending: Pending[NumberLookup], answer: Answer) -> tuple[KioskState, Effects]:
    """The ticket without its service: whoever only knows a number is not told how somebody rated."""
    if state.page != "find-ticket":
        return state, ()
    found = answers.of(answer, LookupAnswer)
    if found is None:
        return _refused(state, answer)
    mine = replace(state.my_ticket, ticket=shown(found), token="")
    return _with(state, mine).at("my-ticket"), ()


def number_unanswered(state: KioskState, _pending: Pending[NumberLookup]) -> tuple[KioskState, Effects]:
    return (_with(state, replace(state.my_ticket, refusal="no-answer")) if state.page == "find-ticket" else state), ()


def ask_give_up(state: KioskState, event: AskGiveUp) -> tuple[KioskState, Effects]:
    ticket = state.my_ticket.ticket
    if state.shown != "my-ticket" or ticket is None or not ticket.cancellable or not state.my_ticket.token or waits(state):
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
    rating = replace(state.my_ticket, level=None, reasons=(), refusal=None)
    return _with(state, rating).at("rate"), ()


def level_tapped(state: KioskState, event: LevelTapped) -> tuple[KioskState, Effects]:
    """A face: a good one counts at once, and why is an offer; a bad one leads to its reasons."""
    mine = state.my_ticket
    if state.shown != "rate" or not 1 <= event.level <= 5:
        return state, ()
    kept = mine.reasons if event.level == mine.level else ()
    rating = replace(mine, level=event.level, reasons=kept, more=False, refusal=None)
    if needs_reason(event.level, required=state.setting.bad_needs_reason):
        return _with(state, rating).at("rate-reasons"), ()
    state, sent = ask(_with(state, _given(replace(rating, reasons=()))), RatingRequest(mine.token, event.level))
    return replace(state, page="rate-reasons", sheet=0, idle_since=state.now), (sent,)


def _given(mine: MyTicketState) -> MyTicketState:
    """The rating is on its way: the ticket has one, and takes no other."""
    assert mine.ticket is not None, "only a ticket that is shown is rated"
    return replace(mine, counted=True, ticket=replace(mine.ticket, can_rate=False, level=mine.level))


def left(before: KioskState, after: KioskState, effects: Effects) -> tuple[KioskState, Effects]:
    """Whoever leaves the rating in whatever way: what was touched and not sent yet is kept as it stands."""
    mine = before.my_ticket
    stays = before.page not in RATING or after.page in (*RATING, "rated")
    if stays or mine.level is None or (mine.counted and not mine.reasons) or waits(before):
        return after, effects
    if after.my_ticket.ticket is not None:
        after = _with(after, _given(replace(after.my_ticket, level=mine.level)))
    after, sent = ask(after, RatingRequest(mine.token, mine.level, mine.reasons))
    return after, (*effects, sent)


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
    """Send the rating with its reasons, once; where it counted already and nothing is added, that is the end."""
    mine = state.my_ticket
    if state.shown != "rate-reasons" or mine.level is None or lacks_reason(state) or waits(state):
        return state, ()
    if mine.counted and not mine.reasons:
        return _thanked(state), ()
    state, sent = ask(_with(state, replace(mine, refusal=None)), RatingRequest(mine.token, mine.level, mine.reasons))
    return _with(state, replace(state.my_ticket, sent=sent.request_id)), (sent,)


def rated(state: KioskState, pending: Pending[RatingRequest], answer: Answer) -> tuple[KioskState, Effects]:
    """Thanks, or why the rating was not taken, for whoever waits for it. What the server could not take is sent again."""
    code = answer.error.code if answer.error is not None else ""
    if code in NOT_NOW:
        state = put_off(state, pending, state.now)
    if state.page != "rate-reasons" or pending.id != state.my_ticket.sent:
        return state, ()
    return (_thanked(state), ()) if code in ("", *NOT_NOW) else _refused(state, answer)


def rating_unanswered(state: KioskState, pending: Pending[RatingRequest]) -> tuple[KioskState, Effects]:
    """It takes long: nobody needs to wait for it."""
    waited_for = state.page == "rate-reasons" and pending.id == state.my_ticket.sent
    return (_thanked(state) if waited_for else state), ()


def _thanked(state: KioskState) -> KioskState:
    return replace(state, page="rated", trail=("home",), idle_since=state.now)


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
    on(OpenFindTicket, open_find_ticket),
    on(NumberTyped, number_typed),
    on(SubmitNumber, submit_number),
    on(AskGiveUp, ask_give_up),
    on(ConfirmGiveUp, confirm_give_up),
    on(OpenRating, open_rating),
    on(LevelTapped, level_tapped),
    on(ReasonTapped, reason_tapped),
    on(MoreReasons, more_reasons),
    on(SubmitRating, submit),
)
