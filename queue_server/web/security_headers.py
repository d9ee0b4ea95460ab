"""The outermost layer: refuses posts from other sites and oversized ones, sets the headers that keep a browser safe.

Written against ASGI itself, so that endless answers (server-sent events) pass through untouched.
"""

from __future__ import annotations

import re
from http import HTTPStatus

from fastapi import Request
from fastapi.responses import PlainTextResponse
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from queue_server.web.auth.guard import from_elsewhere

KEPT = re.compile(r"/static/[0-9a-f]{10}/")
YEAR_S = 365 * 24 * 3600
LARGEST_POST = 64 * 1024
LARGER_POSTS = {
    "/items/import": 20 << 20,
    "/items/": 2 << 20,
    "/api/": 64 << 20,
    "/updates/bundle": 8 << 30,
    "/appointments/import": 20 << 20,
    "/cases/import": 20 << 20,
}
"""Beginning of a path → what may be posted there: an item has thousands of characters, a file of items many more, a
system of a terminal is written to disk as it comes."""
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class SecurityMiddleware:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, *, only_https: bool = False) -> None:
        """`only_https`: tell browsers not to come by HTTP again (HSTS, RFC 6797). Only for a certificate that every browser
        believes: otherwise a browser that does not leaves no way in."""
        self.app = app
        self._only_https = only_https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        kept = KEPT.match(scope["path"])

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if self._only_https and scope["scheme"] == "https":
                    headers["Strict-Transport-Security"] = f"max-age={YEAR_S}"
                headers.setdefault("Cache-Control", "public, max-age=31536000, immutable" if kept else "no-store")
            await send(message)

        refusal = _refusal(request)
        await (refusal or self.app)(scope, receive, send_with_headers)


def _refusal(request: Request) -> PlainTextResponse | None:
    if request.method in ("GET", "HEAD"):
        return None
    if from_elsewhere(request):
        return PlainTextResponse("A page of another site may not post here.", HTTPStatus.FORBIDDEN)
    length = request.headers.get("content-length", "")
    if not length.isdigit():
        return PlainTextResponse("Say how long the request is.", HTTPStatus.LENGTH_REQUIRED)
    largest = next((size for path, size in LARGER_POSTS.items() if request.url.path.startswith(path)), LARGEST_POST)
    if int(length) > largest:
        return PlainTextResponse("The request is too large.", 413)
    return None
