"""A program's connection to its hall, on a real broker."""

from __future__ import annotations

import contextlib
import os
import resource
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from link import Link
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
