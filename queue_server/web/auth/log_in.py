"""Logging in and out, and changing one's own password."""

from __future__ import annotations

import asyncio
import secrets
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from contract.configuration.hall import Window
from contract.wire.messages import WindowState
from queue_server.web.auth.accounts import Account, AccountRefused
from queue_server.web.auth.guard import DEVICE_COOKIE, FORM_COOKIE, LOOPBACK, SESSION_COOKIE, address, log_in_form
from queue_server.web.auth.known_devices import LIFE, KnownDevices
from queue_server.web.auth.lock_out import LogInPlace
from queue_server.web.auth.sessions import Session
from queue_server.web.auth.turns import TooManyWait, Turns
from queue_server.web.rendering import local_path
from queue_server.web.site import Site

HOME = {
    "clerk": "/console",
    "supervisor": "/supervisor",
    "administrator": "/accounts",
    "technician": "/fleet",
    "entry": "/items",
    "establishment": "/items",
    "service": "/items",
}


def routes(site: Site, devices: KnownDevices, turns: Turns, *, plain: bool) -> APIRouter:
    """`/log-in`, `/log-out` and `/password`. `plain`: the pages come by HTTP, so only this machine may log in."""
    router = _log_in(site, devices, turns, plain=plain)
    router.include_router(_log_out(site))
    router.include_router(_password(site, turns))
    return router


def _log_in(site: Site, devices: KnownDevices, turns: Turns, *, plain: bool) -> APIRouter:
    router = APIRouter()

    def readable(request: Request) -> bool:
        """Whether others in the network could read a password on its way here."""
        return plain and request.url.scheme != "https" and address(request) not in LOOPBACK

    def form_page(request: Request, *, next: str, name: str = "", trouble: str = "", status: int = 200) -> Response:
        csrf = secrets.token_urlsafe(24)
        response = site.pages.page(request, "log-in.html", status=status, csrf=csrf, next=next, name=name, trouble=trouble)
        response.set_cookie(FORM_COOKIE, csrf, samesite="strict", httponly=True, secure=request.url.scheme == "https")
        return response

    @router.get("/log-in")
    async def ask(request: Request, next: str = "") -> Response:
        if readable(request):
            return site.pages.page(request, "log-in.html", status=HTTPStatus.FORBIDDEN, readable=True)
        return form_page(request, next=local_path(next) if next else "")

    @router.post("/log-in")
    async def log_in(request: Request) -> Response:
        if readable(request):
            return site.pages.page(request, "log-in.html", status=HTTPStatus.FORBIDDEN, readable=True)
        form = await log_in_form(request)
        name, password, next = (str(form.get(key, "")) for key in ("name", "password", "next"))
        name, cookie = name.strip()[:64], request.cookies.get(DEVICE_COOKIE, "")
        device = await asyncio.to_thread(devices.device, cookie, name)
        place = LogInPlace(address(request), device)
        try:
            async with turns.turn(place.name, known=device is not None):
                account = await asyncio.to_thread(site.accounts.check, name, password[:200], place)
        except TooManyWait:
            response = form_page(request, next=next, name=name, trouble="busy", status=HTTPStatus.TOO_MANY_REQUESTS)
            response.headers["Retry-After"] = "5"
            return response
        except AccountRefused as refused:
            return form_page(request, next=next, name=name, trouble=refused.reason, status=HTTPStatus.FORBIDDEN)
        token = await asyncio.to_thread(_begin, site, account, address(request))
        goes_on = "/password" if account.must_change else local_path(next) if next else HOME.get(account.role, "/")
        response = RedirectResponse(goes_on, HTTPStatus.SEE_OTHER)
        secure = request.url.scheme == "https"
        response.set_cookie(SESSION_COOKIE, token, samesite="strict", httponly=True, secure=secure)
        if known := await asyncio.to_thread(devices.cookie, cookie, account.name):
            life = int(LIFE.total_seconds())
            response.set_cookie(DEVICE_COOKIE, known, life, samesite="strict", httponly=True, secure=secure, path="/log-in")
        response.delete_cookie(FORM_COOKIE)
        return response

    return router


def _log_out(site: Site) -> APIRouter:
    """Whoever leaves an open window behind is asked first what is to become of it."""
    router = APIRouter()

    def open_window(session: Session | None) -> tuple[Window, WindowState] | None:
        """The window that this person holds, unless it is closed."""
        window = site.window(session.window) if session is not None and session.window else None
        state = site.state(f"window/{window.id}/state", WindowState) if window is not None else None
        return (window, state) if window is not None and state is not None and state.state != "closed" else None

    @router.get("/log-out")
    async def ask(request: Request) -> Response:
        session = await site.guard.session(request)
        left = open_window(session)
        if left is None:
            return RedirectResponse("/", HTTPStatus.SEE_OTHER)
        window, state = left
        ticket = state.ticket.number if state.ticket is not None else ""
        return site.pages.page(request, "log-out.html", session=session, window=window, ticket=ticket)

    @router.post("/log-out")
    async def log_out(request: Request) -> Response:
        session = await site.guard.session(request)
        if session is not None:
            form = await site.guard.form(request, session)
            if (left := open_window(session)) is not None and form.get("window") != "stays":
                closes = {"window": left[0].id}
                wanted = form.get("window") == "close"
                if not wanted or (await site.hall.ask("close-window", closes, actor=session.account.name)).error is not None:
                    return RedirectResponse("/log-out", HTTPStatus.SEE_OTHER)
            await asyncio.to_thread(site.sessions.end, session)
            await asyncio.to_thread(site.audit.append, session.account.name, "log-out", "", address=address(request))
        response = RedirectResponse("/log-in", HTTPStatus.SEE_OTHER)
        response.delete_cookie(SESSION_COOKIE)
        return response

    return router


def _password(site: Site, turns: Turns) -> APIRouter:
    router = APIRouter()

    @router.get("/password")
    async def ask_password(request: Request) -> Response:
        session = await site.guard.need(request)
        return site.pages.page(request, "password.html", session=session, trouble="")

    @router.post("/password")
    async def change_password(request: Request) -> Response:
        session = await site.guard.need(request)
        form = await site.guard.form(request, session)
        old, new, again = (str(form.get(key, ""))[:200] for key in ("old", "new", "again"))
        try:
            if new != again:
                raise AccountRefused("differs")
            if new == old:
                raise AccountRefused("same")
            place = LogInPlace(address(request), session.id[:16])
            async with turns.turn(place.name, known=True):
                await asyncio.to_thread(_change_password, site, session, old, new, place)
        except TooManyWait:
            return site.pages.page(request, "password.html", status=429, session=session, trouble="busy")
        except AccountRefused as refused:
            return site.pages.page(request, "password.html", status=400, session=session, trouble=refused.reason)
        return RedirectResponse(HOME.get(session.account.role, "/"), HTTPStatus.SEE_OTHER)

    return router


def _begin(site: Site, account: Account, where: str) -> str:
    site.audit.append(account.name, "log-in", "", address=where)
    return site.sessions.start(account)


def _change_password(site: Site, session: Session, old: str, new: str, place: LogInPlace) -> None:
    """Check the old password, set the new one, log out the account's other sessions."""
    site.accounts.check(session.account.name, old, place)
    site.accounts.set_password(session.account.name, new)
    site.sessions.end_all(session.account.name, but=session.id)
    site.audit.append(session.account.name, "password-changed", session.account.name, address=place.address)
