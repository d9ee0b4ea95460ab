"""Every address, asked with whatever a browser never sends: it is answered, and never by a failure of the server."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient

from contract.configuration.hall_files import load
from queue_server.enrolment import authority
from queue_server.web.sparing_log import PAUSE_S, Sparing
from tests.web_hall import WebHall, csrf, log_in, now

TEXTS = [
    "",
    "\x00",
    "//[",
    "\u202e",
    "²",
    "-1",
    "9" * 20,
    str(2**31),
    str(2**63),
    "NaN",
    "'\"<",
    "..",
    "9999-12-31",
    "0001-01-01",
    "9999-12-31T23:59+14:00",
    "a" * 3000,
    "🙂%ed%a0%80",
]
JSONS = [
    b"",
    b"[" * 60_000,
    b'{"a":' * 9000,
    b"[]",
    b"{}",
    b"null",
    b"1e999",
    b"9" * 5000,
    b'"\\ud800"',
    b"\xed\xa0\x80",
    b"\xff\xfe",
    b'[{"reference":"\\ud800","number":"\\ud800"}]',
    b'[{"starts_at":"9999-12-31T23:59:00-14:00","received_on":"0001-01-01"}]',
]
HEADERS = [
    {"origin": "http://["},
    {"host": "["},
    {"accept-language": "\xff<script>"},
    {"cookie": 'lang="; jiaohao_session=\xff; jiaohao_device=0.0.0'},
    {"authorization": "Bearer \xff"},
    {"content-type": "multipart/form-data"},
    {"content-type": "multipart/form-data; boundary=" + "x" * 900},
    {"x-name": "%ff%00/../x", "x-csrf": "\xff"},
    {"range": "bytes=99999999999999999999-", "if-modified-since": "Sat, 99 Foo 99999"},
]
FIELDS = [
    "number",
    "last_four",
    "level",
    "reason",
    "text",
    "name",
    "password",
    "next",
    "do",
    "seen",
    "q",
    "day",
    "queue",
    "starts",
    "minutes",
    "person",
    "item",
    "window",
    "old",
    "new",
    "again",
    "terminal",
    "version",
    "ticket",
    "bundle",
    "wave",
    "before",
    "role",
    "clerk",
    "department",
    "percent",
    "at",
    "stage",
]
QUERY = [
    "next",
    "q",
    "page",
    "day",
    "why",
    "who",
    "deed",
    "before",
    "state",
    "deadline",
    "theme",
    "department",
    "saved",
    "kiosk",
    "every",
    "edition",
    "trouble",
    "terminal",
    "number",
]
VERBS = ("call-ticket", "resume", "transfer", "pause-window", "requeue", "open-window")
WUSHAN = Path(__file__).parents[4] / "assets" / "halls" / "wushan"
NOT_LET_IN = [f'{{"status":"error","error":{{"code":"{code}"}}}}' for code in ("forbidden", "log-in")]
PATH = re.compile(r"\{[^}]*\}")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    """A hall with guides, and with certificates for its terminals."""
    folder = tmp_path_factory.mktemp("hall")
    authority.make(folder / "ca", "wushan", now())
    hall = WebHall(folder, load(WUSHAN), items=WUSHAN)
    made = hall.open()
    hall.edition()
    made.state.tokens = hall.parts.tokens
    yield made
    hall.close()


def walk(app: FastAPI) -> list[tuple[str, str]]:
    """Method and address of every route that ends, and that leaves one logged in."""
    found = {(method, route.path) for route in iter_route_contexts(app.routes) for method in route.methods or ()}
    return sorted((m, path) for m, path in found if not path.endswith(("/live", "/log-out")) and not path.startswith("/static"))


def asked(client: TestClient, app: FastAPI, token: str) -> Iterator[tuple[str, int]]:
    """What was asked, and the status of the answer."""
    for number, (method, path) in enumerate(walk(app)):
        one = PATH.sub("1", path)
        plainly = {"x-csrf": token, "accept": "application/json", "content-type": "application/x-www-form-urlencoded"}
        first = client.request(method, one, headers=plainly, content=f"csrf={token}" if method == "POST" else b"")
        if first.text in NOT_LET_IN:
            continue  # nothing of it is read
        for text in TEXTS if "{" in path else ():
            address = PATH.sub(quote(text, safe="") or "x", path)
            yield f"{method} {address[:80]}", client.request(method, address).status_code
        for headers in HEADERS:
            raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
            yield f"{method} {one} {headers}", client.request(method, one, headers=raw).status_code
        if method == "GET":
            for at in range(len(TEXTS)):
                query = {name: TEXTS[(at + n) % len(TEXTS)] for n, name in enumerate(QUERY)}
                yield f"GET {one} {query}", client.get(one, params=query).status_code
            continue
        for at in range(len(TEXTS)):
            form = {name: TEXTS[(at + n + number) % len(TEXTS)] for n, name in enumerate(FIELDS)}
            form["csrf"] = token or csrf(client.get("/log-in").text)
            yield f"POST {one} {form}", client.post(one, data=form).status_code
        bearer = app.state.tokens.cases if "cases" in path else app.state.tokens.appointments
        for body in JSONS:
            headers = {"content-type": "application/json", "x-csrf": token, "authorization": f"Bearer {bearer}"}
            yield f"POST {one} {body[:60]!r}", client.post(one, content=body, headers=headers).status_code


@pytest.mark.parametrize("name", ["", "0114", "admin", "entry"])
def test_no_request_makes_the_server_fail(app: FastAPI, name: str) -> None:
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False, client=("127.0.0.1", 5)) as client:
        token = ""
        if name:
            assert log_in(client, name) == 303
            token = csrf(client.get("/password").text)
        failed = [(what, status) for what, status in asked(client, app, token) if status >= 500]
    assert failed == []


def test_what_strangers_cause_is_logged_once_a_minute_and_a_failure_always(monkeypatch: pytest.MonkeyPatch) -> None:
    minute, sparing = [0.0], Sparing()
    monkeypatch.setattr("queue_server.web.sparing_log.time.monotonic", lambda: minute[0])

    def said(level: int, text: str, *facts: str) -> bool:
        return sparing.filter(logging.LogRecord("x", level, "x", 1, text, facts, None))

    assert [said(logging.WARNING, "%s refused", str(n)) for n in range(3)] == [True, False, False]
    assert said(logging.WARNING, "invalid request") and said(logging.ERROR, "%s refused") and said(logging.ERROR, "%s refused")
    minute[0] = PAUSE_S
    assert said(logging.WARNING, "%s refused", "3")
