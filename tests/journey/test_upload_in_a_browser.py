"""Bundles in a real browser: a technician uploads one and begins a rollout with it; the server installs its own."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from contract.configuration.hall import Terminal
from queue_server.web.app import build
from tests.browsers import log_in
from tests.programs import wait_until
from tests.rauc_bundle import bundle
from tests.web_hall import CONFIG, WebHall, serving


def test_a_bundle_is_uploaded_in_the_browser_and_what_is_none_is_refused_in_words(tmp_path: Path, page: Page) -> None:
    grouped = [Terminal(id="kiosk-1", role="hall", group="lobby"), *CONFIG.terminal[1:]]
    hall = WebHall(tmp_path / "hall", CONFIG.model_copy(update={"terminal": grouped}))
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


def test_the_server_is_updated_in_the_browser_after_a_question_and_its_page_says_how_far_it_is(
    tmp_path: Path, page: Page
) -> None:
    updates, hall = tmp_path / "update", WebHall(tmp_path / "hall", updates=tmp_path / "update")
    updates.mkdir()
    with serving(hall.open()) as shelf, serving(build(hall.with_system(shelf))) as site:
        log_in(page, site, "admin", goes_on="/updates")
        server = bundle("20261123.0900-2222222", compatible="jiaohao-server-amd64")
        page.set_input_files("#bundle-file", {"name": "server.raucb", "mimeType": "application/x", "buffer": server})
        page.click("#send")
        expect(page.get_by_role("cell", name="server.raucb")).to_be_visible()
        page.goto(f"{site}/server")
        page.click("#update")
        page.click("dialog button[value=no]")
        assert not (updates / "order.json").exists(), "nothing before the question is answered"
        page.click("#update")
        page.click("dialog button[value=yes]")
        expect(page.get_by_text("升级到 20261123.0900-2222222")).to_be_visible()
        wait_until((updates / "request.json").exists)
        page.click("#again")
        expect(page.get_by_text("正在安装")).to_be_visible()
        (updates / "result.json").write_text('{"state": "done"}')
        wait_until(lambda: not (updates / "request.json").exists())
        page.click("#again")
        expect(page.get_by_text("已完成")).to_be_visible()
    hall.close()
