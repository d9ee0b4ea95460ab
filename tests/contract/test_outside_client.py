"""Somebody else's program: nothing but MQTT 5 and what docs/wire-contract.md says, against a real broker and a real server.

Nothing of the product is imported here. What such a program relies on stays as it was when the contract was first
written down: names of topics and verbs, fields of requests, answers and states, and that a repetition gets the first answer.
"""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Protocol

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

ROOT = "hall/testhall/v1/"
NAME = "visitor-1"
PATIENCE_S = 120


class Broker(Protocol):
    """The private broker of tests/conftest.py."""

    host: str
    port: int


class Visitor:
    """A client of the hall. `states` is the last payload of every topic, `heard` all that came, in order."""

    def __init__(self, broker: Broker) -> None:
        self.states: dict[str, bytes] = {}
        self.heard: list[tuple[str, bytes]] = []
        self._answers: dict[str, bytes] = {}
        self._news = threading.Condition()
        self._paho = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=NAME, protocol=mqtt.MQTTv5)
        self._paho.on_connect = lambda client, *_: client.subscribe(ROOT + "#", qos=1)
        self._paho.on_message = self._take
        self._paho.connect(broker.host, broker.port)
        self._paho.loop_start()

    def close(self) -> None:
        self._paho.disconnect()
        self._paho.loop_stop()

    def ask(self, verb: str, body: dict[str, Any], request_id: str | None = None) -> bytes:
        """Send a request; the bytes of its answer."""
        request_id = request_id or str(uuid.uuid4())
        with self._news:
            self._answers.pop(request_id, None)
        properties = Properties(PacketTypes.PUBLISH)
        properties.ResponseTopic = f"{ROOT}reply/{NAME}"
        properties.CorrelationData = request_id.encode()
        self._paho.publish(f"{ROOT}cmd/{verb}", json.dumps(body), qos=1, properties=properties)
        self._wait(lambda: request_id in self._answers, f"an answer to {verb}")
        return self._answers[request_id]

    def ok(self, verb: str, **body: Any) -> Any:
        """The data of a request that is granted."""
        answer = json.loads(self.ask(verb, body))
        assert answer["status"] == "ok", answer
        return answer["data"]

    def refused(self, verb: str, **body: Any) -> str:
        """The code of a request that is refused."""
        answer = json.loads(self.ask(verb, body))
        assert answer["status"] == "error" and answer["error"]["message"] and answer["error"]["hint"], answer
        return str(answer["error"]["code"])

    def state(self, topic: str, until: Callable[[Any], bool] = lambda _state: True) -> Any:
        """A retained state, as soon as it is as wanted."""
        self._wait(lambda: topic in self.states and until(json.loads(self.states[topic] or b"null")), topic)
        return json.loads(self.states[topic] or b"null")

    def event(self, kind: str, **facts: Any) -> Any:
        """The first event of a type with these facts."""

        def found() -> list[Any]:
            events = [json.loads(payload) for topic, payload in self.heard if topic == f"event/{kind}"]
            return [event for event in events if facts.items() <= event.items()]

        self._wait(lambda: bool(found()), f"event/{kind} {facts}")
        return found()[0]

    def _wait(self, condition: Callable[[], bool], what: str) -> None:
        with self._news:
            assert self._news.wait_for(condition, PATIENCE_S), f"{what} did not come"

    def _take(self, _client: object, _data: object, message: mqtt.MQTTMessage) -> None:
        topic = message.topic.removeprefix(ROOT)
        with self._news:
            if topic == f"reply/{NAME}":
                self._answers[message.properties.CorrelationData.decode()] = message.payload
            else:
                self.states[topic] = message.payload
                self.heard.append((topic, message.payload))
            self._news.notify_all()


@pytest.fixture
def visitor(broker: Broker, server: object) -> Iterator[Visitor]:
    visitor = Visitor(broker)
    ready = visitor.state("server/status", lambda status: status["state"] == "ready")
    assert ready.keys() >= {"state", "session", "version", "started_at"}
    yield visitor
    visitor.close()


