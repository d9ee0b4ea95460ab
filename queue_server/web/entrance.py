"""The entrance for staff, and the language switch."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from contract.wire import messages
from queue_server.catalogue.lifecycle import STATE_FOR
from queue_server.web.auth.sessions import Session
from queue_server.web.rendering import LANGUAGE_COOKIE, LANGUAGES, local_path
from queue_server.web.site import Site

YEAR_S = 365 * 24 * 3600


def routes(site: Site, *, staff_here: bool) -> APIRouter:
    """`/` and `/lang/<language>`. `staff_here`: whether one can log in at this listener."""
    router = APIRouter()

    @router.get("/")
    async def index(request: Request) -> Response:
        session = await site.guard.session(request) if staff_here else None
        waiting = await asyncio.to_thread(_waiting_items, site, session) if session else 0
        return site.pages.page(
            request,
            "index.html",
            session=session,
            staff_here=staff_here,
            guides=site.guides is not None,
            waiting_items=waiting,
            queues=site.config.queue,
            queue_states=site.states("queue/", "/state", messages.QueueState),
            now=site.now(),
        )

    @router.get("/lang/{language}")
    async def choose_language(request: Request, language: str, next: str = "/") -> Response:
        response = RedirectResponse(local_path(next), HTTPStatus.SEE_OTHER)
        if language in LANGUAGES:
            secure = request.url.scheme == "https"
            response.set_cookie(LANGUAGE_COOKIE, language, max_age=YEAR_S, samesite="lax", httponly=True, secure=secure)
        return response

    return router


def _waiting_items(site: Site, session: Session) -> int:
    """How many service items wait for this account."""
    state = STATE_FOR.get(session.account.role)
    if site.guides is None or state is None:
        return 0
    return site.guides.library.count(state=state, department=session.account.department)
