"""docs/web.md names every address of the web pages, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient

from tests.web_hall import WebHall, log_in

PAGE = (Path(__file__).parents[4] / "docs" / "web.md").read_text(encoding="utf-8")
ADDRESS = re.compile(r"`(/[^`?]*)`")


@pytest.fixture
def app(hall: WebHall) -> FastAPI:
    return hall.open()


def section(title: str) -> list[list[str]]:
    """The rows of the table below a heading, cell by cell."""
    text = PAGE.partition(f"### {title}\n")[2].partition("\n#")[0]
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def addresses(app: FastAPI) -> set[str]:
    """Every address of the program, as the page writes it."""
    return {re.sub(r"\{(\w+)\}", r"<\1>", found.path) for found in iter_route_contexts(app.routes)}


def test_the_page_names_every_address_and_no_other(app: FastAPI) -> None:
    named = set(ADDRESS.findall(PAGE.partition("## Addresses")[2].partition("\n## ")[0]))
    assert named == addresses(app)


def test_a_page_with_a_log_in_is_shown_to_the_roles_that_the_table_names_and_to_nobody_else(
    app: FastAPI, hall: WebHall
) -> None:
    pages = {found.path for found in iter_route_contexts(app.routes) if "GET" in (found.methods or ())}
    fixed = {
        address: set(roles.split(", "))
        for names, _, roles in section("With a log-in")
        for address in ADDRESS.findall(names)
        if address in pages
    }
    assert len(fixed) > 12
    accounts = {"0101": "clerk", "supervisor": "supervisor", "admin": "administrator"}
    with TestClient(app, client=("127.0.0.1", 1234), follow_redirects=False) as client:
        for address in fixed:
            assert client.get(address).headers["location"].startswith("/log-in"), address
        for name, role in accounts.items():
            assert log_in(client, name) == 303
            for address, roles in fixed.items():
                assert (client.get(address).status_code != 403) == (role in roles), (address, role)


def test_an_address_with_a_slash_too_many_sends_nobody_to_the_host_that_the_request_names(app: FastAPI) -> None:
    with TestClient(app, follow_redirects=False) as client:
        for address in ("/t/261129c008-WfB_6mrKr1N3/", "/wall/", "/log-in/", "/supervisor/"):
            answer = client.get(address, headers={"host": "evil.example"})
            assert answer.status_code == 404 and "location" not in answer.headers
