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

from queue_server.api.hall import HallConfig
from queue_server.audit import EVENTS
from queue_server.catalogue.guides import HallGuides
from queue_server.desk import Desk, NoAnswer
from queue_server.enrol.revoking import BrokerHere
from queue_server.log_checks import LogChecks
from queue_server.store.database import Database
from queue_server.update.book import Book
from queue_server.update.bundle import Shelf
from queue_server.web import (
    account_page,
    appointments,
    bundles,
    cases,
    code,
    console,
    enrolment,
    fleet,
    front,
    guide,
    intake,
    item_edit,
    item_english,
    item_exchange,
    items,
    log_check,
    log_in,
    metrics,
    papers,
    phone,
    reprint,
    revoke,
    row_import,
    supervisor,
    taking_in,
    technician,
    tokens,
    updates,
    wall,
)
from queue_server.web.accounts import WEB_LOG, Accounts
from queue_server.web.careful import Careful
from queue_server.web.first_log_in import provide
from queue_server.web.guard import Forbidden, Guard, MustChangePassword, NotLoggedIn
from queue_server.web.live import Changes
from queue_server.web.page import STATIC, Pages
from queue_server.web.panels import Panels
from queue_server.web.session import Sessions
from queue_server.web.site import Site
from queue_server.web.takers import Takers
from queue_server.web.told import Told

LOG = logging.getLogger(__name__)
OF_THE_SITE = (
    front, log_in, account_page, console, wall, supervisor, phone, code, papers, guide, item_exchange, item_english, item_edit,
    items,
)  # fmt: skip
"""Groups of pages that need nothing but the site."""


def build(
    desk: Desk,
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
    answers, measured = Told(_now), metrics.registry()
    measures = metrics.Measures(measured)
    site = _site(desk, config, accounts, guides, told, answers.take, measures.take)
    checks = LogChecks(database, {"events": EVENTS, "web": WEB_LOG}, desk.show, _now)

    app = FastAPI(title="Jiaohao", docs_url=None, redoc_url=None, openapi_url=None, lifespan=_lifespan(site, checks))
    app.state.end_streams = site.changes.close
    app.add_middleware(Careful, only_https=only_https)
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
    desk: Desk, config: HallConfig, accounts: Accounts, guides: HallGuides | None, told: dict[str, str],
    *listeners: Callable[[str, bytes], None],
) -> Site:  # fmt: skip
    """What every group of pages is given; `listeners` get every change of the hall as well."""
    sessions, panels = Sessions(accounts), Panels(desk)
    return Site(
        desk=desk, config=config, pages=Pages(config), guard=Guard(sessions), sessions=sessions, accounts=accounts,
        changes=Changes(desk, panels.take, *listeners), panels=panels, guides=guides, example_log_in=told,
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
    site: Site, database: Database, state: Path, broker: BrokerHere | None, answers: Told
) -> Iterator[APIRouter]:
    """Terminals and who looks after them."""
    register = enrolment.register_of(state, database)
    yield fleet.routes(site, answers, Takers(database.writer, database.reader), register)
    yield technician.routes(site, database.writer)
    shelf = Shelf(state / "bundles", database.writer, database.reader, _now)
    book = Book(database.writer, database.reader)
    yield bundles.routes(site, shelf, book)  # before the rollouts, whose addresses are any two words
    yield updates.routes(site, shelf, book)
    yield reprint.routes(site, answers)
    yield enrolment.routes(site, register)
    yield tokens.routes(site, register)
    yield revoke.routes(site, register, broker)


def _for_the_office(site: Site, database: Database, state: Path) -> Iterator[APIRouter]:
    """Appointments and cases, and how they come in."""
    for taken in (taking_in.appointments(site, database), taking_in.cases(site, database)):
        yield row_import.routes(site, taken)
    yield appointments.routes(site, database)
    yield cases.routes(site, database)
    yield intake.routes(database.writer, state, site.config)


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
    app.add_exception_handler(NoAnswer, lambda r, _e: answer(r, HTTPStatus.SERVICE_UNAVAILABLE, "no-answer"))
    app.add_exception_handler(HTTPException, other)
    app.add_exception_handler(Exception, broken)
