"""Taking a ticket, exactly once: one request from the first tap to the answer, and paper before the ticket counts.

    confirm ─TicketRequest→ printing ─answer→ PrintTicket ─Printed→ done         (PrintReport: printed)
                               │ ├ PrintBroke in doubt→ done, on the screen  (PrintReport: printed)
                               │ └ PrintBroke→ trouble (PrintReport: failed) ─confirm→ number on screen
                               └ error or no answer→ trouble

A request whose citizen is gone is followed to its end: its ticket is given back, so that nobody is in the line without
knowing.
"""

from __future__ import annotations

from dataclasses import replace

from contract.wire import answers
from contract.wire.answers import Answer, Error, IssueAnswer
from contract.wire.messages import Text, TicketClass
from kiosk.flow.handlers import Handlers, on
from kiosk.flow.requests import Pending, ask
from kiosk.ticket_kiosk.events import Confirm, PrintBroke, Printed
from kiosk.ticket_kiosk.my_ticket import steps as my_ticket_steps
from kiosk.ticket_kiosk.offline_numbers.state import Settle
from kiosk.ticket_kiosk.state import Effect, Effects, KioskState
from kiosk.ticket_kiosk.take_number.state import (
    PRINTING_S,
    IssuedTicket,
    PrintReport,
    PrintTicket,
    Taking,
    TicketRequest,
    TicketReturn,
    Trouble,
)

TROUBLES: dict[str, Trouble] = {
    "queue-closed": "closed",
    "limit-reached": "limit",
    "busy": "no-answer",
    "internal": "no-answer",
}


def confirm(state: KioskState, event: Confirm) -> tuple[KioskState, Effects]:
    """The citizen wants the number; while it is being taken further taps change nothing."""
    if not may_confirm(state) or state.taking.queue is None:
        return state, ()
    return _take(state, _request(state, state.taking.queue, on_screen=event.on_screen))


def may_confirm(state: KioskState) -> bool:
    """Whether a tap takes a number: the first one does, or another try after trouble."""
    again = state.page == "trouble" and state.taking.trouble in ("print", "no-answer")
    return (state.shown == "confirm" or again) and not state.taking.busy


def check_in(state: KioskState, queue: str, code: str) -> tuple[KioskState, Effects]:
    """Take the number of an appointment, by its code; on paper like any other."""
    taking = replace(state.taking, class_=None, item=None)
    state = replace(state, taking=taking, scan=replace(state.scan, check_in=code))
    under_way = next((p for p in state.requests.of(TicketRequest) if p.request.appointment == code), None)
    if under_way is None:
        return _take(state, _request(state, queue))
    # given up before, without an answer: it would get the same ticket, so it is the same request
    state = state.with_requests(state.requests.renewed(under_way.id))
    return _waiting(state, queue, under_way.id), ()


def _request(state: KioskState, queue: str, *, on_screen: bool = False) -> TicketRequest:
    return TicketRequest(
        queue,
        class_of(state, queue),
        terminal=state.setting.terminal if state.prints and not on_screen else None,
        item=state.taking.item,
        appointment=state.scan.check_in,
    )


def class_of(state: KioskState, queue: str) -> TicketClass:
    """The class that the citizen claims, or the usual one of the queue."""
    business = state.setting.business(queue)
    return state.taking.class_ or (business.default_class if business else "ordinary")


def _take(state: KioskState, request: TicketRequest) -> tuple[KioskState, Effects]:
    state, asked = ask(state, request)
    return _waiting(state, request.queue, asked.request_id), (asked,)


def _waiting(state: KioskState, queue: str, request_id: str) -> KioskState:
    taking = replace(state.taking, queue=queue, wanted=request_id, trouble=None)
    return replace(state, taking=taking, page="printing", trail=("home",), idle_since=state.now)


def unwanted(state: KioskState) -> KioskState:
    """The citizen is gone: whatever is still under way will be given back."""
    return replace(state, taking=replace(state.taking, wanted=None))


