"""A technician looks after a real hall kiosk from the fleet page, in a real browser: sees it, asks it, takes its alert."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import httpx
from PIL import Image
from playwright.sync_api import Page, expect

from drivers.emulators.escpos import EscPosEmulator
from tests.browsers import log_in
from tests.faces import Face
from tests.programs import PrivateBroker, RunningServer, wait_until

SIZE = (540, 960)
ACCENT = "#1557B0"


def start(broker: PrivateBroker, hall_folder: Path, folder: Path) -> Face:
    where = ("--hall", str(hall_folder), "--broker", broker.address, "--state", str(folder / "kiosk"), "--log-level", "info")
    face = Face("hall", SIZE, hall_folder, *where, "--terminal", "kiosk-1")
    face.open()
    return face


def test_a_technician_looks_after_a_kiosk_from_the_fleet_page(
    broker: PrivateBroker,
    hall_folder: Path,
    web_server: RunningServer,
    site: str,
    tmp_path: Path,
    printer: EscPosEmulator,
    page: Page,
) -> None:
    kiosk = start(broker, hall_folder, tmp_path)
    try:
        log_in(page, site, "admin", goes_on="/fleet")
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
            assert "order of the staff: identify" in bundle.read("log.txt").decode()

        printer.fail("paper-out")
        alert = page.locator("li.alert").filter(has_text="printer-1")
        alert.get_by_text("我来处理").click()
        page.locator("li.alert").filter(has_text="admin 在处理").wait_for()
        expect(device).to_have_text("缺纸")
        printer.repair()
        alert.wait_for(state="detached")

        page.click("#kiosk-1-restart")
        assert page.locator("dialog button").all_inner_texts() == ["重新启动", "返回"], "the deed has its name"
        page.click("dialog button[value=no]")
        page.locator("dialog").wait_for(state="detached")
        assert kiosk.is_alive
        page.click("#kiosk-1-restart")
        page.click("dialog button[value=yes]")
        wait_until(lambda: not kiosk.is_alive)
        card.get_by_text("已停止").first.wait_for()
    finally:
        kiosk.close()
