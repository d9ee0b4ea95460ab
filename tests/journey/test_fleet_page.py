"""A technician looks after a real hall kiosk from the fleet page, in a real browser: sees it, asks it, takes its alert."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from drivers.emulators.escpos import EscPosEmulator
from queue_server.web.auth.accounts import EXAMPLE_PASSWORD
from tests.faces import Face
from tests.ports import free_port
from tests.programs import PrivateBroker, RunningServer, wait_until

CHROMIUM = "/usr/bin/chromium"
SIZE = (540, 960)
ACCENT = "#1557B0"
PATIENCE_MS = 60_000


@pytest.fixture
def hall(hall_folder: Path, printer: EscPosEmulator) -> Path:
    path = hall_folder / "devices.toml"
    text = path.read_text(encoding="utf-8").replace('id = "kiosk-1"\n', 'id = "kiosk-1"\ndevices = ["printer-1"]\n')
    text += f'\n[[device]]\nid = "printer-1"\nkind = "printer"\nmodel = "escpos-80"\naddress = "{printer.address}"\n'  # type: ignore[attr-defined]
    path.write_text(text, encoding="utf-8")
    return hall_folder


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, timeout=120_000, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.set_default_timeout(PATIENCE_MS)
        yield page
        browser.close()


def start(broker: PrivateBroker, hall: Path, folder: Path) -> Face:
    where = ("--hall", str(hall), "--broker", broker.address, "--state", str(folder / "kiosk"), "--log-level", "info")
    face = Face("hall", SIZE, hall, *where, "--terminal", "kiosk-1")
    face.open()
    return face


def test_a_technician_looks_after_a_kiosk_from_the_fleet_page(
    broker: PrivateBroker, hall: Path, tmp_path: Path, printer: EscPosEmulator, page: Page
) -> None:
    port = free_port()
    server = RunningServer(hall, tmp_path / "state", broker.address, "--web", f"127.0.0.1:{port}", "--example-accounts")
    server.open()
    kiosk = start(broker, hall, tmp_path)
    site = f"http://127.0.0.1:{port}"
    try:
        page.goto(f"{site}/log-in?next=/fleet")
        page.fill("[name=name]", "admin")
        page.fill("[name=password]", EXAMPLE_PASSWORD)
        page.keyboard.press("Enter")
        card = page.locator("section#kiosk-1")
        card.get_by_text("正常").first.wait_for()
        facts = dict(zip(card.locator("dt").all_inner_texts(), card.locator("dd").all_inner_texts(), strict=True))
        assert (
            facts["程序版本"] == "0.1.0" and facts["最近联系"] != "—" and facts["剩余空间"].endswith("GB") and "温度" in facts
        )
        device = card.locator(".devices li").filter(has_text="printer-1").locator("b").first
        expect(device).to_have_text("正常")

        page.click("#kiosk-1-screen")
        shot = card.locator("img.shot")
        shot.wait_for()
        cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
        picture = httpx.get(site + str(shot.get_attribute("src")), cookies=cookies, timeout=60)
        seen = Image.open(io.BytesIO(picture.content)).convert("RGB")
        assert seen.size == SIZE and len(seen.getcolors(1 << 20) or []) > 10
        page.click("#kiosk-1-identify")
        wait_until(lambda: kiosk.colour(3, 3) == ACCENT)
        page.click("#kiosk-1-logs")
        with page.expect_download() as download:
            card.get_by_text("下载日志包").click()
        with zipfile.ZipFile(download.value.path()) as bundle:
            assert "the desk asks: identify" in bundle.read("log.txt").decode()

        printer.fail("paper-out")
        alert = page.locator("li.alert").filter(has_text="printer-1")
        alert.get_by_text("我来处理").click()
        page.locator("li.alert").filter(has_text="admin 在处理").wait_for()
        expect(device).to_have_text("缺纸")
        printer.repair()
        alert.wait_for(state="detached")

        page.click("#kiosk-1-restart")
        wait_until(lambda: not kiosk.is_alive)
        card.get_by_text("已停止").first.wait_for()
    finally:
        kiosk.close()
        server.close()
