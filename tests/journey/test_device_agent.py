"""The device agent on a real broker: what the hall wants appears, trouble of one device is no trouble of another."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from contract.configuration.hall import Device
from contract.configuration.hall_files import load
from contract.wire import codec, messages
from contract.wire.messages import DisplayDesired, DisplayLine
from drivers import registry
from drivers.agent import Agent
from drivers.device_health import Timing
from drivers.doctor import examine
from drivers.emulators.local import running, stop_all
from drivers.emulators.serve import PtyServer, TcpServer
from link import Broker, Link
from tests.programs import PATIENCE_S, PrivateBroker, RunningServer
from tests.small_hall import write_hall

AGENT = "devices-1"


QUICK = Timing(check_s=0.5, longest_retry_s=1.0)


@pytest.fixture(autouse=True)
def ends() -> Iterator[None]:
    yield
    stop_all()


def device(
    name: str, address: str, kind: str = "display", model: str = "onbon-bxk", serves: str | None = "01", **options: Any
) -> Device:
    return Device(id=name, kind=kind, model=model, address=address, agent=AGENT, serves=serves, options=options)


class Strip:
    """A strip on a port that can be pulled out and put back."""

    def __init__(self, name: str, model: str = "onbon-bxk") -> None:
        self.emulator = registry.emulator(model)(name=name)
        self.server = TcpServer(self.emulator)
        self.server.open()
        self.address = self.server.address

    def pull_out(self) -> None:
        self.server.close()

    def put_back(self) -> None:
        self.server = TcpServer(self.emulator, port=int(self.address.rpartition(":")[2]))
        self.server.open()

    def shows(self, text: str, timeout_s: float = PATIENCE_S) -> bool:
        return self.emulator.wait_for(lambda: self.emulator.texts() == [text], timeout_s)


class Hall:
    """What the hall says and hears while an agent runs."""

    def __init__(self, agent: Agent, link: Link) -> None:
        self.agent, self.link = agent, link
        self.heard = {}
        self.news = threading.Condition()

    def listen(self, topic: str, payload: bytes, _retained: bool) -> None:
        with self.news:
            self.heard[topic] = payload
            self.news.notify_all()

    def want(self, display: str, seq: int, text: str, effect: str = "static") -> None:
        content = codec.encode(DisplayDesired(seq, [DisplayLine(text, effect=effect)]))
        self.link.publish(self.link.topics.display_desired(display), content, retain=True)

    def shown(self, display: str) -> messages.DisplayShown | None:
        payload = self.heard.get(self.link.topics.display_shown(display))
        return codec.decode(payload, messages.DisplayShown) if payload else None

    def until(self, condition: Callable[[], bool], timeout_s: float = PATIENCE_S) -> bool:
        with self.news:
            return self.news.wait_for(condition, timeout_s)

    def is_shown(self, display: str, seq: int, state: str = "ok") -> bool:
        def there() -> bool:
            shown = self.shown(display)
            return shown is not None and (shown.seq, shown.state) == (seq, state)

        return self.until(there)

    def status(self) -> messages.TerminalStatus | None:
        payload = self.heard.get(self.link.topics.terminal_status(AGENT))
        return codec.decode(payload, messages.TerminalStatus) if payload else None

    def device_is(self, name: str, state: str) -> bool:
        def there() -> bool:
            status = self.status()
            return status is not None and any(d.id == name and d.state == state for d in status.devices)

        return self.until(there)


@contextmanager
def hall_with(
    tmp_path: Path, broker: PrivateBroker, *devices: Device, timing: Timing = QUICK, answer_s: float = 0.6
) -> Iterator[Hall]:
    """An agent with these devices, in the small hall. It waits `answer_s` for the answer of a device."""
    config = load(write_hall(tmp_path / "hall"))
    config = config.model_copy(update={"device": list(devices)})
    agent = Agent(
        hall=config,
        terminal=AGENT,
        broker=Broker.parse(broker.address),
        folder=tmp_path / "out",
        timing=timing,
        answer_s=answer_s,
    )
    link = broker.link()
    hall = Hall(agent, link)
    link.subscribe(link.topics.root + "#", hall.listen)
    link.open()
    assert link.connected.wait(PATIENCE_S)
    agent.open()
    ended = threading.Event()
    thread = threading.Thread(target=agent.run, args=(ended,))
    thread.start()
    try:
        yield hall
    finally:
        ended.set()
        thread.join()
        agent.close()
        hall.until(lambda: hall.status() is not None and hall.status().state == "stopped")
        link.close()


def test_an_unreachable_strip_delays_no_other_and_then_shows_the_present_state(tmp_path: Path, broker: PrivateBroker) -> None:
    good, bad = Strip("good"), Strip("bad")
    devices = [device("good", good.address), device("bad", bad.address)]
    with hall_with(tmp_path, broker, *devices, answer_s=3600) as hall:
        hall.want("good", 1, "A001")
        hall.want("bad", 2, "B001")
        assert good.shows("A001") and bad.shows("B001")
        assert hall.is_shown("good", 1) and hall.is_shown("bad", 2)
        bad.emulator.fail("no-answer")
        hall.want("bad", 5, "B005")
        assert bad.shows("B005"), "now its driver waits for an hour"
        hall.want("good", 3, "A002")
        assert good.shows("A002") and hall.is_shown("good", 3)
        bad.pull_out()
        bad.emulator.repair()
        for seq in range(10, 14):
            hall.want("bad", seq, f"B0{seq}")
        assert hall.is_shown("bad", 2, "unreachable")
        assert hall.device_is("bad", "unreachable") and hall.device_is("good", "ok")
        hall.want("good", 4, "A003")
        assert good.shows("A003") and hall.is_shown("good", 4)
        shown_before = bad.emulator.frames
        bad.put_back()
        assert bad.shows("B013") and hall.is_shown("bad", 13)
        assert hall.device_is("bad", "ok")
        assert bad.emulator.frames > shown_before
    good.pull_out()
    bad.pull_out()


def test_a_strip_with_a_voice_says_the_call_of_its_window_and_tells_how_it_is_before_anything_is_wanted(
    tmp_path: Path, broker: PrivateBroker
) -> None:
    strip = Strip("strip", "onbon-bxk-yy")
    strip.emulator.fail("no-answer")
    with hall_with(tmp_path, broker, device("strip", strip.address, model="onbon-bxk-yy")) as hall:
        assert hall.is_shown("strip", 0, "unreachable")
        strip.emulator.repair()
        assert hall.is_shown("strip", 0), "nothing is wanted yet"
        hall.want("strip", 1, "请A012号", "blink")
        for seq, window, number in ((1, "02", "B007"), (2, "01", "A012")):
            call = messages.Announce(seq, window, number, messages.Text(f"请{number}号到{window}号窗口", ""))
            hall.link.publish(hall.link.topics.announce(), codec.encode(call))
        assert strip.emulator.wait_for(lambda: strip.emulator.said == ["请A零一二号到一号窗口"], PATIENCE_S)
        assert strip.shows("请A012号") and hall.is_shown("strip", 1)
    strip.pull_out()


def test_the_doctor_asks_the_agent_that_holds_the_port(tmp_path: Path, broker: PrivateBroker) -> None:
    emulator = registry.emulator("onbon-bxk")(name="strip")
    server = PtyServer(emulator)
    server.open()
    strip = device("strip", f"{server.address}?baud=9600")
    with hall_with(tmp_path, broker, strip) as hall:
        hall.want("strip", 1, "A001")
        assert hall.is_shown("strip", 1)
        (finding,) = examine(hall.agent.hall, [strip], folder=None).findings
        assert (finding.state, finding.done) == ("ok", "the agent devices-1 is running and has it: ok")
        emulator.fail("no-answer")
        hall.want("strip", 2, "A002")
        assert hall.device_is("strip", "no-reply")
        (finding,) = examine(hall.agent.hall, [strip], folder=None).findings
        assert finding.state == "trouble", finding
        emulator.repair()
        assert hall.is_shown("strip", 2)
    (finding,) = examine(hall.agent.hall, [strip], folder=None).findings
    assert (finding.state, finding.done) == ("ok", ""), "asked itself, now that no agent holds it"
    server.close()


def test_a_device_that_is_described_wrongly_is_named_and_the_others_go_on(
    tmp_path: Path, broker: PrivateBroker, caplog: pytest.LogCaptureFixture
) -> None:
    good = Strip("good")
    wrong = {
        "model": device("model", good.address, model="onbon-bkx"),
        "option": device("option", good.address, rowz=3),
        "address": device("address", "strip-9"),
        "voice": device("voice", "loop://", kind="voice", model="syn6288", speed=9),
        "kind": device("kind", "loop://", kind="locker", model="locker-8a"),
    }
    with hall_with(tmp_path, broker, *wrong.values(), device("good", good.address)) as hall:
        hall.want("good", 1, "A001")
        assert good.shows("A001") and hall.is_shown("good", 1) and hall.device_is("good", "ok")
        for name in wrong:
            assert hall.device_is(name, "misconfigured"), name
            said = next(d.detail for d in hall.status().devices if d.id == name)
            assert said.startswith("devices.toml: ") and f"[[device]] {name}" in said and ";" in said, "file, key and remedy"
            assert said in caplog.text
        assert hall.is_shown("model", 0, "unreachable") and hall.is_shown("address", 0, "unreachable")
    good.pull_out()


def test_a_silent_strip_is_unreachable_until_it_answers(tmp_path: Path, broker: PrivateBroker) -> None:
    strip = Strip("strip")
    strip.emulator.fail("no-answer")
    with hall_with(tmp_path, broker, device("strip", strip.address)) as hall:
        hall.want("strip", 1, "A001")
        assert hall.is_shown("strip", 0, "unreachable")
        strip.emulator.repair()
        assert hall.is_shown("strip", 1) and strip.shows("A001")
    strip.pull_out()


def test_a_broker_that_was_restarted_hears_again_what_is_shown(tmp_path: Path, broker: PrivateBroker) -> None:
    strip = Strip("strip")
    with hall_with(tmp_path, broker, device("strip", strip.address)) as hall:
        hall.want("strip", 1, "A001")
        assert hall.is_shown("strip", 1)
        hall.heard.clear()
        broker.close()
        broker.open()
        assert hall.is_shown("strip", 1), "told again without being asked"
        assert hall.device_is("strip", "ok")
        hall.want("strip", 5, "A005")
        assert strip.shows("A005")
    strip.pull_out()


def test_several_strips_share_one_bus_and_each_shows_its_own_newest_state(tmp_path: Path, broker: PrivateBroker) -> None:
    strips = [device(f"qt-{n}", "emulator://qt-strip?bus=east", model="qt-strip", addr=n) for n in range(1, 5)]
    with hall_with(tmp_path, broker, *strips, timing=Timing(check_s=3600)) as hall:  # a check sends as well
        for seq in range(1, 21):
            for n in range(1, 5):
                hall.want(f"qt-{n}", seq * 10 + n, f"A{seq:03d}")
        for n in range(1, 5):
            assert hall.is_shown(f"qt-{n}", 200 + n)
        bus = running("east")
        assert bus.wait_for(lambda: bus.strips == dict.fromkeys(range(1, 5), "A020")), bus.strips
        assert bus.malformed == 0
        assert bus.frames < 60, "states that were overtaken are not sent"


def test_announcements_are_said_and_retained_ones_are_not(tmp_path: Path, broker: PrivateBroker) -> None:
    voice = device("voice-1", "emulator://syn6288", kind="voice", model="syn6288", serves=None)
    with hall_with(tmp_path, broker, voice) as hall:
        assert hall.device_is("voice-1", "ok")
        chip = running("voice-1")
        chip.character_s = 0.002
        for number, retain in (("A001", True), ("A002", False)):
            texts = messages.Text(f"请{number}号到01号窗口", f"Number {number}")
            hall.link.publish(
                hall.link.topics.announce(), codec.encode(messages.Announce(1, "01", number, texts)), retain=retain
            )
        assert chip.wait_for(lambda: any("零零二" in u.text for u in chip.said))


def test_a_call_whose_announcement_was_lost_is_said_from_the_state_of_its_window(tmp_path: Path, broker: PrivateBroker) -> None:
    voice = device("voice-1", "emulator://syn6288", kind="voice", model="syn6288", serves=None)
    with hall_with(tmp_path, broker, voice) as hall:
        assert hall.device_is("voice-1", "ok")
        chip = running("voice-1")
        chip.character_s = 0.002
        ticket = messages.WindowTicket("t", "A003", "household")
        state = messages.WindowState(1, "calling", ticket, None, 1, datetime.now(UTC))
        broker.close()
        broker.open()
        hall.link.publish(hall.link.topics.window_state("01"), codec.encode(state), retain=True)
        assert chip.wait_for(lambda: any("零零三" in u.text for u in chip.said), PATIENCE_S)


def test_an_agent_that_hears_garbled_messages_again_and_again_says_so_once(
    tmp_path: Path, broker: PrivateBroker, server: RunningServer
) -> None:
    strip = Strip("strip")
    with hall_with(tmp_path, broker, device("strip", strip.address)) as hall:
        hall.want("strip", 1, "A001")
        assert strip.shows("A001"), "the agent listens"
        for _ in range(50):
            hall.link.publish(hall.link.topics.display_desired("strip"), b"{" * 20)
        assert hall.device_is("messages", "garbled")
        alert = hall.link.topics.root + f"alert/device-{AGENT}-messages"
        assert hall.until(lambda: alert in hall.heard)
        told = codec.decode(hall.heard[alert], messages.Alert)
        assert told.kind == "program-garbled" and "一再收到无法识别的消息" in told.texts.zh
        assert "strip/desired" not in told.texts.zh, "what a program says of it is for technicians, on their page"
        hall.want("strip", 2, "A002")
        assert strip.shows("A002")
    strip.pull_out()


def test_illegal_messages_are_dropped_and_the_strip_goes_on(tmp_path: Path, broker: PrivateBroker) -> None:
    strip = Strip("strip")
    with hall_with(tmp_path, broker, device("strip", strip.address)) as hall:
        topic = hall.link.topics.display_desired("strip")
        for rubbish in (b"", b"\xff\xfe", b"[]", b'{"seq": "x", "lines": 3}', b"{" * 5000):
            hall.link.publish(topic, rubbish, retain=True)
        hall.want("strip", 2, "A002")
        assert strip.shows("A002")
    strip.pull_out()


@pytest.fixture
def keypad(hall_folder: Path) -> Device:
    """A keypad of window 01, in devices.toml before a server reads there whose window it is."""
    entry = (
        '[[device]]\nid = "keypad-1"\nkind = "keypad"\nmodel = "keypad-485"\naddress = "emulator://keypad-485"\nserves = "01"\n'
    )
    with (hall_folder / "devices.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n{entry}agent = "{AGENT}"\n')
    return device("keypad-1", "emulator://keypad-485", kind="keypad", model="keypad-485", serves="01")


def test_keys_of_a_keypad_call_numbers_in_the_real_hall(
    tmp_path: Path, broker: PrivateBroker, keypad: Device, server: RunningServer
) -> None:
    with hall_with(tmp_path, broker, keypad) as hall:
        assert hall.device_is("keypad-1", "ok")
        assert hall.until(lambda: hall.link.topics.window_state("01") in hall.heard)
        answer = hall.link.request("issue-ticket", {"queue": "household", "channel": "desk"}, timeout_s=PATIENCE_S).result()
        number = answer.data["ticket"]["number"]
        box = running("keypad-1")
        box.act("next")
        assert box.wait_for(lambda: box.shown.get(1, "").endswith(number[-3:])), box.shown
        box.act("evaluate")
        state = hall.link.topics.window_state("01")
        assert hall.until(lambda: codec.decode(hall.heard[state], messages.WindowState).state in ("rating", "idle"))
        box.act("recall")
        assert box.wait_for(lambda: box.beeps[1] >= 1), "there is nothing to recall: the keypad says so"


def test_an_unreachable_strip_raises_one_alert_that_ends_when_it_answers(
    tmp_path: Path, broker: PrivateBroker, server: RunningServer
) -> None:
    strip = Strip("strip")
    strip.emulator.fail("no-answer")
    with hall_with(tmp_path, broker, device("strip-01", strip.address)) as hall:
        hall.want("strip-01", 1, "A001")
        alerts = hall.link.topics.root + "alert/"

        def standing() -> list[str]:
            return [topic.removeprefix(alerts) for topic, payload in hall.heard.items() if topic.startswith(alerts) and payload]

        assert hall.until(lambda: standing() == ["display-strip-01"]), standing()
        assert hall.device_is("strip-01", "no-reply")
        assert hall.until(lambda: "没有应答" in hall.heard[alerts + "display-strip-01"].decode()), "the alert gives its reason"
        strip.emulator.repair()
        assert hall.until(lambda: standing() == []), standing()
    strip.pull_out()


def test_a_serial_cable_that_is_pulled_out_and_put_back_needs_no_restart(tmp_path: Path, broker: PrivateBroker) -> None:
    plug = tmp_path / "hall-strip-1"
    emulator = registry.emulator("onbon-bxk")(name="strip")
    server = PtyServer(emulator, plug)
    server.open()
    with hall_with(tmp_path, broker, device("strip", f"/dev/../{plug}?baud=9600")) as hall:
        hall.want("strip", 1, "A001")
        assert hall.is_shown("strip", 1)
        server.close()
        assert hall.is_shown("strip", 1, "unreachable") and hall.device_is("strip", "not-found")
        hall.want("strip", 2, "A002")
        emulator.areas.clear()
        server = PtyServer(emulator, plug)
        server.open()
        assert hall.is_shown("strip", 2) and emulator.texts() == ["A002"]
    server.close()