def closed(state: KioskState) -> KioskState:
    """Nothing chosen; what is at the printer is followed to its end."""
    return replace(state, taking=Taking(jobs=state.taking.jobs))


def ticket_answered(state: KioskState, pending: Pending[TicketRequest], answer: Answer) -> tuple[KioskState, Effects]:
    """The number, or why there is none."""
    request, wanted = pending.request, state.taking.wanted == pending.id
    issued = answers.of(answer, IssueAnswer)
    if issued is None:
        return (_refused(state, request, answer.error or Error("internal", "")) if wanted else state), ()
    ticket = _ticket(issued, state.mode.language)
    if request.appointment is not None and issued.ticket.state != ("printing" if request.on_paper else "waiting"):
        return (_checked_in_before(state, issued) if wanted else state), ()
    if not wanted:
        return _give_back(state, ticket, request)
    state = unwanted(state)
    return show_or_print(state, ticket, on_paper=request.on_paper)


def show_or_print(state: KioskState, ticket: IssuedTicket, *, on_paper: bool) -> tuple[KioskState, Effects]:
    """The citizen gets the number that was waited for."""
    if not on_paper:
        return done(state, ticket, on_paper=False), ()
    taking = replace(state.taking, ticket=ticket, jobs={**state.taking.jobs, ticket.id: ticket})
    return replace(state, taking=taking, idle_since=state.now), (PrintTicket(ticket),)


def _refused(state: KioskState, request: TicketRequest, error: Error) -> KioskState:
    trouble = TROUBLES.get(error.code, "refused")
    if request.appointment is not None and error.texts is not None and trouble != "no-answer":
        return _not_checked_in(state, error.texts)
    return in_trouble(state, trouble, error.message)


def ticket_unanswered(state: KioskState, pending: Pending[TicketRequest]) -> tuple[KioskState, Effects]:
    """The citizen learns it after some tries; they go on until the server has answered."""
    return (in_trouble(state, "no-answer", "") if state.taking.wanted == pending.id else state), ()


def printed(state: KioskState, event: Printed) -> tuple[KioskState, Effects]:
    """The citizen has the paper: the ticket counts from now on."""
    ticket = state.taking.jobs.get(event.ticket)
    if ticket is None:
        return state, ()
    state = _without_job(state, event.ticket)
    if _is_for_citizen(state, ticket):
        state = done(state, ticket, on_paper=True)
    if ticket.offline:
        return state, (Settle(ticket.id, "printed"),)
    return _report(state, PrintReport(ticket.id, printed=True))


def print_broke(state: KioskState, event: PrintBroke) -> tuple[KioskState, Effects]:
    """The paper did not come out: the ticket is void, the citizen may have the number on the screen instead.

    Where the number may be on paper all the same, the ticket counts: nobody must wait for ever with a paper that is void.
    """
    ticket = state.taking.jobs.get(event.ticket)
    if ticket is None:
        return state, ()
    state = replace(_without_job(state, event.ticket), printer=event.condition)
    if event.in_doubt:
        return _kept_in_doubt(state, ticket, f"unsure: {event.condition}: {event.detail}"[:200])
    if _is_for_citizen(state, ticket):
        state = in_trouble(state, "print", event.condition)
    if ticket.offline:
        return state, (Settle(ticket.id, "failed"),)
    return _report(state, PrintReport(ticket.id, printed=False, detail=f"{event.condition}: {event.detail}"[:200]))


def _kept_in_doubt(state: KioskState, ticket: IssuedTicket, detail: str) -> tuple[KioskState, Effects]:
    if _is_for_citizen(state, ticket):
        state = done(state, ticket, on_paper=False, in_doubt=True)
    if ticket.offline:
        return state, (Settle(ticket.id, "unsure"),)
    return _report(state, PrintReport(ticket.id, printed=True, detail=detail))


