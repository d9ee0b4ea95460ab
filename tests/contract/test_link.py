"""A program's connection to its hall, on a real broker."""

from __future__ import annotations

import contextlib
import logging
import os
import resource
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contract.wire import codec
from contract.wire.messages import ServerStatus
from contract.wire.topics import LARGEST_PACKET
from link import Broker, Link
from link.connection import LARGEST_HEAD, client
from link.terminal import TerminalPresence
from tests.programs import PATIENCE_S, PrivateBroker, wait_until

SELECT_LIMIT = 1024
"""File numbers that select() takes."""


@pytest.fixture
def many_open_files() -> Iterator[None]:
    """This program has so many files open that its next one has a number that select() refuses."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4 * SELECT_LIMIT), hard))
    with contextlib.ExitStack() as files:
        while files.enter_context(Path(os.devnull).open()).fileno() < SELECT_LIMIT + 8:
            pass
        yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


class Inbox:
    """What a link receives on one topic."""

    def __init__(self, link: Link, topic: str) -> None:
        self.payloads: list[bytes] = []
        self._news = threading.Condition()
        link.subscribe(topic, self._take)

    def _take(self, _topic: str, payload: bytes, _retained: bool) -> None:
        with self._news:
            self.payloads.append(payload)
            self._news.notify_all()

    def wait_for_payload(self, payload: bytes) -> None:
        """Return as soon as it has come."""
        with self._news:
            assert self._news.wait_for(lambda: payload in self.payloads, PATIENCE_S), self.payloads


@pytest.mark.usefixtures("many_open_files")
def test_a_program_with_thousands_of_open_files_reaches_the_broker_and_finds_it_again(broker: PrivateBroker) -> None:
    link = broker.link()
    inbox = Inbox(link, "news")
    link.open()
    try:
        assert link.connected.wait(PATIENCE_S)
        link.publish("news", b"first")
        inbox.wait_for_payload(b"first")
        broker.close()
        wait_until(lambda: not link.connected.is_set())
        link.publish("news", b"while it was away")
        broker.open()
        inbox.wait_for_payload(b"while it was away")
    finally:
        link.close()


def test_what_was_published_before_the_end_goes_out_and_no_thread_stays(broker: PrivateBroker) -> None:
    link, other = broker.link(), broker.link()
    inbox = Inbox(other, "news")
    other.open()
    link.open()
    try:
        assert link.connected.wait(PATIENCE_S) and other.connected.wait(PATIENCE_S) and link.alive
        other.publish("news", b"subscribed")
        inbox.wait_for_payload(b"subscribed")
        for number in range(200):
            link.publish("news", b"%d" % number)
        link.close()
        inbox.wait_for_payload(b"199")
        assert not link.alive
    finally:
        link.close()
        other.close()


def test_a_link_without_a_broker_ends_at_once(broker: PrivateBroker) -> None:
    broker.close()
    link = broker.link()
    link.open()
    link.close()
    assert not link.alive


def test_a_message_that_is_too_large_for_the_broker_is_dropped_and_ends_no_connection(
    broker: PrivateBroker, caplog: pytest.LogCaptureFixture
) -> None:
    link = broker.link()
    changes: list[bool] = []
    link.on_change(changes.append)
    inbox = Inbox(link, "news")
    largest = b"x" * (LARGEST_PACKET - LARGEST_HEAD - len("news"))
    link.publish("news", largest + b"x")  # before it is connected, so that it would be sent after every connect
    link.open()
    try:
        assert link.connected.wait(PATIENCE_S)
        link.publish("news", largest + b"xx")
        link.publish("news", largest)
        link.publish("news", b"next")
        inbox.wait_for_payload(b"next")
        assert inbox.payloads == [largest, b"next"] and changes == [True]
        assert [record.levelname for record in caplog.records if "too large for the broker" in record.message] == ["ERROR"] * 2
    finally:
        link.close()


def terminal(broker: PrivateBroker) -> TerminalPresence:
    """A terminal of the hall that goes by its name alone, as by a certificate; open."""
    certified = replace(Broker.parse(broker.address), client="kiosk-1")
    presence = TerminalPresence(broker=certified, hall="testhall", terminal="kiosk-1", role="hall")
    presence.open()
    return presence


def test_of_two_machines_with_one_name_each_says_so_and_tries_more_slowly_until_one_is_left(
    broker: PrivateBroker, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    first, second = terminal(broker), terminal(broker)
    try:
        wait_until(lambda: "ERROR" in [record.levelname for record in rivals(caplog)])
        pauses = [float(record.getMessage().split()[-2]) for record in rivals(caplog)]
        assert max(pauses) >= 4 and all("as kiosk-1" in record.getMessage() for record in rivals(caplog))
    finally:
        second.close()
    wait_until(first.link.connected.is_set)
    first.close()


def rivals(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """What the log says of another machine."""
    return [record for record in list(caplog.records) if "another machine" in record.getMessage()]


def test_a_program_that_loses_its_broker_now_and_then_comes_back_at_once(
    broker: PrivateBroker, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    presence = terminal(broker)
    for _ in range(3):
        wait_until(presence.link.connected.is_set)
        broker.close()
        wait_until(lambda: not presence.link.connected.is_set())
        broker.open()
    wait_until(presence.link.connected.is_set)
    assert not rivals(caplog)
    presence.close()


def test_a_line_that_was_cut_is_noticed_within_seconds_by_the_kernel(broker: PrivateBroker) -> None:
    paho = client(Broker.parse(broker.address), "somebody")
    paho.connect(broker.host, broker.port)
    sock = paho.socket()
    assert sock is not None
    idle, between, count = (
        sock.getsockopt(socket.IPPROTO_TCP, option)
        for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
    )
    assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) and idle + between * count <= 5
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 5000
    paho.disconnect()


def test_what_waits_for_an_answer_is_asked_again_when_a_server_has_just_started(broker: PrivateBroker) -> None:
    link, server = broker.link(), broker.link()
    asked = Inbox(server, server.topics.command("lookup", link.client_id))
    for one in (server, link):
        one.open()
        assert one.connected.wait(PATIENCE_S)
    try:
        link.request("lookup", {"ticket": "A001"}, timeout_s=PATIENCE_S)
        wait_until(lambda: asked.payloads)
        starts = 2 * PATIENCE_S  # more than the times at which it asks again by itself
        for number in range(starts):
            status = ServerStatus("ready", f"session-{number}", "1", datetime.now(UTC))
            server.publish(server.topics.server_status(), codec.encode(status), retain=True)
            server.publish(server.topics.server_status(), codec.encode(status), retain=True)
        wait_until(lambda: len(asked.payloads) > starts)
        assert set(asked.payloads) == {b'{"ticket":"A001"}'}
    finally:
        link.close()
        server.close()
