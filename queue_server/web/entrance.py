"""The entrance for staff, and the switches for language and larger letters."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from contract.wire import messages
from queue_server.catalogue.lifecycle import STATE_FOR
from queue_server.web.auth.sessions import Session
from queue_server.web.rendering import LANGUAGE_COOKIE, LANGUAGES, LETTERS, LETTERS_COOKIE, local_path
from queue_server.web.site import Site

YEAR_S = 365 * 24 * 3600


def routes(site: Site, *, staff_here: bool) -> APIRouter:
    """`/`, `/lang/<language>` and `/letters/<size>`. `staff_here`: whether one can log in at this listener."""
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
        return _chosen(request, next, LANGUAGE_COOKIE, language if language in LANGUAGES else "")

    @router.get("/letters/{size}")
    async def choose_letters(request: Request, size: str, next: str = "/") -> Response:
        return _chosen(request, next, LETTERS_COOKIE, size if size in LETTERS else "")

    return router


def _chosen(request: Request, next: str, cookie: str, choice: str) -> Response:
    """Back to where somebody came from, with what was chosen kept for a year; nothing is kept of what is no choice."""
    response = RedirectResponse(local_path(next), HTTPStatus.SEE_OTHER)
    if choice:
        secure = request.url.scheme == "https"
        response.set_cookie(cookie, choice, max_age=YEAR_S, samesite="lax", httponly=True, secure=secure)
    return response


def _waiting_items(site: Site, session: Session) -> int:
    """How many service items wait for this account."""
    state = STATE_FOR.get(session.account.role)
    if site.guides is None or state is None:
        return 0
    return site.guides.library.count(state=state, department=session.account.department)
