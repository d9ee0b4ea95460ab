"""A clerk has a lost ticket printed again: Chromium, the real server, the real kiosk and its printer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from contract.wire import codec
from contract.wire.messages import PaperUse, TerminalStatus
from drivers.emulators.escpos import EscPosEmulator
from tests.browsers import log_in
from tests.faces import Face
from tests.programs import PrivateBroker, RunningServer, Watcher, ok, wait_until


@pytest.fixture
def server(web_server: RunningServer) -> RunningServer:
    return web_server


@pytest.fixture
def supervisor(page: Page, web_server: RunningServer, site: str) -> Page:
    """A supervisor's browser at the page for lost tickets."""
    log_in(page, site, "supervisor", goes_on="/reprint")
    return page


def look_until(page: Page, seen: Callable[[], bool]) -> None:
    """Load the page again until it shows what the kiosk has said: the server hears it when the watcher does, or just after."""

    def look() -> bool:
        page.reload()
        return seen()

    wait_until(look)


def paper(watcher: Watcher) -> PaperUse | None:
    """What the kiosk says of its paper."""
    status = codec.decode(watcher.state["terminal/kiosk-1/status"], TerminalStatus)
    return next((device.paper for device in status.devices if device.id == "printer-1"), None)


def test_a_lost_ticket_is_printed_again_at_the_chosen_kiosk_and_the_paper_is_counted(
    broker: PrivateBroker, hall_folder: Path, tmp_path: Path, printer: EscPosEmulator, watcher: Watcher, supervisor: Page
) -> None:
    ok(watcher.link, "issue-ticket", queue="household", channel="desk")
    expect(supervisor.locator("body")).to_contain_text("现在没有能打印的自助机")
    where = ("--hall", str(hall_folder), "--broker", broker.address, "--state", str(tmp_path / "kiosk"))
    kiosk = Face("hall", (540, 960), hall_folder, *where, "--terminal", "kiosk-1")
    try:
        kiosk.open()
        watcher.wait("terminal/kiosk-1/status", '"ok"')
        look_until(supervisor, lambda: supervisor.get_by_role("button", name="补打此号").first.is_enabled())
        supervisor.get_by_role("button", name="补打此号").first.click()
        expect(supervisor.get_by_role("status")).to_contain_text("已在 kiosk-1 补打")
        assert len(list((tmp_path / "papers").rglob("printer-1-*.png"))) == 1
        wait_until(lambda: (paper(watcher) or PaperUse(0, 0)).printed == 1)
        printer.fail("paper-out")
        watcher.wait("terminal/kiosk-1/status", '"paper-out"')
        look_until(supervisor, lambda: supervisor.locator("[name=terminal] option").text_content() == "kiosk-1 · 缺纸")
        printer.repair()
        watcher.wait("terminal/kiosk-1/status", '"ok"')
        wait_until(lambda: (paper(watcher) or PaperUse(9, 9)).printed == 0)  # after the paper was out a new roll is in
    finally:
        kiosk.close()
