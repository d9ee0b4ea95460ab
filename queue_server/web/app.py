"""The web application of one hall: its pages, its headers, errors in plain words."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect

from queue_server.enrolment.register import Register
from queue_server.enrolment.revocation import BrokerHere
from queue_server.hall_access import HallUnavailable
from queue_server.logs.checks import LogChecks
from queue_server.rollouts.bundle_shelf import BundleShelf
from queue_server.rollouts.repository import RolloutRepository
from queue_server.store.database import ERRORS, Database, cause, is_trouble
from queue_server.web import entrance
from queue_server.web.api import enrolment, health, metrics, platforms
from queue_server.web.api.token_files import ApiTokens
from queue_server.web.auth import account_page, audit_page, log_in
from queue_server.web.auth.guard import Forbidden, MustChangePassword, NotLoggedIn, Outdated
from queue_server.web.auth.known_devices import KnownDevices
from queue_server.web.auth.turns import Turns
from queue_server.web.compression import LEAST_BYTES
from queue_server.web.console import page as console_page
from queue_server.web.editors import english, exchange, item_form, items
from queue_server.web.fleet import bundles, enrol_tokens, log_check, revoke, server_page, technician_codes, updates
from queue_server.web.fleet import page as fleet_page
from queue_server.web.fleet.alert_owners import AlertOwners
from queue_server.web.fleet.terminal_orders import TerminalOrders
from queue_server.web.public import code_pages, papers, phone, wall
from queue_server.web.public import guides as public_guides
from queue_server.web.rendering import STATIC, EditionFiles
from queue_server.web.security_headers import SecuredApp
from queue_server.web.site import Site
from queue_server.web.staff import appointments, cases, file_import, import_kinds, reprint, supervisor

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class WebParts:
    """What the pages work with; `queue_server.wiring` puts them together. The database is open, and so are the guides."""

    site: Site
    database: Database
    tokens: ApiTokens
    orders: TerminalOrders
    owners: AlertOwners
    register: Register | None
    """None in a hall whose broker has no TLS."""
    broker: BrokerHere | None
    """The broker that is asked to shut terminals out; None if it has no TLS or is on another machine."""
    bundles: BundleShelf
    rollouts: RolloutRepository
    log_checks: LogChecks
    events: metrics.HallEvents
    care: server_page.ServerCare
    turns: Turns
    """At the check of passwords."""
    plain: bool = False
    """Whether the staff's pages come by HTTP: then nobody logs in over a network."""
    public: Site | None = None
    """What the public pages are given where they have a listener of their own: other streams, other threads."""


def build(parts: WebParts, *, only_https: bool = False) -> FastAPI:
    """The application; run it with uvicorn. `only_https`: browsers shall never again ask for these pages by HTTP.

    Before the server stops, call `app.state.end_streams()`, from any thread: live pages never end by themselves.
    """
    everything = (_open_to_all, _for_terminals, _for_staff, _for_technicians, _for_editors, _for_programs)
    routers = (router for group in everything for router in group(parts, parts.site))
    return _application(parts.site, routers, only_https=only_https, beside=parts.log_checks)


def build_public(parts: WebParts, site: Site, *, only_https: bool = False) -> FastAPI:
    """The application of a listener for the public and the terminals: nothing of it has a log-in."""
    routers = (router for group in (_open_to_all, _for_terminals) for router in group(parts, site))
    return _application(site, routers, only_https=only_https)


def _application(site: Site, routers: Iterable[APIRouter], *, only_https: bool, beside: LogChecks | None = None) -> FastAPI:
    lifespan = _lifespan(site, beside)
    app = SecuredApp("Jiaohao", lifespan, only_https=only_https)
    app.state.end_streams = site.changes.close
    for router in routers:
        app.include_router(router)
    app.mount("/static", GZipMiddleware(EditionFiles(directory=STATIC), minimum_size=LEAST_BYTES))
    _explain_errors(app, site, staff_here=beside is not None)
    return app


def _lifespan(site: Site, beside: LogChecks | None) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """What runs for as long as the pages are served."""

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        following = asyncio.create_task(site.changes.follow())
        if beside is not None:
            await asyncio.to_thread(beside.open)
        yield
        following.cancel()
        if beside is not None:
            await asyncio.to_thread(beside.close)

    return lifespan


def _open_to_all(parts: WebParts, site: Site) -> Iterator[APIRouter]:
    staff_here = site is parts.site
    yield entrance.routes(site, staff_here=staff_here)
    yield wall.routes(site, staff_here=staff_here)
    yield code_pages.routes(site, parts.database)
    for pages in (phone, papers, public_guides, health):
        yield pages.routes(site)


def _for_terminals(parts: WebParts, site: Site) -> Iterator[APIRouter]:
    yield bundles.for_terminals(parts.bundles)
    yield enrolment.routes(site, parts.register)


