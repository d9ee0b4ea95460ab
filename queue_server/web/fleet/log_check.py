"""The page on which the administrator has both logs checked: `/log-check`."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from queue_server.logs.checks import LogChecks
from queue_server.web.auth.sessions import Session
from queue_server.web.site import Site

ROLES = ("administrator",)
"""Who may read the log of what was done on the web pages."""
BEAT_S = 1.0


def routes(site: Site, checks: LogChecks) -> APIRouter:
    """`/log-check` with the latest result, its live stream; `POST` begins a check."""
    router = APIRouter()

    async def part(session: Session, language: str) -> str:
        progress = checks.progress  # first: what ends meanwhile is in the result
        latest = await asyncio.to_thread(checks.latest)
        return site.pages.part(
            language,
            "log-check/results.html",
            session=session,
            progress=progress,
            latest=latest,
            failed=checks.failed,
            zone=site.config.zone,
        )

    @router.get("/log-check")
    async def look(request: Request) -> Response:
        session = await site.guard.need(request, *ROLES)
        shown = await part(session, site.pages.language(request))
        return site.pages.page(request, "log-check.html", session=session, part=shown)

    @router.get("/log-check/live")
    async def live(request: Request) -> Response:
        session = await site.guard.need(request, *ROLES)
        language = site.pages.language(request)

        async def render() -> dict[str, str] | None:
            again = await asyncio.to_thread(site.sessions.again, session.id)
            return None if again is None else {"log-check": await part(again, language)}

        return site.staff.open(request, render, "alert/", beat_s=BEAT_S)

    @router.post("/log-check")
    async def begin(request: Request) -> Response:
        session = await site.guard.need(request, *ROLES)
        await site.guard.form(request, session)
        if checks.begin(session.account.name):
            await site.note(request, session, "log-check", "")
        return RedirectResponse("/log-check", HTTPStatus.SEE_OTHER)

    return router
