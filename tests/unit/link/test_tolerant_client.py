"""What somebody puts into the properties of a message never ends the connection of those who read it, nor keeps them busy. The client
is paho's of requirements.lock, and reads from a real socket."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from typing import Any

import paho.mqtt.client as mqtt
import pytest

from link import publish_properties
from link.publish_properties import BadProperties
from link.tolerant_client import TolerantClient

FEFF = "\ufeff".encode()
TOPIC = b"hall/x/v1/terminal/rater-01/status"
CONNECTED = b"\x20\x03\x00\x00\x00"


def text(value: bytes) -> bytes:
    return struct.pack("!H", len(value)) + value


def number(value: int) -> bytes:
    out = b""
    while value >= 0x80:
        out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
    return out + bytes([value])


def publish(properties: bytes, payload: bytes = b"{}", *, retain: bool = False, length: bytes | None = None) -> bytes:
    """A PUBLISH packet with QoS 1."""
    body = text(TOPIC) + b"\x00\x07" + (number(len(properties)) if length is None else length) + properties + payload
    return bytes([0x32 | retain]) + number(len(body)) + body


class Line:
    """A client that is connected to this test."""

    def __init__(self) -> None:
        self.messages: list[mqtt.MQTTMessage] = []
        self.dropped: list[tuple[bytes, bool, str]] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.client = TolerantClient("server")
        self.client.on_message = lambda _client, _data, message: self.messages.append(message)
        self.client.on_unreadable = lambda *what: self.dropped.append(what)
        self.client.connect(*self._listener.getsockname())
        self.broker, _ = self._listener.accept()
        self.broker.settimeout(30)
        self.sends(CONNECTED)

    def sends(self, packet: bytes) -> None:
        """The broker sends a packet and the client reads all of it."""
        self.broker.sendall(packet + b"\xd0\x00")
        seen: list[object] = []
        self.client.on_log = lambda _client, _data, _level, words: seen.append("PINGRESP" in words)
        while self.client.socket() is not None and True not in seen:
            self.client.loop_read()

    def acknowledged(self) -> bytes:
        """What the client has written since it connected."""
        self.client.loop_write()
        got = self.broker.recv(4096)
        return got[got.index(b"\x40") :] if b"\x40" in got else b""

    def close(self) -> None:
        self.client.disconnect()
        self.broker.close()
        self._listener.close()


@pytest.fixture
def line() -> Iterator[Line]:
    opened = Line()
    yield opened
    opened.close()


@pytest.mark.parametrize(
    "properties",
    [
        b"\x03" + text(FEFF),
        b"\x26" + text(FEFF) + text(b"x"),
        b"\x08" + text(FEFF),
        b"\x08" + text(b"\xff"),
        b"\x26" + text(b"\xed\xa0\x80") + text(b"\x00"),
        b"\x01\x01\x02\x00\x00\x00\x01\x0b\xff\xff\xff\x7f\x23\x00\x01",
        b"\x03" + text(b"a") + b"\x03" + text(b"b"),
    ],
    ids=["content type", "user property", "response topic", "bad utf-8", "surrogate", "numbers", "twice"],
)
def test_a_property_that_nobody_uses_changes_nothing_about_a_message(line: Line, properties: bytes) -> None:
    line.sends(publish(properties, b'{"a": 1}'))
    (message,) = line.messages
    assert (message.topic.encode(), message.payload, line.dropped) == (TOPIC, b'{"a": 1}', [])
    assert line.client.socket() is not None


def test_the_topic_and_the_id_for_the_answer_arrive_among_whatever_else_there_is(line: Line) -> None:
    line.sends(
        publish(b"\x26" + text(FEFF) + text(b"") + b"\x09" + text(b"id-1") + b"\x03" + text(FEFF) + b"\x08" + text(b"a/b"))
    )
    properties: Any = line.messages[0].properties
    assert (properties.ResponseTopic, properties.CorrelationData) == ("a/b", b"id-1")
    assert not hasattr(properties, "UserProperty")


@pytest.mark.parametrize(
    ("properties", "length"),
    [
        (b"\x26" + text(b"") * 2, None),
        (b"\x7f", None),
        (b"\x09\xff\xff", None),
        (b"\x08\x00", None),
        (b"\x02\x00", None),
        (b"\x0b\xff\xff\xff\xff\x7f", None),
        (b"", b"\xff\xff\xff\xff\x01"),
        (b"\x01\x00", b"\x7f"),
    ],
    ids=["too many", "unknown", "too long", "cut off", "short", "long number", "long length", "behind the end"],
)
def test_a_message_whose_properties_cannot_be_read_is_dropped_and_the_next_one_is_read(
    line: Line, properties: bytes, length: bytes | None
) -> None:
    many = properties * (1 + 2 * publish_properties.LARGEST // 5) if properties[:1] == b"\x26" else properties
    line.sends(publish(many, retain=True, length=length))
    assert [(topic, retained) for topic, retained, _ in line.dropped] == [(TOPIC, True)]
    assert line.messages == []
    line.sends(publish(b"", b"next"))
    assert [message.payload for message in line.messages] == [b"next"]
    assert line.acknowledged().startswith(b"\x40\x02\x00\x07"), "the broker does not send it again"


class Counted(bytes):
    """Bytes of a packet that count how often one of them is looked at."""

    looks = 0

    def __getitem__(self, place: Any) -> Any:
        Counted.looks += 1
        return super().__getitem__(place)


def test_reading_takes_as_many_looks_as_there_are_properties() -> None:
    looks = []
    for many in (50, 100, 200):
        properties = b"\x26" + text(b"") * 2
        Counted.looks = 0
        publish_properties.used(Counted(number(len(properties) * many) + properties * many), 0)
        looks.append(Counted.looks)
    assert looks[2] - looks[1] == 2 * (looks[1] - looks[0]) <= 4 * 50
    Counted.looks = 0
    with pytest.raises(BadProperties):
        publish_properties.used(Counted(number(5 * 50_000) + (b"\x26" + text(b"") * 2) * 50_000), 0)
    assert Counted.looks <= 10, "what is too long is not looked at"
