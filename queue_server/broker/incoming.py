"""Messages from the broker: let in, read, put in line. Whatever goes wrong with one ends with it."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from typing import ParamSpec

import paho.mqtt.client as mqtt

from contract.wire.topics import Topics
from queue_server.broker.command_reader import CommandReader, Dropped, subject
from queue_server.broker.intake import Intake
from queue_server.broker.other_servers import AnotherServer
from queue_server.ledger.asked import LedgerRequest

LOG = logging.getLogger(__name__)
P = ParamSpec("P")


class Incoming:
    """What has come in and waits: `requests`, and `states` as topic behind the hall's root, payload, whether it was retained.

    `empty` takes a retained message away from a whole topic, `illegal` raises the alert about what it names.
    """

    def __init__(
        self,
        topics: Topics,
        intake: Intake,
        commands: CommandReader,
        *,
        empty: Callable[[str], None],
        illegal: Callable[[str], None],
        monotonic: Callable[[], float],
    ) -> None:
        self.requests: deque[LedgerRequest] = deque()
        self.states: deque[tuple[str, bytes, bool]] = deque()
        self.dropped = 0
        """Messages that could be neither read nor answered."""
        self._topics, self._intake, self._commands = topics, intake, commands
        self._empty, self._illegal, self._monotonic = empty, illegal, monotonic

    def take(self, message: mqtt.MQTTMessage) -> None:
        """Put a message in line, or drop it."""
        try:
            topic = self._topics.relative(message.topic)
        except UnicodeDecodeError:
            topic = None
        if topic is None:
            self.drop("topic", "a topic that cannot be read")
        else:
            self.guarded(topic, self._let_in, topic, message)

    def unreadable(self, whole: bytes, retained: bool, why: str) -> None:
        """A message is dropped for its properties; it counts like any other of its sender. Of retained ones the server may
        empty requests only."""
        topic = self._topics.relative(whole.decode(errors="replace"))
        if topic is None:
            self.drop("topic", "a topic that cannot be read")
            return
        if retained and topic.startswith("cmd/"):
            self._empty(self._topics.root + topic)
        if self._intake.admits(topic, "", self._monotonic()):
            self.drop(topic, why)
        else:
            self.dropped += 1

    def guarded(self, topic: str, take: Callable[P, None], *content: P.args, **more: P.kwargs) -> None:
        """Do something with a message; raise AnotherServer and nothing else."""
        try:
            take(*content, **more)
        except AnotherServer:
            raise
        except Exception as error:
            LOG.debug("a message on %s could not be handled", topic, exc_info=True)
            self.drop(topic, f"{type(error).__name__}: {error}")

    def drop(self, topic: str, what: str) -> None:
        """Let a message go, and say so by an alert."""
        self.dropped += 1
        LOG.debug("dropped on %s: %.300s (%d so far)", topic, what, self.dropped)
        self._illegal(subject(topic.removeprefix("cmd/")) if topic.startswith("cmd/") else topic)

    def _let_in(self, topic: str, message: mqtt.MQTTMessage) -> None:
        if not self._intake.admits(topic, self._commands.replier(message), self._monotonic()):
            self.dropped += 1
        elif topic.startswith("cmd/"):
            self._request(topic, message)
        else:
            self.states.append((topic, bytes(message.payload), message.retain))

    def _request(self, topic: str, message: mqtt.MQTTMessage) -> None:
        if message.retain:
            if not message.payload:
                return
            self._empty(message.topic)
        path = topic.removeprefix("cmd/")
        try:
            request = self._commands.read(path, message)
        except Dropped as error:
            self.drop(topic, str(error))
            return
        if request is None:
            self._illegal(subject(path))
        else:
            self.requests.append(request)
