"""The entrance for staff, and the language switch."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from queue_server.web.rendering import LANGUAGE_COOKIE, LANGUAGES, local_path
from queue_server.web.site import Site

YEAR_S = 365 * 24 * 3600


def routes(site: Site) -> APIRouter:
    """`/` and `/lang/<language>`."""
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

    return router
