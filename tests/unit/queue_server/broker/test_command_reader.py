"""Who asks is read from the topic on which the broker took the request, never from what the request says of itself."""

from __future__ import annotations

import json

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from contract.wire.topics import Topics
from queue_server.broker.command_reader import Clients, CommandReader, Dropped
from queue_server.ledger.asked import LedgerRequest

ROOT = "hall/testhall/v1/"
TERMINALS = ("kiosk-1", "rater-01", "twin-0badcafe")


def message(reply: str | None, payload: bytes = b"{}") -> mqtt.MQTTMessage:
    asked = mqtt.MQTTMessage()
    asked.payload = payload
    asked.properties = Properties(PacketTypes.PUBLISH)
    asked.properties.CorrelationData = b"one-id"
    if reply is not None:
        asked.properties.ResponseTopic = reply
    return asked


class Reader:
    """A reader of commands, and what it has answered by itself."""

    def __init__(self, *, certified: bool) -> None:
        self.answers: list[tuple[str, str]] = []
        clients = Clients(TERMINALS, certified)
        self.reader = CommandReader(Topics("testhall"), clients, self._answered)

    def _answered(self, topic: str, content: bytes, _correlation: bytes) -> None:
        self.answers.append((topic.removeprefix(ROOT), json.loads(content)["error"]["code"]))

    def asked(self, path: str, reply: str | None) -> LedgerRequest | None:
        return self.reader.read(path, message(reply))


@pytest.mark.parametrize("certified", [True, False])
@pytest.mark.parametrize("reply", [None, ROOT + "reply/kiosk-1", "elsewhere", ROOT + "reply/admin"])
def test_the_topic_says_who_asks_and_where_the_answer_goes_whatever_the_response_topic_says(
    certified: bool, reply: str | None
) -> None:
    request = Reader(certified=certified).asked("rate/rater-01", reply)
    assert request is not None
    assert (request.verb, request.actor, request.terminal) == ("rate", "rater-01", "rater-01")


def test_the_plain_form_is_refused_where_the_broker_knows_its_clients() -> None:
    reader = Reader(certified=True)
    assert reader.asked("rate", ROOT + "reply/rater-01") is None
    assert reader.answers == [("reply/rater-01", "not-authorised")]
    request = Reader(certified=False).asked("rate", ROOT + "reply/rater-01")
    assert request is not None and request.actor == "rater-01"


def test_a_client_that_is_no_terminal_of_the_hall_may_ask_only_where_there_are_no_certificates() -> None:
    reader = Reader(certified=True)
    assert reader.asked("rate/stranger", None) is None
    assert reader.answers == [("reply/stranger", "not-authorised")]
    request = Reader(certified=False).asked("rate/stranger", None)
    assert request is not None and (request.actor, request.terminal) == ("stranger", None)


@pytest.mark.parametrize(
    ("client", "with_tls", "without"),
    [
        ("kiosk-1", "kiosk-1", "kiosk-1"),
        ("kiosk-1-0badcafe", None, "kiosk-1"),
        ("kiosk-1-0badcafe\n", None, None),
        ("twin-0badcafe", "twin-0badcafe", "twin-0badcafe"),
        ("twin", None, None),
        ("kiosk-1-0BADCAFE", None, None),
    ],
)
def test_a_session_behind_a_name_counts_only_without_certificates(
    client: str, with_tls: str | None, without: str | None
) -> None:
    assert Clients(TERMINALS, certified=True).terminal(client) == with_tls
    assert Clients(TERMINALS, certified=False).terminal(client) == without


@pytest.mark.parametrize("path", ["rate/a+b", "rate/" + "x" * 200, "rate/kiosk-1/rater-01", "rate/kiosk-1\n", "rate"])
def test_what_names_no_client_is_dropped(path: str) -> None:
    with pytest.raises(Dropped):
        Reader(certified=False).asked(path, None)
