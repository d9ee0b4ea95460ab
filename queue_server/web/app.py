"""The web application of one hall: wiring, headers, errors in plain words."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

from argon2 import PasswordHasher
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from contract.configuration.hall import HallConfig
from queue_server.catalogue.hall_guides import HallGuides
from queue_server.enrolment.revocation import BrokerHere
from queue_server.hall_access import HallAccess, HallUnavailable
from queue_server.logs.checks import LogChecks
from queue_server.logs.hash_chain import EVENTS
from queue_server.rollouts.bundle_shelf import BundleShelf
from queue_server.rollouts.repository import RolloutRepository
from queue_server.store.database import Database
from queue_server.web import entrance
from queue_server.web.api import enrolment, metrics, platforms
from queue_server.web.auth import account_page, log_in
from queue_server.web.auth.accounts import WEB_LOG, Accounts
from queue_server.web.auth.first_log_in import provide
from queue_server.web.auth.guard import Forbidden, Guard, MustChangePassword, NotLoggedIn
from queue_server.web.auth.sessions import Sessions
from queue_server.web.console import page as console_page
from queue_server.web.editors import english, exchange, item_form, items
from queue_server.web.fleet import bundles, enrol_tokens, log_check, revoke, technician_codes, updates
from queue_server.web.fleet import page as fleet_page
from queue_server.web.fleet.alert_owners import AlertOwners
from queue_server.web.fleet.terminal_orders import TerminalOrders
from queue_server.web.live import ChangeFeed
from queue_server.web.public import code_pages, papers, phone, wall
from queue_server.web.public import guides as public_guides
from queue_server.web.public.displays_shown import ShownPanels
from queue_server.web.rendering import STATIC, Pages
from queue_server.web.security_headers import SecurityMiddleware
from queue_server.web.site import Site
from queue_server.web.staff import appointments, cases, file_import, import_kinds, reprint, supervisor

LOG = logging.getLogger(__name__)
OF_THE_SITE = (
    entrance, log_in, account_page, console_page, wall, supervisor, phone, code_pages, papers, public_guides,
    exchange, english, item_form, items,
)  # fmt: skip
"""Groups of pages that need nothing but the site."""


def build(
    hall: HallAccess,
    config: HallConfig,
    *,
    database: Database,
    state: Path,
    guides: HallGuides | None = None,
    broker: BrokerHere | None = None,
    example_accounts: bool = False,
    hasher: PasswordHasher | None = None,
    only_https: bool = False,
) -> FastAPI:
    """The application; run it with uvicorn. `database` is open; `state` is the server's folder;
    `guides` are open, None in a hall without items; `broker` is what revoked certificates are told to, None if it has no TLS
    or is on another machine.

    `example_accounts`: for demonstrations, an account for every clerk with a password that everybody knows.
    `only_https`: browsers shall never again ask for these pages by HTTP.
    `hasher`: how passwords are hashed, argon2's own recommendation if left out.
    Before the server stops, call `app.state.end_streams()`, from any thread: pages that look on never go by themselves.
    """
    accounts = Accounts(writer=database.writer, reader=database.reader, hasher=hasher, examples=example_accounts)
    told = provide(accounts, config, state, guides.busiest_department if guides else "")
    answers, measured = TerminalOrders(_now), metrics.registry()
    measures = metrics.Measures(measured)
    site = _site(hall, config, accounts, guides, told, answers.take, measures.take)
    checks = LogChecks(database, {"events": EVENTS, "web": WEB_LOG}, hall.show, _now)

    app = FastAPI(title="Jiaohao", docs_url=None, redoc_url=None, openapi_url=None, lifespan=_lifespan(site, checks))
    app.state.end_streams = site.changes.close
    app.add_middleware(SecurityMiddleware, only_https=only_https)
    for router in (
        *(part.routes(site) for part in OF_THE_SITE),
        *_for_terminals(site, database, state, broker, answers),
        metrics.routes(site, measured, measures, state),
        log_check.routes(site, checks),
        *_for_the_office(site, database, state),
    ):
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC))
    _explain_errors(app, site)
    return app


def _site(
    hall: HallAccess, config: HallConfig, accounts: Accounts, guides: HallGuides | None, told: dict[str, str],
    *listeners: Callable[[str, bytes], None],
) -> Site:  # fmt: skip
    """What every group of pages is given; `listeners` get every change of the hall as well."""
    sessions, panels = Sessions(accounts), ShownPanels(hall)
    return Site(
        hall=hall, config=config, pages=Pages(config), guard=Guard(sessions), sessions=sessions, accounts=accounts,
        changes=ChangeFeed(hall, panels.take, *listeners), panels=panels, guides=guides, example_log_in=told,
    )  # fmt: skip


def _lifespan(site: Site, checks: LogChecks) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """What runs for as long as the pages are served."""

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        following = asyncio.create_task(site.changes.follow())
        await asyncio.to_thread(checks.open)
        yield
        following.cancel()
        await asyncio.to_thread(checks.close)

    return lifespan


def _for_terminals(
    site: Site, database: Database, state: Path, broker: BrokerHere | None, answers: TerminalOrders
) -> Iterator[APIRouter]:
    """Terminals and who looks after them."""
    register = enrolment.register_of(state, database)
    yield fleet_page.routes(site, answers, AlertOwners(database.writer, database.reader), register)
    yield technician_codes.routes(site, database.writer)
    shelf = BundleShelf(state / "bundles", database.writer, database.reader, _now)
    book = RolloutRepository(database.writer, database.reader)
    yield bundles.routes(site, shelf, book)  # before the rollouts, whose addresses are any two words
    yield updates.routes(site, shelf, book)
    yield reprint.routes(site, answers)
    yield enrolment.routes(site, register)
    yield enrol_tokens.routes(site, register)
    yield revoke.routes(site, register, broker)


def _for_the_office(site: Site, database: Database, state: Path) -> Iterator[APIRouter]:
    """Appointments and cases, and how they come in."""
    for taken in (import_kinds.appointments(site, database), import_kinds.cases(site, database)):
        yield file_import.routes(site, taken)
    yield appointments.routes(site, database)
    yield cases.routes(site, database)
    yield platforms.routes(database.writer, state, site.config)


def _now() -> datetime:
    return datetime.now(UTC)


def _explain_errors(app: FastAPI, site: Site) -> None:
    """Every error as a page in plain words, or as JSON for a script."""

    def answer(request: Request, status: int, kind: str) -> Response:
        if "application/json" in request.headers.get("accept", ""):
            return JSONResponse({"status": "error", "error": {"code": kind}}, status)
        return site.pages.page(
            request, "error.html", status=status, kind=kind, guess=request.url.path.startswith(("/t/", "/g"))
        )

    def not_logged_in(request: Request, _error: Exception) -> Response:
        if "application/json" in request.headers.get("accept", "") or request.method != "GET":
            return answer(request, HTTPStatus.UNAUTHORIZED, "log-in")
        return RedirectResponse(f"/log-in?next={request.url.path}", HTTPStatus.SEE_OTHER)

    def other(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.BAD_REQUEST
        return answer(request, status, "not-found" if status == HTTPStatus.NOT_FOUND else "bad-request")

    def broken(request: Request, error: Exception) -> Response:
        LOG.error("the page %s failed", request.url.path, exc_info=error)
        return answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, "internal")

    app.add_exception_handler(NotLoggedIn, not_logged_in)
    app.add_exception_handler(MustChangePassword, lambda _r, _e: RedirectResponse("/password", HTTPStatus.SEE_OTHER))
    app.add_exception_handler(Forbidden, lambda r, _e: answer(r, HTTPStatus.FORBIDDEN, "forbidden"))
    app.add_exception_handler(HallUnavailable, lambda r, _e: answer(r, HTTPStatus.SERVICE_UNAVAILABLE, "no-answer"))
    app.add_exception_handler(HTTPException, other)
    app.add_exception_handler(Exception, broken)
