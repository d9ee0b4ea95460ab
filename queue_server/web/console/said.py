"""What a console says in words: what came of a press, and why something is refused."""

from __future__ import annotations

from fastapi import Request

from contract.wire import answers
from contract.wire.answers import ServiceAnswer, TicketAnswer
from queue_server.web.site import Site


def done(site: Site, request: Request, verb: str, fields: dict[str, object], answer: answers.Answer) -> str:
    """What came of a press whose ticket has left the window; empty where the console shows it by itself."""
    found = answers.of(answer, TicketAnswer) or answers.of(answer, ServiceAnswer)
    if found is None:
        return ""
    return site.pages.words(
        site.pages.language(request),
        "console/done.html",
        verb=verb,
        number=found.ticket.number,
        returns=found.ticket.state == "waiting",
        to_window=site.window(str(fields.get("to_window", ""))),
        to_queue=next((queue for queue in site.config.queue if queue.id == fields.get("to_queue")), None),
    )


def why_not(site: Site, request: Request, answer: answers.Answer) -> str:
    """A refusal in the clerk's language; empty for an answer that is none."""
    if answer.error is None:
        return ""
    language = site.pages.language(request)
    return site.pages.words(language, "console/refusal.html", error=answer.error)
