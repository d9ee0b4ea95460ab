"""A citizen's visit: finds a guide by initials in elder mode, hears it, prints its form, shows an appointment's code, gets a ticket.

Broker, server, web pages, commands, kiosk and A4 printer are the real programs; camera and ticket printer are emulated.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.contract.ippeve import IppPrinterRig, running_printer
from tests.faces import WHITE, Face
from tests.journey.test_guides_published import announced, hall_at
from tests.ports import free_port
from tests.programs import PATIENCE_S, PrivateBroker, RunningServer, Watcher, wait_until

ACCENT, ACCENT_SOFT = "#1557B0", "#E3EDFA"
ELDER, ELDER_EDGE = (0.383, 0.955), (0.3, 0.98)
GUIDES, BETWEEN_TILES, SEARCH = (0.05, 0.5), (0.347, 0.53), (0.9, 0.17)
KEY_L, KEY_N, KEY_R = (0.819, 0.792), (0.684, 0.86), (0.36, 0.725)
FIRST_RESULT, RESULTS, FIRST_TAB = (0.9, 0.2), (0.05, 0.1, 0.95, 0.65), (0.06, 0.63)
ALOUD, PRINT, THIRD_PAPER = (0.4, 0.755), (0.9, 0.755), (0.9, 0.49)
BAR, BAR_EDGE, DONE_BAR, DONE_EDGE = (0.5, 0.885), (0.08, 0.885), (0.5, 0.75), (0.08, 0.75)
SCAN = (0.3, 0.5)


@dataclass
class Hall:
    """What runs."""

    folder: Path
    state: Path
    out: Path
    watcher: Watcher
    kiosk: Face
    copier: IppPrinterRig

    def book(self) -> None:
        """An appointment for now, its code on a phone before the camera."""
        where = ("--hall", str(self.folder), "--state", str(self.state), "--qr", str(self.out / "camera-1" / "phone.png"))
        words = ("appointment", "add", "--queue", "social-security", "--name", "张三", *where)
        subprocess.run([sys.executable, "-m", "queue_server.main", *words], check=True, capture_output=True, timeout=PATIENCE_S)


@pytest.fixture
def hall(tmp_path: Path, broker: PrivateBroker) -> Iterator[Hall]:
    port = free_port()
    folder, out = hall_at(tmp_path / "hall", f"http://127.0.0.1:{port}"), tmp_path / "out"
    with ExitStack() as ends:
        (tmp_path / "copier").mkdir()
        copier = ends.enter_context(running_printer(tmp_path / "copier"))
        devices = folder / "devices.toml"
        text = devices.read_text("utf-8").replace("ipp://localhost:8631/ipp/print", copier.uri)
        devices.write_text(text, "utf-8")
        server = RunningServer(folder, tmp_path / "state", broker.address, "--web", f"127.0.0.1:{port}")
        server.open()
        ends.callback(server.close)
        link = broker.link("wushan")
        watcher = Watcher(link)
        link.open()
        ends.callback(link.close)
        version = announced(watcher)
        common = ("--hall", str(folder), "--broker", broker.address, "--terminal", "kiosk-1", "--out", str(out))
        kiosk = Face("hall", (540, 960), tmp_path, *common, "--state", str(tmp_path / "kiosk"))
        ends.callback(kiosk.close)
        kiosk.open()
        for device in ('"kind":"scanner","state":"ok"', '"a4-1","kind":"a4","state":"ok"', '"kind":"printer","state":"ok"'):
            watcher.wait("terminal/kiosk-1/status", device)
        wait_until((tmp_path / "kiosk" / "guides" / f"{version.sha256}.db").exists)
        yield Hall(folder, tmp_path / "state", out, watcher, kiosk, copier)


def test_an_elder_finds_a_guide_prints_its_form_and_checks_in_with_the_phone(hall: Hall) -> None:
    kiosk = hall.kiosk
    kiosk.wait_for_page("Home")
    kiosk.wait_for_colour(*BETWEEN_TILES, WHITE, otherwise=True)  # with guides and camera there are three
    kiosk.tap_at(*ELDER)
    kiosk.wait_for_colour(*ELDER_EDGE, ACCENT)
    kiosk.tap_at(*GUIDES)
    kiosk.wait_for_page("Ways")
    kiosk.tap_at(*SEARCH)
    kiosk.wait_for_page("SearchPage")
    for key in (KEY_L, KEY_N, KEY_R):
        kiosk.tap_at(*key)
    kiosk.wait_for_colour(*FIRST_RESULT, WHITE)
    kiosk.steady_picture(*RESULTS)  # each letter brought other results
    kiosk.tap_at(*FIRST_RESULT)
    kiosk.wait_for_page("GuidePage")
    kiosk.wait_for_colour(*FIRST_TAB, ACCENT_SOFT)
    kiosk.tap_at(*ALOUD)
    wait_until(lambda: any((hall.out / "kiosk-voice-1").glob("*")))
    kiosk.tap_at(*PRINT)
    kiosk.wait_for_page("Papers")
    kiosk.tap_at(*THIRD_PAPER)
    kiosk.wait_for_page("Preview")
    kiosk.wait_for_colour(*BAR_EDGE, ACCENT)
    kiosk.tap_at(*BAR)
    wait_until(lambda: any(hall.copier.spool.glob("*.pdf")))
    kiosk.wait_for_page("Printout")
    kiosk.wait_for_colour(*DONE_EDGE, ACCENT)
    kiosk.tap_at(*DONE_BAR)
    kiosk.wait_for_page("Home")
    kiosk.tap_at(*SCAN)
    kiosk.wait_for_page("ScanPage")
    hall.book()
    issued = json.loads(hall.watcher.wait("event/ticket-issued"))
    assert (issued["queue"], issued["class"], issued["channel"]) == ("social-security", "appointment", "kiosk")
    wait_until(lambda: len(list(hall.out.glob("ticket-printer-1-*.png"))) == 1)
