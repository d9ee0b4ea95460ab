"""The citizen's page behind the QR code of a ticket: a few KB of HTML, whole without JavaScript, live with it.

The token in the address is the only key; the page shows the number and the line, never who somebody is.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from http import HTTPStatus
from random import uniform

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from msgspec import Struct

from contract.wire import answers, codec, messages, rating_reasons
from contract.wire.answers import LookupAnswer
from queue_server.hall_access import HallUnavailable
from queue_server.web.live import ChangeFeed, Concern
from queue_server.web.site import Site

LOG = logging.getLogger(__name__)
TOKEN = re.compile(r"[A-Za-z0-9_.~-]{8,128}")
OVER = ("finished", "missed", "void", "expired")
"""States in which a service may be over: a citizen who is marked as a no-show may have been served."""
LIVE_PAUSE_S = 2.0
NEAR, FAR = 20, 200
"""With so many ahead a phone begins to look less often, and with so many it looks least often: after ten times as long."""
LIVE_LOOK_S = 20.0


@dataclass(frozen=True)
class Explanation:
    """Why somebody rated as they did: the codes that were ticked, and their own words."""

    reasons: list[str]
    text: str


def routes(site: Site) -> APIRouter:
    """`/t/<token>` and what its forms post."""
    site.changes.listen(lambda topic, payload: _tell_its_phone(site.changes, topic, payload))
    router = _looks(site)
    router.include_router(_forms(site))
    return router


def _looks(site: Site) -> APIRouter:
    """The page and its live stream."""
    router = APIRouter()

    @router.get("/t/{token}")
    async def ticket(request: Request, token: str, why: bool = False) -> Response:
        found = await _found(site, token)
        if found is None:
            return _unknown(site, request)
        return _page(site, request, token, found, why=why)

    @router.get("/t/{token}/live")
    async def live(request: Request, token: str) -> Response:
        language = site.pages.language(request)
        concern = Concern()

        async def render() -> dict[str, str] | None:
            nonlocal concern
            found = await _found(site, token)
            if found is None:
                return None
            concern = concerning(found)
            return {"ticket": _ticket_part(site, language, token, found)}

        return site.visitors.open(request, render, concern=lambda: concern, look_s=LIVE_LOOK_S)

    return router


def _forms(site: Site) -> APIRouter:
    """Giving the place up, and rating."""
    router = APIRouter()

    @router.get("/t/{token}/cancel")
    @router.get("/t/{token}/rate")
    async def shared(token: str) -> Response:
        """The address of a form that was sent, reloaded or handed on."""
        return RedirectResponse(f"/t/{token}", HTTPStatus.SEE_OTHER)

    @router.get("/t/{token}/why")
    async def shared_reasons(token: str) -> Response:
        """The same for the form of the reasons."""
        return RedirectResponse(f"/t/{token}?why=1", HTTPStatus.SEE_OTHER)

    @router.post("/t/{token}/cancel")
    async def cancel(request: Request, token: str) -> Response:
        return await _ask(site, request, token, "cancel-ticket", {"reason": "citizen"})

    @router.post("/t/{token}/rate")
    async def rate(request: Request, token: str) -> Response:
        """A level counts with the touch; the reasons come with a second form."""
        level = str((await request.form(max_files=0, max_fields=20)).get("level", ""))
        if level not in "12345" or len(level) != 1:
            return RedirectResponse(f"/t/{token}", HTTPStatus.SEE_OTHER)
        body: dict[str, object] = {"level": int(level), "channel": "qr", "unexplained": True}
        return await _ask(site, request, token, "rate", body, after="?why=1")

    @router.post("/t/{token}/why")
    async def explain(request: Request, token: str) -> Response:
        form = await request.form(max_files=0, max_fields=20)
        reasons = [str(code) for code in form.getlist("reason")][:8]
        text = str(form.get("text", "")).strip()[: rating_reasons.TEXT_LIMIT]
        found = await _found(site, token)
        level = found.service.level if found is not None and found.service else None
        if level is None or not (reasons or text):
            return RedirectResponse(f"/t/{token}", HTTPStatus.SEE_OTHER)
        body: dict[str, object] = {"level": level, "channel": "qr", "reasons": reasons, "text": text}
        return await _ask(site, request, token, "rate", body, given=Explanation(reasons, text))

    return router


async def _ask(
    site: Site,
    request: Request,
    token: str,
    verb: str,
    body: dict[str, object],
    *,
    given: Explanation | None = None,
    after: str = "",
) -> Response:
    """Ask the ledger with the token; a refusal comes back on the page, on the form of the reasons with what was `given` there.
    `after` is the query of the page that follows."""
    found = await _found(site, token)
    if found is None:
        return _unknown(site, request)
    answer = await site.hall.ask(verb, body | {"token": token}, actor="phone")
    if answer.status == "ok":
        return RedirectResponse(f"/t/{token}{after}", HTTPStatus.SEE_OTHER)
    if answer.error is not None and answer.error.code == "already-rated":
        found = await _found(site, token) or found  # by another of the citizen's pages, a moment ago
    return _page(site, request, token, found, why=given is not None, given=given, refusal=answer.error)


async def _found(site: Site, token: str) -> LookupAnswer | None:
    """What the ledger says about the ticket, or None for a token that is none."""
    if not TOKEN.fullmatch(token):
        return None
    answer = await site.hall.ask("lookup", {"token": token}, actor="phone")
    if answer.error is not None and answer.error.code in ("busy", "internal"):
        raise HallUnavailable("lookup")
    return answers.of(answer, LookupAnswer)


def concerning(found: LookupAnswer) -> Concern:
    """What a phone follows: the line of its ticket while it waits, the window once it is called, and at once its own call.

    The further it is from its turn the less often it looks, and never in the same moment as all the others: a hall full of
    phones must not stand before whoever calls.
    """
    match found.ticket.state:
        case "printing" | "waiting":
            far = min(max(found.ahead, NEAR), FAR) / NEAR
        case "called" | "serving":
            far = 1.0
        case _:
            far = FAR / NEAR
    return Concern(_topics(found), (f"ticket/{found.ticket.id}",), LIVE_PAUSE_S * far * uniform(0.5, 1.5))


class _EventOf(Struct):
    """Whose event it is."""

    ticket: str | None = None
    service: str | None = None
    """`<ticket>-s<n>`: a rating names it alone."""


def _tell_its_phone(changes: ChangeFeed, topic: str, payload: bytes) -> None:
    """Something has happened to a ticket: `ticket/<id>` is no topic of the hall, but what that ticket's phone waits for."""
    ticket = None
    if topic.startswith("event/") and (event := codec.read(payload, _EventOf)) is not None:
        ticket = event.ticket or (event.service or "").rpartition("-s")[0] or None
    elif topic.startswith("window/") and topic.endswith("/state"):  # events of another server do not come here
        state = codec.read(payload, messages.WindowState)
        ticket = state.ticket.id if state is not None and state.ticket is not None else None
    if ticket is not None:
        changes.tell(f"ticket/{ticket}")


