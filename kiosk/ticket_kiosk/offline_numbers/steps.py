"""Numbers without the server: taken from the lease, printed, reported later; and keeping the lease full while it is there.

confirm ─TakeLeased→ printing ─NumberGiven→ PrintTicket ─Printed→ done      (Settle printed)
                        │ ├ PrintBroke in doubt→ done, on the screen       (Settle unsure)
                        │ ├ PrintBroke→ trouble                            (Settle failed)
                        │ └ no paper→ done, on the screen                    (Settle shown)
                        └ NoNumber→ trouble
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from contract.wire import answers
from contract.wire.answers import Answer, LeaseAnswer, MergeAnswer
from contract.wire.messages import LeaseStatus, TicketClass
from kiosk.flow.event import Ask
from kiosk.flow.handlers import Handlers, on
from kiosk.flow.requests import Pending, ask
from kiosk.ticket_kiosk.events import Confirm
from kiosk.ticket_kiosk.offline_numbers.state import (
    HeldLease,
    KeepLease,
    LeaseIs,
    LeaseRequest,
    MarkMerged,
    MergeRequest,
    NoNumber,
    NumberGiven,
    Settle,
    TakeLeased,
)
from kiosk.ticket_kiosk.state import Effect, Effects, KioskState
from kiosk.ticket_kiosk.take_number import steps as take_number_steps
from kiosk.ticket_kiosk.take_number.state import PRINTING_S, IssuedTicket, TicketRequest

MERGE_PAUSE_S = 5
ASK_PAUSE_S = 60
"""How long after a request for numbers of a queue the next one comes at the earliest, whatever the answer was."""
OVER_PAUSE_S = 900
"""The same when the lease seems to be of another day, which a wrong clock of this machine makes of every lease."""


def confirm(state: KioskState, _event: Confirm) -> tuple[KioskState, Effects]:
    """The citizen wants the number, and the server is away."""
    if not take_number_steps.may_confirm(state) or state.taking.queue is None:
        return state, ()
    return _take(state, state.taking.queue, take_number_steps.class_of(state, state.taking.queue), state.taking.item)


def _take(state: KioskState, queue: str, class_: TicketClass, item: str | None) -> tuple[KioskState, Effects]:
    assert state.clock is not None, "numbers on lease are given out by the clock"
    requests, request = state.requests.new_id()
    taking = replace(state.taking, wanted=request, ticket=None, trouble=None)
    new = replace(state, page="printing", trail=("home",), idle_since=state.now, taking=taking)
    return new.with_requests(requests), (TakeLeased(request, queue, class_, item, state.clock),)


def given(state: KioskState, event: NumberGiven) -> tuple[KioskState, Effects]:
    """The number is on the disk: print it, or show it where there is no paper, unless whoever wanted it is gone."""
    facts = event.given
    if state.page != "printing" or state.taking.wanted != event.request:
        return state, (Settle(facts.ticket, "failed"),)
    ticket = IssuedTicket(
        id=facts.ticket,
        number=facts.number,
        queue=facts.queue,
        class_=facts.class_,
        issued_at=facts.issued_at,
        token=facts.token,
        ahead=0,
        estimate_s=None,
        windows=facts.windows,
        language=state.mode.language,
        offline=True,
    )
    on_paper = state.prints
    state, effects = take_number_steps.show_or_print(take_number_steps.unwanted(state), ticket, on_paper=on_paper)
    return state, effects if on_paper else (*effects, Settle(ticket.id, "shown"))


def no_number(state: KioskState, event: NoNumber) -> tuple[KioskState, Effects]:
    """The last one has just gone, or the disk is full."""
    wanted = state.taking.wanted == event.request
    return (take_number_steps.in_trouble(state, "none-left", ""), ()) if wanted else (state, ())


def lease_is(state: KioskState, event: LeaseIs) -> tuple[KioskState, Effects]:
    """What is held, and what the server does not know yet."""
    lease = HeldLease(
        left=event.left,
        since=event.since,
        expires=event.expires,
        open=event.open,
        unmerged=event.unmerged,
        known=True,
        held=state.lease.held,
    )
    return replace(state, lease=lease), ()


def lease_status(state: KioskState) -> LeaseStatus | None:
    """What the terminal's status says of the lease; None where there is none that is good today, and nothing to report."""
    lease = state.lease
    good = lease.good(state.clock)
    if not good and not lease.unmerged:
        return None
    queues = [business.id for business in state.setting.businesses if business.offline] if good else []
    left = {queue: lease.left.get(queue, 0) for queue in queues}
    return LeaseStatus(left, state.setting.offline_numbers, len(lease.unmerged))