def issue(visitor: Visitor, queue: str = "household", **more: Any) -> Any:
    return visitor.ok("issue-ticket", queue=queue, channel="web", **more)


def rfc3339(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    assert moment.tzinfo is not None
    return moment


def test_a_number_is_issued_once_however_often_it_is_asked_for(visitor: Visitor) -> None:
    body = {"queue": "household", "channel": "web", "class": "priority"}
    first = visitor.ask("issue-ticket", body, "one-and-the-same-id")
    assert visitor.ask("issue-ticket", body, "one-and-the-same-id") == first
    assert json.loads(visitor.ask("issue-ticket", body, "another-id"))["data"]["ticket"]["number"] == "A002"
    data = json.loads(first)["data"]
    ticket = data["ticket"]
    assert {"id", "number", "queue", "class", "issued_at", "business_day", "token"} <= ticket.keys()
    assert (ticket["number"], ticket["queue"], ticket["class"]) == ("A001", "household", "priority")
    assert rfc3339(ticket["issued_at"]).date().isoformat() == ticket["business_day"]
    assert data["ahead"] == 0 and data["estimate_s"] is None and "01" in data["windows"], "no window is open"
    issued = visitor.event("ticket-issued", number="A001")
    assert (issued["queue"], issued["class"], issued["channel"]) == ("household", "priority", "web")
    queue = visitor.state("queue/household/state", lambda state: state["waiting"] == 2)
    assert queue.keys() == {"seq", "name", "open", "waiting", "last_issued", "last_called", "estimate_s", "opens_at"}
    assert (queue["name"]["zh"], queue["open"], queue["last_issued"]) == ("户政", True, "A002")
    visitor.ok("open-window", window="01", clerk="0101")
    queue = visitor.state("queue/household/state", lambda state: state["estimate_s"] is not None)
    assert queue["estimate_s"].keys() == {"low", "high"}


def test_a_ticket_is_called_recalled_served_and_rated(visitor: Visitor) -> None:
    ticket = issue(visitor)["ticket"]
    opened = visitor.ok("open-window", window="01", clerk="0101")
    assert (opened["window"], opened["state"], opened["clerk"]["id"]) == ("01", "idle", "0101")
    called = visitor.ok("call-next", window="01")
    assert (called["ticket"]["number"], called["ticket"]["class"], called["waiting"]) == ("A001", "ordinary", 0)
    assert visitor.refused("call-next", window="01") == "wrong-state"
    announce = visitor.state("announce", lambda call: call["number"] == "A001")
    assert announce["window"] == "01" and announce["texts"].keys() == {"zh", "en"} and announce["chime"] is True
    assert visitor.ok("recall", window="01")["ticket"]["number"] == "A001"
    window = visitor.state("window/01/state", lambda state: state["state"] == "calling")
    assert window.keys() == {"seq", "state", "ticket", "clerk", "calls", "since"}
    assert window["ticket"] == {"id": ticket["id"], "number": "A001", "queue": "household"} and window["clerk"]["id"] == "0101"
    desired = visitor.state("display/strip-01/desired", lambda state: "A001" in state["lines"][0]["text"])
    assert desired.keys() == {"seq", "lines", "brightness"} and desired["lines"][0]["effect"] == "blink"
    assert visitor.ok("start-service", window="01")["ticket"]["id"] == ticket["id"]
    visitor.ok("finish-service", window="01")
    question = visitor.state("rating/01/ask", lambda ask: ask is not None)
    assert (question["number"], question["clerk"]["id"]) == ("A001", "0101") and rfc3339(question["expires_at"])
    rating = visitor.ok("rate", service=question["service"], level=5, channel="tablet")["rating"]
    assert (rating["level"], rating["window"], rating["ticket"]) == (5, "01", ticket["id"])
    assert visitor.refused("rate", token=ticket["token"], level=5, channel="qr") == "already-rated"
    visitor.state("rating/01/ask", lambda ask: ask is None)
    assert visitor.event("service-rated", level=5)["window"] == "01"
    assert visitor.refused("call-next", window="01") == "nothing-waiting"


def test_a_ticket_is_recalled_after_the_pause_and_transferred_with_its_number(visitor: Visitor) -> None:
    issue(visitor)
    for window in ("01", "02", "03"):
        visitor.ok("open-window", window=window)
    visitor.ok("call-next", window="01")
    visitor.ok("start-service", window="01")
    moved = visitor.ok("transfer", window="01", to_queue="tax", **{"return": True})["ticket"]
    assert (moved["number"], moved["queue"]) == ("A001", "tax")
    assert visitor.event("ticket-transferred", number="A001")["to_queue"] == "tax"
    assert visitor.ok("call-next", window="02")["ticket"]["number"] == "A001"
    looked = visitor.ok("lookup", ticket="A001")
    assert looked["ticket"]["id"] == moved["id"] and looked.keys() >= {"ticket", "ahead", "estimate_s"}


def test_a_kiosk_leases_numbers_and_says_later_what_it_gave_out(visitor: Visitor) -> None:
    lease = visitor.ok("lease-numbers", queue="enterprise", terminal="kiosk-1", count=3)
    assert lease.keys() == {"queue", "business_day", "leased_at", "expires", "open", "windows", "numbers"}
    assert [one["number"] for one in lease["numbers"]] == ["C901", "C902", "C903"]
    assert rfc3339(lease["leased_at"]) < rfc3339(lease["expires"]) and set(lease["numbers"][0]) == {"ticket", "number", "token"}
    assert all(rfc3339(span["from"]) < rfc3339(span["until"]) for span in lease["open"])
    assert visitor.refused("lookup", token=lease["numbers"][0]["token"]) == "unknown-ticket"
    assert visitor.refused("lease-numbers", queue="enterprise", terminal="devices-1", count=3) == "not-authorised"
    at = rfc3339(lease["leased_at"]) + timedelta(seconds=1)
    given = [
        {"ticket": lease["numbers"][0]["ticket"], "issued_at": at.isoformat(), "result": "printed"},
        {"ticket": lease["numbers"][1]["ticket"], "issued_at": at.isoformat(), "result": "failed"},
        {"ticket": "20260101-c901", "issued_at": at.isoformat(), "result": "printed"},
    ]
    states = [{"id": one["ticket"], "state": state} for one, state in zip(given, ("waiting", "void", "refused"), strict=True)]
    for _ in range(2):
        assert visitor.ok("merge-tickets", terminal="kiosk-1", tickets=given) == {"tickets": states}
    assert visitor.ok("lookup", token=lease["numbers"][0]["token"])["ticket"]["number"] == "C901"
    assert visitor.event("ticket-issued", number="C901")["offline"] is True


def test_a_scanned_code_says_what_it_is(visitor: Visitor) -> None:
    ticket = issue(visitor)["ticket"]
    scanned = visitor.ok("scan", code=f"http://hall.example/t/{ticket['token']}")
    assert (scanned["kind"], scanned["token"], scanned["ticket"]["number"]) == ("ticket", ticket["token"], "A001")
    assert scanned.keys() >= {"kind", "token", "ticket", "ahead", "estimate_s"}
    assert visitor.ok("scan", code="62052400MZ-JF-0004") == {"kind": "guide", "item": "62052400mz-jf-0004"}
    answer = json.loads(visitor.ask("scan", {"code": "nonsense"}))
    assert answer["status"] == "error" and answer["error"]["code"] == "bad-request" and answer["error"]["texts"]["zh"]


def test_what_is_no_request_is_refused_and_unknown_fields_are_ignored(visitor: Visitor) -> None:
    assert visitor.refused("dance", window="01") == "unknown-verb"
    assert visitor.refused("call-next", window=7) == "bad-request"
    assert visitor.refused("call-next", window="77") == "unknown-window"
    assert issue(visitor, colour="red")["ticket"]["number"] == "A001"
