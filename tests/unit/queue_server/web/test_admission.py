"""What is not let in at the web pages, whatever it says of itself."""

from __future__ import annotations

import asyncio
import socket
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient
from starlette.exceptions import HTTPException
from starlette.types import Message

from queue_server.web.admission import LARGER_POSTS, LARGEST_POST, largest, measured
from queue_server.web.security_headers import HEADERS
from tests.programs import PATIENCE_S
from tests.web_hall import WebHall, csrf, log_in, serving

CHUNK = b"10000\r\n" + b"a" * 0x10000 + b"\r\n"
FORM = "multipart/form-data; boundary=x"


def asked(site: str, request: bytes) -> bytes:
    """All that comes back until the server hangs up."""
    to = urlsplit(site)
    with socket.create_connection((str(to.hostname), int(to.port or 0)), PATIENCE_S) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize("path", ["/enrol", "/enrol/renew", "/c", "/log-in", "/t/aaaaaaaaaa/rate", "/items/import", "/nowhere"])
def test_a_body_that_says_its_length_in_two_ways_is_not_read(hall: WebHall, path: str) -> None:
    lengths = "Content-Length: 5\r\nTransfer-Encoding: chunked"
    with serving(hall.open()) as site:
        for method in ("POST", "GET"):
            answer = asked(site, f"{method} {path} HTTP/1.1\r\nHost: x\r\n{lengths}\r\n\r\n".encode() + CHUNK)
            assert answer.startswith(b"HTTP/1.1 400 ") and b"connection: close" in answer


def test_a_body_in_pieces_without_a_length_is_not_read(hall: WebHall) -> None:
    with serving(hall.open()) as site:
        answer = asked(site, b"POST /enrol HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNK)
    assert answer.startswith(b"HTTP/1.1 411 ")


def test_a_body_is_measured_by_its_bytes_whatever_its_headers_say() -> None:
    pieces = [b"x" * 30, b"x" * 30, b"x" * 40, b"x"]

    async def receive() -> Message:
        return {"type": "http.request", "body": pieces.pop(0), "more_body": True}

    async def read() -> int:
        counted, taken = measured(receive, 100), 0
        with pytest.raises(HTTPException) as refused:
            while True:
                taken += len((await counted())["body"])
        assert refused.value.status_code == 413
        return taken

    assert asyncio.run(read()) == 100


@pytest.mark.parametrize("path", ["/log-in", *LARGER_POSTS])
def test_a_host_that_looks_like_a_path_makes_no_room_for_more(client: TestClient, path: str) -> None:
    assert largest("/log-in") == LARGEST_POST
    body = {"content": b"x" * (LARGEST_POST + 1), "headers": {"host": f"hall{path}?"}}
    assert client.post("/log-in", **body).status_code == 400  # type: ignore[arg-type]


@pytest.mark.parametrize("host", ["[", "x y", "a/b", 'x"><script>', "x:port", "x@y", "evil\\", "[::1", "a?b", "a#b"])
def test_a_host_that_is_none_is_refused(client: TestClient, host: str) -> None:
    answer = client.get("/", headers={"host": host})
    assert answer.status_code == 400 and "script" not in answer.text


@pytest.mark.parametrize("host", ["hall", "hall.example:8443", "10.0.0.5", "10.0.0.5:80", "[fe80::1]:8080", "hall_1.local"])
def test_names_and_addresses_are_hosts(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("origin", ["http://[", "http://evil.example", "null", "", "//", "x"])
def test_a_post_whose_origin_is_not_this_site_is_refused(client: TestClient, origin: str) -> None:
    assert client.post("/c", data={"number": "1", "last_four": "1"}, headers={"origin": origin}).status_code == 403


@pytest.mark.parametrize("charset", ["unicode_escape", "punycode", "undefined", "utf-16", "gbk", "x" * 500, "\xff", '"utf-7"'])
@pytest.mark.parametrize("path", ["/c", "/log-in", "/t/aaaaaaaaaa/why"])
def test_a_form_is_read_in_utf_8_or_not_at_all(client: TestClient, path: str, charset: str) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="number"\r\n\r\n\\ud800\r\n--x--\r\n'
    kind = f"{FORM}; charset={charset}".encode("latin-1")
    assert client.post(path, content=body, headers=[(b"content-type", kind)]).status_code == 415


@pytest.mark.parametrize("kind", [FORM, f"{FORM}; charset=UTF-8", f'{FORM}; charset="utf8"'])
def test_a_form_in_utf_8_is_read(client: TestClient, kind: str) -> None:
    body = '--x\r\nContent-Disposition: form-data; name="number"\r\n\r\n张三\r\n--x--\r\n'.encode()
    answer = client.post("/c", content=body, headers={"content-type": kind})
    assert answer.status_code == 403 and "张三" in answer.text


def test_an_answer_to_a_failure_keeps_a_browser_safe_too(hall: WebHall, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the disk is on fire")

    monkeypatch.setattr(hall.access, "ask", broken)
    with TestClient(hall.open(), raise_server_exceptions=False) as client:
        answer = client.get("/t/aaaaaaaaaa")
    assert answer.status_code == 500
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("next", ["//[", "//[x", "http://[", "///[", "/\ud7ff", "//℀.example", "/\t/evil.example"])
def test_an_address_to_go_on_to_that_is_none_leads_home(client: TestClient, next: str) -> None:
    location = client.get("/lang/zh", params={"next": next}).headers["location"]
    assert location.startswith("/") and not location.startswith(("//", "/\\"))
    page = client.get("/log-in", params={"next": next})
    assert page.status_code == 200
    log_in(client, "0101")
    form = {"name": "0101", "password": "wrong", "csrf": csrf(page.text), "next": next}
    assert client.post("/log-in", data=form).status_code in (303, 403)
