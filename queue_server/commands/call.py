"""Calling a ticket to a window: the next one, a chosen one, again, and when nobody comes."""

from __future__ import annotations

from dataclasses import replace

from contract.wire.answers import CallAnswer, RecallAnswer, TicketAnswer
from contract.wire.events import TicketCalled, TicketMissed, TicketRecalled
from contract.wire.messages import Text
from contract.wire.requests import AtWindow, CallNext, CallTicket
from queue_server.commands.context import CalledNumber, CommandContext
from queue_server.commands.refused import Refused, bad_request, wrong_state
from queue_server.domain.routing import Candidate, RoutingChoice, choose
from queue_server.store.rows import TicketRow, WindowRow


def call_next(context: CommandContext, ask: CallNext) -> CallAnswer:
    """Call the ticket whose turn it is at this window."""
    window = context.window(ask.window)
    if ask.queue is not None and ask.queue not in context.hall.queues_of[window.id]:
        raise bad_request(
            f"window {window.id} does not serve queue {ask.queue!r}",
            Text("本窗口不办理该业务队列。", "Name a queue that the window serves, or none."),
        )
    context.check("call-next", window=window)
    ticket, choice = _take(context, window, ask.queue)
    window.tally = choice.tally
    _call(context, window, ticket, "call-next")
    context.event(
        TicketCalled(
            ticket=ticket.id,
            number=ticket.number,
            queue=ticket.queue,
            window=window.id,
            clerk=window.clerk,
            why=choice.reason.en,
        )
    )
    return CallAnswer(context.facts(ticket), waiting_for(context, window.id), choice.reason)


def call_ticket(context: CommandContext, ask: CallTicket) -> CallAnswer:
    """Call a chosen ticket out of turn; the reason is kept."""
    window = context.window(ask.window)
    ticket = context.ticket(ask.ticket)
    context.check("call-ticket", window=window, ticket=ticket)
    if not context.unit.take(ticket):
        raise wrong_state(
            f"ticket {ticket.number} is just being called", Text("该号正被其他窗口呼叫。", "Choose another ticket.")
        )
    _call(context, window, ticket, "call-ticket")
    context.event(
        TicketCalled(
            ticket=ticket.id,
            number=ticket.number,
            queue=ticket.queue,
            window=window.id,
            clerk=window.clerk,
            chosen=True,
            reason=ask.reason,
        )
    )
    return CallAnswer(context.facts(ticket), waiting_for(context, window.id))


def recall(context: CommandContext, ask: AtWindow) -> RecallAnswer:
    """Call the ticket at the window once more, as often as the hall's rules allow."""
    window, ticket = context.at(ask.window, ask.ticket)
    context.check("recall", window=window, ticket=ticket)
    pause = context.hall.rules.repeat_call_ignore_s
    if window.called_at is not None and (context.now - window.called_at).total_seconds() < pause:
        return RecallAnswer(context.facts(ticket), window.calls)
    limit = context.hall.rules.recall_limit
    if ticket.recalls >= limit:
        raise Refused(
            "limit-reached",
            f"ticket {ticket.number} was called again {ticket.recalls} times, {limit} are allowed",
            Text(f"该号已重呼{limit}次，请按过号处理或开始办理。", "Mark it as a no-show, or start the service."),
        )
    ticket.recalls += 1
    context.unit.tickets.touch(ticket)
    announce(context, window, ticket)
    context.event(
        TicketRecalled(ticket=ticket.id, number=ticket.number, queue=ticket.queue, window=window.id, calls=window.calls)
    )
    return RecallAnswer(context.facts(ticket), window.calls)


def no_show(context: CommandContext, ask: AtWindow) -> TicketAnswer:
    """Nobody came: the ticket is missed (and may be put back into the line), or void where the hall's rules say so."""
    window, ticket = context.at(ask.window, ask.ticket)
    verb = "no-show" if context.hall.rules.missed == "requeue" else "no-show-void"
    context.check("no-show", window=window)
    context.check(verb, ticket=ticket)
    context.move_ticket(ticket, verb)
    context.move_window(window, "no-show")
    context.free(window)
    context.event(
        TicketMissed(ticket=ticket.id, number=ticket.number, queue=ticket.queue, window=window.id, state=ticket.state)
    )
    return TicketAnswer(context.facts(ticket))


def waiting_for(context: CommandContext, window: str) -> int:
    """How many tickets wait in the queues that a window serves."""
    changes = context.unit.line_changes()
    return sum(sum(context.wait_times.waiting(queue, changes)) for queue in context.hall.queues_of[window])


def candidate(ticket: TicketRow) -> Candidate:
    """A waiting ticket as routing sees it."""
    since = None if ticket.class_ == "appointment" else ticket.issued_at.timestamp()
    return Candidate(ticket.id, ticket.queue, ticket.class_, ticket.rank, ticket.bound, since)


def _take(context: CommandContext, window: WindowRow, queue: str | None) -> tuple[TicketRow, RoutingChoice]:
    """The ticket that routing chooses, locked; chosen anew while another server is faster. With a queue named, whoever is meant
    for the window still goes first."""
    rules = context.hall.calls[window.id]
    if queue is not None:
        rules = replace(rules, queues=(queue,))
    taken: list[str] = []
    while True:
        heads = {head.id: head for head in context.unit.heads(rules.queues, window.id, taken)}
        able = (candidate(head) for head in heads.values() if queue in (None, head.queue) or head.bound is not None)
        choice = choose(able, rules, context.now.timestamp(), window.tally)
        if choice is None:
            raise Refused(
                "nothing-waiting", "nobody waits for this window", Text("当前没有等候的号。", "Nobody waits; try later.")
            )
        ticket = heads[choice.candidate.ticket]
        if context.unit.take(ticket):
            alone = queue is not None and ticket.bound is None and len(context.hall.queues_of[window.id]) > 1
            return ticket, replace(choice, reason=_of_queue_alone(context, ticket.queue, choice.reason)) if alone else choice
        taken.append(ticket.id)


def _of_queue_alone(context: CommandContext, queue: str, reason: Text) -> Text:
    """The reason of a call that named its queue: it says nothing of who waits in the window's other queues."""
    name = context.hall.queues[queue].name
    return Text(f"窗口只叫{name.zh}的号。{reason.zh}", f"asked for {name.en} only; {reason.en}")


def _call(context: CommandContext, window: WindowRow, ticket: TicketRow, verb: str) -> None:
    ticket.window, ticket.bound, ticket.recalls = window.id, None, 0
    context.move_ticket(ticket, verb, clerk=window.clerk)
    context.unit.add_to_line(ticket.queue, ticket.class_, 0, called=ticket.number, at=context.now)
    context.move_window(window, verb)
    window.ticket, window.calls = ticket.id, 0
    announce(context, window, ticket)


def announce(context: CommandContext, window: WindowRow, ticket: TicketRow) -> None:
    """Let displays and voice call the ticket to the window."""
    window.calls += 1
    window.called_at = context.now
    context.touch(window)
    context.changes.calls.append(CalledNumber(window.id, ticket.number))
