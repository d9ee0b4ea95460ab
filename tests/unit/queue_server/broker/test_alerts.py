"""Alerts stand while a trouble stands: of terminals and devices that the hall has."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from contract.configuration.hall import Device, HallConfig, Terminal
from contract.wire import codec, messages
from contract.wire.device_state import FINE, SEVERITY
from contract.wire.messages import DeviceStatus, TerminalStatus
from queue_server.broker.alerts import Alerts
from queue_server.broker.retained import RetainedTopics
from queue_server.broker.unseen_terminals import LATE_S, sentence
from tests.web_hall import CONFIG

KIOSK = Terminal(id="kiosk-1", role="hall", devices=["printer-1", "a4-1", "camera-1"])
MORE = [
    Device(id="a4-1", kind="a4", model="ipp", address="ipp://127.0.0.1"),
    Device(id="camera-1", kind="scanner", model="camera", address="/dev/video0"),
    Device(id="voice-1", kind="voice", model="espeak-ng", address="emulator://voice", agent="agent-1"),
]
WITH_DEVICES = CONFIG.model_copy(update={"terminal": [KIOSK, *CONFIG.terminal[1:]], "device": [*CONFIG.device, *MORE]})


class Hall:
    """The alerts of a hall, and what stands."""

    def __init__(self, config: HallConfig = WITH_DEVICES) -> None:
        self.retained = RetainedTopics()
        self.published: list[str] = []
        self.open = False
        self.alerts = Alerts(
            config,
            self.retained,
            self._publish,
            clock=lambda: datetime(2026, 11, 22, tzinfo=UTC),
            is_open=lambda _: self.open,
        )

    def _publish(self, topic: str, payload: bytes) -> None:
        self.published.append(topic)
        self.retained.put(topic, payload)

    def says(self, terminal: str, state: Any, *devices: DeviceStatus) -> None:
        status = TerminalStatus(state, "s", "hall-kiosk", "0.1.0", list(devices))
        self.alerts.terminal_status(terminal, codec.encode(status))

    def stand(self) -> set[str]:
        return {topic.removeprefix("alert/") for topic in self.retained.under("alert/")}


@pytest.fixture
def hall() -> Hall:
    return Hall()


def test_a_terminal_that_is_lost_is_an_alert_until_it_is_back(hall: Hall) -> None:
    hall.says("kiosk-1", "lost")
    assert hall.stand() == {"terminal-kiosk-1"}
    hall.says("kiosk-1", "ready")
    assert hall.stand() == set()


def test_terminals_that_were_never_seen_are_one_alert_some_time_after_the_hall_has_opened(hall: Hall) -> None:
    for now in (0.0, 5 * LATE_S):
        hall.alerts.pass_time(now)
    assert hall.stand() == set(), "nobody is there"
    hall.open = True
    hall.alerts.pass_time(6 * LATE_S)
    hall.alerts.pass_time(7 * LATE_S - 1)
    assert hall.stand() == set(), "machines are being switched on"
    hall.alerts.pass_time(7 * LATE_S)
    assert hall.stand() == {"terminal-unseen"}
    alert = codec.decode(hall.retained.get("alert/terminal-unseen") or b"", messages.Alert)
    assert "kiosk-1" in alert.texts.zh and "agent-1" in alert.texts.en and "检查电源和网络" in alert.texts.zh
    hall.says("kiosk-1", "lost")
    hall.alerts.pass_time(7 * LATE_S + 1)
    alert = codec.decode(hall.retained.get("alert/terminal-unseen") or b"", messages.Alert)
    assert "kiosk-1" not in alert.texts.zh, "it has an alert of its own now"
    hall.says("agent-1", "ready")
    hall.alerts.pass_time(7 * LATE_S + 2)
    assert hall.stand() == {"terminal-kiosk-1"}


def test_of_many_terminals_that_were_never_seen_a_few_are_named_and_all_counted() -> None:
    zh, en = sentence([f"rater-{number:02}" for number in range(13)])
    assert "rater-04等 13 台" in zh and "rater-05" not in zh and "rater-04 and 8 more" in en


def test_an_emptied_status_leaves_no_alert_of_its_terminal_and_those_of_others_stand(hall: Hall) -> None:
    hall.says("kiosk-1", "ready", DeviceStatus("printer-1", "printer", "paper-out"), DeviceStatus("a4-1", "a4", "paper-out"))
    hall.says("agent-1", "ready", DeviceStatus("voice-1", "voice", "no-sound-card"))
    assert hall.stand() == {"device-kiosk-1-printer-1", "device-kiosk-1-a4-1", "device-agent-1-voice-1"}
    hall.alerts.terminal_status("kiosk-1", b"")
    assert hall.stand() == {"device-agent-1-voice-1"}
    hall.says("kiosk-1", "lost")
    hall.alerts.terminal_status("kiosk-1", b"")
    assert hall.stand() == {"device-agent-1-voice-1"}


def test_what_a_terminal_said_last_that_the_hall_no_longer_has_is_nobodys_trouble(hall: Hall) -> None:
    hall.says("kiosk-1", "lost")
    smaller = Hall(WITH_DEVICES.model_copy(update={"terminal": []}))
    for topic, payload in hall.retained.under("alert/").items():
        smaller.retained.put(topic, payload)
    smaller.says("kiosk-1", "lost")
    assert smaller.stand() == set()


def test_low_paper_is_one_warning_in_plain_words_however_many_papers_follow(hall: Hall) -> None:
    for printed in range(3):
        paper = messages.PaperUse(printed, printed, 20 - printed)
        hall.says("kiosk-1", "ready", DeviceStatus("printer-1", "printer", "paper-low", paper=paper))
    assert hall.published == ["alert/device-kiosk-1-printer-1"]
    alert = codec.decode(hall.retained.get(hall.published[0]) or b"", messages.Alert)
    assert (alert.severity, alert.texts.zh) == ("warning", "kiosk-1 的号票打印机 printer-1 的纸快用完了。请准备换纸。")


def test_a_paper_of_which_nobody_is_sure_is_a_warning_that_names_it_and_says_where_to_look(hall: Hall) -> None:
    hall.says("kiosk-1", "ready", DeviceStatus("a4-1", "a4", "print-in-doubt", "办事指南 老年人优待证"))
    alert = codec.decode(hall.retained.get("alert/device-kiosk-1-a4-1") or b"", messages.Alert)
    assert alert.severity == "warning"
    assert "办事指南 老年人优待证" in alert.texts.zh and "出纸口" in alert.texts.zh and "a4-1" in alert.texts.en
    hall.says("kiosk-1", "ready", DeviceStatus("a4-1", "a4", "ok"))
    assert hall.stand() == set()


def words(hall: Hall, name: str) -> messages.Text:
    return codec.decode(hall.retained.get(f"alert/{name}") or b"", messages.Alert).texts


def test_a_device_in_trouble_is_told_in_chinese_and_english_with_what_to_do(hall: Hall) -> None:
    hall.says("kiosk-1", "ready", DeviceStatus("camera-1", "scanner", "no-permission", "may not use /dev/video0"))
    told = words(hall, "device-kiosk-1-camera-1")
    assert told.zh == "程序没有权限使用 kiosk-1 的扫码器 camera-1。请让管理员把程序的用户加入 video 组或 input 组。"
    assert told.en.startswith("Scanner camera-1 of kiosk-1 may not be used by this program. ")
    hall.says("kiosk-1", "ready", DeviceStatus("a4-1", "a4", "paper-out"))
    assert words(hall, "device-kiosk-1-a4-1").zh == "kiosk-1 的 A4 打印机 a4-1 没有纸了。请加纸。"


@pytest.mark.parametrize("state", [*sorted(set(SEVERITY) - FINE - {"calls-missed", "print-in-doubt"}), "on-fire", "KeyError"])
def test_no_word_of_a_program_is_in_the_words_for_the_staff(hall: Hall, state: str) -> None:
    raw = "KeyError: 'x' at 0x7f on-fire"
    display = next(device.id for device in CONFIG.device if device.kind == "display")
    hall.alerts.display_shown(
        display, codec.encode(messages.DisplayShown(1, "unreachable", datetime(2026, 11, 22, tzinfo=UTC)))
    )
    hall.says(
        "kiosk-1", "ready", DeviceStatus("program", "program", state, raw), DeviceStatus("camera-1", "teleporter", state, raw)
    )
    devices = [DeviceStatus("voice-1", "voice", state, raw), DeviceStatus(display, "display", state, raw)]
    hall.says("agent-1", "ready", *devices, DeviceStatus("messages", "program", state, raw))
    assert len(hall.stand()) >= 5
    for name in hall.stand():
        told = words(hall, name)
        for strange in ("Error", "0x7f", "on-fire", "teleporter"):
            assert strange not in told.zh + told.en, told
        assert re.search("请", told.zh) and re.search("[一-鿿]{4}", told.zh) and not re.search("[一-鿿]", told.en), told


def test_the_alert_of_a_display_gives_its_own_reason_whichever_comes_first(hall: Hall) -> None:
    display = next(device.id for device in CONFIG.device if device.kind == "display")
    shown = codec.encode(messages.DisplayShown(1, "unreachable", datetime(2026, 11, 22, tzinfo=UTC)))
    hall.says("agent-1", "ready", DeviceStatus(display, "display", "ok"))
    assert hall.stand() == set()
    hall.alerts.display_shown(display, shown)
    assert words(hall, f"display-{display}").zh.startswith(f"连接不上显示屏 {display}。")
    hall.says("agent-1", "ready", DeviceStatus(display, "display", "no-reply", "no answer within 1 s"))
    assert words(hall, f"display-{display}").zh == f"显示屏 {display} 没有应答。请检查屏的电源和接线，再核对波特率和屏号。"
    hall.says("agent-1", "ready", DeviceStatus(display, "display", "ok"))
    hall.alerts.display_shown(display, codec.encode(messages.DisplayShown(1, "ok", datetime(2026, 11, 22, tzinfo=UTC))))
    assert hall.stand() == set()


def test_a_ledger_that_cannot_be_written_is_told_until_it_can(hall: Hall):
    for writable, stands in ((True, set()), (False, {"ledger-write"}), (False, {"ledger-write"}), (True, set())):
        hall.alerts.ledger(writable=writable)
        assert hall.stand() == stands
    assert hall.published == ["alert/ledger-write"] * 2


def leased(hall: Hall, left: int) -> None:
    queue = CONFIG.queue[0].id
    lease = messages.LeaseStatus({queue: left}, 30, 0)
    status = TerminalStatus("ready", "s", "hall-kiosk", "0.1.0", [], lease=lease)
    hall.alerts.terminal_status("kiosk-1", codec.encode(status))


def test_a_lease_that_stays_nearly_used_up_is_a_warning_until_there_are_more_numbers(hall: Hall) -> None:
    leased(hall, 6)
    hall.alerts.pass_time(1000)
    hall.alerts.pass_time(1100)
    assert hall.stand() == set(), "the kiosk may yet get more by itself"
    hall.alerts.pass_time(1121)
    assert hall.stand() == {"lease-kiosk-1"} and "6个" in words(hall, "lease-kiosk-1").zh
    leased(hall, 3)
    assert "3个" in words(hall, "lease-kiosk-1").zh
    leased(hall, 30)
    assert hall.stand() == set()
    leased(hall, 0)
    hall.alerts.pass_time(2000)
    hall.says("kiosk-1", "lost")
    hall.alerts.pass_time(3000)
    assert hall.stand() == {"terminal-kiosk-1"}


def test_a_terminal_can_raise_alerts_about_its_own_devices_and_no_others(hall: Hall) -> None:
    everybodys = [DeviceStatus(device.id, device.kind, "failed") for device in WITH_DEVICES.device]
    invented = [DeviceStatus(f"device-{number}", "printer", "paper-out") for number in range(400)]
    programs = [DeviceStatus(name, "program", "failed") for name in ("program", "messages", "another", "more")]
    for terminal in ("kiosk-1", "kiosk-9"):
        hall.says(terminal, "ready", *everybodys, *invented, *programs)
    assert hall.stand() == {f"device-kiosk-1-{name}" for name in (*KIOSK.devices, "program", "messages")}


def test_a_terminal_cannot_say_why_another_ones_display_is_away(hall: Hall) -> None:
    display = next(device for device in CONFIG.device if device.kind == "display")
    shown = codec.encode(messages.DisplayShown(1, "unreachable", datetime(2026, 11, 22, tzinfo=UTC)))
    hall.alerts.display_shown(display.id, shown)
    before = words(hall, f"display-{display.id}")
    hall.says("kiosk-1", "ready", DeviceStatus(display.id, "display", "no-reply", "invented"))
    assert words(hall, f"display-{display.id}") == before


def in_session(hall: Hall, session: str, state: Any = "ready") -> None:
    hall.alerts.terminal_status("kiosk-1", codec.encode(TerminalStatus(state, session, "hall", "0.1.0")))


def test_two_machines_of_one_name_are_an_alert_until_they_have_been_quiet(hall: Hall) -> None:
    for session in ("a", "a", "b", "c", "d"):
        in_session(hall, session)
    hall.alerts.pass_time(1000)
    assert hall.stand() == set(), "a program that starts again has a new session each time"
    in_session(hall, "c", "lost")
    hall.alerts.pass_time(1001)
    assert "same-name-kiosk-1" not in hall.stand(), "a will may come late"
    for session in ("d", "e", "d"):
        in_session(hall, session)
    hall.alerts.pass_time(1002)
    told = words(hall, "same-name-kiosk-1")
    assert "两台机器" in told.zh and "devices.toml" in told.en
    hall.alerts.pass_time(1301)
    assert "same-name-kiosk-1" in hall.stand()
    hall.alerts.pass_time(1303)
    assert "same-name-kiosk-1" not in hall.stand()