def overdue(state: KioskState) -> tuple[KioskState, Effects]:
    """Of a print that neither ends nor fails nobody knows what came out."""
    ticket = state.taking.ticket
    if ticket is not None and ticket.id in state.taking.jobs and state.now - state.idle_since >= PRINTING_S:
        return print_broke(state, PrintBroke(ticket.id, "offline", "no end of printing was reported", in_doubt=True))
    return state, ()


def done(state: KioskState, ticket: IssuedTicket, *, on_paper: bool, in_doubt: bool = False) -> KioskState:
    """The citizen has the number."""
    taking = replace(state.taking, wanted=None, ticket=ticket, on_paper=on_paper, in_doubt=in_doubt)
    return replace(state, taking=taking, page="done", idle_since=state.now)


def in_trouble(state: KioskState, trouble: Trouble, detail: str) -> KioskState:
    """The page that says what went wrong and what to do."""
    taking = replace(state.taking, wanted=None, ticket=None, trouble=trouble, trouble_detail=detail)
    return replace(state, taking=taking, page="trouble", idle_since=state.now)


def _is_for_citizen(state: KioskState, ticket: IssuedTicket) -> bool:
    """Whether the citizen who is here waits for this paper: that of an earlier one may come out late."""
    return state.page == "printing" and state.taking.ticket == ticket


def _not_checked_in(state: KioskState, texts: Text) -> KioskState:
    """On with scanning: the server says why there is no number."""
    scan = replace(state.scan, check_in=None, refusal=texts, seen_at=state.now)
    taking = replace(state.taking, wanted=None, queue=None)
    return replace(state, taking=taking, page="scan", trail=("home",), scan=scan, idle_since=state.now)


def _checked_in_before(state: KioskState, issued: IssueAnswer) -> KioskState:
    """Another kiosk was quicker: the appointment's ticket is in somebody's hand, and is only shown."""
    shown = my_ticket_steps.shown(issued)
    return my_ticket_steps.show(replace(unwanted(state), page="home", trail=()), shown, issued.ticket.token)


def _give_back(state: KioskState, ticket: IssuedTicket, request: TicketRequest) -> tuple[KioskState, Effects]:
    if request.on_paper:
        return _report(state, PrintReport(ticket.id, printed=False, detail="given up"))
    if request.appointment is not None:
        return state, ()  # the appointment is used up with its ticket: its code shows it again
    return _report(state, TicketReturn(ticket.token))


def _report(state: KioskState, report: PrintReport | TicketReturn) -> tuple[KioskState, Effects]:
    """What became of a ticket."""
    state, asked = ask(state, report)
    return state, (asked,)


def print_reported(state: KioskState, pending: Pending[PrintReport], answer: Answer) -> tuple[KioskState, Effects]:
    """A paper that the server no longer takes is void, and whoever holds it must know."""
    shown = state.taking.ticket if state.page == "done" else None
    if answer.status == "error" and pending.request.printed and shown is not None and shown.id == pending.request.ticket:
        return in_trouble(state, "expired", ""), ()
    return state, ()


def ticket_returned(state: KioskState, _pending: Pending[TicketReturn], _answer: Answer) -> tuple[KioskState, Effects]:
    """Given back, or gone before."""
    return state, ()


def _ticket(issued: IssueAnswer, language: str) -> IssuedTicket:
    facts = issued.ticket
    return IssuedTicket(
        id=facts.id,
        number=facts.number,
        queue=facts.queue,
        class_=facts.class_,
        issued_at=facts.issued_at,
        token=facts.token,
        ahead=issued.ahead,
        estimate_s=issued.estimate_s,
        opens_at=issued.opens_at,
        windows=tuple(issued.windows),
        language=language,
    )


def _without_job(state: KioskState, ticket: str) -> KioskState:
    jobs = {key: job for key, job in state.taking.jobs.items() if key != ticket}
    return replace(state, taking=replace(state.taking, jobs=jobs))


HANDLERS: Handlers[KioskState, Effect] = Handlers(on(Printed, printed), on(PrintBroke, print_broke))
