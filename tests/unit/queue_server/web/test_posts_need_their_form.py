"""Every address that changes something takes it from the form of its own page only: no other site makes a browser do it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient

from contract.configuration.hall_files import load
from queue_server.enrolment import authority
from tests.web_hall import WebHall, csrf, log_in, now

WUSHAN = Path(__file__).parents[4] / "assets" / "halls" / "wushan"
BY_CODE = "whoever has the code in the address may do it: no log-in that another site could misuse"
BY_BEARER = "a program shows its token in a header, which no page of another site can send"
WITHOUT_SESSION = {
    "/a/{code}/cancel": BY_CODE,
    "/c": "a search by code or number; it changes nothing",
    "/t/{token}/cancel": BY_CODE,
    "/t/{token}/rate": BY_CODE,
    "/t/{token}/why": BY_CODE,
    "/api/appointments": BY_BEARER,
    "/api/appointments/{name}/cancel": BY_BEARER,
    "/api/cases": BY_BEARER,
    "/enrol": "the one-time token signs the request",
    "/enrol/renew": "the old key signs the request",
    "/log-in": "there is no session yet: the form has a cookie of its own, which it has to equal",
}
"""Address → why it needs no token of a session."""
ACCOUNTS = ("admin", "0114", "supervisor", "entry")
FILLED = {"terminal": "kiosk-1", "act": "identify", "number": "1", "step": "pause"}


@pytest.fixture(scope="module", params=[True, False], ids=["with certificates", "without"])
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    """A hall with guides, and with certificates for its terminals or without."""
    folder = tmp_path_factory.mktemp("hall")
    if request.param:
        authority.make(folder / "ca", "wushan", now())
    hall = WebHall(folder, load(WUSHAN), items=WUSHAN)
    yield hall.open()
    hall.close()


def posts(app: FastAPI) -> list[str]:
    """Every address that is posted to; the one that logs out last."""
    found = {
        route.path for route in iter_route_contexts(app.routes) if set(route.methods or ()) & {"POST", "PUT", "PATCH", "DELETE"}
    }
    return sorted(found, key=lambda path: (path == "/log-out", path))


def address(path: str) -> str:
    return re.sub(r"\{([^}:]*)[^}]*\}", lambda name: FILLED.get(name[1], "1"), path)


def post(client: TestClient, path: str, token: str | None, **headers: str) -> int:
    """The status of what is posted with a token, in the form as in the header."""
    with_it = headers if token is None else headers | {"x-csrf": token}
    return client.post(
        address(path), data={} if token is None else {"csrf": token, "window": "01"}, headers=with_it
    ).status_code


def test_every_post_of_a_session_is_refused_without_the_token_of_its_form(app: FastAPI) -> None:
    open_paths, unproven = set(WITHOUT_SESSION), set(posts(app)) - set(WITHOUT_SESSION)
    assert open_paths <= set(posts(app)) and len(unproven) > 30
    for name in ACCOUNTS:
        with TestClient(app, follow_redirects=False) as client:
            assert log_in(client, name) == 303
            token = csrf(client.get("/password").text)
            for path in [path for path in posts(app) if path in unproven]:
                wrong = [post(client, path, None), post(client, path, ""), post(client, path, token[::-1])]
                assert all(status >= 400 for status in wrong), f"{name} {path} {wrong}"
                if wrong == [403] * 3 and post(client, path, token) != 403:
                    unproven.remove(path)
    assert not unproven, "refused to everybody, or by something else than the token; let an account in ACCOUNTS reach it"


def test_no_post_at_all_is_taken_from_a_page_of_another_site(app: FastAPI) -> None:
    with TestClient(app, follow_redirects=False) as client:
        assert log_in(client, "admin") == 303
        token = csrf(client.get("/password").text)
        taken = [
            (path, origin)
            for path in posts(app)
            for origin in ("http://elsewhere.example", "https://testserver:444", "null")
            if post(client, path, token, origin=origin) != 403
        ]
    assert taken == []


def test_nobody_who_is_not_logged_in_posts_to_a_page_of_the_staff(app: FastAPI) -> None:
    with TestClient(app, follow_redirects=False) as client:
        for path in set(posts(app)) - set(WITHOUT_SESSION) - {"/log-out"}:
            answer = client.post(address(path), data={"csrf": ""}, headers={"accept": "text/html"})
            assert answer.status_code in (303, 401) or answer.status_code == 404, f"{path} {answer.status_code}"
            assert answer.headers.get("location", "/log-in").startswith("/log-in"), path
