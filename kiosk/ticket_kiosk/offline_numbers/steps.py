"""Numbers without the server: taken from the lease, printed, told later; and the lease, kept full while the server is there.

confirm ─TakeLeased→ printing ─NumberGiven→ PrintTicket ─Printed→ done      (Settle printed)
                        │ ├ PrintBroke→ trouble                            (Settle failed)
                        │ └ no paper→ done, on the screen                    (Settle shown)
                        └ NoNumber→ trouble
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

from contract.wire.messages import Estimate, LeaseStatus, TicketClass
from kiosk.flow.event import Answered, Ask, Unanswered
from kiosk.ticket_kiosk.events import Confirm
from kiosk.ticket_kiosk.offline_numbers.state import KeepLease, LeaseIs, NoNumber, NumberGiven, Settle, TakeLeased, Told
from kiosk.ticket_kiosk.state import PRINTING_S, Effects, PrintTicket, State, Ticket
from kiosk.ticket_kiosk.take_number import steps

FEW = 5
"""With no more than one in so many numbers of a queue left the lease is nearly used up."""
MERGE_PAUSE_S = 5
ASK_PAUSE_S = 60
"""So long after a question for numbers of a queue the next one comes at the earliest, whatever the answer was."""
OVER_PAUSE_S = 900
"""And so long when the lease seems to be of another day, which a wrong clock of this machine makes of every lease."""


def confirm(state: State, event: Confirm) -> tuple[State, Effects]:
    """The citizen wants the number, and the server is away."""
    again = state.page == "trouble" and state.trouble in ("print", "no-answer")
    if not (state.shown == "confirm" or again) or state.queue is None or state.order is not None:
        return state, ()
    business = state.setting.business(state.queue)
    class_ = state.class_ or (business.default_class if business else "ordinary")
    return _take(state, event.request_id, state.queue, class_, state.item)


def _take(state: State, order: str, queue: str, class_: str, item: str | None) -> tuple[State, Effects]:
    assert state.clock is not None, "numbers on lease are given out by the clock"
    new = replace(state, page="printing", trail=("home",), order=order, ticket=None, trouble=None, idle_since=state.now)
    return new, (TakeLeased(order, queue, class_, item, state.clock),)


def given(state: State, event: NumberGiven) -> tuple[State, Effects]:
    """The number is on the disk: print it, or show it where there is no paper, unless whoever wanted it is gone."""
    facts = event.given
    if state.page != "printing" or state.order != event.order:
        return state, (Settle(facts.ticket, "failed"),)
    ticket = Ticket(
        id=facts.ticket, number=facts.number, queue=facts.queue, class_=cast(TicketClass, facts.class_),
        issued_at=facts.issued_at, token=facts.token, ahead=0, estimate_s=Estimate(0, 0), windows=facts.windows,
        language=state.mode.language, offline=True,
    )  # fmt: skip
    if not state.prints:
        return steps.done(replace(state, order=None), ticket, on_paper=False), (Settle(ticket.id, "shown"),)
    jobs = {**state.jobs, ticket.id: ticket}
    return replace(state, ticket=ticket, jobs=jobs, order=None, idle_since=state.now), (PrintTicket(ticket),)


def no_number(state: State, event: NoNumber) -> tuple[State, Effects]:
    """The last one has just gone, or the disk is full."""
    return (steps.in_trouble(state, "none-left", ""), ()) if state.order == event.order else (state, ())


def lease_is(state: State, event: LeaseIs) -> tuple[State, Effects]:
    """What is held and has to be told."""
    fresh = {name: getattr(event, name) for name in ("left", "since", "expires", "open", "untold")}
    return replace(state, lease=replace(state.lease, known=True, **fresh)), ()


def few(state: State) -> bool:
    """Whether numbers are given from the lease, and those of some queue are nearly used up."""
    least = state.setting.offline_numbers // FEW
    return state.offline and any(state.lease.left.get(b.id, 0) <= least for b in state.setting.businesses if b.offline)


def told(state: State) -> LeaseStatus | None:
    """What the terminal's status says of the lease; None where there is none that is good today, and nothing to tell."""
    lease = state.lease
    good = lease.good(state.clock)
    if not good and not lease.untold:
        return None
    queues = [business.id for business in state.setting.businesses if business.offline] if good else []
    left = {queue: lease.left.get(queue, 0) for queue in queues}
    return LeaseStatus(left, state.setting.offline_numbers, len(lease.untold))


