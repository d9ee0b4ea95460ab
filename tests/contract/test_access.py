"""Every topic with every client's certificate against a real mosquitto: allowed or refused as the table here says."""

from __future__ import annotations

import re
import threading

import paho.mqtt.client as mqtt
from paho.mqtt.subscribeoptions import SubscribeOptions

from contract.wire import requests
from contract.wire.topics import TOPICS
from link.connection import client
from tests.programs import wait_until
from tests.secure_hall import SecureHall

KIOSKS = ("kiosk-1", "kiosk-2")
RATERS = ("rater-01", "rater-02")
AGENTS = ("devices-1", "devices-2")
CROWD = "crowd-1"
TERMINALS = (*KIOSKS, *RATERS, "screen-1", *AGENTS, CROWD)
EVERYBODY = ("server", *TERMINALS)
STRANGER = "guest-7"
"""A certificate of this hall for a name that is not in devices.toml."""
NOBODY: tuple[str, ...] = ()
ON_THE_WIRE: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # topic: who may write it, who may read it
    "server/status": (("server",), EVERYBODY),
    "terminal/kiosk-1/status": (("kiosk-1",), ("server", "kiosk-1")),
    "terminal/kiosk-2/status": (("kiosk-2",), ("server", "kiosk-2")),
    "terminal/devices-1/status": (("devices-1",), ("server", "devices-1")),
    "terminal/kiosk-1/ask": (("server",), ("kiosk-1",)),
    "terminal/rater-01/ask": (("server",), ("rater-01",)),
    "terminal/kiosk-1/told": (("kiosk-1",), ("server",)),
    "terminal/screen-1/told": (("screen-1",), ("server",)),
    "queue/household/state": (("server",), ("server", *KIOSKS, "screen-1", "devices-2", CROWD)),
    "window/01/state": (("server",), ("server", *KIOSKS, "rater-01", "screen-1", *AGENTS, CROWD)),
    "window/02/state": (("server",), ("server", *KIOSKS, "rater-02", "screen-1", "devices-1", CROWD)),
    "display/board-1/desired": (("server",), ("server", "devices-1")),
    "display/strip-far/desired": (("server",), ("server", "devices-2")),
    "display/board-1/shown": (("devices-1",), ("server",)),
    "display/strip-far/shown": (("devices-2",), ("server",)),
    "announce": (("server",), ("server", "screen-1", "devices-1")),
    "voice/voice-1/saying": (("devices-1",), ("screen-1",)),
    "rating/01/ask": (("server",), ("server", "rater-01", "devices-2", CROWD)),
    "rating/02/ask": (("server",), ("server", "rater-02", CROWD)),
    "configuration": (("server",), EVERYBODY),
    "configuration/1": (("server",), TERMINALS),
    "catalogue/version": (("server",), EVERYBODY),
    "alert/device-x": (("server",), ("server",)),
    "event/ticket-issued": (("server",), NOBODY),
    "event/window-opened": (("server",), (CROWD,)),
    "event/ticket-missed": (("server",), ("screen-1",)),
    "event/ticket-requeued": (("server",), ("screen-1",)),
    "event/ticket-transferred": (("server",), ("screen-1",)),
    "reply/kiosk-1": (("server",), ("kiosk-1",)),
    "reply/rater-02": (("server",), ("rater-02",)),
    "something/else": (NOBODY, NOBODY),
}
VERBS = {
    "issue-ticket": (*KIOSKS, CROWD),
    "confirm-print": KIOSKS,
    "cancel-ticket": (*KIOSKS, CROWD),
    "lookup": KIOSKS,
    "scan": KIOSKS,
    "find-case": KIOSKS,
    "find-appointment": KIOSKS,
    "lease-numbers": KIOSKS,
    "merge-tickets": KIOSKS,
    "rate": (*KIOSKS, *RATERS, "devices-2", CROWD),
    "reprint-ticket": NOBODY,
    "confirm-reprint": NOBODY,
    "check-technician-code": (*KIOSKS, *RATERS, "screen-1"),
    "fetch-technician-secret": (*KIOSKS, *RATERS, "screen-1"),
    "tell-technician-acts": (*KIOSKS, *RATERS, "screen-1"),
} | dict.fromkeys(
    (
        "call-next",
        "call-ticket",
        "recall",
        "start-service",
        "finish-service",
        "no-show",
        "hold",
        "resume",
        "transfer",
        "requeue",
        "open-window",
        "pause-window",
        "close-window",
    ),
    ("devices-2", CROWD),
)
OTHER_PLACES = ("hall/otherhall/v1/server/status", "hall/testhall/v2/server/status", "elsewhere")
READY = b"that was all"


