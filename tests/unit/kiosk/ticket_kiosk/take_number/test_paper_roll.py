"""The kiosk counts its paper, says so before it ends, and prints a ticket again when the desk asks."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from contract.configuration.hall import Device
from contract.wire.messages import Estimate, Reprint, TerminalAsk
from drivers.options import BadOption, DeviceOptions
from drivers.printer.profile import profile
from drivers.printer.roll import RollSetting, roll_setting
from kiosk.ticket_kiosk.events import Printed, PrinterIs
from kiosk.ticket_kiosk.role import Equipment, TicketKiosk, setting_of
from kiosk.ticket_kiosk.take_number.paper_roll import PaperRoll
from kiosk.ticket_kiosk.take_number.state import IssuedTicket, PrintTicket
from kiosk.ticket_kiosk.take_number.ticket_printer import TicketPrinter
from kiosk.ui.theme import Mode
from link.orders import NotSupported, OrderFailed
from tests.web_hall import CONFIG

SHORT = RollSetting(length_mm=1000, ticket_mm=100, low_mm=300)
AGAIN = Reprint(
    "20261122-a001",
    "A001",
    "social",
    "priority",
    datetime(2026, 11, 22, 1, 0, tzinfo=UTC),
    "token",
    3,
    Estimate(60, 600),
    ["01"],
)


def roll(folder: Path, setting: RollSetting = SHORT) -> PaperRoll:
    made = PaperRoll(folder / "paper.json", setting, CONFIG.zone)
    made.open()
    return made


def test_the_alert_comes_before_the_roll_ends_also_without_a_sensor(tmp_path: Path) -> None:
    paper = roll(tmp_path)
    for _ in range(7):
        assert paper.condition("ok") == "ok"
        paper.used()
    assert (paper.paper.printed, paper.paper.left, paper.paper.used_mm, paper.paper.today) == (7, 3, 700, 7)
    paper.used()
    assert paper.condition("ok") == "paper-low"
    assert paper.condition("cover-open") == "cover-open"
    paper.renewed()
    assert paper.condition("ok") == "ok" and (paper.paper.printed, paper.paper.today) == (0, 8)


def test_the_count_outlives_the_program_and_a_broken_file(tmp_path: Path) -> None:
    first = roll(tmp_path)
    first.used()
    assert roll(tmp_path).paper == first.paper
    for rubbish in ("{", "[1]", '{"since": "soon"}', '{"printed": 3}'):
        (tmp_path / "paper.json").write_text(rubbish)
        assert roll(tmp_path).paper.printed == 0


def test_a_roll_of_unknown_length_is_counted_and_never_called_low(tmp_path: Path) -> None:
    (tmp_path / "paper.json").write_text('{"since": "2026-11-23T09:00:00+08:00", "printed": 2000}')
    paper = roll(tmp_path, RollSetting())
    assert paper.paper.printed == 2000
    assert paper.condition("ok") == "ok" and paper.paper.left is None


@pytest.mark.parametrize("options", [{"roll_m": 0}, {"roll_m": True}, {"ticket_mm": "long"}, {"low_m": 1e9}])
def test_a_roll_that_cannot_be_is_refused_with_a_remedy(options: dict[str, Any]) -> None:
    with pytest.raises(BadOption, match=r"devices.toml: \[\[device\]\] p1: \w+ = "):
        profile("escpos-80", DeviceOptions("p1", options))
    assert roll_setting(DeviceOptions("p1", {"roll_m": 80})).left_mm(10) == 80_000 - 1100


# --- the printer's thread, with the emulated printer ---------------------------------------------------------------------


class Kiosk:
    """The press of a kiosk without its screen."""

    def __init__(self, folder: Path) -> None:
        device = Device(
            id="printer-1",
            kind="printer",
            model="escpos-80",
            address="emulator://escpos-80",
            options={"roll_m": 1, "ticket_mm": 200, "low_m": 0.5},
        )
        self.out = folder / "out"
        self.press = TicketPrinter(
            device, CONFIG, setting_of(CONFIG, "kiosk-1", Mode(), "printer-1"), self.out, folder / "state"
        )
        self.events: queue.Queue[Any] = queue.Queue()

    def hear(self, wanted: Any) -> None:
        while self.events.get(timeout=60) != wanted:
            pass

    def papers(self) -> int:
        return len(list(self.out.rglob("printer-1-*.png")))


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Kiosk]:
    kiosk = Kiosk(tmp_path)
    kiosk.press.open(kiosk.events.put)
    kiosk.hear(PrinterIs("ok"))
    yield kiosk
    kiosk.press.close()


def test_the_desk_has_a_ticket_printed_again_and_the_paper_is_counted(kiosk: Kiosk) -> None:
    ticket = IssuedTicket("20261122-a001", "A001", "social", "ordinary", AGAIN.issued_at, "token", 0, Estimate(0, 0), ("01",))
    kiosk.press.perform(PrintTicket(ticket), kiosk.events.put)
    kiosk.hear(Printed(ticket.id))
    assert kiosk.press.reprint(TerminalAsk("1", "reprint", ticket=AGAIN)).text == ""
    assert (kiosk.papers(), kiosk.press.paper.printed, kiosk.press.paper.left) == (2, 2, 3)
    kiosk.press.reprint(TerminalAsk("2", "reprint", ticket=AGAIN))
    kiosk.hear(PrinterIs("paper-low"))
    kiosk.press.refilled(TerminalAsk("3", "refilled", device="printer-1"))
    kiosk.hear(PrinterIs("ok"))
    assert (kiosk.press.paper.printed, kiosk.press.paper.today) == (0, 3)


def test_an_order_that_cannot_be_done_says_why(tmp_path: Path, kiosk: Kiosk) -> None:
    with pytest.raises(NotSupported, match="no ticket"):
        kiosk.press.reprint(TerminalAsk("1", "reprint"))
    with pytest.raises(NotSupported, match="a4-1"):
        kiosk.press.refilled(TerminalAsk("2", "refilled", device="a4-1"))
    with pytest.raises(OrderFailed, match="unreachable"):
        Kiosk(tmp_path / "unopened").press.reprint(TerminalAsk("3", "reprint", ticket=AGAIN))
    assert kiosk.papers() == 0


def test_the_status_of_the_terminal_carries_the_count(kiosk: Kiosk) -> None:
    setting = replace(setting_of(CONFIG, "kiosk-1", Mode(), "printer-1"), scanners=("scanner-1",))
    role = TicketKiosk(setting, Equipment(printer=kiosk.press))
    printer, scanner = role.devices(role.first(UUID(int=0)))
    assert printer.paper == kiosk.press.paper and scanner.paper is None
    assert set(role.orders()) == {"reprint", "refilled"}
