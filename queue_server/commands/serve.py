"""A service at a window: its start and end, and a ticket that is put aside for a while."""

from __future__ import annotations

from datetime import timedelta

from contract.wire.answers import ServiceAnswer, TicketAnswer
from contract.wire.events import RatingExpired, ServiceFinished, ServiceStarted, TicketHeld, TicketResumed
from contract.wire.messages import Text
from contract.wire.requests import AtWindow
from queue_server.commands.call import announce
from queue_server.commands.context import CommandContext
from queue_server.commands.refused import bad_request, wrong_state
from queue_server.store.rows import ServiceRow, TicketRow, WindowRow


def start_service(context: CommandContext, ask: AtWindow) -> ServiceAnswer:
    """The citizen has come; the service begins, and an older question for a rating ends."""
    window, ticket = context.at(ask.window, ask.ticket)
    context.check("start-service", window=window, ticket=ticket)
    if window.ask is not None:
        _cut_short(context, window, window.ask["service"])
    context.end_ask(window)
    ticket.services += 1
    context.move_ticket(ticket, "start-service", clerk=window.clerk)
    context.move_window(window, "start-service")
    called_at = window.called_at or context.now
    service = ServiceRow(
        id=ticket.service,
        ticket=ticket.id,
        number=ticket.number,
        queue=ticket.queue,
        item=ticket.item,
        window=window.id,
        clerk=window.clerk,
        business_day=ticket.business_day,
        called_at=called_at,
        started_at=ticket.changed_at,
    )
    context.unit.services.add(service)
    context.event(ServiceStarted(ticket=ticket.id, service=ticket.service, window=window.id, clerk=window.clerk))
    return ServiceAnswer(context.facts(ticket), ticket.service)


def finish_service(context: CommandContext, ask: AtWindow) -> ServiceAnswer:
    """The service ends and may be rated; a ticket that is to return goes back to its first window."""
    window, ticket = context.at(ask.window, ask.ticket)
    context.check("finish-service", window=window, ticket=ticket)
    service = end_service(context, ticket)
    if ticket.return_to is not None:
        send_back(context, ticket)
    else:
        context.move_ticket(ticket, "finish-service")
    context.move_window(window, "finish-service")
    context.free(window)
    window.ask_expires_at = context.now + timedelta(seconds=context.hall.rules.rating_timeout_s)
    window.ask = {"service": service.id, "number": ticket.number, "item": ticket.item, "clerk": service.clerk}
    service.ask_expires_at = window.ask_expires_at
    context.changes.asks[window.id] = window
    context.event(ServiceFinished(ticket=ticket.id, service=service.id, window=window.id, clerk=service.clerk))
    return ServiceAnswer(context.facts(ticket), service.id)


def hold(context: CommandContext, ask: AtWindow) -> TicketAnswer:
    """Put the ticket at the window aside; the window is free for others."""
    window, ticket = context.at(ask.window, ask.ticket)
    context.check("hold", window=window, ticket=ticket)
    ticket.held_from = ticket.state
    context.move_ticket(ticket, "hold", clerk=window.clerk)
    context.move_window(window, "hold")
    context.free(window)
    context.event(TicketHeld(ticket=ticket.id, number=ticket.number, window=window.id))
    return TicketAnswer(context.facts(ticket))


def resume(context: CommandContext, ask: AtWindow) -> TicketAnswer:
    """Take a held ticket up again, at the window that is named or else at its own, where it was: called or being served."""
    ticket = context.ticket(ask.ticket) if ask.ticket is not None else _held_at(context, ask.window)
    if ticket.state != "held":
        raise context.refused_ticket(ticket)
    window = context.window(ask.window or ticket.window or "")
    verb = "resume-service" if ticket.held_from == "serving" else "resume"
    context.check(verb, window=window, ticket=ticket)
    ticket.window, ticket.held_from = window.id, None
    context.move_ticket(ticket, verb, clerk=window.clerk)
    context.move_window(window, verb)
    window.ticket, window.calls, window.called_at = ticket.id, 0, None
    if verb == "resume":
        announce(context, window, ticket)
    else:
        window.calls = 1
        service = context.unit.services.get(ticket.service)
        assert service is not None, "a ticket that was being served has a service"
        service.window, service.clerk = window.id, window.clerk
        context.unit.services.touch(service)
    context.event(TicketResumed(ticket=ticket.id, number=ticket.number, window=window.id, state=ticket.state))
    return TicketAnswer(context.facts(ticket))


def _cut_short(context: CommandContext, window: WindowRow, asked: str) -> None:
    """The question for the rating of the service before ends early: the day's figures say how often a window does that."""
    service = context.unit.services.get(asked)
    if service is not None:
        service.ask_expires_at = context.now
        context.unit.services.touch(service)
    context.event(RatingExpired(window=window.id, service=asked, cause="next"))


def end_service(context: CommandContext, ticket: TicketRow) -> ServiceRow:
    """Note the end of the ticket's running service."""
    service = context.unit.services.get(ticket.service)
    assert service is not None, "a ticket that is being served has a service"
    service.ended_at = max(context.now, service.started_at)
    context.unit.services.touch(service)
    return service


def send_back(context: CommandContext, ticket: TicketRow) -> None:
    """A transferred ticket returns to its first window, or to the line of its queue when that window is closed."""
    target = context.unit.windows.get(ticket.return_to or "") if ticket.return_to in context.hall.windows else None
    ticket.bound = target.id if target is not None and target.state != "closed" else None
    queue = ticket.return_queue if ticket.return_queue in context.hall.queues else None
    ticket.return_to = ticket.return_queue = None
    context.move_ticket(ticket, "transfer", queue=queue)


def _held_at(context: CommandContext, window_id: str | None) -> TicketRow:
    """The one held ticket of a window."""
    if window_id is None:
        raise bad_request("neither window nor ticket is named", Text("请指明窗口或号票。", "Name a window or a ticket."))
    window = context.window(window_id)
    found = context.unit.held_at(window.id, context.day.isoformat())
    if len(found) > 1:
        raise bad_request(f"window {window.id} holds several tickets", Text("有多个挂起的号，请选择一个。", "Name the ticket."))
    if not found:
        raise wrong_state(f"window {window.id} holds no ticket", Text("本窗口没有挂起的号。", "There is nothing to resume."))
    return context.ticket(found[0])
