"""The outermost layer: lets in what may come in, and sets on every answer the headers that keep a browser safe.

Written against ASGI itself, so that endless answers (server-sent events) pass through untouched.
"""

from __future__ import annotations

import re

from fastapi import FastAPI, Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Lifespan, Message, Receive, Scope, Send

from queue_server.web.admission import largest, measured, refusal

KEPT = re.compile(r"/static/[0-9a-f]{10}/")
YEAR_S = 365 * 24 * 3600
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class SecurityMiddleware:
    """ASGI middleware around the whole application, its answers to its own failures among it."""

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

        await (refusal(request) or self.app)(scope, measured(receive, largest(scope["path"])), send_with_headers)


class SecuredApp(FastAPI):
    """An application within a SecurityMiddleware. What is added with `add_middleware` lies within the layer that answers
    failures, and would not see these answers."""

    def __init__(self, title: str, lifespan: Lifespan[FastAPI], *, only_https: bool) -> None:
        """An application without pages about itself."""
        super().__init__(
            title=title,
            docs_url=None,
            redoc_url=None,
            openapi_url=None,
            lifespan=lifespan,
            redirect_slashes=False,  # such a redirect takes its host from whatever the request says
        )
        self._only_https = only_https

    def build_middleware_stack(self) -> ASGIApp:
        """The layers of the application, this one outermost."""
        return SecurityMiddleware(super().build_middleware_stack(), only_https=self._only_https)
