"""A technician uploads a bundle in a real browser and begins a rollout with it."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import sync_playwright

from contract.configuration.hall import Terminal
from tests.rauc_bundle import bundle
from tests.web_hall import CONFIG, PASSWORD, WebHall, serving

CHROMIUM = "/usr/bin/chromium"


def test_a_bundle_is_uploaded_in_the_browser_and_what_is_none_is_refused_in_words(tmp_path: Path) -> None:
    grouped = [Terminal(id="kiosk-1", role="hall", group="lobby"), *CONFIG.terminal[1:]]
    hall = WebHall(tmp_path / "hall", CONFIG.model_copy(update={"terminal": grouped}))
    hall.folder.mkdir()
    good, bad = tmp_path / "大厅 一楼.raucb", tmp_path / "photo.raucb"
    good.write_bytes(bundle("2026.11.23"))
    bad.write_bytes(b"\x89PNG" + bytes(5000))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, timeout=120_000, args=["--no-sandbox", "--disable-gpu"])
        try:
            with serving(hall.open()) as site:
                page = browser.new_page()
                page.set_default_timeout(60_000)
                page.goto(f"{site}/log-in?next=/updates")
                page.fill("[name=name]", "admin")
                page.fill("[name=password]", PASSWORD)
                page.keyboard.press("Enter")
                page.set_input_files("#bundle-file", bad)
                page.click("#send")
                page.get_by_text("这不是升级包，请选择 .raucb 文件。").wait_for()
                page.set_input_files("#bundle-file", good)
                page.click("#send")
                page.get_by_role("cell", name="大厅 一楼.raucb").wait_for()
                page.click("#begin")
                page.get_by_text("lobby 升级到 2026.11.23").wait_for()
                page.get_by_text("使用中").wait_for()
        finally:
            browser.close()
            hall.close()
