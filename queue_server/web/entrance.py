"""The entrance for staff, the language switch, and the health of the server for whoever watches it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from contract.wire import messages
from queue_server.web.auth.guard import address
from queue_server.web.rendering import LANGUAGE_COOKIE, LANGUAGES, local_path
from queue_server.web.site import Site

LOOPBACK = ("127.0.0.1", "::1")
YEAR_S = 365 * 24 * 3600


def routes(site: Site) -> APIRouter:
    """`/`, `/lang/<language>` and `/health`."""
    router = APIRouter()

    @router.get("/")
    async def index(request: Request) -> Response:
        session = await site.guard.session(request)
        return site.pages.page(request, "index.html", session=session, guides=site.guides is not None)

    @router.get("/lang/{language}")
    async def choose_language(request: Request, language: str, next: str = "/") -> Response:
        response = RedirectResponse(local_path(next), HTTPStatus.SEE_OTHER)
        if language in LANGUAGES:
            secure = request.url.scheme == "https"
            response.set_cookie(LANGUAGE_COOKIE, language, max_age=YEAR_S, samesite="lax", httponly=True, secure=secure)
        return response

    @router.get("/health")
    async def health(request: Request) -> dict[str, Any]:
        server = site.state("server/status", messages.ServerStatus)
        alerts = site.states("alert/", "", messages.Alert)
        found: dict[str, Any] = {
            "status": server.state if server else "starting",
            "hall": site.config.hall.id,
            "version": server.version if server else None,
            "started_at": server.started_at.isoformat() if server else None,
            "alerts": len(alerts),
            "windows_open": sum(state.state != "closed" for state in site.window_states().values()),
        }
        if site.example_log_in and address(request) in LOOPBACK:
            found["example_log_in"] = site.example_log_in
        return found

    return router
