"""Commands as they come over MQTT: who asks, what is a request, what is refused, what is dropped."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

import paho.mqtt.client as mqtt

from contract.wire import codec
from contract.wire.messages import Text
from contract.wire.requests import VERBS
from contract.wire.topics import ID, Topics
from queue_server.commands.refused import refuse
from queue_server.ledger.asked import ID_LENGTH, LedgerRequest, Reply

CLIENT_LENGTH = 128
_SESSION = re.compile(r"-[0-9a-f]{8}\Z")


class Dropped(ValueError):
    """A command that can be neither run nor answered: it names no reply topic of this hall."""


@dataclass(frozen=True)
class Clients:
    """Whom the broker lets ask. `certified`: it knows every client by a certificate, so that `cmd/<verb>/<client-id>` says who
    asks. Without TLS everybody is on this machine, and is believed."""

    terminals: Collection[str]
    certified: bool

    def terminal(self, client: str) -> str | None:
        """The terminal of the hall that a client is; without TLS its session may stand behind the name. None for others."""
        names = (client,) if self.certified else (client, _SESSION.sub("", client))
        return next((name for name in names if name in self.terminals), None)


class CommandReader:
    """Turns MQTT messages into requests. `reply(topic, content, correlation)` sends an answer."""

    def __init__(self, topics: Topics, clients: Clients, reply: Callable[[str, bytes, bytes], None]) -> None:
        self._topics = topics
        self._clients = clients
        self._reply = reply

    def read(self, path: str, message: mqtt.MQTTMessage) -> LedgerRequest | None:
        """The request in a message on `cmd/<path>`; None when it was refused, and so answered, at once. Raise Dropped."""
        properties: object = message.properties
        verb, _, client = path.partition("/")
        actor = self._named(client) if client else self.replier(message)
        correlation: bytes = getattr(properties, "CorrelationData", b"")
        if not actor:
            raise Dropped("a command that names no client of this hall")
        topic, terminal = self._topics.reply(actor), self._clients.terminal(actor)
        request_id = _printable(correlation)
        if self._clients.certified and (not client or terminal is None):
            refusal = refuse("not-authorised", f"{actor} is no terminal of this hall, or does not ask as one", _UNKNOWN)
        elif message.retain or request_id is None:
            refusal = refuse("bad-request", *(_RETAINED if message.retain else _NO_ID))
        else:

            def answer(reply: Reply) -> None:
                self._reply(topic, reply.content, correlation)

            return LedgerRequest(request_id, verb, bytes(message.payload), actor, answer, terminal)
        self._reply(topic, codec.encode(refusal), correlation)
        return None

    def replier(self, message: mqtt.MQTTMessage) -> str:
        """The client that a response topic of this hall names, empty for others: answers never go anywhere else."""
        topic: str = getattr(message.properties, "ResponseTopic", "")
        prefix = f"{self._topics.root}reply/"
        return self._named(topic.removeprefix(prefix)) if topic.startswith(prefix) else ""

    @staticmethod
    def _named(client: str) -> str:
        """The client id, empty if it would not fit into a topic."""
        return client if ID.fullmatch(client) and len(client) <= CLIENT_LENGTH else ""


def subject(path: str) -> str:
    """What an alert about illegal commands is about; unknown verbs share one, so that nobody can fill the hall with alerts."""
    verb = path.partition("/")[0]
    return f"cmd-{verb if verb in VERBS else 'unknown'}"


def _printable(correlation: bytes) -> str | None:
    """Correlation Data as a request id: 1 to 64 printable ASCII characters, as a UUID in text form is."""
    if not 0 < len(correlation) <= ID_LENGTH or not correlation.isascii():
        return None
    text = correlation.decode()
    return text if text.isprintable() else None


_RETAINED = ("a command must not be retained", Text("命令不能保留。", "Publish commands without the retain flag."))
_NO_ID = ("a command carries a request id", Text("缺少请求编号。", "Send a UUID in text form as Correlation Data."))
_UNKNOWN = Text(
    "本大厅没有登记这台终端，请联系管理员登记后再用。",
    "Enter the terminal in devices.toml, and publish on cmd/<verb>/<client-id> with the name in its certificate.",
)
