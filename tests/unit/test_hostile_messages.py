"""Whatever arrives on a topic that a terminal's program follows, the program goes on and keeps its last truth."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest

from contract.configuration.hall import HallConfig
from contract.configuration.hall_files import load
from contract.wire import codec, events, messages
from contract.wire.topics import Topics, type_of
from drivers.agent_wiring import KINDS, Wiring
from drivers.bus import SharedDeviceSite
from drivers.display.keeper import DisplayKeeper
from drivers.emulators.local import stop_all
from kiosk.app.link_events import TerminalLink
from kiosk.call_screen.role import CallScreen
from kiosk.flow.event import Received
from kiosk.flow.role import Role
from kiosk.ticket_kiosk.role import Equipment, TicketKiosk, setting_of
from kiosk.ui.theme import Mode
from kiosk.window_rater.role import WindowRater, window_of
from kiosk.window_rater.state import RaterSettings
from link import Broker, Link
from link.connection import Handler

HALL = Path(__file__).parents[2] / "assets" / "halls" / "wushan"
NOBODY_THERE = Broker("127.0.0.1", 1)
AT = "2026-11-28T09:00:00+08:00"
TEXTS = {"zh": "请A001号到01号窗口", "en": "A001 to window 01"}
CLERK = {"id": "0101", "name": "工号 0101", "photo": None}
TICKET = {"at": AT, "ticket": "t-1", "number": "A001"}
GOOD: dict[type, dict[str, Any]] = {
    messages.ServerStatus: {"state": "ready", "session": "s", "version": "1", "started_at": AT},
    messages.QueueState: {
        "seq": 1,
        "name": {"zh": "社保", "en": "Social"},
        "open": True,
        "waiting": 3,
        "last_issued": "A003",
        "last_called": "A001",
        "estimate_s": {"low": 60, "high": 120},
        "opens_at": None,
    },
    messages.WindowState: {
        "seq": 1,
        "state": "calling",
        "ticket": {"id": "t-1", "number": "A001", "queue": "social"},
        "clerk": CLERK,
        "calls": 1,
        "since": AT,
        "reason": None,
    },
    messages.Announce: {"seq": 1, "window": "01", "number": "A001", "texts": TEXTS, "chime": True},
    messages.VoiceSaying: {"calls": [{"number": "A001", "window": "01"}]},
    messages.RatingAsk: {"service": "s-1", "number": "A001", "item": None, "clerk": CLERK, "expires_at": AT},
    messages.CatalogueVersion: {"version": "1", "sha256": "0" * 64, "url": "http://hall/catalogue/0.db"},
    messages.DisplayDesired: {"seq": 1, "lines": [{"text": "A001", "colour": "red", "effect": "static"}], "brightness": 80},
    messages.TerminalStatus: {"state": "ready", "session": "s", "kind": "hall", "version": "1", "devices": [], "machine": None},
    messages.TerminalAsk: {"id": "o-1", "act": "identify", "update": None, "ticket": None, "device": None},
    events.TicketMissed: TICKET | {"queue": "social", "window": "01", "state": "missed"},
    events.TicketRequeued: TICKET | {"queue": "social", "places": 3},
    events.TicketTransferred: TICKET | {"to_queue": "social", "to_window": "02", "window": "01", "returns": True},
}
"""A message of each type that a terminal's program reads."""
ILLEGAL = {
    "not JSON": b"nonsense",
    "not UTF-8": b'{"seq": "\xff\xfe"}',
    "nothing but a NUL": b"\0",
    "cut off": b'{"seq": 1, "state": "cal',
    "a number without end": b'{"seq": ' + b"9" * 400 + b"}",
    "infinity": b'{"seq": 1e400}',
    "NaN": b'{"seq": NaN}',
    "half a character": b'{"seq": "\\ud800"}',
    "no object": b"[]",
    "null": b"null",
    "deep": b"[" * 100_000,
    "deep objects": b'{"a":' * 100_000,
    "a million of nothing": b"[" + b"{}," * 1_000_000 + b"{}]",
}
SHOWN = set(GOOD) - {messages.TerminalAsk, messages.TerminalStatus}
"""What makes events of a screen; orders and its own status do not."""
VALUES: list[Any] = [
    None,
    True,
    -1,
    0,
    10**9,
    2**53 - 1,
    10**400,
    -0.5,
    "",
    "\0\x1b[2J\x07",
    "\u202e\u2066\u200d",
    "字" * 200,
    "9" * 500,
    "x" * 300_000,
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00",
    [],
    {},
    [[]],
    [None] * 100_000,
    {"zh": "\0", "en": "\u202e" * 500},
    [{"number": "\x1b" * 16, "window": "01"}] * 8,
    [{"text": "\0" * 2000, "colour": "\0", "effect": "\0"}] * 64,
    ["\u202e"] * 1000,
]
"""What is put in the place of each field: some of it the contract allows, most it does not."""


def spoilt(kind: type) -> Iterator[bytes]:
    """A message of a type with a hostile value in the place of each of its fields, and of each field of what is in them."""
    good = GOOD[kind]
    for name, inner in good.items():
        for value in VALUES:
            yield json.dumps(good | {name: value}).encode()
            for deeper in inner if isinstance(inner, dict) else ():
                yield json.dumps(good | {name: inner | {deeper: value}}).encode()
    yield from ILLEGAL.values()


