"""The public and the staff do not share what runs out: addresses, streams, renderings, turns at the log-in."""

from __future__ import annotations

from dataclasses import replace
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient

from queue_server.web.app import build, build_public
from queue_server.web.auth.accounts import AccountRefused
from queue_server.web.auth.lock_out import FAILURES_FROM_ANYWHERE, LogInPlace
from queue_server.web.auth.turns import Turns
from queue_server.wiring import public_site
from tests.programs import PATIENCE_S
from tests.unit.queue_server.web.test_addresses import ADDRESS, section
from tests.web_hall import PASSWORD, WebHall, csrf, log_in, serving


def test_the_listener_of_the_public_has_no_address_with_a_log_in(hall: WebHall) -> None:
    hall.open()
    public = build_public(hall.parts, public_site(hall.parts.site))
    served = {found.path.replace("{", "<").replace("}", ">") for found in iter_route_contexts(public.routes)}
    closed = {address for names, *_ in section("With a log-in") for address in ADDRESS.findall(names)}
    assert served & (closed | {"/log-in", "/password", "/metrics", "/api/cases"}) == set()
    assert {"/g", "/t/<token>", "/enrol", "/bundles/<sha256>.raucb", "/health"} <= served
    with TestClient(public) as client:
        assert client.get("/console").status_code == 404
        assert client.get("/g").status_code in (200, 404)


def test_visitors_take_no_place_of_the_staffs_live_pages(hall: WebHall) -> None:
    hall.open()
    places = hall.parts.site.visitors.places
    taken = 0
    while places.take(f"10.0.0.{taken}"):
        taken += 1
    supervisor = hall.parts.site.accounts.get("supervisor")
    assert supervisor is not None
    cookie = f"jiaohao_session={hall.parts.site.sessions.start(supervisor)}"
    with serving(build(hall.parts)) as site:
        assert first_bytes(site, "/wall/live", "") == (503, b"")
        assert first_bytes(site, "/supervisor/live", cookie) == (200, b"retry: 1000")


def first_bytes(site: str, path: str, cookie: str) -> tuple[int, bytes]:
    """The status of a live page, and how it begins if there is one."""
    to = urlsplit(site)
    asking = HTTPConnection(str(to.hostname), to.port, timeout=PATIENCE_S)
    try:
        asking.request("GET", path, headers={"Cookie": cookie, "Accept": "application/json"})
        answer = asking.getresponse()
        return answer.status, answer.readline().strip() if answer.status == 200 else b""
    finally:
        asking.close()


def test_a_change_of_the_hall_is_rendered_once_for_all_who_look_at_the_wall(
    hall: WebHall, monkeypatch: pytest.MonkeyPatch
) -> None:
    with TestClient(hall.open()) as client:
        drawn: list[str] = []
        part = hall.parts.site.pages.part

        def counted(language: str, template: str, **context: object) -> str:
            drawn.append(template)
            return part(language, template, **context)

        monkeypatch.setattr(hall.parts.site.pages, "part", counted)
        for _ in range(20):
            client.get("/wall")
        assert drawn.count("wall/panel.html") == 2, "two displays, once each"
        hall.parts.site.changes.tell("display/strip-01/shown")
        for _ in range(20):
            client.get("/wall")
        assert drawn.count("wall/panel.html") == 4


def test_when_too_many_wait_for_a_log_in_everybody_is_told_at_once(hall: WebHall) -> None:
    hall.open()
    with TestClient(build(replace(hall.parts, turns=Turns(0)))) as client:
        page = client.get("/log-in")
        answer = client.post("/log-in", data={"name": "admin", "password": PASSWORD, "csrf": csrf(page.text)})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "5")
    assert "现在登录的人太多" in answer.text


def test_strangers_cannot_keep_somebody_out_who_has_logged_in_at_this_browser_before(hall: WebHall) -> None:
    app = hall.open()
    with TestClient(app, client=("10.0.0.5", 1)) as known, TestClient(app, client=("10.0.0.6", 1)) as new:
        assert log_in(known, "admin") == 200
        for place in range(FAILURES_FROM_ANYWHERE):
            with pytest.raises(AccountRefused):
                hall.parts.site.accounts.check("admin", "Wrong-pass1", LogInPlace(f"10.0.1.{place}"))
        known.cookies.delete("jiaohao_session")
        assert log_in(new, "admin") == 403
        assert log_in(known, "admin") == 200
        assert known.get("/accounts").status_code == 200


@pytest.mark.parametrize(
    ("site", "place", "may"),
    [
        ("http://hall", "10.0.0.5", False),
        ("http://hall", "fe80::1", False),
        ("https://hall", "10.0.0.5", True),
        ("http://127.0.0.1", "127.0.0.1", True),
        ("http://localhost", "::1", True),
    ],
)
def test_a_password_never_goes_over_a_network_that_can_read_it(hall: WebHall, site: str, place: str, may: bool) -> None:
    hall.open()
    app = build(replace(hall.parts, plain=True))
    with TestClient(app, base_url=site, client=(place, 1), follow_redirects=False) as client:
        page = client.get("/log-in")
        assert page.status_code == (200 if may else 403)
        assert ('name="password"' in page.text) == may and ("没有加密" in page.text) != may
        answer = client.post("/log-in", data={"name": "admin", "password": PASSWORD, "csrf": csrf(page.text) if may else ""})
        assert answer.status_code == (303 if may else 403)
        assert ("jiaohao_session" in client.cookies) == may
