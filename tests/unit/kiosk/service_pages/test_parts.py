"""What stands behind the technician's pages: the kept secret, devices that are tried, the restart, and the role around it all."""

from __future__ import annotations

import queue
import stat
import uuid
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from contract.configuration.hall import Device
from contract.configuration.hall_files import load
from contract.totp import STEP_S, code_at, step_of
from contract.wire.answers import Answer
from contract.wire.messages import DeviceStatus, ServerStatus
from kiosk.flow.device_test import Tried, TryDevice
from kiosk.flow.event import Answered, Ask, Broke, Connected, Received, Tick, Touched, Unanswered
from kiosk.flow.role import Role
from kiosk.service_pages import network
from kiosk.service_pages.device_tests import REBOOT, SHOWN_LINES, DeviceTests, ProgramAccess, runtime_folder
from kiosk.service_pages.events import Do, Lines, LookAround, Looked, NotOrdered, ReadLog
from kiosk.service_pages.offline_codes import NAME, OfflineCodes
from kiosk.service_pages.role import Both, ServiceView, WithServicePages
from kiosk.service_pages.state import SPEAKER, Network, Own
from kiosk.ui.page_context import PageContext
from kiosk.ui.theme import Mode
from link import Broker
from tests.ports import free_port
from tests.small_hall import write_hall

if TYPE_CHECKING:
    from kiosk.ui.page import Page

SECRET = bytes(range(32))
NOW = 1_790_000_000.0
SEEN = Network("127.0.0.1:1883", False)
GESTURE = ((0.03, 0.97), (0.97, 0.97)) * 3


# --- the kept secret -------------------------------------------------------------------------------------------------


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now

    def code(self, secret: bytes = SECRET) -> str:
        return code_at(secret, step_of(self.now))


@pytest.fixture
def clock() -> Clock:
    return Clock()


def keys_in(folder: Path, clock: Clock) -> OfflineCodes:
    keys = OfflineCodes(folder / "state", clock)
    keys.keep(SECRET.hex())
    return keys


def test_a_time_based_code_opens_once_also_after_a_restart(tmp_path: Path, clock: Clock) -> None:
    keys = keys_in(tmp_path, clock)
    code = clock.code()
    assert [keys.judge(code), keys.judge(code), keys_in(tmp_path, clock).judge(code)] == ["right", "used", "used"]
    clock.now += STEP_S
    assert keys.judge(clock.code()) == "right"


def test_wrong_old_and_odd_codes_are_wrong(tmp_path: Path, clock: Clock) -> None:
    keys = keys_in(tmp_path, clock)
    old = clock.code()
    clock.now += 10 * STEP_S
    assert [keys.judge(code) for code in (old, "00000000", "", clock.code(bytes(32)))] == ["wrong"] * 4


def test_only_its_user_can_read_the_secret_and_a_new_one_replaces_it(tmp_path: Path, clock: Clock) -> None:
    keys = keys_in(tmp_path, clock)
    assert stat.S_IMODE((tmp_path / "state" / NAME).stat().st_mode) == 0o600
    other = bytes(reversed(SECRET))
    keys.keep(other.hex())
    assert keys.judge(clock.code()) == "wrong" and keys.judge(clock.code(other)) == "right"


def test_without_a_secret_no_code_is_right_and_nonsense_is_no_secret(tmp_path: Path, clock: Clock) -> None:
    keys = OfflineCodes(tmp_path, clock)
    assert keys.judge(clock.code()) == "no-secret"
    for nonsense in ("", "zz" * 32, "ab" * 31, "ab" * 32 + "\n"):
        keys.keep(nonsense)
    assert keys.judge(clock.code()) == "no-secret"
    (tmp_path / NAME).write_text("half a fi")
    assert keys.judge(clock.code()) == "no-secret"


def test_a_code_that_cannot_be_noted_as_used_does_not_count(tmp_path: Path, clock: Clock) -> None:
    keys = keys_in(tmp_path, clock)
    (tmp_path / "state" / f".{NAME}.part").mkdir()
    assert keys.judge(clock.code()) == "wrong"


# --- the tools -------------------------------------------------------------------------------------------------------


class Bench:
    """Tools under test, and the events that they send."""

    def __init__(self, folder: Path, runtime: Path | None = None) -> None:
        self.events: queue.Queue[Any] = queue.Queue()
        self.ended: list[str] = []
        means = ProgramAccess(
            lambda: SEEN, lambda: [f"line {n}" for n in range(1000)], lambda: self.ended.append("restart"), runtime
        )
        device = Device.model_validate({"id": "voice-1", "kind": "voice", "model": "no-such-model", "address": "emulator://x"})
        self.tools = DeviceTests(load(write_hall(folder / "hall")), [device], {}, means, folder)
        self.tools.open(self.events.put)

    def does(self, effect: Any) -> Any:
        self.tools.perform(effect, self.events.put)
        return self.events.get(timeout=60)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.tools.close()


def test_a_device_in_trouble_says_why_in_a_word_of_the_contract(bench: Bench) -> None:
    tried = bench.does(TryDevice("voice-1"))
    assert isinstance(tried, Tried) and tried.device == "voice-1" and tried.result.well is False
    assert tried.result.text == "misconfigured"


