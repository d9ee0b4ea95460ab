"""A citizen takes a number at the real kiosk, by touch, on paper; and the kiosk in trouble: the real programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from drivers.emulators.escpos import EscPosEmulator
from tests.faces import Face
from tests.programs import PrivateBroker, RunningServer, Watcher, ok, wait_until


@pytest.fixture
def hall_folder(hall_folder: Path) -> Path:
    """The small hall, whose kiosk gives no numbers without the server."""
    with (hall_folder / "hall.toml").open("a", encoding="utf-8") as rules:
        rules.write("offline_numbers = 0\n")
    return hall_folder


def alerts(watcher: Watcher) -> list[str]:
    """The alerts about the printer that stand now."""
    return [topic for topic, payload in watcher.state.items() if topic.startswith("alert/") and b"printer-1" in payload]


def choose(kiosk: Face) -> None:
    """From home to the page that asks for confirmation."""
    kiosk.tap("取号")
    kiosk.wait_for_page("BusinessesPage")
    kiosk.tap("户政")
    kiosk.wait_for_page("ConfirmPage")


def test_a_citizen_takes_a_number_on_paper_and_is_called_with_it(
    kiosk: Face, watcher: Watcher, printer: EscPosEmulator
) -> None:
    ok(watcher.link, "open-window", window="01", clerk="0101")
    choose(kiosk)
    kiosk.tap_twice("取号")
    issued = json.loads(watcher.wait("event/ticket-issued"))
    assert (issued["channel"], issued["number"]) == ("kiosk", "A001")
    watcher.wait("queue/household/state", '"waiting":1')
    wait_until(lambda: len(list((printer.out or Path()).glob("printer-1-*.png"))) == 1)
    called = ok(watcher.link, "call-next", window="01")
    assert called["ticket"]["number"] == "A001"  # type: ignore[index]
    kiosk.wait_for_page("HomePage")  # again by itself
    assert json.loads(watcher.state["queue/household/state"])["last_issued"] == "A001", "two taps, one number"


def test_when_the_paper_ends_within_a_ticket_its_number_counts_and_without_paper_nobody_stands_in_the_line_unknowing(
    kiosk: Face, watcher: Watcher, printer: EscPosEmulator
) -> None:
    choose(kiosk)
    printer.fail("paper-ends=20")  # the kiosk learns of it while it prints, never before the tap
    kiosk.tap("取号")
    kiosk.wait_for_text("号票可能没打全")
    watcher.wait("event/ticket-printed", "unsure: paper-out")
    watcher.wait("queue/household/state", '"waiting":1')
    watcher.wait("terminal/kiosk-1/status", "paper-out")
    wait_until(lambda: alerts(watcher))
    kiosk.tap("完成")
    choose(kiosk)
    kiosk.tap("在屏幕上取号")
    watcher.wait("event/ticket-issued", '"channel":"phone"')
    watcher.wait("queue/household/state", '"waiting":2')
    printer.repair()
    watcher.wait("terminal/kiosk-1/status", '"ok"')
    wait_until(lambda: not alerts(watcher))


def test_the_kiosk_says_that_the_server_is_away_and_comes_back_by_itself(
    kiosk: Face, watcher: Watcher, server: RunningServer, broker: PrivateBroker
) -> None:
    server.kill()
    kiosk.wait_for_text("暂时不能取号")
    broker.close()
    broker.open()
    server.open()
    choose(kiosk)
    kiosk.tap("取号")
    assert json.loads(watcher.wait("event/ticket-issued"))["number"] == "A001"
