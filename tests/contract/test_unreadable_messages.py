"""Whatever somebody publishes, a message ends with itself: the server and all who listen stay connected and go on."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Iterator

import pytest

from link import Link
from tests.programs import PATIENCE_S, PrivateBroker, RunningServer, ok, wait_until
from tests.small_hall import write_hall

ROOT = "hall/testhall/v1/"
FEFF = b"\x03" + struct.pack("!H", 3) + "\ufeff".encode()
MANY = b"\x26\x00\x00\x00\x00" * 2000
HUGE = 10**400
MACHINE = {"at": "2026-11-28T15:00:00Z", "temperature_c": 40.0, "disk_free_mb": 1, "memory_free_mb": 1, "uptime_s": 1}
STATUS = {"state": "ready", "session": "x", "kind": "rating", "version": "1", "devices": []}
PAPER = {"printed": HUGE, "today": HUGE, "left": HUGE, "used_mm": HUGE}
DEVICE = {"id": "printer-1", "kind": "printer", "state": "ok"}
HOSTILE: tuple[object, ...] = (
    None,
    [],
    HUGE,
    {},
    {"a": "[" * 1000},
    STATUS | {"lease": {"left": {"a": 1}, "most": HUGE, "untold": 1}},
    STATUS | {"lease": {"left": {"a": HUGE}, "most": 1, "untold": 1}},
    STATUS | {"machine": MACHINE | {"at": "2026-11-28T15:00:00"}},
    STATUS | {"machine": MACHINE | {"at": "9999-12-31T23:59:59-12:00"}},
    STATUS | {"machine": MACHINE | {"at": "0001-01-01T00:00:00+14:00"}},
    STATUS | {"machine": MACHINE | {"disk_free_mb": HUGE, "uptime_s": HUGE}},
    STATUS | {"machine": MACHINE | {"temperature_c": 1e308}},
    STATUS | {"devices": [DEVICE | {"paper": PAPER}]},
    STATUS | {"devices": [DEVICE | {"detail": "<" * 190_000}]},
    STATUS | {"devices": [DEVICE] * 3000},
    STATUS | {"session": "\u0000" * 1000, "started_at": "0001-01-01T00:00:00"},
    {"seq": HUGE, "state": "ok", "at": "9999-12-31T23:59:59-14:00"},
    {"id": "x", "act": "logs", "state": "done", "part": HUGE},
)
"""What no program should send, as JSON."""


def vb(value: int) -> bytes:
    out = b""
    while value >= 0x80:
        out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
    return out + bytes([value])


def text(value: bytes) -> bytes:
    return struct.pack("!H", len(value)) + value


class Stranger:
    """Publishes what it likes, byte by byte."""

    def __init__(self, broker: PrivateBroker) -> None:
        self._line = socket.create_connection(("127.0.0.1", broker.port), timeout=PATIENCE_S)
        hello = text(b"MQTT") + b"\x05\x02\x00\x00\x00" + text(b"stranger")
        self._line.sendall(b"\x10" + vb(len(hello)) + hello)
        assert self._line.recv(2) and self._line.recv(1000)

    def sends(self, topic: str, payload: bytes, properties: bytes = b"", *, retain: bool = False) -> None:
        body = text((ROOT + topic).encode()) + vb(len(properties)) + properties + payload
        self._line.sendall(bytes([0x30 | retain]) + vb(len(body)) + body)

    def close(self) -> None:
        self._line.close()


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateBroker]:
    opened = PrivateBroker(tmp_path_factory.mktemp("broker"))
    opened.open()
    yield opened
    opened.close()


@pytest.fixture
def stranger(broker: PrivateBroker) -> Iterator[Stranger]:
    opened = Stranger(broker)
    yield opened
    opened.close()


def test_who_listens_stays_connected_whatever_properties_a_retained_message_has(
    broker: PrivateBroker, stranger: Stranger
) -> None:
    stranger.sends("voice/voice-1/saying", b"{}", FEFF, retain=True)
    stranger.sends("voice/voice-2/saying", b"{}", MANY, retain=True)
    link = broker.link()
    changes: list[bool] = []
    heard: list[bytes] = []
    link.on_change(changes.append)
    link.subscribe(link.topics.root + "voice/+/saying", lambda _topic, payload, _retained: heard.append(payload))
    link.open()
    try:
        assert link.connected.wait(PATIENCE_S)
        wait_until(lambda: heard == [b"{}"])
        stranger.sends("voice/voice-1/saying", b"next", MANY)
        stranger.sends("voice/voice-1/saying", b"next")
        wait_until(lambda: heard == [b"{}", b"next"])
        assert changes == [True]
    finally:
        link.close()


def test_a_handler_that_fails_ends_with_its_message(broker: PrivateBroker) -> None:
    link, heard = broker.link(), list[bytes]()

    def take(_topic: str, payload: bytes, _retained: bool) -> None:
        heard.append(payload)
        raise OverflowError(payload)

    link.subscribe(link.topics.root + "announce", take)
    link.open()
    try:
        assert link.connected.wait(PATIENCE_S)
        for number in range(4):
            link.publish(link.topics.announce(), b"%d" % number)
        wait_until(lambda: len(heard) == 4)
        wait_until(lambda: link.bad_messages.status is not None)
        assert link.connected.is_set() and link.alive
    finally:
        link.close()


def test_no_message_on_any_topic_that_the_server_follows_ends_the_server(
    broker: PrivateBroker, stranger: Stranger, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("hall")
    hostile = [json.dumps(value).encode() for value in HOSTILE] + [b"\xff\xfe", b'"\\ud800"', b"9" * 5000]
    topics = ("terminal/kiosk-1/status", "terminal/kiosk-1/told", "display/strip/shown", "alert/x", "catalogue/version")

    def floods(link: Link) -> None:
        for payload in hostile:
            for topic in (*topics, "server/status", "cmd/lookup/kiosk-1"):
                stranger.sends(topic, payload, retain=not topic.startswith("server/"))
            ok(link, "issue-ticket", queue="household", channel="web")
        for properties in (FEFF, MANY):
            for topic in topics:
                stranger.sends(topic, b"{}", properties, retain=True)
                stranger.sends("cmd/lookup/kiosk-1", b"{}", properties, retain=True)
            ok(link, "issue-ticket", queue="household", channel="web")

    link = broker.link()
    link.open()
    alerts: dict[str, bytes] = {}
    link.subscribe(link.topics.root + "alert/+", lambda topic, payload, _: alerts.update({topic: payload}))
    for _ in range(2):  # what is retained meets the next server too
        server = RunningServer(write_hall(folder / "hall"), folder / "state", broker.address)
        server.open()
        floods(link)
        wait_until(lambda: bool(alerts.get(f"{link.topics.root}alert/messages-terminal-kiosk-1-status")))
        assert server.stop() == 0
    link.close()
    for topic in topics:
        stranger.sends(topic, b"", retain=True)