def _for_staff(parts: WebParts, site: Site) -> Iterator[APIRouter]:
    database = parts.database
    yield log_in.routes(site, KnownDevices(database, site.clock), parts.turns, plain=parts.plain)
    yield audit_page.routes(site, database)
    for pages in (account_page, console_page, supervisor):
        yield pages.routes(site)
    yield file_import.routes(site, import_kinds.appointments(site, database))
    yield file_import.routes(site, import_kinds.cases(site, database))
    yield appointments.routes(site, database)
    yield cases.routes(site, database)
    yield reprint.routes(site, parts.orders)
    yield log_check.routes(site, parts.log_checks)


def _for_technicians(parts: WebParts, site: Site) -> Iterator[APIRouter]:
    """Who looks after terminals."""
    yield fleet_page.routes(site, parts.orders, parts.owners, parts.register)
    yield technician_codes.routes(site, parts.database)
    yield bundles.routes(site, parts.bundles, parts.rollouts)  # before the rollouts, whose addresses are any two words
    yield updates.routes(site, parts.bundles, parts.rollouts)
    yield enrol_tokens.routes(site, parts.register)
    yield revoke.routes(site, parts.register, parts.broker)
    yield server_page.routes(site, parts.care)


def _for_editors(_parts: WebParts, site: Site) -> Iterator[APIRouter]:
    for pages in (exchange, english, item_form, items):
        yield pages.routes(site)


def _for_programs(parts: WebParts, site: Site) -> Iterator[APIRouter]:
    known = [kind.places for one in (site, parts.public) if one is not None for kind in (one.visitors, one.staff)]
    yield metrics.routes(site, parts.events, parts.tokens.metrics, known)
    yield platforms.routes(parts.database, site.config, parts.tokens, site.clock)


def _explain_errors(app: FastAPI, site: Site, *, staff_here: bool) -> None:
    """Every error as a page in plain words, or as JSON for a script."""

    async def answer(request: Request, status: int, kind: str) -> Response:
        if "application/json" in request.headers.get("accept", ""):
            return JSONResponse({"status": "error", "error": {"code": kind}}, status)
        session = None
        if staff_here:
            with contextlib.suppress(Exception):  # a page without its menu is better than none
                session = await site.guard.session(request)
        for_citizens = request.scope["path"].startswith(("/t/", "/g", "/a/", "/c"))
        about = {"kind": kind, "session": session, "for_citizens": for_citizens, "reading": request.method in ("GET", "HEAD")}
        return site.pages.page(request, "error.html", status=status, **about)

    def explained(status: HTTPStatus, kind: str) -> Callable[[Request, Exception], Awaitable[Response]]:
        async def explain(request: Request, _error: Exception) -> Response:
            return await answer(request, status, kind)

        return explain

    async def not_logged_in(request: Request, _error: Exception) -> Response:
        if "application/json" in request.headers.get("accept", "") or request.method != "GET":
            return await answer(request, HTTPStatus.UNAUTHORIZED, "log-in")
        return RedirectResponse(f"/log-in?next={request.scope['path']}", HTTPStatus.SEE_OTHER)

    async def other(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.BAD_REQUEST
        return await answer(request, status, "not-found" if status == HTTPStatus.NOT_FOUND else "bad-request")

    async def ledger_away(request: Request, error: Exception) -> Response:
        if not is_trouble(error):
            return await broken(request, error)
        LOG.warning(
            "%s %r could not be answered, the ledger is in trouble: %s", request.method, request.scope["path"], cause(error)
        )
        return await answer(request, HTTPStatus.SERVICE_UNAVAILABLE, "ledger-away")

    async def broken(request: Request, error: Exception) -> Response:
        LOG.error("the page %r failed", request.scope["path"], exc_info=error)
        return await answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, "internal")

    app.add_exception_handler(NotLoggedIn, not_logged_in)
    app.add_exception_handler(MustChangePassword, lambda _r, _e: RedirectResponse("/password", HTTPStatus.SEE_OTHER))
    app.add_exception_handler(Forbidden, explained(HTTPStatus.FORBIDDEN, "forbidden"))
    app.add_exception_handler(Outdated, explained(HTTPStatus.FORBIDDEN, "outdated"))
    app.add_exception_handler(HallUnavailable, explained(HTTPStatus.SERVICE_UNAVAILABLE, "no-answer"))
    app.add_exception_handler(code_pages.TooOften, explained(HTTPStatus.TOO_MANY_REQUESTS, "too-often"))
    app.add_exception_handler(ClientDisconnect, lambda _r, _e: Response(status_code=HTTPStatus.BAD_REQUEST))
    app.add_exception_handler(HTTPException, other)
    for kind in ERRORS:
        app.add_exception_handler(kind, ledger_away)
    app.add_exception_handler(Exception, broken)
