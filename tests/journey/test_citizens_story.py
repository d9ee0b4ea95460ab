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
from tests.faces import Face
from tests.ports import free_port
from tests.programs import PATIENCE_S, PrivateBroker, RunningServer, Watcher, wait_until
from tests.wushan_hall import announced, copy_at_noon


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
    folder, out = copy_at_noon(tmp_path / "hall", f"http://127.0.0.1:{port}"), tmp_path / "out"
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
    kiosk.wait_for_page("HomePage")
    small = kiosk.control("取号").box
    kiosk.tap("长者模式")
    wait_until(lambda: kiosk.control("取号").box != small)
    kiosk.tap("办事指南")
    kiosk.wait_for_page("GuidesPage")
    kiosk.tap("搜索")
    kiosk.wait_for_page("SearchPage")
    kiosk.tap("L", "N", "R")
    kiosk.wait_for_text("LNR")
    kiosk.tap("老年人优待证")
    kiosk.wait_for_page("GuidePage")
    kiosk.tap("朗读")
    wait_until(lambda: any((hall.out / "kiosk-voice-1").glob("*")))
    kiosk.tap("打印")
    kiosk.wait_for_page("PapersPage")
    kiosk.tap("空白表，带回去填写")
    kiosk.wait_for_page("PreviewPage")
    kiosk.tap("打印")
    wait_until(lambda: any(hall.copier.spool.glob("*.pdf")))
    kiosk.wait_for_page("PrintoutPage")
    kiosk.tap("返回首页")
    kiosk.wait_for_page("HomePage")
    kiosk.tap("扫码办理")
    kiosk.wait_for_page("ScanPage")
    hall.book()
    issued = json.loads(hall.watcher.wait("event/ticket-issued"))
    assert (issued["queue"], issued["class"], issued["channel"]) == ("social-security", "appointment", "kiosk")
    wait_until(lambda: len(list(hall.out.glob("ticket-printer-1-*.png"))) == 1)
