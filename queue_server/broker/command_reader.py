"""Commands as they come over MQTT: what is a request, what is refused, what is dropped."""

from __future__ import annotations

from collections.abc import Callable

import paho.mqtt.client as mqtt

from contract.wire import codec
from contract.wire.messages import Text
from contract.wire.requests import VERBS
from contract.wire.topics import ID, Topics
from queue_server.commands.refused import refuse
from queue_server.ledger.ledger import ID_LENGTH, LedgerRequest, Reply

CLIENT_LENGTH = 128


class Dropped(ValueError):
    """A command that can be neither run nor answered: it names no reply topic of this hall."""


class CommandReader:
    """Turns MQTT messages into requests. `reply(topic, content, correlation)` sends an answer."""

    def __init__(self, topics: Topics, reply: Callable[[str, bytes, bytes], None]) -> None:
        self._topics = topics
        self._reply = reply

    def read(self, verb: str, message: mqtt.MQTTMessage) -> LedgerRequest | None:
        """The request in a message; None when it was refused, and so answered, at once. Raise Dropped."""
        properties: object = message.properties
        actor = self._client(getattr(properties, "ResponseTopic", None))
        correlation: bytes = getattr(properties, "CorrelationData", b"")
        if actor is None:
            raise Dropped("a command without a reply topic of this hall")
        topic = self._topics.reply(actor)
        request_id = _printable(correlation)
        if message.retain or request_id is None:
            refusal = refuse("bad-request", *(_RETAINED if message.retain else _NO_ID))
            self._reply(topic, codec.encode(refusal), correlation)
            return None

        def answer(reply: Reply) -> None:
            self._reply(topic, reply.content, correlation)

        return LedgerRequest(request_id, verb, bytes(message.payload), actor, answer)

    def _client(self, topic: str | None) -> str | None:
        """The client that a response topic of this hall names, or None: answers never go anywhere else."""
        prefix = f"{self._topics.root}reply/"
        if topic is None or not topic.startswith(prefix):
            return None
        name = topic.removeprefix(prefix)
        return name if ID.fullmatch(name) and len(name) <= CLIENT_LENGTH else None


def subject(verb: str) -> str:
    """What an alert about illegal commands is about; unknown verbs share one, so that nobody can fill the hall with alerts."""
    return f"cmd-{verb if verb in VERBS else 'unknown'}"


def _printable(correlation: bytes) -> str | None:
    """Correlation Data as a request id: 1 to 64 printable ASCII characters, as a UUID in text form is."""
    if not 0 < len(correlation) <= ID_LENGTH or not correlation.isascii():
        return None
    text = correlation.decode()
    return text if text.isprintable() else None


_RETAINED = ("a command must not be retained", Text("命令不能保留。", "Publish commands without the retain flag."))
_NO_ID = ("a command carries a request id", Text("缺少请求编号。", "Send a UUID in text form as Correlation Data."))
