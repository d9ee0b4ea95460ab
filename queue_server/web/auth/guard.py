"""Who may see a page and who may change something: sessions, roles, CSRF tokens, origin."""

from __future__ import annotations

import asyncio
import secrets
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import FormData

from queue_server.web.auth.sessions import Session, Sessions
from queue_server.web.shares import origin

SESSION_COOKIE = "jiaohao_session"
FORM_COOKIE = "jiaohao_form"
DEVICE_COOKIE = "jiaohao_device"
CSRF_HEADER = "x-csrf"
LOOPBACK = ("127.0.0.1", "::1")


class NotLoggedIn(Exception):
    """Nobody is logged in, or the session is over."""


class MustChangePassword(Exception):
    """The account has a password that somebody else chose."""


class Forbidden(Exception):
    """Logged in, but this role may not; or a POST without the token of its form."""


class Outdated(Forbidden):
    """A POST without the token of its form: somebody else has logged in since the page was opened."""


class Guard:
    """Reads the session of a request and checks what it asks for."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions

    async def session(self, request: Request) -> Session | None:
        """The session of this browser, or None."""
        token = request.cookies.get(SESSION_COOKIE, "")
        return await asyncio.to_thread(self.sessions.find, token) if token else None

    async def need(self, request: Request, *roles: str) -> Session:
        """The session, if its role is one of `roles` (any role if none is named).

        Raises NotLoggedIn, MustChangePassword or Forbidden.
        """
        session = await self.session(request)
        if session is None:
            raise NotLoggedIn
        if roles and session.account.role not in roles:
            raise Forbidden
        if session.account.must_change and request.scope["path"] != "/password":
            raise MustChangePassword
        return session

    async def form(self, request: Request, session: Session, *, max_fields: int = 50, max_files: int = 0) -> FormData:
        """The posted form, after its CSRF token was found right. Raises Forbidden."""
        form = await request.form(max_files=max_files, max_fields=max_fields)
        _same(str(form.get("csrf", "")), session.csrf)
        return form

    def header(self, request: Request, session: Session) -> None:
        """Check the CSRF token that a script sends as a header. Raises Forbidden."""
        _same(request.headers.get(CSRF_HEADER, ""), session.csrf)


async def log_in_form(request: Request) -> FormData:
    """The posted log-in form; it has no session yet, so its token must equal the cookie set with it. Raises Forbidden."""
    form = await request.form(max_files=0, max_fields=10)
    _same(str(form.get("csrf", "")), request.cookies.get(FORM_COOKIE, ""))
    return form


def from_elsewhere(request: Request) -> bool:
    """Whether a page of another site sent this request (the browser says so in Origin)."""
    origin = request.headers.get("origin")
    try:
        return origin is not None and urlsplit(origin).netloc != request.headers.get("host", "")
    except ValueError:  # no address at all
        return True


def address(request: Request) -> str:
    """Where the request comes from."""
    return request.client.host if request.client else ""


def place(request: Request) -> str:
    """Whose request it is, where only the address can tell: as it is counted."""
    return origin(address(request))


def _same(given: str, wanted: str) -> None:
    if not wanted or not secrets.compare_digest(given.encode(errors="replace"), wanted.encode()):
        raise Outdated