# --- every second ----------------------------------------------------------------------------------------------------


def tend(state: KioskState) -> tuple[KioskState, Effects]:
    """Help a citizen whose request the server left, report what was given out, ask for more numbers."""
    if state.page == "printing" and state.taking.ticket is None and state.taking.wanted is not None:
        return _hurry(state, state.taking.wanted)
    if not state.served or not state.lease.known or state.setting.printer is None:
        return state, ()
    asks: list[Ask] = []
    held = {name: until for name, until in state.lease.held.items() if until > state.now}
    for name, pause_s, request in _due(state):
        if name not in held:
            held[name] = state.now + pause_s
            state, asked = ask(state, request)
            asks.append(asked)
    return replace(state, lease=replace(state.lease, held=held)), tuple(asks)


def _due(state: KioskState) -> Iterator[tuple[str, int, LeaseRequest | MergeRequest]]:
    """What should be asked for: its name, for how many seconds then not again, the request."""
    lease, most, terminal = state.lease, state.setting.offline_numbers, state.setting.terminal
    if lease.unmerged and not state.requests.waits_for(MergeRequest):
        yield "merge-tickets", MERGE_PAUSE_S, MergeRequest(terminal, lease.unmerged)
    under_way = {pending.request.queue for pending in state.requests.of(LeaseRequest)}
    good = lease.good(state.clock)
    for business in state.setting.businesses:
        left = lease.left.get(business.id, 0) if good else 0
        if business.offline and left <= most // 2 and left < most and business.id not in under_way:
            over = not good and business.id in lease.left
            request = LeaseRequest(terminal, business.id, count=most - left)
            yield business.id, OVER_PAUSE_S if over else ASK_PAUSE_S, request


def _hurry(state: KioskState, wanted: str) -> tuple[KioskState, Effects]:
    """Nobody waits for a server that is gone or silent: what it may have given is given back, the number comes from the lease.

    A cable that is out is noticed by the connection only half a minute later; the first question without an answer is enough.
    """
    pending = state.requests.find(wanted, TicketRequest)
    if pending is None and state.now - state.idle_since >= PRINTING_S:
        return take_number_steps.in_trouble(state, "refused", ""), ()
    if pending is None or pending.request.appointment is not None:
        return state, ()
    request, silent = pending.request, not state.served or pending.tries > 1
    if not silent or not state.lease.gives(request.queue, state.clock):
        return state, ()
    return _take(take_number_steps.unwanted(state), request.queue, request.class_, request.item)


# --- answers ---------------------------------------------------------------------------------------------------------


def leased(state: KioskState, _pending: Pending[LeaseRequest], answer: Answer) -> tuple[KioskState, Effects]:
    """Further numbers; a refusal is asked again after its pause."""
    lease = answers.of(answer, LeaseAnswer)
    return state, ((KeepLease(lease),) if lease is not None else ())


def merged(state: KioskState, _pending: Pending[MergeRequest], answer: Answer) -> tuple[KioskState, Effects]:
    """What the server now knows; a refusal is asked again after its pause."""
    merged = answers.of(answer, MergeAnswer)
    return state, ((MarkMerged(merged),) if merged is not None else ())


HANDLERS: Handlers[KioskState, Effect] = Handlers(
    on(NumberGiven, given),
    on(NoNumber, no_number),
    on(LeaseIs, lease_is),
)
