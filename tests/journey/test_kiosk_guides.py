"""A citizen finds a guide by a few letters and takes a number for it: the real server, its web pages, the real kiosk."""

from __future__ import annotations

import json
from pathlib import Path

from queue_server.catalogue.load import load
from tests.faces import WHITE, Face
from tests.journey.test_guides_published import WUSHAN, announced, hall_at
from tests.ports import free_port
from tests.programs import PrivateBroker, RunningServer, Watcher, wait_until

ACCENT_SOFT = "#E3EDFA"
GUIDES, BETWEEN_TILES, SEARCH = (0.1, 0.53), (0.347, 0.53), (0.25, 0.25)
KEY_S, KEY_B, KEY_K = (0.181, 0.812), (0.591, 0.879), (0.728, 0.812)
FIRST_RESULT, RESULTS, BAR, FIRST_TAB = (0.9, 0.175), (0.05, 0.1, 0.95, 0.65), (0.5, 0.875), (0.06, 0.72)


def read_by_letters(kiosk: Face) -> None:
    """From the search page to the guide of the social security card."""
    kiosk.wait_for_page("SearchPage")
    for key in (KEY_S, KEY_B, KEY_K):
        kiosk.tap_at(*key)
    kiosk.wait_for_colour(*FIRST_RESULT, WHITE)
    kiosk.steady_picture(*RESULTS)  # each letter brought other results
    kiosk.tap_at(*FIRST_RESULT)


def test_a_citizen_finds_a_guide_by_letters_and_takes_a_number_for_it(tmp_path: Path, broker: PrivateBroker) -> None:
    port = free_port()
    hall = hall_at(tmp_path / "hall", f"http://127.0.0.1:{port}")
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
        kiosk.wait_for_page("Home")
        kiosk.wait_for_colour(*BETWEEN_TILES, WHITE, otherwise=True)  # with guides and camera there are three
        kiosk.tap_at(*GUIDES)
        kiosk.wait_for_page("Ways")
        kiosk.tap_at(*SEARCH)
        read_by_letters(kiosk)
        kiosk.wait_for_page("GuidePage")
        kiosk.wait_for_colour(*FIRST_TAB, ACCENT_SOFT)
        kiosk.tap_at(*BAR)
        kiosk.wait_for_page("ConfirmPage")
        kiosk.tap_at(*BAR)
        issued = json.loads(watcher.wait("event/ticket-issued"))
        item = next(item for item in load(WUSHAN).items if item.name.zh == "社会保障卡申领")
        assert (issued["item"], issued["queue"], issued["channel"]) == (item.id, item.queue, "kiosk")
    finally:
        kiosk.close()
        link.close()
        server.close()
