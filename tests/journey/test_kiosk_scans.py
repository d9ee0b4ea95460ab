"""Codes held before the camera of the real kiosk: broker, server, commands and kiosk are the real programs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.emulators.escpos import EscPosEmulator
from queue_server.codes.code_picture import show
from tests.faces import Face
from tests.programs import PATIENCE_S, PrivateBroker, RunningServer, Watcher, ok, wait_until
from tests.small_hall import add_kiosk_device

LENS = (0.1, 0.15)
EMPTY_SCENE, WALL = "#5A5A5A", "#7E848C"
OF_NO_USE, USED_BEFORE = "这个码在这里用不上", "用过"


class Scene:
    """A running hall with a kiosk that has a camera; `hold` puts a code before it."""

    def __init__(self, tmp_path: Path, hall: Path, broker: PrivateBroker) -> None:
        self.hall, self.state, self.lens = hall, tmp_path / "state", tmp_path / "out" / "camera-1"
        self.server = RunningServer(hall, self.state, broker.address, "--example-platform")
        self.link = broker.link()
        self.watcher = Watcher(self.link)
        common = ("--hall", str(hall), "--broker", broker.address, "--terminal", "kiosk-1", "--out", str(tmp_path / "out"))
        self.kiosk = Face("hall", (540, 960), tmp_path, *common, "--state", str(tmp_path / "kiosk"))

    def open(self) -> None:
        self.server.open()
        self.link.open()
        self.kiosk.open()
        self.watcher.wait("terminal/kiosk-1/status", '"camera-1","kind":"scanner","state":"ok"')
        self.watcher.wait("terminal/kiosk-1/status", '"printer","state":"ok"')
        self.kiosk.control("扫码办理")

    def close(self) -> None:
        self.kiosk.close()
        self.link.close()
        self.server.close()

    def command(self, *words: str) -> str:
        """Run a program of the project; what it prints."""
        done = subprocess.run([sys.executable, "-m", *words], capture_output=True, text=True, timeout=PATIENCE_S, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def book(self, picture: str) -> None:
        """An appointment for now, its code before the camera."""
        where = ("--hall", str(self.hall), "--state", str(self.state), "--qr", str(self.lens / picture))
        self.command(
            "queue_server.main", "appointment", "add", "--queue", "household", "--name", "张三", "--person", picture, *where
        )

    def hold(self, code: str) -> None:
        """Another code before the camera."""
        self.clear()
        show(code, self.lens / "code.png")

    def clear(self) -> None:
        for picture in self.lens.glob("*.png"):
            picture.unlink()

    def scan(self) -> None:
        """From home to the scan page, with the live picture on it."""
        self.kiosk.wait_for_page("HomePage")
        self.kiosk.tap("扫码办理")

    def issued(self) -> int:
        return sum(topic == "event/ticket-issued" for topic, _ in self.watcher.messages)


@pytest.fixture
def scene(tmp_path: Path, hall_folder: Path, broker: PrivateBroker) -> Iterator[Scene]:
    add_kiosk_device(hall_folder, "camera-1", kind="scanner", model="camera", address="emulator://camera")
    file = hall_folder / "hall.toml"  # an appointment for now, also on a Sunday
    file.write_text(file.read_text(encoding="utf-8") + "issue_outside_hours = true\n", encoding="utf-8")
    scene = Scene(tmp_path, hall_folder, broker)
    try:
        scene.open()
        yield scene
    finally:
        scene.close()


def test_an_appointments_code_before_the_camera_becomes_one_number_on_paper(scene: Scene, printer: EscPosEmulator) -> None:
    scene.scan()
    scene.kiosk.wait_for_colour(*LENS, EMPTY_SCENE)
    scene.book("phone.png")
    issued = json.loads(scene.watcher.wait("event/ticket-issued"))
    assert (issued["number"], issued["channel"], issued["terminal"]) == ("A001", "kiosk", "kiosk-1")
    assert (issued["class"], issued["appointment"] is None) == ("appointment", False)
    scene.watcher.wait("queue/household/state", '"waiting":1')
    wait_until(lambda: len(list((printer.out or Path()).glob("printer-1-*.png"))) == 1)
    scene.kiosk.wait_for_page("TicketPage")
    scene.kiosk.tap("完成")
    scene.scan()
    scene.kiosk.wait_for_page("MyTicketPage")  # the code is the same, and so is the number
    assert scene.issued() == 1
    assert len(list((printer.out or Path()).glob("printer-1-*.png"))) == 1
    assert ok(scene.link, "open-window", window="01", clerk="0101")
    assert ok(scene.link, "call-next", window="01")["ticket"]["number"] == "A001"  # type: ignore[index]


def test_foreign_nonsense_and_used_codes_get_a_sentence_and_no_number(scene: Scene) -> None:
    for code, sentence in (
        ("JHA.elsewhere.abcdefghjk.AAAAAAAAAAAA", "这个码不是本大厅的"),
        ("http://example.org/elephant", OF_NO_USE),
        ("武山" * 20, OF_NO_USE),
    ):
        scene.hold(code)
        scene.scan()
        scene.kiosk.wait_for_colour(*LENS, WALL)
        scene.kiosk.wait_for_text(sentence)
        scene.kiosk.tap("首页")
        scene.kiosk.wait_for_page("HomePage")  # the next code is not for this page
    sign = ("queue_server.codes", "sign", "--key", str(scene.state / "example-platform"), "--issuer", "example-platform")
    scene.hold(scene.command(*sign, "--holder", "1001", "--name", "张三").strip())
    scene.scan()
    scene.kiosk.wait_for_page("HolderPage")
    scene.kiosk.tap("首页")
    scene.scan()
    scene.kiosk.wait_for_text(USED_BEFORE)  # it is good for one use
    assert scene.issued() == 0
