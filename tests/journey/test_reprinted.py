"""A clerk has a lost ticket printed again: Chromium, the real server, the real kiosk and its printer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from contract.wire import codec
from contract.wire.messages import PaperUse, TerminalStatus
from drivers.emulators.escpos import EscPosEmulator
from tests.faces import Face
from tests.ports import free_port
from tests.programs import PrivateBroker, RunningServer, Watcher, ok, wait_until
from tests.web_hall import PASSWORD

CHROMIUM = "/usr/bin/chromium"


@pytest.fixture
def site(broker: PrivateBroker, hall_folder: Path, tmp_path: Path, printer: EscPosEmulator) -> Iterator[str]:
    """The small hall, its kiosk with a printer; the address of its pages."""
    path = hall_folder / "devices.toml"
    text = path.read_text(encoding="utf-8").replace('role = "hall"\n', 'role = "hall"\ndevices = ["printer-1"]\n', 1)
    address = printer.address  # type: ignore[attr-defined]
    text += f'\n[[device]]\nid = "printer-1"\nkind = "printer"\nmodel = "escpos-80"\naddress = "{address}"\noptions = {{ roll_m = 5 }}\n'
    path.write_text(text, encoding="utf-8")
    port = free_port()
    server = RunningServer(hall_folder, tmp_path / "state", broker.address, "--web", f"127.0.0.1:{port}", "--example-accounts")
    server.open()
    yield f"http://127.0.0.1:{port}"
    server.close()


@pytest.fixture
def watcher(broker: PrivateBroker, site: str) -> Iterator[Watcher]:
    link = broker.link()
    watcher = Watcher(link)
    link.open()
    watcher.wait("server/status", "ready")
    yield watcher
    link.close()


@pytest.fixture
def page(site: str) -> Iterator[Page]:
    """A supervisor's browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, timeout=120_000, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(locale="zh-CN")
        page.set_default_timeout(60_000)
        page.goto(f"{site}/log-in?next=/reprint")
        page.fill("[name=name]", "supervisor")
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{site}/reprint")
        yield page
        browser.close()


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
    broker: PrivateBroker, hall_folder: Path, tmp_path: Path, printer: EscPosEmulator, watcher: Watcher, site: str, page: Page
) -> None:
    ok(watcher.link, "issue-ticket", queue="household", channel="desk")
    expect(page.locator("body")).to_contain_text("现在没有能打印的自助机")
    arguments = (
        "--hall",
        str(hall_folder),
        "--broker",
        broker.address,
        "--terminal",
        "kiosk-1",
        "--state",
        str(tmp_path / "kiosk"),
    )
    kiosk = Face("hall", (540, 960), hall_folder, *arguments)
    try:
        kiosk.open()
        watcher.wait("terminal/kiosk-1/status", '"ok"')
        look_until(page, lambda: page.get_by_role("button", name="补打此号").first.is_enabled())
        page.get_by_role("button", name="补打此号").first.click()
        expect(page.get_by_role("status")).to_contain_text("已在 kiosk-1 补打")
        assert len(list((tmp_path / "papers").rglob("printer-1-*.png"))) == 1
        wait_until(lambda: (paper(watcher) or PaperUse(0, 0)).printed == 1)
        printer.fail("paper-out")
        watcher.wait("terminal/kiosk-1/status", '"paper-out"')
        look_until(page, lambda: page.locator("[name=terminal] option").text_content() == "kiosk-1 · 缺纸")
        printer.repair()
        watcher.wait("terminal/kiosk-1/status", '"ok"')
        wait_until(lambda: (paper(watcher) or PaperUse(9, 9)).printed == 0)  # after the paper was out a new roll is in
    finally:
        kiosk.close()
