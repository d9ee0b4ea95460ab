"""A handler that is added in the very moment in which the connection comes up is not forgotten."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

from link.address import Broker
from link.connection import Link
from queue_server.api.topics import Topics


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
