"""While nothing can be written, every page can still be read, and whoever changes something is told that it is not saved."""

from __future__ import annotations

import contextlib
import logging
import re
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from sqlalchemy import update

from contract.configuration.hall_files import load
from queue_server.enrolment import authority
from queue_server.store.tables import web_sessions
from queue_server.web.auth.sessions import LIFE, TOUCH
from tests.web_hall import PASSWORD, WebHall, csrf, log_in, now

WUSHAN = Path(__file__).parents[4] / "assets" / "halls" / "wushan"
ROLES = ("0114", "supervisor", "admin", "entry", "establishment", "service")
NOT_SAVED = ("刚才的操作没有保存", "系统暂时没有应答")
"""What the staff reads, and what citizens do."""
WRITTEN_DOWN = {"/a/1", "/c/1", "/audit.csv"}
"""Wrong guesses are counted, and whoever takes a copy of the audit stands in it: that is not done in secret."""
PATH = re.compile(r"\{[^}]*\}")
SETS = {
    "/log-in": {"name": "supervisor", "password": PASSWORD},
    "/log-out": {},
    "/password": {"old": PASSWORD, "new": "four words of tea", "again": "four words of tea"},
    "/console/window": {"window": "14"},
    "/console/leave": {},
    "/accounts": {"do": "create", "name": "0999", "role": "supervisor"},
    "/token/agent-1": {"confirmed": "1"},
    "/log-check": {},
    "/server/clock": {"seen": "1"},
}
"""What is posted in earnest: address, fields."""


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebHall]:
    """A hall with guides, and with certificates for its terminals."""
    folder = tmp_path_factory.mktemp("hall")
    authority.make(folder / "ca", "wushan", now())
    hall = WebHall(folder, load(WUSHAN), items=WUSHAN)
    yield hall
    hall.close()


@pytest.fixture(scope="module")
def app(hall: WebHall) -> FastAPI:
    made = hall.open()
    hall.edition()
    return made


@contextlib.contextmanager
def locked(hall: WebHall) -> Iterator[None]:
    """Another program holds the ledger's lock; whoever is logged in has been for a while."""
    with hall.database.writer.begin() as connection:
        connection.execute(update(web_sessions).values(expires_at=now() + LIFE - TOUCH - timedelta(minutes=1)))
    other = sqlite3.connect(hall.folder / "ledger.sqlite", isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        yield
    finally:
        other.close()


def addresses(app: FastAPI, method: str) -> list[str]:
    """Every address of a page that ends."""
    paths = {route.path or "" for route in iter_route_contexts(app.routes) if method in (route.methods or ())}
    return sorted(PATH.sub("1", path) for path in paths if not path.endswith("/live") and not path.startswith("/static"))


@contextlib.contextmanager
def browser(app: FastAPI, name: str = "") -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False, client=("127.0.0.1", 5)) as client:
        if name:
            assert log_in(client, name) == 303
        yield client


@pytest.mark.parametrize("name", ["", *ROLES])
def test_every_page_is_read_as_ever(app: FastAPI, hall: WebHall, name: str) -> None:
    with browser(app, name) as client:
        pages = addresses(app, "GET")
        before = {page: client.get(page).status_code for page in pages}
        with locked(hall):
            meanwhile = {page: client.get(page).status_code for page in pages}
    changed = {page for page in pages if meanwhile[page] != before[page]}
    assert changed <= WRITTEN_DOWN and {meanwhile[page] for page in changed} <= {503}
    assert len([page for page, status in before.items() if status == 200]) >= 6


@pytest.mark.parametrize("name", ["", *ROLES])
def test_no_change_fails_without_saying_that_it_is_not_saved(
    app: FastAPI, hall: WebHall, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR, "queue_server.web")
    with browser(app, name) as client:
        token = csrf(client.get("/password" if name else "/log-in").text)
        told: dict[str, tuple[int, bool]] = {}
        with locked(hall):
            for page in addresses(app, "POST"):
                answer = client.post(page, data={"csrf": token, **SETS.get(page, {})})
                if answer.status_code >= 500:
                    told[page] = (answer.status_code, any(word in answer.text for word in NOT_SAVED))
    assert set(told.values()) == {(503, True)}, told
    assert not [record for record in caplog.records if record.exc_info]