# --- every second ----------------------------------------------------------------------------------------------------


def tend(state: State) -> tuple[State, Effects]:
    """Help a citizen whose request the server left, tell what was given out, ask for more numbers."""
    if state.page == "printing" and state.ticket is None and state.order is not None:
        return _hurry(state, state.order)
    if not state.served or not state.lease.known or state.setting.printer is None:
        return state, ()
    asks: list[Ask] = []
    held = {name: until for name, until in state.lease.held.items() if until > state.now}
    for name, pause_s, verb, body in _wanted(state):
        if name not in held:
            held[name] = state.now + pause_s
            request_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{state.setting.terminal} {name} {state.now} {state.clock}"))
            asks.append(Ask(verb, {"terminal": state.setting.terminal, **body}, request_id))
    asked = {**state.lease.asked, **{ask.request_id: ask for ask in asks}}
    return replace(state, lease=replace(state.lease, held=held, asked=asked)), tuple(asks)


def _wanted(state: State) -> Iterator[tuple[str, int, str, dict[str, Any]]]:
    """What should be asked for: its name, for how long then not again, verb and body."""
    lease, most = state.lease, state.setting.offline_numbers
    under_way = {ask.body.get("queue", ask.verb) for ask in lease.asked.values()}
    if lease.untold and "merge-tickets" not in under_way:
        yield "merge-tickets", MERGE_PAUSE_S, "merge-tickets", {"tickets": list(lease.untold)}
    good = lease.good(state.clock)
    for business in state.setting.businesses:
        left = lease.left.get(business.id, 0) if good else 0
        if business.offline and left <= most // 2 and left < most and business.id not in under_way:
            over = not good and business.id in lease.left
            body = {"queue": business.id, "count": most - left}
            yield business.id, OVER_PAUSE_S if over else ASK_PAUSE_S, "lease-numbers", body


def _hurry(state: State, order: str) -> tuple[State, Effects]:
    """Nobody waits for a server that is gone or silent: what it may have given is given back, the number comes from the lease.

    A cable that is out is noticed by the connection only half a minute later; the first question without an answer is enough.
    """
    asked = state.orders.get(order)
    if asked is None and state.now - state.idle_since >= PRINTING_S:
        return steps.in_trouble(state, "refused", ""), ()
    if asked is None or asked.appointment is not None:
        return state, ()
    body, silent = asked.ask.body, not state.served or asked.tries > 1
    if not silent or not state.lease.gives(body["queue"], state.clock):
        return state, ()
    anew = str(uuid.uuid5(uuid.NAMESPACE_OID, f"offline {order}"))
    return _take(steps.unwanted(state), anew, body["queue"], body["class"], body.get("item"))


# --- answers ---------------------------------------------------------------------------------------------------------


def answered(state: State, event: Answered) -> tuple[State, Effects]:
    """Further numbers, or what the server now knows; a refusal is asked again after its pause."""
    ask = state.lease.asked[event.request_id]
    asked = {key: value for key, value in state.lease.asked.items() if key != event.request_id}
    state = replace(state, lease=replace(state.lease, asked=asked))
    if event.answer.status != "ok" or event.answer.data is None:
        return state, ()
    return state, (KeepLease(event.answer.data) if ask.verb == "lease-numbers" else Told(event.answer.data),)


def unanswered(state: State, event: Unanswered) -> tuple[State, Effects]:
    """Ask again with the same id, so that no numbers get lost between two leases."""
    return state, (state.lease.asked[event.request_id],)


HANDLERS: dict[type, Any] = {NumberGiven: given, NoNumber: no_number, LeaseIs: lease_is}