def legal(kind: type, payload: bytes) -> bool:
    return codec.read(payload, kind) is not None


class Followed:
    """What programs follow: every subscription of every link, which connects to nobody."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.handlers: list[tuple[str, Handler]] = []
        self.link: Link | None = None
        monkeypatch.setattr(Link, "subscribe", lambda link, topic, handler: self.add(link, topic, handler))
        monkeypatch.setattr(Link, "open", lambda _link: None)

    def add(self, link: Link, topic: str, handler: Handler) -> None:
        self.link = link
        self.handlers.append((topic, handler))

    @property
    def topics(self) -> dict[str, type]:
        """An address of each filter behind the hall's root, with the type of what is published there."""
        assert self.link is not None
        found = {}
        for topic, _handler in self.handlers:
            relative = (self.link.topics.relative(topic) or "").replace("+", "01")
            kind = type_of(relative)
            assert kind is not None
            found[relative] = kind
        return found

    def deliver(self, relative: str, payload: bytes, *, retained: bool) -> None:
        """As the link hands over what the broker has sent, but for its last guard: nothing may go wrong before it."""
        assert self.link is not None
        topic = f"{self.link.topics.root}{relative}"
        for followed, handler in self.handlers:
            if mqtt.topic_matches_sub(followed, topic):
                handler(topic, payload, retained)

    def is_told(self, caplog: pytest.LogCaptureFixture) -> bool:
        """Whether the fleet page learns of it, and the log has the first of many in a minute and no more."""
        warned = [one for one in caplog.messages if one.startswith("a message on ") and "is dropped" in one]
        return self.link is not None and self.link.bad_messages.status is not None and len(warned) == 1


def role(name: str, hall: HallConfig) -> Role[Any, Any]:
    if name == "screen":
        return CallScreen("zh")
    if name == "hall":
        return TicketKiosk(setting_of(hall, "kiosk-1", Mode()), Equipment())
    return WindowRater(window_of(hall, "rater-01", None), RaterSettings(30, True, "zh"), HALL)


@pytest.fixture(scope="module")
def hall() -> HallConfig:
    return load(HALL)


@pytest.fixture
def followed(monkeypatch: pytest.MonkeyPatch) -> Followed:
    return Followed(monkeypatch)


@pytest.mark.parametrize("name", ["hall", "rating", "screen"])
def test_a_screen_goes_on_with_its_last_truth(
    name: str, hall: HallConfig, followed: Followed, caplog: pytest.LogCaptureFixture
) -> None:
    made: list[object] = []
    terminal = TerminalLink(broker=NOBODY_THERE, hall=hall.hall.id, terminal="t-1", kind=name, send=made.append)
    shown = role(name, hall)
    terminal.open(shown.topics)
    state = shown.first(uuid.UUID(int=0))
    try:
        for relative, kind in followed.topics.items():
            for payload in spoilt(kind):
                made.clear()
                followed.deliver(relative, payload, retained=bool(len(payload) % 2))
                if not legal(kind, payload):
                    assert made == [], "what cannot be read changes nothing"
                for event in made:
                    after, _effects = shown.step(state, event)
                    assert shown.mode(after) is not None and hash(shown.watches(after)) is not None
            if kind in SHOWN:
                truth = Received(tuple(relative.split("/")), codec.convert(GOOD[kind], kind), True)
                state, _effects = shown.step(state, truth)
    finally:
        terminal.close()
    assert {messages.ServerStatus, messages.WindowState, messages.TerminalAsk} <= set(followed.topics.values())
    assert followed.is_told(caplog)


def test_a_device_agent_goes_on_and_its_displays_keep_what_they_show(
    hall: HallConfig, followed: Followed, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted: list[messages.DisplayDesired] = []
    want = DisplayKeeper.want

    def noted(keeper: DisplayKeeper, desired: messages.DisplayDesired) -> None:
        wanted.append(desired)
        want(keeper, desired)

    monkeypatch.setattr(DisplayKeeper, "want", noted)
    link = Link(broker=NOBODY_THERE, topics=Topics(hall.hall.id), client_id="devices-1")
    wiring = Wiring(
        hall,
        link,
        SharedDeviceSite(),
        device_is=lambda *_: None,
        display_is=lambda *_: None,
        bad_message=link.bad_messages.add,
    )
    seen: set[type] = set()
    try:
        wiring.tasks([device for device in hall.device if device.kind in KINDS and device.agent])
        for relative, kind in followed.topics.items():
            followed.deliver(relative, json.dumps(GOOD[kind]).encode(), retained=True)
            for payload in spoilt(kind) if kind not in seen else ():
                before = len(wanted)
                followed.deliver(relative, payload, retained=bool(len(payload) % 2))
                assert legal(kind, payload) or len(wanted) == before, "what cannot be read changes nothing"
            seen.add(kind)
    finally:
        stop_all()
    assert wanted and {messages.DisplayDesired, messages.Announce, messages.WindowState} <= seen
    assert followed.is_told(caplog)
