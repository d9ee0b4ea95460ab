"""Taking a ticket, exactly once: one request from the first tap to the answer, and paper before the ticket counts.

    confirm ─TicketRequest→ printing ─answer→ PrintTicket ─Printed→ done         (PrintReport: printed)
                               │ └ PrintBroke→ trouble (PrintReport: failed) ─confirm→ number on screen
                               └ error or no answer→ trouble

A request whose citizen is gone is followed to its end: its ticket is given back, so that nobody is in the line without
knowing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from contract.wire.answers import Answer, Error
from contract.wire.messages import Estimate, Text, TicketClass
from kiosk.flow.requests import Pending, ask
from kiosk.ticket_kiosk.events import Confirm, PrintBroke, Printed
from kiosk.ticket_kiosk.my_ticket import steps as my_ticket_steps
from kiosk.ticket_kiosk.offline_numbers.state import Settle
from kiosk.ticket_kiosk.state import Effects, State
from kiosk.ticket_kiosk.take_number.state import (
    PRINTING_S,
    PrintReport,
    PrintTicket,
    Ticket,
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


def confirm(state: State, event: Confirm) -> tuple[State, Effects]:
    """The citizen wants the number; while it is being taken further taps change nothing."""
    if not may_confirm(state) or state.queue is None:
        return state, ()
    return _take(state, _request(state, state.queue, on_screen=event.on_screen))


def may_confirm(state: State) -> bool:
    """Whether a tap takes a number: the first one does, or another try after trouble."""
    again = state.page == "trouble" and state.trouble in ("print", "no-answer")
    return (state.shown == "confirm" or again) and not state.taking.busy


def check_in(state: State, queue: str, code: str) -> tuple[State, Effects]:
    """Take the number of an appointment, by its code; on paper like any other."""
    state = replace(state, class_=None, item=None, scan=replace(state.scan, check_in=code))
    under_way = next((p for p in state.requests.of(TicketRequest) if p.request.appointment == code), None)
    if under_way is None:
        return _take(state, _request(state, queue))
    # given up before, without an answer: it would get the same ticket, so it is the same request
    state = state.with_requests(state.requests.renewed(under_way.id))
    return _waiting(state, queue, under_way.id), ()


def _request(state: State, queue: str, *, on_screen: bool = False) -> TicketRequest:
    return TicketRequest(
        queue,
        class_of(state, queue),
        terminal=state.setting.terminal if state.prints and not on_screen else None,
        item=state.item,
        appointment=state.scan.check_in,
    )


def class_of(state: State, queue: str) -> TicketClass:
    """The class that the citizen claims, or the usual one of the queue."""
    business = state.setting.business(queue)
    return state.class_ or (business.default_class if business else "ordinary")


def _take(state: State, request: TicketRequest) -> tuple[State, Effects]:
    state, asked = ask(state, request)
    return _waiting(state, request.queue, asked.request_id), (asked,)


def _waiting(state: State, queue: str, request_id: str) -> State:
    return replace(_wants(state, request_id), page="printing", trail=("home",), queue=queue, idle_since=state.now, trouble=None)


def unwanted(state: State) -> State:
    """The citizen is gone: whatever is still under way will be given back."""
    return _wants(state, None)


def ticket_answered(state: State, pending: Pending[TicketRequest], answer: Answer) -> tuple[State, Effects]:
    """The number, or why there is none."""
    request, wanted = pending.request, state.taking.wanted == pending.id
    ticket = _ticket(answer.data, state.mode.language) if answer.status == "ok" else None
    if ticket is None:
        return (_refused(state, request, answer.error or Error("internal", "")) if wanted else state), ()
    if request.appointment is not None and ticket.state not in ("printing" if request.on_paper else "waiting", ""):
        return (_checked_in_before(state, answer.data, ticket) if wanted else state), ()
    if not wanted:
        return _give_back(state, ticket, request)
    state = unwanted(state)
    return show_or_print(state, ticket, on_paper=request.on_paper)


def show_or_print(state: State, ticket: Ticket, *, on_paper: bool) -> tuple[State, Effects]:
    """The citizen gets the number that was waited for."""
    if not on_paper:
        return done(state, ticket, on_paper=False), ()
    return replace(_with_job(state, ticket), ticket=ticket, idle_since=state.now), (PrintTicket(ticket),)


def _refused(state: State, request: TicketRequest, error: Error) -> State:
    trouble = TROUBLES.get(error.code, "refused")
    if request.appointment is not None and error.texts is not None and trouble != "no-answer":
        return _not_checked_in(state, error.texts)
    return in_trouble(state, trouble, error.message)


def ticket_unanswered(state: State, pending: Pending[TicketRequest]) -> tuple[State, Effects]:
    """The citizen is told after some tries; they go on until the server said what it did."""
    return (in_trouble(state, "no-answer", "") if state.taking.wanted == pending.id else state), ()


def printed(state: State, event: Printed) -> tuple[State, Effects]:
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


def print_broke(state: State, event: PrintBroke) -> tuple[State, Effects]:
    """The paper did not come out whole: the ticket is void, the citizen may have the number on the screen instead."""
    ticket = state.taking.jobs.get(event.ticket)
    if ticket is None:
        return state, ()
    state = replace(_without_job(state, event.ticket), printer=event.condition)
    if _is_for_citizen(state, ticket):
        state = in_trouble(state, "print", event.condition)
    if ticket.offline:
        return state, (Settle(ticket.id, "failed"),)
    return _report(state, PrintReport(ticket.id, printed=False, detail=f"{event.condition}: {event.detail}"[:200]))


def overdue(state: State) -> tuple[State, Effects]:
    """A print that neither ends nor fails is taken as failed."""
    if state.ticket is not None and state.ticket.id in state.taking.jobs and state.now - state.idle_since >= PRINTING_S:
        return print_broke(state, PrintBroke(state.ticket.id, "offline", "no end of printing was reported"))
    return state, ()


def done(state: State, ticket: Ticket, *, on_paper: bool) -> State:
    """The citizen has the number."""
    return replace(unwanted(state), page="done", ticket=ticket, on_paper=on_paper, idle_since=state.now)


def in_trouble(state: State, trouble: Trouble, detail: str) -> State:
    """The page that says what went wrong and what to do."""
    return replace(unwanted(state), page="trouble", trouble=trouble, trouble_detail=detail, ticket=None, idle_since=state.now)


def _is_for_citizen(state: State, ticket: Ticket) -> bool:
    """Whether the citizen who is here waits for this paper: that of an earlier one may come out late."""
    return state.page == "printing" and state.ticket == ticket


def _not_checked_in(state: State, texts: Text) -> State:
    """On with scanning: the server says why there is no number."""
    scan = replace(state.scan, check_in=None, refusal=texts, seen_at=state.now)
    return replace(unwanted(state), page="scan", trail=("home",), queue=None, scan=scan, idle_since=state.now)


def _checked_in_before(state: State, data: Any, ticket: Ticket) -> State:
    """Another kiosk was quicker: the appointment's ticket is in somebody's hand, and is only shown."""
    return my_ticket_steps.show(replace(unwanted(state), page="home", trail=()), data, ticket.token)


def _give_back(state: State, ticket: Ticket, request: TicketRequest) -> tuple[State, Effects]:
    if request.on_paper:
        return _report(state, PrintReport(ticket.id, printed=False, detail="given up"))
    if request.appointment is not None:
        return state, ()  # the appointment is used up with its ticket: its code shows it again
    return _report(state, TicketReturn(ticket.id))


def _report(state: State, report: PrintReport | TicketReturn) -> tuple[State, Effects]:
    """What became of a ticket."""
    state, asked = ask(state, report)
    return state, (asked,)


def print_reported(state: State, pending: Pending[PrintReport], answer: Answer) -> tuple[State, Effects]:
    """A paper that the server no longer takes is void, and whoever holds it must know."""
    shown = state.ticket if state.page == "done" else None
    if answer.status == "error" and pending.request.printed and shown is not None and shown.id == pending.request.ticket:
        return in_trouble(state, "expired", ""), ()
    return state, ()


def ticket_returned(state: State, _pending: Pending[TicketReturn], _answer: Answer) -> tuple[State, Effects]:
    """Given back, or gone before."""
    return state, ()


def _ticket(data: dict[str, Any] | None, language: str) -> Ticket | None:
    """The ticket in an answer, or None if the answer is not what the contract says."""
    try:
        assert data is not None
        facts, estimate = data["ticket"], data["estimate_s"]
        return Ticket(
            id=str(facts["id"]), number=str(facts["number"]), queue=str(facts["queue"]),
            class_=cast(TicketClass, str(facts["class"])),
            issued_at=datetime.fromisoformat(facts["issued_at"]), token=str(facts["token"]), ahead=int(data["ahead"]),
            estimate_s=Estimate(int(estimate["low"]), int(estimate["high"])), windows=tuple(map(str, data["windows"])),
            language=language, state=str(facts.get("state", "")),
        )  # fmt: skip
    except (AssertionError, KeyError, TypeError, ValueError):
        return None


def _wants(state: State, wanted: str | None) -> State:
    return replace(state, taking=replace(state.taking, wanted=wanted))


def _with_job(state: State, ticket: Ticket) -> State:
    return replace(state, taking=replace(state.taking, jobs={**state.taking.jobs, ticket.id: ticket}))


def _without_job(state: State, ticket: str) -> State:
    jobs = {key: job for key, job in state.taking.jobs.items() if key != ticket}
    return replace(state, taking=replace(state.taking, jobs=jobs))
