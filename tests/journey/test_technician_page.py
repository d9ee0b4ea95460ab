"""A technician at the real kiosk: the gesture, both kinds of codes, a test page on paper, and what wrong codes lead to."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from drivers.emulators.escpos import EscPosEmulator
from kiosk.service_pages.offline_codes import NAME
from queue_server.main import main
from tests.faces import Face
from tests.programs import RunningServer, Watcher, wait_until

UPPER_LEFT, UPPER_RIGHT = (0.04, 0.03), (0.96, 0.03)
GESTURE = (UPPER_LEFT, UPPER_RIGHT) * 3


def codes(hall_folder: Path, server: RunningServer, capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    """The one-time and the time-based code of the kiosk, from the server's machine."""
    assert main(["technician-code", "--hall", str(hall_folder), "--state", str(server.state), "--terminal", "kiosk-1"]) == 0
    once, offline = (line.split()[-1] for line in capsys.readouterr().out.splitlines())
    return once, offline


def type_code(kiosk: Face, code: str) -> None:
    """The gesture, then the digits."""
    kiosk.tap_all(*GESTURE)
    kiosk.wait_for_page("CodePage")
    type_digits(kiosk, code)


def type_digits(kiosk: Face, code: str) -> None:
    """The digits, on the pad as soon as it is there."""
    pad = {digit: kiosk.middle(kiosk.control(digit)) for digit in "0123456789"}
    kiosk.tap_all(*(pad[digit] for digit in code))


def wait_for_refusal(kiosk: Face, words: str = "代码不对") -> None:
    """Return when the code was judged and the next one can be typed."""
    kiosk.wait_for_text(words)


def test_a_technician_enters_with_the_code_of_the_desk_prints_a_test_page_and_leaves(
    kiosk: Face,
    watcher: Watcher,
    hall_folder: Path,
    server: RunningServer,
    printer: EscPosEmulator,
    capsys: pytest.CaptureFixture[str],
) -> None:
    once, _ = codes(hall_folder, server, capsys)
    type_code(kiosk, f"{(int(once) + 1) % 10**8:08d}")
    watcher.wait("event/technician-refused", '"kiosk-1"')
    wait_for_refusal(kiosk)
    type_digits(kiosk, once)
    watcher.wait("event/technician-entered", '"kiosk-1"')
    kiosk.wait_for_page("MenuPage")
    kiosk.tap("设备测试")
    kiosk.wait_for_page("DevicesPage")
    kiosk.tap("测试")
    wait_until(lambda: len(list((printer.out or Path()).glob("printer-1-*.png"))) == 1)
    kiosk.wait_for_text("测试页已打印")  # the page changes with it: a touch just then would be for the page before
    kiosk.tap("返回")
    kiosk.wait_for_page("MenuPage")
    kiosk.tap("离开")
    kiosk.wait_for_page("HomePage")
    assert not any(topic == "event/ticket-issued" for topic, _ in watcher.messages)


def test_without_the_server_a_time_based_code_opens_once_and_the_log_hears_of_it_later(
    kiosk: Face, watcher: Watcher, hall_folder: Path, tmp_path: Path, server: RunningServer, capsys: pytest.CaptureFixture[str]
) -> None:
    key = tmp_path / "kiosk" / NAME
    wait_until(key.exists)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    server.kill()
    watcher.wait("server/status", "lost")
    type_code(kiosk, codes(hall_folder, server, capsys)[0])  # the server would have to check this one
    wait_for_refusal(kiosk)
    offline = codes(hall_folder, server, capsys)[1]  # a new one: it does not hold for long
    type_digits(kiosk, offline)
    kiosk.wait_for_page("MenuPage")
    used = key.read_text()
    kiosk.tap("离开")
    wait_until(lambda: kiosk.page in ("AwayPage", "HomePage"))  # home as soon as it may give numbers by itself
    type_code(kiosk, offline)
    wait_for_refusal(kiosk, "已经用过")
    assert kiosk.page == "CodePage"
    assert key.read_text() == used
    server.open()
    wait_until(lambda: len(acts(watcher)) >= 4)
    assert acts(watcher) == ["refused-offline", "entered-offline", "left", "refused-offline"]


def acts(watcher: Watcher) -> list[str]:
    """What the hall's log has heard of the technician."""
    return [json.loads(payload)["act"] for topic, payload in watcher.messages if topic == "event/technician-did"]