class Listener:
    """A client that listens to everything and notes what it is given."""

    def __init__(self, name: str, hall: SecureHall) -> None:
        self.name = name
        folder = hall.state / "credentials" if name == "server" else hall.credentials(name)
        self.paho = client(hall.broker(folder), "any-name-at-all")
        self.heard: set[tuple[str, str]] = set()
        self.sent: dict[int, str] = {}
        self.judged: dict[int, bool] = {}
        """By message id: whether the broker took it. paho calls back while it holds locks of its own, so nobody else is waited for."""
        self.subscribed, self.all_heard = threading.Event(), threading.Event()
        self.paho.on_connect = lambda c, *_: c.subscribe("#", options=SubscribeOptions(qos=1))
        self.paho.on_subscribe = lambda *_: self.subscribed.set()
        self.paho.on_message = self._take
        self.paho.on_publish = self._published
        self.paho.connect("127.0.0.1", hall.port)
        self.paho.loop_start()

    def publish(self, topic: str, payload: bytes) -> None:
        self.sent[self.paho.publish(topic, payload, qos=1).mid] = topic

    def wait(self) -> None:
        """Until the broker has judged everything that was published."""
        wait_until(lambda: self.sent.keys() <= self.judged.keys())

    @property
    def refused(self) -> set[str]:
        return {topic for mid, topic in self.sent.items() if not self.judged[mid]}

    def close(self) -> None:
        self.paho.disconnect()
        self.paho.loop_stop()

    def _take(self, _client: object, _data: object, message: mqtt.MQTTMessage) -> None:
        if message.payload == READY:
            self.all_heard.set()
        elif message.payload:
            self.heard.add((message.topic, message.payload.decode()))

    def _published(self, _client: object, _data: object, mid: int, reason: mqtt.ReasonCode, _properties: object) -> None:
        assert not reason.is_failure or reason.getName() == "Not authorized"
        self.judged[mid] = not reason.is_failure


def table() -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Whole topic → who may write it, who may read it; verbs included."""
    commands: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {f"cmd/{verb}": (NOBODY, NOBODY) for verb in requests.VERBS}
    for verb in requests.VERBS:
        for name in TERMINALS:
            itself = (name,) if name in VERBS.get(verb, NOBODY) else NOBODY
            commands[f"cmd/{verb}/{name}"] = (("server", *itself), ("server",))
    inside = {f"hall/testhall/v1/{topic}": may for topic, may in (ON_THE_WIRE | commands).items()}
    return inside | dict.fromkeys(OTHER_PLACES, (NOBODY, NOBODY))


def test_the_broker_allows_every_client_exactly_what_the_table_says(secure_hall: SecureHall) -> None:
    testers = {name: Listener(name, secure_hall) for name in (*EVERYBODY, STRANGER)}
    try:
        for tester in testers.values():
            assert tester.subscribed.wait(60), tester.name
        wanted = table()
        for name, tester in testers.items():
            for topic in wanted:
                tester.publish(topic, name.encode())
            tester.wait()
        for name, tester in testers.items():
            assert tester.refused == {topic for topic, (writers, _) in wanted.items() if name not in writers}, name
        testers["server"].publish("hall/testhall/v1/server/status", READY)
        for name in EVERYBODY:
            assert testers[name].all_heard.wait(60), name
        for name, tester in testers.items():
            heard = {(topic, writer) for topic, (writers, readers) in wanted.items() for writer in writers if name in readers}
            assert tester.heard == heard, name
    finally:
        for tester in testers.values():
            tester.close()


def test_the_name_in_the_certificate_is_the_client_id_so_that_nobody_is_cut_off_by_another(secure_hall: SecureHall) -> None:
    first, second = Listener("kiosk-1", secure_hall), Listener("kiosk-2", secure_hall)  # both claim the same client id
    try:
        assert first.subscribed.wait(60) and second.subscribed.wait(60)
        assert first.paho.is_connected() and second.paho.is_connected()
    finally:
        first.close()
        second.close()


def test_every_verb_of_the_contract_is_given_to_somebody() -> None:
    assert set(VERBS) == set(requests.VERBS), "say in contract/wire/requests.py and here which terminals may ask for it"


def test_every_topic_of_the_contract_is_tried() -> None:
    tried = {re.sub("/[^/]+", "/+", topic, count=1) for topic in (*ON_THE_WIRE, *table())} | set(ON_THE_WIRE)
    wanted = {re.sub("<[^>]+>", "+", pattern) for pattern in TOPICS}
    assert {topic for topic in wanted if topic not in tried} <= {"event/window-taken-over", "cmd/+", "cmd/+/+"}


def test_the_server_shows_its_programs_as_one_name_and_speaks_for_no_terminal(secure_hall: SecureHall) -> None:
    blocks = (secure_hall.state / "broker" / "acl").read_text().split("\nuser ")
    server = next(block for block in blocks if block.startswith("server\n"))
    assert not re.search(r"topic (write|readwrite) \S+/terminal/\S+/(status|told)", server)
    assert "#" not in server and "pattern" not in server


def test_the_broker_listens_on_the_port_of_the_hall_and_on_no_other(secure_hall: SecureHall) -> None:
    assert secure_hall.listens == {secure_hall.port}
