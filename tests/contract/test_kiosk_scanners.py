"""The kiosk's scanners beside its screen: real drivers on emulators, a camera that counts how often it is switched on."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest

from contract.configuration.hall import Device
from drivers import registry
from drivers.emulators.serve import TcpServer
from drivers.ports import NotFound, Unreachable
from drivers.scanner.camera import CameraScanner
from drivers.scanner.reading import CodeReader
from kiosk.ticket_kiosk.scan.scanners import Scanners, ScanTiming, for_screen
from kiosk.ticket_kiosk.scan.state import NextPicture, Pictured, Scanned, ScannerIs, Watch
from tests.bench.qr_frames import placed, scene

TICKET = "HTTP://10.0.0.8:8080/T/261122A001-ABCDEFGHIJKL"


class Told:
    """What the kiosk was sent."""

    def __init__(self) -> None:
        self._events: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.all: list[Any] = []

    def __call__(self, event: Any) -> None:
        self._events.put(event)

    def wait(self, kind: type, condition: Callable[[Any], bool] = lambda _event: True, timeout_s: float = 30) -> Any:
        """The next event of a kind for which the condition holds."""
        while True:
            event = self._events.get(timeout=timeout_s)
            self.all.append(event)
            if isinstance(event, kind) and condition(event):
                return event

    def so_far(self) -> list[Any]:
        """All that has come until now."""
        while not self._events.empty():
            self.all.append(self._events.get())
        return self.all


class CountingCamera:
    """A camera that counts; `picture` is what is before it."""

    def __init__(self) -> None:
        self.opened = self.closed = self.taken = 0
        self.is_on = self.is_gone = False
        self.picture: Any = cv2.cvtColor(scene(Random(1)), cv2.COLOR_GRAY2BGR)
        self.goes_on = threading.Event()
        self.goes_on.set()

    def probe(self) -> None:
        if self.is_gone:
            raise NotFound("camera-1: there is no camera", "plug it in")

    def open(self) -> None:
        self.probe()
        self.opened += 1
        self.is_on = True

    def close(self) -> None:
        self.closed += self.is_on
        self.is_on = False

    def take(self) -> Any:
        if self.is_gone:
            raise Unreachable("camera-1: the camera is gone", "plug it back in")
        assert self.is_on, "a camera that is off takes no picture"
        self.taken += 1
        self.goes_on.wait(60)
        time.sleep(0.01)
        return self.picture

    def takes_more(self, pictures: int) -> bool:
        """Whether it takes so many pictures from now on, within a minute."""
        wanted, deadline = self.taken + pictures, time.monotonic() + 60
        while self.taken < wanted and time.monotonic() < deadline:
            time.sleep(0.01)
        return self.taken >= wanted


def shown(text: str) -> Any:
    return cv2.cvtColor(placed(Random(2), text, side=220, turn=12), cv2.COLOR_GRAY2BGR)


def is_on(source: CountingCamera, wanted: bool) -> bool:
    deadline = time.monotonic() + 60
    while source.is_on is not wanted and time.monotonic() < deadline:
        time.sleep(0.01)
    return source.is_on is wanted


@pytest.fixture
def camera(request: pytest.FixtureRequest) -> Iterator[SimpleNamespace]:
    """The scanners of a kiosk with a counting camera, open. A parameter is how long its pictures may be neglected."""
    source, told = CountingCamera(), Told()
    part = Scanners(
        [Device(id="camera-1", kind="scanner", model="camera", address="camera:///dev/video0")],
        timing=ScanTiming(0.1, 0.1, 0.1, neglected_s=getattr(request, "param", 600)),
        build=lambda _device: CameraScanner("camera-1", source),
    )
    part.open(told)
    assert told.wait(ScannerIs) == ScannerIs("camera-1", "ok", films=True)
    yield SimpleNamespace(source=source, told=told, perform=lambda effect: part.perform(effect, told))
    part.close()
    assert is_on(source, False), "it is off at the end"


def test_the_camera_is_on_only_while_somebody_scans(camera: SimpleNamespace) -> None:
    assert (camera.source.opened, camera.source.taken) == (0, 0), "to look for it does not switch it on"
    for times in (1, 2):
        camera.perform(Watch(True))
        camera.told.wait(Pictured)
        camera.perform(Watch(False))
        assert is_on(camera.source, False)
        assert (camera.source.opened, camera.source.closed) == (times, times)


def test_a_code_before_the_camera_is_told_once_however_long_it_stays(camera: SimpleNamespace) -> None:
    camera.source.picture = shown(TICKET)
    camera.perform(Watch(True))
    assert camera.told.wait(Scanned).code == TICKET
    assert camera.source.takes_more(10), "the code stays, and the camera looks on"
    codes = [event for event in camera.told.so_far() if isinstance(event, Scanned)]
    assert len(codes) == 1
    assert TICKET not in repr(codes)


def test_who_begins_anew_before_a_slow_camera_went_off_may_show_the_same_code_again(camera: SimpleNamespace) -> None:
    camera.source.picture = shown(TICKET)
    camera.perform(Watch(True))
    assert camera.told.wait(Scanned).code == TICKET
    camera.source.goes_on.clear()
    assert camera.source.takes_more(1)
    camera.perform(Watch(False))
    camera.perform(Watch(True))
    camera.source.goes_on.set()
    assert camera.told.wait(Scanned).code == TICKET
    assert camera.source.takes_more(10)
    assert len([event for event in camera.told.so_far() if isinstance(event, Scanned)]) == 2


def test_a_picture_is_sent_only_when_the_last_is_on_the_screen(camera: SimpleNamespace) -> None:
    camera.perform(Watch(True))
    camera.told.wait(Pictured)
    assert camera.source.takes_more(5), "the camera looks on"
    assert len([event for event in camera.told.so_far() if isinstance(event, Pictured)]) == 1
    camera.perform(NextPicture())
    camera.told.wait(Pictured)


@pytest.mark.parametrize("camera", [0.3], indirect=True)
def test_a_camera_whose_pictures_nobody_takes_goes_off(camera: SimpleNamespace) -> None:
    camera.perform(Watch(True))
    camera.told.wait(Pictured)
    assert is_on(camera.source, False)
    camera.perform(NextPicture())
    camera.told.wait(Pictured)


def test_a_camera_unplugged_during_a_scan_is_told_and_comes_back_by_itself(camera: SimpleNamespace) -> None:
    camera.perform(Watch(True))
    camera.told.wait(Pictured)
    camera.source.is_gone = True
    gone = camera.told.wait(ScannerIs)
    assert (gone.condition, "plug" in gone.detail) == ("unreachable", True)
    camera.source.is_gone, camera.source.picture = False, shown(TICKET)
    camera.told.wait(ScannerIs, lambda event: event.condition == "ok")
    assert camera.told.wait(Scanned).code == TICKET


def test_a_picture_for_the_screen_is_small_and_as_in_a_mirror() -> None:
    picture = np.zeros((720, 1280, 3), np.uint8)
    picture[:90, :160] = (255, 0, 0)  # blue, at the upper left of the camera
    small = for_screen(picture, [])
    assert (small.width, small.height, len(small.pixels)) == (640, 360, 640 * 360 * 3)
    rows = np.frombuffer(small.pixels, np.uint8).reshape(360, 640, 3)
    assert tuple(rows[-1, -1]) == (0, 0, 255), "the last row is the upper one, red comes first, left is right"
    assert not rows[0].any() and not rows[:, 0].any()


def test_the_corners_of_a_code_lie_on_its_picture() -> None:
    drawn = placed(Random(2), TICKET, side=220, turn=12)
    seen = for_screen(cv2.cvtColor(drawn, cv2.COLOR_GRAY2BGR), CodeReader().read(drawn))
    rows = np.frombuffer(seen.pixels, np.uint8).reshape(seen.height, seen.width, 3)
    [corners] = seen.found
    x, y = (sum(value) / 4 for value in zip(*corners, strict=True))
    half = 60
    inside = rows[
        int(y * seen.height) - half : int(y * seen.height) + half, int(x * seen.width) - half : int(x * seen.width) + half
    ]
    assert inside.std() > 80, "black and white are there"


@pytest.fixture
def gun(tmp_path: Path) -> Iterator[SimpleNamespace]:
    """The scanners of a kiosk with a gun on a line, open."""
    emulator, told = registry.emulator("serial-scanner")(name="gun-1"), Told()
    server = TcpServer(emulator)
    server.open()
    part = Scanners([Device(id="gun-1", kind="scanner", model="serial-scanner", address=server.address)], tmp_path)
    part.open(told)
    assert told.wait(ScannerIs) == ScannerIs("gun-1", "ok")
    assert emulator.wait_for(lambda: emulator.connections == 1), "what it scans is sent on a line that it knows of"
    yield SimpleNamespace(emulator=emulator, told=told, part=part)
    part.close()
    server.close()


def test_a_gun_listens_always_and_survives_garbage(gun: SimpleNamespace) -> None:
    for text in (TICKET, "A001"):
        gun.emulator.scan("x" * 9000)
        gun.emulator.scan("\x01\x02\x7f")
        gun.emulator.scan(text)
        assert gun.told.wait(Scanned).code == text, "nothing of the garbage came through"


def test_a_scanner_that_shines_reads_only_while_somebody_scans(tmp_path: Path) -> None:
    emulator, told = registry.emulator("newland")(name="gun-1"), Told()
    server = TcpServer(emulator)
    server.open()
    device = Device(id="gun-1", kind="scanner", model="newland", address=server.address)
    part = Scanners([device], tmp_path, timing=ScanTiming(answer_s=10.0))
    part.open(told)
    told.wait(ScannerIs, lambda event: event.condition == "ok")
    assert not emulator.scanning
    part.perform(Watch(True), told)
    assert emulator.wait_for(lambda: emulator.scanning)
    emulator.scan(TICKET)
    assert told.wait(Scanned).code == TICKET
    part.perform(Watch(False), told)
    assert emulator.wait_for(lambda: not emulator.scanning)
    part.close()
    server.close()


def test_a_scanner_that_cannot_be_used_is_told_with_the_reason(tmp_path: Path) -> None:
    told = Told()
    part = Scanners([Device(id="s", kind="scanner", model="camera", address="/dev/video0")], tmp_path)
    part.open(told)
    wrong = told.wait(ScannerIs)
    assert (wrong.condition, "camera:///dev/video0" in wrong.detail) == ("not-found", True)
    part.close()
