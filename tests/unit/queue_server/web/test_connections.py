"""Connections that say nothing keep neither visitors nor staff out, on a real port."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import socket
from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from fastapi import Request

from queue_server.web.auth.guard import address
from queue_server.web.connections import ImpatientProtocol, Patience, most_connections, raise_file_limit
from tests.programs import PATIENCE_S
from tests.web_hall import WebHall, serving

STRANGER, CLERK = "127.0.0.2", "127.0.0.1"


@contextlib.contextmanager
def connected(site: str, source: str, number: int = 1) -> Iterator[list[socket.socket]]:
    """Connections that say nothing."""
    to = urlsplit(site)
    with contextlib.ExitStack() as kept:
        yield [
            kept.enter_context(
                socket.create_connection((str(to.hostname), int(to.port or 0)), PATIENCE_S, source_address=(source, 0))
            )
            for _ in range(number)
        ]


def health(site: str, source: str) -> int:
    """The status of /health, asked from an address of this machine."""
    to = urlsplit(site)
    asking = HTTPConnection(str(to.hostname), to.port, timeout=PATIENCE_S, source_address=(source, 0))
    with contextlib.closing(asking):
        asking.request("GET", "/health")
        return asking.getresponse().status


def test_a_machine_that_takes_every_connection_it_can_leaves_room_for_others(hall: WebHall) -> None:
    with serving(hall.open(), most=40) as site, connected(site, STRANGER, 60) as silent:
        assert health(site, CLERK) == 200
        assert [_is_open(one) for one in silent] == [True] * 20 + [False] * 40, "half of the places are the stranger's"


def test_a_connection_that_ends_gives_its_place_back(hall: WebHall) -> None:
    with serving(hall.open(), most=4) as site:
        for _ in range(20):
            assert health(site, CLERK) == 200


@pytest.mark.parametrize("proxies", [(), (CLERK,)])
def test_an_answer_leaves_at_once_and_waits_for_no_acknowledgement(
    hall: WebHall, proxies: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = []
    made = ImpatientProtocol.connection_made

    def look(self: ImpatientProtocol, transport: asyncio.Transport) -> None:
        at_once.append(transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        made(self, transport)

    monkeypatch.setattr(ImpatientProtocol, "connection_made", look)
    with serving(hall.open(), proxies=proxies) as site:
        assert health(site, CLERK) == 200
    assert at_once == [1]


@pytest.mark.parametrize("sent", [b"", b"GET /health HTTP/1.1\r\nHost: x\r\n", b"GET /health HTTP/1.1\r\nHost: x\r\n\r\nGET /"])
def test_a_request_that_never_ends_is_given_up(hall: WebHall, sent: bytes) -> None:
    with serving(hall.open(), patience=Patience(head_s=0.2)) as site, connected(site, STRANGER) as (silent,):
        silent.sendall(sent)
        assert _ended(silent), "the server waits for ever"


def test_a_body_that_never_comes_is_given_up(hall: WebHall) -> None:
    with serving(hall.open(), patience=Patience(body_s=0.2)) as site, connected(site, STRANGER) as (silent,):
        silent.sendall(b"POST /log-in HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nname")
        assert _ended(silent), "the server waits for ever"


def test_who_comes_through_a_proxy_is_believed_only_if_the_proxy_is_named(hall: WebHall) -> None:
    app = hall.open()
    seen: list[str] = []

    @app.get("/whence")
    async def whence(request: Request) -> dict[str, str]:
        seen.append(address(request))
        return {}

    for proxies, expected in (((), CLERK), ((CLERK,), "10.9.8.7")):
        with serving(app, proxies=proxies) as site:
            to = urlsplit(site)
            asking = HTTPConnection(str(to.hostname), to.port, timeout=PATIENCE_S)
            with contextlib.closing(asking):
                asking.request("GET", "/whence", headers={"X-Forwarded-For": "10.9.8.7"})
                asking.getresponse().read()
            assert seen.pop() == expected


def test_the_program_may_open_as_many_files_as_the_system_allows_it() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 512), hard))
        assert raise_file_limit() == resource.getrlimit(resource.RLIMIT_NOFILE)[0] >= 512
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("files", [256, 1024, 4096, 65536])
@pytest.mark.parametrize("listeners", [1, 2])
def test_connections_never_use_up_the_files_that_the_ledger_and_the_broker_need(files: int, listeners: int) -> None:
    assert most_connections(files, listeners) >= 16
    assert most_connections(files, listeners) * listeners <= max(files // 2, 32)


def _is_open(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return bool(connection.recv(1))
    except BlockingIOError:
        return True
    except ConnectionResetError:
        return False


def _ended(connection: socket.socket) -> bool:
    """Whether the other side hangs up, sooner or later."""
    with contextlib.suppress(ConnectionResetError):
        while connection.recv(4096):
            pass
    return True
