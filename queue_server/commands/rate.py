"""A citizen's rating of one service, and the look at one's own ticket."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select

from contract.wire.requests import Lookup, Rate
from queue_server.commands.context import Work
from queue_server.commands.move import named
from queue_server.commands.refused import Refused, bad_request, wrong_state
from queue_server.domain import rating as rules
from queue_server.domain.sentence import Sentence
from queue_server.store import tables
from queue_server.store.rows import Service, Ticket

R, S = tables.ratings.c, tables.services.c
_EXPIRED = Sentence("评价时间已过，感谢您的支持。", "The time for rating this service is over.")


def rate(work: Work, ask: Rate) -> dict[str, Any]:
    """Keep the rating of a service: while the window's rater asks, or by the ticket's token for some working days."""
    _check(work, ask)
    service = _asked(work, ask.service) if ask.service is not None else _by_token(work, ask.token)
    if work.unit.connection.execute(select(R.level).where(R.service == service.id)).first() is not None:
        hint = Sentence("您已评价过本次服务，感谢您的支持。", "One service is rated once; thank you.")
        raise Refused("already-rated", f"service {service.id} is rated already", hint)
    _check_time(work, ask, service)
    row = {
        "service": service.id, "ticket": service.ticket, "queue": service.queue, "item": service.item, "window": service.window,
        "clerk": service.clerk, "level": ask.level, "reasons": list(dict.fromkeys(ask.reasons)), "text": ask.text.strip(),
        "channel": ask.channel, "business_day": work.day.isoformat(), "at": work.now,
    }  # fmt: skip
    work.unit.connection.execute(insert(tables.ratings), row)
    window = work.unit.windows.get(service.window)
    if window is not None and window.ask is not None and window.ask["service"] == service.id:
        work.end_ask(window)
    work.event("service-rated", service=service.id, window=service.window, level=ask.level, channel=ask.channel)
    number = work.plan.windows[service.window].number if service.window in work.plan.windows else service.window
    shown = {"window_number": number, "at": work.local(work.now)}
    return {"rating": {**row, **shown}}


def lookup(work: Work, ask: Lookup) -> dict[str, Any]:
    """How a ticket stands: its state, how many come before it, how long that may take, and where it is called."""
    by_name = ask.ticket is not None and ask.token is None
    ticket = work.ticket_called(ask.ticket or "") if by_name else named(work, None, ask.token)
    answer: dict[str, Any] = {"ticket": work.show(ticket), "ahead": 0, "estimate_s": {"low": 0, "high": 0}}
    if ticket.state in ("waiting", "printing"):
        ordinary, favoured = work.unit.before(ticket)
        mine = ticket.class_ != "ordinary"
        ahead, span = work.outlook.range_s(ticket.queue, ordinary=ordinary, favoured_ahead=favoured, favoured=mine)
        answer.update(ahead=ahead, estimate_s={"low": span[0], "high": span[1]})
    if ticket.services:
        answer["service"] = _service_state(work, ticket)
    return answer


def _check(work: Work, ask: Rate) -> None:
    if (ask.service is None) == (ask.token is None):
        raise bad_request(
            "a rating names a service or a token, one of them", Sentence("请指明所评价的服务。", "Name what is rated.")
        )
    needs = work.plan.rules.bad_rating_needs_reason
    try:
        rules.check(ask.level, ask.reasons, ask.text, channel=ask.channel, bad_needs_reason=needs)
    except rules.BadRating as error:
        raise bad_request(str(error), error.hint) from None


def _asked(work: Work, service_id: str) -> Service:
    service = work.unit.services.get(service_id)
    if service is None:
        hint = Sentence("没有这次服务的记录。", "Rate by the id in rating/<window>/ask.")
        raise bad_request(f"there is no service {service_id!r}", hint)
    return service


def _by_token(work: Work, token: str | None) -> Service:
    """The last service of the token's ticket that has ended."""
    service = _last_ended(work, named(work, None, token))
    if service is None:
        raise wrong_state(
            "the ticket was not served yet", Sentence("办理结束后即可评价。", "Rate when the service is finished.")
        )
    return service


def _check_time(work: Work, ask: Rate, service: Service) -> None:
    if service.ended_at is None:
        raise wrong_state("the service has not ended", Sentence("办理结束后即可评价。", "Rate when the service is finished."))
    until = service.ask_expires_at if ask.service is not None else work.plan.rating_until(service.ended_at)
    if until is None or work.now >= until:
        raise Refused("expired", f"service {service.id} can no longer be rated this way", _EXPIRED)


def _last_ended(work: Work, ticket: Ticket) -> Service | None:
    work.unit.services.flush()
    ended = (
        work.unit.services.columns.where(S.ticket == ticket.id, S.ended_at.is_not(None)).order_by(S.ended_at.desc()).limit(1)
    )
    found = work.unit.services.find(ended)
    return found[0] if found else None


def _service_state(work: Work, ticket: Ticket) -> dict[str, Any] | None:
    """Whether the ticket's last service can be rated by its token."""
    service = _last_ended(work, ticket)
    if service is None or service.ended_at is None:
        return None
    level = work.unit.connection.execute(select(R.level).where(R.service == service.id)).scalar()
    until = work.plan.rating_until(service.ended_at)
    return {"id": service.id, "window": service.window, "level": level, "can_rate": level is None and work.now < until}
