"""What is subscribed or told in the very moment in which the connection comes up is not forgotten."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

from contract.wire.topics import Topics
from link.address import Broker
from link.connection import Link


class AddsWhileSubscribing:
    """Stands where paho stands: while it subscribes to the first topic, another thread adds a second one."""

    def __init__(self) -> None:
        self.topics: list[str] = []
        self.link: Link | None = None
        self.adding: threading.Thread | None = None

    def subscribe(self, topic: str, **_options: Any) -> None:
        self.topics.append(topic)
        if topic == "first" and self.link is not None:
            self.adding = threading.Thread(target=self.link.subscribe, args=("second", lambda *_: None))
            self.adding.start()
            self.adding.join(0.2)  # it ends at once, unless it has to wait for its turn


def test_a_topic_added_while_the_connection_comes_up_is_subscribed_too() -> None:
    link = Link(broker=Broker.parse("127.0.0.1:1883"), topics=Topics("wushan"), client_id="test")
    paho = AddsWhileSubscribing()
    link._paho = paho  # type: ignore[assignment]
    link.subscribe("first", lambda *_: None)
    paho.link = link
    link._connected(None, None, None, SimpleNamespace(is_failure=False), None)  # type: ignore[arg-type]
    assert paho.adding is not None
    paho.adding.join(60)
    assert paho.topics.count("first") == paho.topics.count("second") == 1


class SlowToPublish:
    """Stands where paho stands: while it is handed the first message, another thread tells a newer state."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.told: list[bytes] = []
        self.telling: threading.Thread | None = None

    def subscribe(self, _topic: str, **_options: Any) -> None:
        pass

    def publish(self, _topic: str, payload: bytes, **_options: Any) -> None:
        if self.telling is None:
            self.telling = threading.Thread(target=self.link.update_birth, args=(b"newer",))
            self.telling.start()
            self.telling.join(0.2)  # it ends at once, unless it has to wait for its turn
        self.told.append(payload)


def test_a_state_told_while_the_connection_comes_up_is_the_last_that_is_told() -> None:
    link = Link(broker=Broker.parse("127.0.0.1:1883"), topics=Topics("wushan"), client_id="test")
    link.announce("status", birth=b"older", will=b"lost", death=b"stopped")
    paho = SlowToPublish(link)
    link._paho = paho  # type: ignore[assignment]
    link._connected(None, None, None, SimpleNamespace(is_failure=False), None)  # type: ignore[arg-type]
    assert paho.telling is not None
    paho.telling.join(60)
    assert paho.told == [b"older", b"newer"]
