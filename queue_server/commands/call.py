"""Calling a ticket to a window: the next one, a chosen one, again, and when nobody comes."""

from __future__ import annotations

from typing import Any

from contract.wire.requests import AtWindow, CallNext, CallTicket
from queue_server.commands.context import Call, Work
from queue_server.commands.refused import Refused, bad_request, wrong_state
from queue_server.domain.routing import Candidate, Choice, WindowRules, choose
from queue_server.domain.sentence import Sentence
from queue_server.store.rows import Ticket, Window


def call_next(work: Work, ask: CallNext) -> dict[str, Any]:
    """Call the ticket whose turn it is at this window."""
    window = work.window(ask.window)
    if ask.queue is not None and ask.queue not in work.plan.queues_of[window.id]:
        raise bad_request(
            f"window {window.id} does not serve queue {ask.queue!r}",
            Sentence("本窗口不办理该业务队列。", "Name a queue that the window serves, or none."),
        )
    work.check("call-next", window=window)
    ticket, choice = _take(work, window, ask.queue)
    window.tally = choice.tally
    _call(work, window, ticket, "call-next")
    work.event("ticket-called", ticket=ticket.id, number=ticket.number, queue=ticket.queue, window=window.id,
               clerk=window.clerk, why=choice.reason.en)  # fmt: skip
    return {"ticket": work.show(ticket), "waiting": waiting_for(work, window.id), "why": choice.reason._asdict()}


def call_ticket(work: Work, ask: CallTicket) -> dict[str, Any]:
    """Call a chosen ticket out of turn; the reason is kept."""
    window = work.window(ask.window)
    ticket = work.ticket_called(ask.ticket)
    work.check("call-ticket", window=window, ticket=ticket)
    if not work.unit.take(ticket):
        raise wrong_state(
            f"ticket {ticket.number} is just being called", Sentence("该号正被其他窗口呼叫。", "Choose another ticket.")
        )
    _call(work, window, ticket, "call-ticket")
    work.event("ticket-called", ticket=ticket.id, number=ticket.number, queue=ticket.queue, window=window.id,
               clerk=window.clerk, chosen=True, reason=ask.reason)  # fmt: skip
    return {"ticket": work.show(ticket), "waiting": waiting_for(work, window.id)}


def recall(work: Work, ask: AtWindow) -> dict[str, Any]:
    """Call the ticket at the window once more, as often as the hall's rules allow."""
    window, ticket = work.at(ask.window, ask.ticket)
    work.check("recall", window=window, ticket=ticket)
    pause = work.plan.rules.repeat_call_ignore_s
    if window.called_at is not None and (work.now - window.called_at).total_seconds() < pause:
        return {"ticket": work.show(ticket), "calls": window.calls}
    limit = work.plan.rules.recall_limit
    if ticket.recalls >= limit:
        raise Refused(
            "limit-reached",
            f"ticket {ticket.number} was called again {ticket.recalls} times, {limit} are allowed",
            Sentence(f"该号已重呼{limit}次，请按过号处理或开始办理。", "Mark it as a no-show, or start the service."),
        )
    ticket.recalls += 1
    work.unit.tickets.touch(ticket)
    announce(work, window, ticket)
    work.event("ticket-recalled", ticket=ticket.id, number=ticket.number, queue=ticket.queue, window=window.id,
               calls=window.calls)  # fmt: skip
    return {"ticket": work.show(ticket), "calls": window.calls}


def no_show(work: Work, ask: AtWindow) -> dict[str, Any]:
    """Nobody came: the ticket is missed (and may be put back into the line), or void where the hall's rules say so."""
    window, ticket = work.at(ask.window, ask.ticket)
    verb = "no-show" if work.plan.rules.missed == "requeue" else "no-show-void"
    work.check("no-show", window=window)
    work.check(verb, ticket=ticket)
    work.move_ticket(ticket, verb)
    work.move_window(window, "no-show")
    work.free(window)
    work.event(
        "ticket-missed", ticket=ticket.id, number=ticket.number, queue=ticket.queue, window=window.id, state=ticket.state
    )
    return {"ticket": work.show(ticket)}


def waiting_for(work: Work, window: str) -> int:
    """How many tickets wait in the queues that a window serves."""
    changes = work.unit.line_changes()
    return sum(sum(work.outlook.waiting(queue, changes)) for queue in work.plan.queues_of[window])


def candidate(ticket: Ticket) -> Candidate:
    """A waiting ticket as routing sees it."""
    return Candidate(ticket.id, ticket.queue, ticket.class_, ticket.rank, ticket.bound)


def _take(work: Work, window: Window, queue: str | None) -> tuple[Ticket, Choice]:
    """The ticket that routing chooses, locked; chosen anew while another server is faster."""
    rules = work.plan.calls[window.id]
    if queue is not None:
        rules = WindowRules(window.id, (queue,), rules.by_age, rules.prefers, rules.ratio_ordinary, rules.ratio_favoured,
                            rules.ageing_s)  # fmt: skip
    taken: list[str] = []
    while True:
        heads = {head.id: head for head in work.unit.heads(rules.queues, window.id, taken)}
        able = (candidate(head) for head in heads.values() if queue in (None, head.queue))
        choice = choose(able, rules, work.now.timestamp(), window.tally)
        if choice is None:
            raise Refused(
                "nothing-waiting", "nobody waits for this window", Sentence("当前没有等候的号。", "Nobody waits; try later.")
            )
        ticket = heads[choice.candidate.ticket]
        if work.unit.take(ticket):
            return ticket, choice
        taken.append(ticket.id)


def _call(work: Work, window: Window, ticket: Ticket, verb: str) -> None:
    ticket.window, ticket.bound, ticket.recalls = window.id, None, 0
    work.move_ticket(ticket, verb, clerk=window.clerk)
    work.unit.add_to_line(ticket.queue, ticket.class_, 0, called=ticket.number, at=work.now)
    work.move_window(window, verb)
    window.ticket, window.calls = ticket.id, 0
    announce(work, window, ticket)


def announce(work: Work, window: Window, ticket: Ticket) -> None:
    """Let displays and voice call the ticket to the window."""
    window.calls += 1
    window.called_at = work.now
    work.touch(window)
    work.changes.calls.append(Call(window.id, ticket.number))