def test_a_terminal_without_a_sound_card_says_so(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.app.click.can_play", lambda _player: False)
    assert bench.does(TryDevice(SPEAKER)).result.text == "no-sound-card"


def test_network_and_log_come_back(bench: Bench) -> None:
    assert bench.does(LookAround()) == Looked(SEEN)
    lines = bench.does(ReadLog())
    assert isinstance(lines, Lines) and len(lines.lines) == SHOWN_LINES and lines.lines[-1] == "line 999"


def test_where_systemd_waits_for_it_the_machine_is_restarted_and_elsewhere_refused(tmp_path: Path, bench: Bench) -> None:
    assert bench.does(Do("reboot")) == NotOrdered("reboot")
    runtime = tmp_path / "run"
    runtime.mkdir()
    other = Bench(tmp_path / "other", runtime)
    other.tools.perform(Do("reboot"), other.events.put)
    assert (runtime / REBOOT).exists() and other.events.empty()
    runtime.joinpath(REBOOT).unlink()
    runtime.rmdir()
    assert other.does(Do("reboot")) == NotOrdered("reboot")
    other.tools.close()
    assert runtime_folder({"RUNTIME_DIRECTORY": "/run/jiaohao-kiosk"}) == Path("/run/jiaohao-kiosk")
    assert runtime_folder({}) is None


def test_the_program_ends_when_it_is_to_restart(bench: Bench) -> None:
    bench.tools.perform(Do("restart"), bench.events.put)
    assert bench.ended == ["restart"]


def test_the_network_is_seen_as_it_is() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as there:
        seen = network.look(Broker("127.0.0.1", there.getsockname()[1]), None, 4.5, connect_s=60.0)
    assert seen.addresses == ("127.0.0.1",) and seen.server_ms == 4.5 and seen.ends is None and not seen.secure
    assert seen.broker_ms is not None and 0 < seen.broker_ms < 60_000
    assert network.look(Broker("127.0.0.1", free_port()), None, None).broker_ms is None


# --- the role around it ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Public:
    """A role that counts what it is told."""

    told: tuple[str, ...] = ()


def public_step(state: Public, event: Any) -> tuple[Public, tuple[Any, ...]]:
    asks = (Ask("lookup", {}, "mine"),) if isinstance(event, Connected) else ()
    return replace(state, told=(*state.told, type(event).__name__)), asks


class PublicRole(Role[Public, Public]):
    kind, topics, effects = "hall-kiosk", ("server/status",), (Ask,)

    def first(self, seed: uuid.UUID) -> Public:
        return Public()

    def step(self, state: Public, event: object) -> tuple[Public, tuple[object, ...]]:
        return public_step(state, event)

    def mode(self, state: Public) -> Mode:
        return Mode("en", elder=True)

    def watches(self, state: Public) -> Hashable:
        return state.told

    def page_state(self, state: Public) -> Public:
        return state

    def draw(self, context: PageContext, page_state: Public) -> Page[Public]:
        raise NotImplementedError

    def devices(self, state: Public) -> list[DeviceStatus]:
        return [DeviceStatus("printer-1", "printer", "ok")]


class Whole:
    def __init__(self) -> None:
        self.role = WithServicePages(PublicRole(), Own("kiosk-1", "hall-kiosk", "1"), [])
        self.state: Both[Public] = self.role.first(uuid.UUID(int=7))

    def does(self, *events: Any) -> tuple[Any, ...]:
        effects: tuple[Any, ...] = ()
        for event in events:
            self.state, effects = self.role.step(self.state, event)
        return effects

    def opened(self) -> Whole:
        self.does(*(Touched(x, y, 1 + n / 10) for n, (x, y) in enumerate(GESTURE)))
        assert self.state.technician.page == "code"
        return self


CLOCK = datetime(2026, 11, 23, 9).astimezone()
READY = Received(("server", "status"), ServerStatus("ready", "s", "1", CLOCK))


def test_the_public_sees_its_own_pages_until_the_technician_comes() -> None:
    whole = Whole()
    assert whole.role.page_state(whole.state) == Public() and whole.role.mode(whole.state) == Mode("en", elder=True)
    before = whole.role.watches(whole.state)
    whole.opened()
    shown = whole.role.page_state(whole.state)
    assert isinstance(shown, ServiceView) and shown.devices == (DeviceStatus("printer-1", "printer", "ok"),)
    assert whole.role.mode(whole.state) == Mode("en") and whole.role.watches(whole.state) != before
    assert whole.role.devices(whole.state) == [DeviceStatus("printer-1", "printer", "ok")]


def test_what_happens_in_the_hall_reaches_both_but_touches_only_the_one_that_is_open() -> None:
    whole = Whole().opened()
    told = len(whole.state.public.told)
    whole.does(Touched(0.5, 0.5, 9), Tick(5, CLOCK), Connected(True), READY)
    assert whole.state.public.told[told:] == ("Tick", "Connected", "Received")
    assert whole.state.technician.served


def test_answers_go_to_whoever_asked() -> None:
    whole = Whole()
    assert whole.does(Connected(True)) == (Ask("lookup", {}, "mine"),)
    [fetch] = whole.does(READY)
    told = whole.state.public.told
    whole.does(Answered(fetch.request_id, Answer("ok", {})))
    assert whole.state.public.told == told
    whole.does(Answered("mine", Answer("ok", {})), Unanswered("mine"))
    assert whole.state.public.told[-2:] == ("Answered", "Unanswered")


def test_a_page_that_breaks_closes_the_technicians_and_the_public_gets_its_fail_safe_page() -> None:
    whole = Whole().opened()
    whole.does(Broke("x"))
    assert whole.state.technician.page == "hidden" and whole.state.public.told[-1] == "Broke"
