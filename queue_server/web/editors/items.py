"""The editors' pages of service items: the list, an item with its versions and history, the moves of its life cycle."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from queue_server.catalogue.form import differences
from queue_server.catalogue.library import ChangedMeanwhile, edits
from queue_server.catalogue.lifecycle import (
    MOVE_NAMES,
    STATE_NAMES,
    History,
    HistoryEntry,
    NotAllowed,
    NotPossible,
    in_force,
    moves_for,
)
from queue_server.web.auth.sessions import Session
from queue_server.web.editors.item_fields import options
from queue_server.web.editors.rights import (
    EDITORS,
    ROLES,
    acting,
    content,
    findings,
    guides_of,
    history_of,
    may_write,
    trouble_of,
)
from queue_server.web.numbers_and_days import Number
from queue_server.web.public.guides import facts
from queue_server.web.site import Site

PAGE = 50
PUBLIC_MOVES = ("publish", "abolish")


def routes(site: Site) -> APIRouter:
    """`/items`, `/items/<code>` and `/items/<code>/v/<number>`."""
    router = APIRouter()

    @router.get("/items")
    async def items(request: Request, state: str = "", department: str = "", q: str = "", page: int = 1) -> Response:
        session = await site.guard.need(request, *ROLES)
        return await _list(site, request, session, chosen(session, state, department, q), max(1, min(page, 10_000)))

    @router.get("/items/{code}")
    async def item(request: Request, code: str) -> Response:
        session = await site.guard.need(request, *ROLES)
        return await _show(site, request, session, code)

    @router.post("/items/{code}")
    async def move(request: Request, code: str) -> Response:
        session = await site.guard.need(request, *EDITORS)
        form = await site.guard.form(request, session)
        history = await history_of(site, session, code)
        made, reason, seen = str(form.get("do", "")), str(form.get("reason", "")).strip()[:500], str(form.get("seen", ""))
        if made not in MOVE_NAMES or not seen.isdecimal():
            raise HTTPException(HTTPStatus.BAD_REQUEST)
        guides = guides_of(site)
        if made == "submit" and not reason and await _must_mend(site, history):
            return await _show(site, request, session, code, trouble="must-mend", status=HTTPStatus.CONFLICT)
        try:
            await asyncio.to_thread(guides.library.move, code.upper(), made, acting(session), seen=int(seen[:9]), reason=reason)
        except (ChangedMeanwhile, NotAllowed, NotPossible, ValueError) as error:
            return await _show(site, request, session, code, trouble=trouble_of(error), status=HTTPStatus.CONFLICT)
        if made in PUBLIC_MOVES:
            guides.shelf.refresh()
        await site.note(request, session, f"item-{made}", code.upper(), reason)
        return RedirectResponse(f"/items/{code.lower()}", HTTPStatus.SEE_OTHER)

    @router.get("/items/{code}/v/{number}")
    async def version(request: Request, code: str, number: Number, kiosk: bool = False) -> Response:
        session = await site.guard.need(request, *ROLES)
        history = await history_of(site, session, code)
        found = next((version for version in history if version.number == number), None)
        if found is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        english = await asyncio.to_thread(guides_of(site).translations.all)
        told = facts(site, content(found), english, site.pages.language(request))
        return site.pages.page(request, "items/version.html", version=found, states=STATE_NAMES, kiosk=kiosk, **told)

    return router


def chosen(session: Session, state: str, department: str, q: str) -> dict[str, str]:
    """What a list is asked for; an entry account gets its own department whatever it asks."""
    own = session.account.department if session.account.role == "entry" else department
    return {"state": state[:20], "department": own[:100], "text": q.strip()[:100]}


def _returned(history: History) -> HistoryEntry | None:
    """Why the newest version is the writer's again, if somebody returned it."""
    last = history[-1].history[-1] if history[-1].history else None
    return last if last is not None and last.move == "return" else None


def _differences(site: Site, history: History, language: str) -> list[tuple[str, str, str]]:
    """What the newest version says otherwise than the one that the public sees."""
    published = in_force(history)
    if published is None or published is history[-1]:
        return []
    named = options(site, guides_of(site).catalogue.shared)
    called = {key: {value: getattr(name, language) for value, name in names.items()} for key, names in named.items()}
    return differences(content(published), content(history[-1]), site.pages.gettext(language), called)


async def _must_mend(site: Site, history: History) -> bool:
    """Whether the newest version has a fault that it should not be submitted with."""
    english = await asyncio.to_thread(guides_of(site).translations.all)
    return any(finding.severity == "error" for finding in findings(site, content(history[-1]), english))


async def _list(site: Site, request: Request, session: Session, wanted: dict[str, str], page: int) -> Response:
    library, unfinished = guides_of(site).library, guides_of(site).unfinished

    def look() -> dict[str, Any]:
        return {
            "rows": library.newest(**wanted, limit=PAGE, skip=(page - 1) * PAGE),
            "count": library.count(**wanted),
            "unfinished": [(form, form.at.astimezone(site.config.zone)) for form in unfinished.of(session.account.department)]
            if session.account.role == "entry"
            else [],
            "departments": library.departments() if session.account.role != "entry" else [],
        }

    found = await asyncio.to_thread(look)
    edition = guides_of(site).shelf.current
    return site.pages.page(
        request,
        "items/list.html",
        session=session,
        states=STATE_NAMES,
        wanted=wanted,
        page=page,
        per_page=PAGE,
        edition=edition.version if edition else "",
        **found,
    )


async def _show(
    site: Site, request: Request, session: Session, code: str, *, trouble: str = "", status: int = HTTPStatus.OK
) -> Response:
    history = await history_of(site, session, code)
    newest = content(history[-1])
    english = await asyncio.to_thread(guides_of(site).translations.all)
    account = acting(session) if session.account.role in EDITORS else None
    moves = moves_for(history, account) if account else []
    told = [(version.number, entry.at.astimezone(site.config.zone), entry) for version in history for entry in version.history]
    return site.pages.page(
        request,
        "items/item.html",
        status=status,
        session=session,
        history=history,
        item=newest,
        seen=edits(history),
        moves=moves,
        writes=may_write(session, history),
        findings=findings(site, newest, english),
        told=list(reversed(told)),
        returned=_returned(history),
        differences=_differences(site, history, site.pages.language(request)),
        trouble=trouble,
    )
