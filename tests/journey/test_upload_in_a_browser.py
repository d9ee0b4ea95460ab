"""A technician uploads a bundle in a real browser and begins a rollout with it."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from contract.configuration.hall import Terminal
from tests.browsers import log_in
from tests.rauc_bundle import bundle
from tests.web_hall import CONFIG, WebHall, serving


def test_a_bundle_is_uploaded_in_the_browser_and_what_is_none_is_refused_in_words(tmp_path: Path, page: Page) -> None:
    grouped = [Terminal(id="kiosk-1", role="hall", group="lobby"), *CONFIG.terminal[1:]]
    hall = WebHall(tmp_path / "hall", CONFIG.model_copy(update={"terminal": grouped}))
    hall.folder.mkdir()
    good, bad = tmp_path / "大厅 一楼.raucb", tmp_path / "photo.raucb"
    good.write_bytes(bundle("2026.11.23"))
    bad.write_bytes(b"\x89PNG" + bytes(5000))
    with serving(hall.open()) as site:
        log_in(page, site, "admin", goes_on="/updates")
        page.set_input_files("#bundle-file", bad)
        page.click("#send")
        expect(page.get_by_text("这不是升级包，请选择 .raucb 文件。")).to_be_visible()
        page.set_input_files("#bundle-file", good)
        page.click("#send")
        expect(page.get_by_role("cell", name="大厅 一楼.raucb")).to_be_visible()
        page.click("#begin")
        expect(page.get_by_text("lobby 升级到 2026.11.23")).to_be_visible()
        expect(page.get_by_text("使用中")).to_be_visible()
    hall.close()
