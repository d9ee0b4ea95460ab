"""What is subscribed or reported in the very moment in which the connection comes up is not forgotten."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from contract.wire.topics import Topics
from link.address import Broker
from link.connection import Link


class Paho:
    """Takes the place of paho's client; does nothing."""

    on_connect: Callable[..., None]

    def connect_async(self, *_arguments: Any, **_options: Any) -> None: ...

    def reconnect(self) -> None: ...

    def socket(self) -> None: ...

    def disconnect(self) -> None: ...

    def will_set(self, *_arguments: Any, **_options: Any) -> None: ...

    def subscribe(self, topic: str, **_options: Any) -> None: ...

    def publish(self, topic: str, payload: bytes, **_options: Any) -> Any:
        return SimpleNamespace(wait_for_publish=lambda _timeout: None)

    def accepted(self) -> None:
        """The broker accepts the connection."""
        self.on_connect(None, None, None, SimpleNamespace(is_failure=False), None)


class Interrupted(Paho):
    """While it is handed the first topic or message that `interrupts`, another thread does `meanwhile`."""

    def __init__(self, interrupts: str) -> None:
        self.interrupts = interrupts
        self.topics: list[str] = []
        self.published: list[bytes] = []
        self.meanwhile: threading.Thread | None = None

    def subscribe(self, topic: str, **_options: Any) -> None:
        self.topics.append(topic)
        self._interrupt(topic)

    def publish(self, topic: str, payload: bytes, **_options: Any) -> Any:
        self._interrupt(topic)
        self.published.append(payload)
        return super().publish(topic, payload)

    def _interrupt(self, topic: str) -> None:
        if topic == self.interrupts and self.meanwhile is not None and self.meanwhile.ident is None:
            self.meanwhile.start()
            self.meanwhile.join(0.2)  # it ends at once, unless it has to wait for its turn


def link_on(paho: Paho, monkeypatch: pytest.MonkeyPatch) -> Link:
    """A link that uses this client."""
    monkeypatch.setattr("link.connection.client", lambda _broker, _client_id: paho)
    return Link(broker=Broker.parse("127.0.0.1:1883"), topics=Topics("wushan"), client_id="test")


def test_a_topic_added_while_the_connection_comes_up_is_subscribed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    paho = Interrupted("first")
    link = link_on(paho, monkeypatch)
    link.subscribe("first", lambda *_: None)
    paho.meanwhile = threading.Thread(target=link.subscribe, args=("second", lambda *_: None))
    link.open()
    paho.accepted()
    paho.meanwhile.join(60)
    assert paho.topics.count("first") == paho.topics.count("second") == 1
    link.close()


def test_a_state_reported_while_the_connection_comes_up_is_the_last_that_is_published(monkeypatch: pytest.MonkeyPatch) -> None:
    paho = Interrupted("status")
    link = link_on(paho, monkeypatch)
    link.announce("status", birth=b"older", will=b"lost", death=b"stopped")
    paho.meanwhile = threading.Thread(target=link.update_birth, args=(b"newer",))
    link.open()
    paho.accepted()
    paho.meanwhile.join(60)
    assert paho.published == [b"older", b"newer"]
    link.close()