def _topics(found: LookupAnswer) -> tuple[str, ...]:
    """The topics on which something changes for a ticket."""
    ticket = found.ticket
    line = f"queue/{ticket.queue}/"
    match ticket.state:
        case "printing" | "waiting":
            return line, *(f"window/{window}/" for window in found.windows if len(found.windows) == 1)
        case "called" | "serving":
            return line, f"window/{ticket.window}/"
        case "held" | "missed":
            return line, "window/"
        case _:
            return ()


def _page(
    site: Site,
    request: Request,
    token: str,
    found: LookupAnswer,
    *,
    why: bool,
    given: Explanation | None = None,
    refusal: answers.Error | None = None,
) -> Response:
    language = site.pages.language(request)
    part = _ticket_part(site, language, token, found)
    level = found.service.level if why and found.service and found.service.can_explain else None
    return site.pages.page(
        request,
        "phone.html",
        token=token,
        found=found,
        part=part,
        level=level,
        levels=rating_reasons.LEVELS,
        tags=rating_reasons.reasons_of(level) if level else (),
        bad=level in rating_reasons.BAD_LEVELS,
        limit=rating_reasons.TEXT_LIMIT,
        given=given or Explanation([], ""),
        refusal=refusal,
        status=HTTPStatus.CONFLICT if refusal else HTTPStatus.OK,
    )


def _rateable(found: LookupAnswer) -> bool:
    """Whether a rating may be asked for: the service is over, has none yet, and there is still time."""
    return found.ticket.state in OVER and bool(found.service and found.service.can_rate)


def _ticket_part(site: Site, language: str, token: str, found: LookupAnswer) -> str:
    """The live part of the page."""
    ticket = found.ticket
    item = site.item(ticket.item or "") if ticket.state in ("printing", "waiting", "called", "held", "missed") else None
    return site.pages.part(
        language,
        "phone/ticket.html",
        item=item,
        ticket=ticket,
        queue={queue.id: queue for queue in site.config.queue}.get(ticket.queue),
        window=site.window(ticket.window or ""),
        ahead=found.ahead,
        sent_to=site.sign(found.sent.window or "") if found.sent else "",
        sent=bool(found.sent),
        returns_to=site.sign(found.sent.returns_to or "") if found.sent else "",
        estimate=found.estimate_s,
        opens_at=found.opens_at,
        today=site.today(),
        token=token,
        rateable=_rateable(found),
        issued=ticket.issued_at.astimezone(site.config.zone),
        now=site.now(),
        rated=found.service.level if found.service else None,
        explainable=bool(found.service and found.service.can_explain),
        levels=rating_reasons.LEVELS,
        rules=site.config.rules,
        windows=[site.sign(window) for window in found.windows],
    )


def _unknown(site: Site, request: Request) -> Response:
    return site.pages.page(request, "phone/unknown.html", status=HTTPStatus.NOT_FOUND)
