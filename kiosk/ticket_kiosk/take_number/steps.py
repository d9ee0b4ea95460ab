"""Taking a ticket, exactly once: one request id from the first tap to the answer, and paper before the ticket counts.

    confirm ─Ask issue-ticket→ printing ─answer→ PrintTicket ─Printed→ done      (confirm-print printed)
                                  │ └ PrintBroke→ trouble (confirm-print failed) ─confirm→ number on screen
                                  └ error or no answer→ trouble

A request whose citizen is gone is followed to its end: its ticket is given back, so that nobody stands in the line
without knowing.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from contract.wire.messages import Error, Estimate, Text, TicketClass
from kiosk.flow.event import Answered, Ask, Unanswered
from kiosk.ticket_kiosk.events import Confirm, PrintBroke, Printed
from kiosk.ticket_kiosk.my_ticket import steps
from kiosk.ticket_kiosk.offline_numbers.state import Settle
from kiosk.ticket_kiosk.state import PRINTING_S, Effects, Order, PrintTicket, State, Ticket, Trouble

MOST_TRIES = 3
TROUBLES: dict[str, Trouble] = {
    "queue-closed": "closed",
    "limit-reached": "limit",
    "busy": "no-answer",
    "internal": "no-answer",
}


def confirm(state: State, event: Confirm) -> tuple[State, Effects]:
    """The citizen wants the number; while a request is under way further taps change nothing."""
    again = state.page == "trouble" and state.trouble in ("print", "no-answer")
    if not (state.shown == "confirm" or again) or state.queue is None or state.order is not None:
        return state, ()
    return _order(state, state.queue, event)


def check_in(state: State, queue: str, code: str, request_id: str) -> tuple[State, Effects]:
    """Take the number of an appointment, by its code; on paper like any other."""
    state = replace(state, class_=None, item=None, scan=replace(state.scan, check_in=code))
    under_way = next((key for key, order in state.orders.items() if order.appointment == code), None)
    if under_way is None:
        return _order(state, queue, Confirm(request_id))
    # given up before, without an answer: it would get the same ticket, so it is the same order
    again = replace(state.orders[under_way], wanted=True, tries=1)
    return _waiting(state, queue, under_way, again), ()


def _order(state: State, queue: str, event: Confirm) -> tuple[State, Effects]:
    business = state.setting.business(queue)
    class_ = state.class_ or (business.default_class if business else "ordinary")
    body: dict[str, Any] = {"queue": queue, "class": class_, "channel": "phone"}
    if state.prints and not event.on_screen:
        body |= {"channel": "kiosk", "terminal": state.setting.terminal}
    if state.item is not None:
        body["item"] = state.item
    if state.scan.check_in is not None:
        body["appointment"] = state.scan.check_in
    ask = Ask("issue-ticket", body, event.request_id)
    return _waiting(state, queue, event.request_id, Order(ask)), (ask,)


def _waiting(state: State, queue: str, request_id: str, order: Order) -> State:
    return replace(
        state, page="printing", trail=("home",), queue=queue, order=request_id, idle_since=state.now, trouble=None,
        orders=_with(state.orders, request_id, order),
    )  # fmt: skip


def unwanted(state: State) -> State:
    """The citizen is gone: whatever is still under way will be given back."""
    orders = {key: replace(order, wanted=False) for key, order in state.orders.items()}
    return replace(state, order=None, orders=orders)


def answered(state: State, event: Answered) -> tuple[State, Effects]:
    """The answer to issue-ticket, to confirm-print or to a ticket that was given back."""
    if event.request_id in state.reports:
        return _reported(state, event)
    order = state.orders.get(event.request_id)
    if order is None:
        return state, ()
    state = replace(state, orders=_without(state.orders, event.request_id))
    ticket = _ticket(event.answer.data, state.mode.language) if event.answer.status == "ok" else None
    if ticket is None:
        if not order.wanted:
            return state, ()
        error = event.answer.error or Error("internal", "")
        if order.appointment is not None and error.texts is not None and TROUBLES.get(error.code) != "no-answer":
            return _not_checked_in(state, error.texts), ()
        return in_trouble(state, TROUBLES.get(error.code, "refused"), error.message), ()
    if order.appointment is not None and ticket.state not in ("printing" if order.on_paper else "waiting", ""):
        return (_checked_in_before(state, event.answer.data, ticket) if order.wanted else state), ()
    if not order.wanted:
        return _give_back(state, ticket, order)
    if order.on_paper:
        jobs = _with(state.jobs, ticket.id, ticket)
        return replace(state, ticket=ticket, jobs=jobs, order=None, idle_since=state.now), (PrintTicket(ticket),)
    return done(replace(state, order=None), ticket, on_paper=False), ()


def unanswered(state: State, event: Unanswered) -> tuple[State, Effects]:
    """Ask again with the same id; after some tries tell the citizen, but go on until the server said what it did."""
    if event.request_id in state.reports:
        return state, (state.reports[event.request_id],)
    order = state.orders.get(event.request_id)
    if order is None:
        return state, ()
    if order.wanted and order.tries >= MOST_TRIES:
        state = in_trouble(unwanted(state), "no-answer", "")
        order = state.orders[event.request_id]
    order = replace(order, tries=order.tries + 1)
    return replace(state, orders=_with(state.orders, event.request_id, order)), (order.ask,)


def printed(state: State, event: Printed) -> tuple[State, Effects]:
    """The citizen has the paper: the ticket counts from now on."""
    ticket = state.jobs.get(event.ticket)
    if ticket is None:
        return state, ()
    state = replace(state, jobs=_without(state.jobs, event.ticket))
    if state.page == "printing":
        state = done(state, ticket, on_paper=True)
    if ticket.offline:
        return state, (Settle(ticket.id, "printed"),)
    return _report(state, "confirm-print", {"ticket": ticket.id, "result": "printed"})


def print_broke(state: State, event: PrintBroke) -> tuple[State, Effects]:
    """The paper did not come out whole: the ticket is void, the citizen may have the number on the screen instead."""
    ticket = state.jobs.get(event.ticket)
    if ticket is None:
        return state, ()
    state = replace(state, jobs=_without(state.jobs, event.ticket), printer=event.condition)
    if state.page == "printing":
        state = in_trouble(state, "print", event.condition)
    if ticket.offline:
        return state, (Settle(ticket.id, "failed"),)
    detail = f"{event.condition}: {event.detail}"[:200]
    return _report(state, "confirm-print", {"ticket": ticket.id, "result": "failed", "detail": detail})


def overdue(state: State) -> tuple[State, Effects]:
    """A print that neither ends nor fails is taken as failed."""
    if state.ticket is not None and state.ticket.id in state.jobs and state.now - state.idle_since >= PRINTING_S:
        return print_broke(state, PrintBroke(state.ticket.id, "offline", "no end of printing was reported"))
    return state, ()


def done(state: State, ticket: Ticket, *, on_paper: bool) -> State:
    """The citizen has the number."""
    return replace(state, page="done", ticket=ticket, on_paper=on_paper, idle_since=state.now)


def in_trouble(state: State, trouble: Trouble, detail: str) -> State:
    """The page that says what went wrong and what to do."""
    return replace(state, page="trouble", trouble=trouble, trouble_detail=detail, order=None, ticket=None, idle_since=state.now)


def _not_checked_in(state: State, texts: Text) -> State:
    """On with scanning: the server says why there is no number."""
    scan = replace(state.scan, check_in=None, refusal=texts, seen_at=state.now)
    return replace(state, page="scan", trail=("home",), order=None, queue=None, scan=scan, idle_since=state.now)


def _checked_in_before(state: State, data: Any, ticket: Ticket) -> State:
    """Another kiosk was quicker: the appointment's ticket is in somebody's hand, and is only shown."""
    return steps.show(replace(state, page="home", trail=(), order=None), data, ticket.token)


def _give_back(state: State, ticket: Ticket, order: Order) -> tuple[State, Effects]:
    if order.on_paper:
        return _report(state, "confirm-print", {"ticket": ticket.id, "result": "failed", "detail": "given up"})
    if order.appointment is not None:
        return state, ()  # the appointment is used up with its ticket: its code shows it again
    return _report(state, "cancel-ticket", {"ticket": ticket.id, "reason": "given up"})


def _report(state: State, verb: str, body: dict[str, Any]) -> tuple[State, Effects]:
    """Tell the server what became of a ticket; repeated with the same id until it answers."""
    request_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{verb} {body}"))
    ask = Ask(verb, body, request_id)
    return replace(state, reports=_with(state.reports, request_id, ask)), (ask,)


def _reported(state: State, event: Answered) -> tuple[State, Effects]:
    ask = state.reports[event.request_id]
    state = replace(state, reports=_without(state.reports, event.request_id))
    refused = event.answer.status == "error" and ask.body.get("result") == "printed"
    if refused and state.page == "done" and state.ticket is not None and state.ticket.id == ask.body["ticket"]:
        return in_trouble(state, "expired", ""), ()
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


def _with(known: Mapping[str, Any], key: str, value: Any) -> Mapping[str, Any]:
    return {**known, key: value}


def _without(known: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    return {k: v for k, v in known.items() if k != key}
