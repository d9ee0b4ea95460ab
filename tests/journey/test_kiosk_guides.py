"""A citizen finds a guide by a few letters and takes a number for it: the real server, its web pages, the real kiosk."""

from __future__ import annotations

import json
from pathlib import Path

from queue_server.catalogue.load import load
from tests.faces import Face
from tests.ports import free_port
from tests.programs import PrivateBroker, RunningServer, Watcher, wait_until
from tests.wushan_hall import WUSHAN, announced, copy_at_noon


def read_by_letters(kiosk: Face) -> None:
    """From the search page to the guide of the social security card."""
    kiosk.wait_for_page("SearchPage")
    kiosk.tap("S", "B", "K")
    kiosk.wait_for_text("SBK")
    kiosk.tap("社会保障卡申领")


def test_a_citizen_finds_a_guide_by_letters_and_takes_a_number_for_it(tmp_path: Path, broker: PrivateBroker) -> None:
    port = free_port()
    hall = copy_at_noon(tmp_path / "hall", f"http://127.0.0.1:{port}")
    server = RunningServer(hall, tmp_path / "state", broker.address, "--web", f"127.0.0.1:{port}")
    server.open()
    link = broker.link("wushan")
    watcher = Watcher(link)
    link.open()
    common = ("--hall", str(hall), "--broker", broker.address, "--terminal", "kiosk-1", "--out", str(tmp_path / "out"))
    kiosk = Face("hall", (540, 960), tmp_path, *common, "--state", str(tmp_path / "kiosk"))
    try:
        version = announced(watcher)
        kiosk.open()
        watcher.wait("terminal/kiosk-1/status", '"ok"')
        wait_until(lambda: (tmp_path / "kiosk" / "guides" / f"{version.sha256}.db").exists())
        kiosk.wait_for_page("HomePage")
        kiosk.tap("办事指南")
        kiosk.wait_for_page("GuidesPage")
        kiosk.tap("搜索")
        read_by_letters(kiosk)
        kiosk.wait_for_page("GuidePage")
        kiosk.tap("取号办理")
        kiosk.wait_for_page("ConfirmPage")
        kiosk.tap("取号")
        issued = json.loads(watcher.wait("event/ticket-issued"))
        item = next(item for item in load(WUSHAN).items if item.name.zh == "社会保障卡申领")
        assert (issued["item"], issued["queue"], issued["channel"]) == (item.id, item.queue, "kiosk")
    finally:
        kiosk.close()
        link.close()
        server.close()
