"""A stolen terminal in a hall with TLS: it is one terminal, and does what that one may, whatever it says.

A real mosquitto with the hall's own access file, a real server; the impostor speaks MQTT with the certificate that was in the
stolen machine and writes whatever it likes.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from contract.wire.topics import Topics
from link import Link
from link.connection import client
from tests.programs import PATIENCE_S, RunningServer, ok, refused, wait_until
from tests.secure_hall import SecureHall

TOPICS = Topics("testhall")
FACTOR = 10
"""So many times as long as without a flood an answer may take: two processes more share the machine."""


@pytest.fixture(scope="module")
def server(secure_hall: SecureHall) -> Iterator[RunningServer]:
    server = RunningServer(
        secure_hall.hall, secure_hall.state, secure_hall.address, "--credentials", str(secure_hall.state / "credentials")
    )
    server.open()
    yield server
    server.close()


class Terminals:
    """The honest programs of the hall, each with its own certificate, connected when they are first asked for."""

    def __init__(self, hall: SecureHall) -> None:
        self._hall = hall
        self._links: dict[str, Link] = {}

    def __getitem__(self, name: str) -> Link:
        if name not in self._links:
            link = Link(broker=self._hall.broker(self._hall.credentials(name)), topics=TOPICS, client_id="any")
            link.open()
            assert link.connected.wait(PATIENCE_S)
            self._links[name] = link
        return self._links[name]

    def close(self) -> None:
        for link in self._links.values():
            link.close()


@pytest.fixture(scope="module")
def terminals(secure_hall: SecureHall, server: RunningServer) -> Iterator[Terminals]:
    terminals = Terminals(secure_hall)
    yield terminals
    terminals.close()


class Impostor:
    """Whoever holds the certificate of one terminal: publishes any bytes on any topic and hears what the broker gives out."""

    def __init__(self, hall: SecureHall, name: str) -> None:
        self.answers: dict[str, Any] = {}
        self._judged: dict[int, bool] = {}
        self._news = threading.Condition()
        self._paho = client(hall.broker(hall.credentials(name)), "any")
        self._paho.on_connect = lambda c, *_: c.subscribe(TOPICS.reply(name), qos=1)
        self._paho.on_message = self._answered
        self._paho.on_publish = self._published
        self._paho.connect("127.0.0.1", hall.port)
        self._paho.loop_start()

    def close(self) -> None:
        self._paho.disconnect()
        self._paho.loop_stop()

    def says(self, topic: str, body: dict[str, object], *, answer_to: str, request_id: str | None = None) -> str | None:
        """Publish a request; its id, None where the broker did not take it."""
        request_id = request_id or str(uuid.uuid4())
        properties = Properties(PacketTypes.PUBLISH)
        properties.ResponseTopic = TOPICS.reply(answer_to)
        properties.CorrelationData = request_id.encode()
        mid = self._paho.publish(topic, json.dumps(body), qos=1, properties=properties).mid
        with self._news:
            assert self._news.wait_for(lambda: mid in self._judged, PATIENCE_S)
        return request_id if self._judged[mid] else None

    def hears(self, request_id: str) -> Any:
        """The answer to a request."""
        with self._news:
            assert self._news.wait_for(lambda: request_id in self.answers, PATIENCE_S)
        return self.answers[request_id]

    def _answered(self, _client: object, _data: object, message: mqtt.MQTTMessage) -> None:
        with self._news:
            self.answers[message.properties.CorrelationData.decode()] = json.loads(message.payload)
            self._news.notify_all()

    def _published(self, _client: object, _data: object, mid: int, reason: mqtt.ReasonCode, _properties: object) -> None:
        with self._news:
            self._judged[mid] = not reason.is_failure
            self._news.notify_all()


@pytest.fixture
def tablet(secure_hall: SecureHall, server: RunningServer) -> Iterator[Impostor]:
    tablet = Impostor(secure_hall, "rater-01")
    yield tablet
    tablet.close()


def printed(terminals: Terminals, kiosk: str) -> Any:
    """A ticket that a kiosk printed."""
    ticket: Any = ok(terminals[kiosk], "issue-ticket", queue="household", channel="kiosk", terminal=kiosk)["ticket"]
    ok(terminals[kiosk], "confirm-print", ticket=ticket["id"], result="printed")
    return ticket


def events(hall: SecureHall, kind: str) -> list[tuple[str, Any]]:
    """Who did what, as the chained log has it."""
    with hall.database.look() as connection:
        rows = connection.exec_driver_sql("SELECT actor, body FROM events WHERE type = ? ORDER BY id", (kind,)).all()
    return [(actor, json.loads(text) if isinstance(text, str) else text) for actor, text in rows]


def test_the_broker_takes_no_request_in_another_name_and_none_without_a_name(tablet: Impostor) -> None:
    body: dict[str, object] = {"code": "12345678"}
    for topic in (
        "check-technician-code",
        "check-technician-code/kiosk-1",
        "check-technician-code/server",
        "rate",
        "rate/rater-02",
    ):
        assert tablet.says(f"{TOPICS.root}cmd/{topic}", body, answer_to="kiosk-1") is None, topic
    assert tablet.says(TOPICS.command("open-window", "rater-01"), {"window": "01"}, answer_to="rater-01") is None


def test_a_stolen_rater_cannot_use_up_the_tries_of_a_technician_at_a_kiosk(terminals: Terminals, tablet: Impostor) -> None:
    for guess in range(6):
        request_id = tablet.says(
            TOPICS.command("check-technician-code", "rater-01"), {"code": f"{guess:08d}"}, answer_to="kiosk-1"
        )
        assert request_id is not None
        code = tablet.hears(request_id)["error"]["code"]
        assert code == ("not-authorised" if guess < 5 else "limit-reached"), "its own tries are counted"
    assert refused(terminals["kiosk-1"], "check-technician-code", code="00000000") == "not-authorised", (
        "none of them is used up"
    )


def test_a_kiosk_gives_up_and_confirms_its_own_numbers_and_the_events_name_it(
    secure_hall: SecureHall, terminals: Terminals
) -> None:
    mine, other = printed(terminals, "kiosk-1"), printed(terminals, "kiosk-2")
    assert refused(terminals["kiosk-2"], "cancel-ticket", ticket=mine["id"]) == "not-authorised"
    half: Any = ok(terminals["kiosk-1"], "issue-ticket", queue="tax", channel="kiosk", terminal="kiosk-1")["ticket"]
    assert refused(terminals["kiosk-2"], "confirm-print", ticket=half["id"], result="failed") == "not-authorised"
    ok(terminals["kiosk-1"], "confirm-print", ticket=half["id"], result="printed")
    assert refused(terminals["kiosk-2"], "issue-ticket", queue="tax", channel="kiosk", terminal="kiosk-1") == "not-authorised"
    ok(terminals["kiosk-2"], "cancel-ticket", ticket=other["id"])
    ok(terminals["kiosk-2"], "cancel-ticket", token=mine["token"])
    who = [(actor, facts["ticket"]) for actor, facts in events(secure_hall, "ticket-cancelled")]
    assert who == [("kiosk-2", other["id"]), ("kiosk-2", mine["id"])]


def test_a_kiosk_takes_and_tells_only_its_own_numbers_on_lease(terminals: Terminals) -> None:
    lease: Any = ok(terminals["kiosk-1"], "lease-numbers", queue="enterprise", terminal="kiosk-1", count=2)
    given = [{"ticket": one["ticket"], "issued_at": lease["leased_at"], "result": "failed"} for one in lease["numbers"]]
    for terminal in ("kiosk-1", "kiosk-2"):
        told = (
            terminals["kiosk-2"]
            .request("merge-tickets", {"terminal": terminal, "tickets": given}, timeout_s=PATIENCE_S)
            .result()
        )
        assert told.error is not None or all(one["state"] == "refused" for one in told.data["tickets"])
    assert refused(terminals["kiosk-2"], "lease-numbers", queue="enterprise", terminal="kiosk-1", count=99) == "not-authorised"
    printed_now = [one | {"result": "printed"} for one in given]
    merged: Any = ok(terminals["kiosk-1"], "merge-tickets", terminal="kiosk-1", tickets=printed_now)
    assert [one["state"] for one in merged["tickets"]] == ["waiting", "waiting"]


def test_a_keypad_and_a_rater_work_at_their_own_window_only(terminals: Terminals) -> None:
    keypad, crowd, rater = terminals["devices-2"], terminals["crowd-1"], terminals["rater-01"]
    services: dict[str, Any] = {}
    for window in ("01", "02"):
        ok(crowd, "issue-ticket", queue="household", channel="web")
        for verb in ("open-window", "call-next", "start-service", "finish-service"):
            if window == "02":
                assert refused(keypad, verb, window=window) == "not-authorised"
            services[window] = ok(crowd if window == "02" else keypad, verb, window=window).get("service")
    assert refused(rater, "rate", service=services["02"], level=5, channel="tablet") == "not-authorised"
    assert refused(keypad, "rate", service=services["02"], level=5, channel="tablet") == "not-authorised"
    ok(rater, "rate", service=services["01"], level=5, channel="tablet")


def p99_s(asker: Link, number: int = 400) -> float:
    """How long one number takes in which a hundredth of so many, one after the other, take longer."""
    taken = []
    for _ in range(number):
        begun = time.monotonic()
        ok(asker, "issue-ticket", queue="enterprise", channel="web")
        taken.append(time.monotonic() - begun)
    return sorted(taken)[-number // 100 - 1]


def test_the_flood_of_one_terminal_holds_nobody_else_up_and_is_an_alert(
    secure_hall: SecureHall, terminals: Terminals, server: RunningServer
) -> None:
    asker = terminals["crowd-1"]
    quiet = p99_s(asker)
    words = ("messages", str(secure_hall.port), str(secure_hall.credentials("rater-02")))
    flood = subprocess.Popen([sys.executable, "-m", "tests.bench.flood", *words], stdout=subprocess.PIPE)
    try:
        assert flood.stdout is not None and flood.stdout.readline() == b"begun\n"
        during = p99_s(asker)
        wait_until(lambda: "flood: rater-02" in server.log)
        assert flood.poll() is None, "the flood lasted"
    finally:
        flood.kill()
        flood.wait()
    assert during < FACTOR * max(quiet, 0.01), f"{during:.3f} s, {quiet:.3f} s without the flood"


def test_a_kiosk_rates_by_the_code_on_the_paper(terminals: Terminals) -> None:
    ticket: Any = ok(terminals["kiosk-1"], "issue-ticket", queue="tax", channel="phone")["ticket"]
    ok(terminals["crowd-1"], "open-window", window="03")
    for verb, more in (
        ("call-ticket", {"ticket": ticket["number"], "reason": "a test"}),
        ("start-service", {}),
        ("finish-service", {}),
    ):
        ok(terminals["crowd-1"], verb, window="03", **more)
    rating: Any = ok(terminals["kiosk-1"], "rate", token=ticket["token"], level=5, channel="kiosk")["rating"]
    assert (rating["ticket"], rating["channel"]) == (ticket["id"], "kiosk")
