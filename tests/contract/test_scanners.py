"""What every scanner keeps to, each model on its emulator; cameras on drawn scenes, keyboards on synthetic keys."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any, NoReturn

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from contract.configuration.hall import Device
from drivers import registry
from drivers.emulators.serve import MemoryStream, PtyServer, TcpServer
from drivers.ports import DeviceError, DeviceRefused, InUse, NoPermission, NoReply, NotFound, Unreachable
from drivers.registry import DeviceSite
from drivers.scanner.camera import CameraScanner
from drivers.scanner.keyboard import KeyboardScanner
from drivers.scanner.keys import PLAIN
from tests.bench.qr_frames import code, placed, scene
from tests.programs import wait_until

PATIENT = DeviceSite(answer_s=10.0)
"""How long a scanner that is well may take to answer here: threads of a busy machine do not run for seconds."""
HASTY = DeviceSite(answer_s=0.05)
LINES = ["serial-scanner", "honeywell", "newland", "gm65", "zebra-ssi"]
TICKET = "HTTP://10.0.0.8:8080/T/A012-武山"


def device(model: str, address: str, **options: Any) -> Device:
    return Device(id="scanner-1", kind="scanner", model=model, address=address, options=options)


@pytest.fixture(params=LINES)
def rig(request: pytest.FixtureRequest) -> Iterator[SimpleNamespace]:
    """An open scanner of each model and its emulator."""
    emulator = registry.emulator(request.param)(name="scanner-1")
    server = TcpServer(emulator)
    server.open()
    driver = registry.build(device(request.param, server.address), PATIENT)
    driver.open()
    assert emulator.wait_for(lambda: emulator.connections == 1)
    yield SimpleNamespace(driver=driver, emulator=emulator, model=request.param)
    driver.close()
    server.close()


def test_a_code_is_read_when_it_is_held_before_the_scanner(rig: SimpleNamespace) -> None:
    threading.Timer(0.1, rig.emulator.scan, (TICKET,)).start()
    assert rig.driver.read(30) == TICKET
    assert rig.driver.read(0.2) is None


def test_two_codes_are_read_one_after_the_other(rig: SimpleNamespace) -> None:
    for text in ("A001", "B002"):
        rig.emulator.scan(text)
        assert rig.driver.read(30) == text


def test_a_scanner_with_commands_shines_only_while_somebody_reads(rig: SimpleNamespace) -> None:
    assert rig.emulator.scanning == (rig.model == "serial-scanner")
    rig.emulator.scan("A001")
    assert rig.driver.read(30) == "A001"
    assert rig.driver.read(0.05) is None
    assert rig.emulator.wait_for(lambda: rig.emulator.scanning == (rig.model == "serial-scanner"))


def test_a_scanner_is_looked_for_without_a_light_and_without_what_was_read_before(rig: SimpleNamespace) -> None:
    assert rig.driver.always_on == (rig.model == "serial-scanner")
    rig.emulator.scan("A001")
    assert rig.driver.read(30) == "A001"
    rig.driver.close()
    assert rig.emulator.wait_for(lambda: rig.emulator.connections == 0)
    for _ in range(2):
        rig.driver.probe()
        assert rig.emulator.scanning == rig.driver.always_on
    assert rig.emulator.wait_for(lambda: rig.emulator.connections == 1), "the line stays open"
    rig.emulator.hang_up()
    with pytest.raises(Unreachable):
        for _ in range(100):
            rig.driver.read(0.05)


def test_a_scanner_can_be_closed_and_opened_again(rig: SimpleNamespace) -> None:
    rig.driver.close()
    rig.driver.close()
    assert rig.emulator.wait_for(lambda: rig.emulator.connections == 0)
    rig.driver.open()
    rig.driver.check()
    assert rig.emulator.wait_for(lambda: rig.emulator.connections == 1)
    rig.emulator.scan("A001")
    assert rig.driver.read(30) == "A001"


def test_a_long_code_comes_whole(rig: SimpleNamespace) -> None:
    text = "0123456789" * 120
    rig.emulator.scan(text)
    assert rig.driver.read(30) == text


def test_a_scanner_that_is_unplugged_says_so_and_comes_back(rig: SimpleNamespace) -> None:
    rig.emulator.hang_up()
    with pytest.raises(Unreachable):
        rig.driver.read(30)
    rig.driver.close()
    assert rig.emulator.wait_for(lambda: rig.emulator.connections == 0)
    rig.driver.open()
    assert rig.emulator.wait_for(lambda: rig.emulator.connections == 1)
    rig.emulator.scan("A001")
    assert rig.driver.read(30) == "A001"


@pytest.mark.parametrize("fault", ["late=0.1", "broken-codes", "half-frames", "bit-errors", "garbage", "noise"])
def test_a_scanner_in_trouble_gives_a_code_nothing_or_one_clear_error(rig: SimpleNamespace, fault: str) -> None:
    rig.driver.answer_s = 0.15
    rig.emulator.fail(fault)
    rig.emulator.scan("A001")
    try:
        text = rig.driver.read(0.3)
    except DeviceError as error:
        assert "scanner-1" in str(error) and error.remedy
    else:
        assert text is None or text.isprintable()


@pytest.mark.parametrize("model", ["newland", "gm65", "zebra-ssi"])
def test_a_code_counts_where_the_scanner_falls_silent_behind_it(model: str) -> None:
    emulator = registry.emulator(model)()
    driver = registry.build(device(model, "loop://"), HASTY)
    driver.stream = MemoryStream(emulator)
    driver.open()
    send = emulator.send_code

    def send_and_fall_silent(code: str) -> None:
        send(code)
        emulator.fail("no-answer")

    emulator.send_code = send_and_fall_silent
    emulator.scan("A001")
    assert driver.read(30) == "A001"
    with pytest.raises(NoReply):
        driver.read(30)


@pytest.mark.parametrize("end", ["cr", "lf", "crlf", "none"])
def test_codes_are_read_with_every_end(end: str) -> None:
    emulator = registry.emulator("serial-scanner")(faults=[f"end={end}"])
    driver = registry.build(device("serial-scanner", "loop://"), PATIENT)
    driver.stream = MemoryStream(emulator)
    driver.open()
    emulator.scan("A001")
    assert driver.read(30) == "A001"


def test_a_pause_within_a_code_makes_no_two_of_it_where_the_scanner_sends_ends() -> None:
    driver = registry.build(device("serial-scanner", "loop://"), PATIENT)
    driver.stream = MemoryStream(registry.emulator("serial-scanner")())
    driver.open()
    for before in (b"", b"A001\r"):
        driver.take(before + b"HELLO-1")
        for _ in range(3):
            driver.take(b"")  # 0.12 s of silence each
        driver.take(b"23\r")
    assert [driver.read(0) for _ in range(4)] == ["HELLO-123", "A001", "HELLO-123", None]


@pytest.mark.parametrize("model", ["newland", "gm65", "zebra-ssi"])
@pytest.mark.parametrize(("fault", "error"), [("no-answer", NoReply), ("refuses", DeviceRefused)])
def test_a_scanner_that_does_not_obey_is_found_when_it_is_opened(model: str, fault: str, error: type[DeviceError]) -> None:
    driver = registry.build(device(model, "loop://"), HASTY)
    driver.stream = MemoryStream(registry.emulator(model)(name="scanner", faults=[fault]))
    with pytest.raises(error) as caught:
        driver.open()
    assert caught.value.remedy


def test_in_presentation_mode_a_scanner_scans_by_itself() -> None:
    emulator = registry.emulator("newland")()
    driver = registry.build(device("newland", "loop://", trigger=False), PATIENT)
    driver.stream = MemoryStream(emulator)
    driver.open()
    emulator.scanning = True
    emulator.scan("A001")
    assert driver.read(30) == "A001"
    with pytest.raises(registry.BadOption, match="trigger"):
        registry.build(device("newland", "loop://", trigger="yes"))


def test_a_scanner_on_a_serial_port_is_read() -> None:
    emulator = registry.emulator("zebra-ssi")()
    server = PtyServer(emulator)
    server.open()
    driver = registry.build(device("zebra-ssi", server.address), PATIENT)
    driver.open()
    emulator.scan(TICKET)
    assert driver.read(30) == TICKET
    driver.close()
    server.close()


@pytest.mark.hardware
@pytest.mark.skipif("JIAOHAO_SCANNER" not in os.environ, reason="JIAOHAO_SCANNER names no scanner, such as gm65=/dev/ttyACM0")
def test_a_real_scanner_reads_the_code_that_is_held_before_it() -> None:
    model, _, address = os.environ["JIAOHAO_SCANNER"].partition("=")
    driver = registry.build(device(model, address))
    driver.open()
    assert driver.read(30)
    driver.close()


# --- a scanner that poses as a keyboard -------------------------------------------------------------------------------


class FakeKeyboard:
    """Stands in for evdev.InputDevice: events wait behind a pipe."""

    def __init__(self, taken: bool = False) -> None:
        self.near, self.far = os.pipe()
        self.events, self.taken, self.grabbed, self.closed, self.gone = [], taken, False, False, False

    def type(self, text: str) -> None:
        keys = {c: k for k, c in PLAIN.items()}
        self.events += [SimpleNamespace(type=1, code=keys[c], value=v) for c in text for v in (1, 0)]
        self.events += [SimpleNamespace(type=0, code=0, value=0), SimpleNamespace(type=1, code=28, value=1)]
        os.write(self.far, b".")

    def fileno(self) -> int:
        return self.near

    def grab(self) -> None:
        if self.taken:
            raise OSError(16, "Device or resource busy")
        self.grabbed = True

    def read(self) -> list[SimpleNamespace]:
        os.read(self.near, 1)
        if self.gone:
            raise OSError(19, "No such device")
        events, self.events = self.events, []
        return events

    def close(self) -> None:
        self.closed = True


def test_a_scanner_as_keyboard_is_grabbed_and_read() -> None:
    keyboard = FakeKeyboard()
    driver = KeyboardScanner("scanner-1", lambda: keyboard)
    driver.open()
    assert keyboard.grabbed, "or it would type into the screen"
    keyboard.type("a012")
    assert driver.read(30) == "a012"
    assert driver.read(0.01) is None
    driver.close()
    driver.close()
    assert keyboard.closed


def test_a_scanner_as_keyboard_in_trouble_says_what_to_do() -> None:
    taken = FakeKeyboard(taken=True)
    with pytest.raises(InUse, match="another program"):
        KeyboardScanner("scanner-1", lambda: taken).open()
    assert taken.closed

    def refuse(error: OSError) -> KeyboardScanner:
        def connect() -> NoReturn:
            raise error

        return KeyboardScanner("scanner-1", connect)

    with pytest.raises(NoPermission, match="group input"):
        refuse(PermissionError(13, "no")).open()
    with pytest.raises(NotFound, match="plug it in"):
        refuse(FileNotFoundError(2, "no")).open()
    gone = FakeKeyboard()
    driver = KeyboardScanner("scanner-1", lambda: gone)
    driver.open()
    gone.gone = True
    gone.type("a")
    with pytest.raises(Unreachable, match="plug it back in"):
        driver.read(30)
    with pytest.raises(Unreachable):
        driver.check()


def test_the_address_of_a_scanner_as_keyboard_is_checked() -> None:
    with pytest.raises(NotFound, match="evdev"):
        registry.build(device("hid-scanner", "/dev/ttyACM0"))
    with pytest.raises(NotFound):
        registry.build(device("hid-scanner", "evdev:///dev/input/event-none")).open()
    with pytest.raises(NotFound):
        registry.build(device("hid-scanner", "evdev:///?name=no such scanner")).open()


@pytest.mark.skipif(
    not os.access("/dev/uinput", os.W_OK),
    reason="the kernel does not allow a keyboard to be made here: there is no /dev/uinput",
)
def test_a_keyboard_made_by_uinput_types_nothing_but_codes() -> None:
    import evdev

    with evdev.UInput(name="jiaohao-test-scanner") as made:
        driver = registry.build(device("hid-scanner", "evdev:///?name=jiaohao-test-scanner"))
        wait_until(lambda: is_there(driver))
        for key in (30, 2, 28):
            made.write(1, key, 1)
            made.write(1, key, 0)
        made.syn()
        assert driver.read(30) == "a1"
        driver.close()


def is_there(driver: Any) -> bool:
    """Whether it could be opened: the kernel tells of a new keyboard only a moment later."""
    with contextlib.suppress(NotFound):
        driver.open()
        return True
    return False


# --- camera -----------------------------------------------------------------------------------------------------------


def picture(dice: Random, text: str, **place: Any) -> Any:
    return cv2.cvtColor(placed(dice, text, **{"side": 220, "turn": 12, **place}), cv2.COLOR_GRAY2BGR)


def test_the_camera_reads_a_code_in_its_newest_picture_once(tmp_path: Path, dice: Random) -> None:
    driver = registry.build(device("camera", "emulator://camera"), DeviceSite(tmp_path))
    driver.open()
    driver.check()
    shown = []
    driver.preview = lambda image, codes: shown.append((image.shape, codes))
    assert driver.read(0.1) is None
    cv2.imwrite(str(tmp_path / "scanner-1" / "phone.png"), picture(dice, TICKET))
    assert driver.read(30) == TICKET
    assert driver.read(0.2) is None, "a code that stays there is handed out once"
    assert shown[0][0] == (480, 640, 3)
    [found] = shown[-1][1]
    assert len(found.corners) == 4 and all(0 <= x < 640 and 0 <= y < 480 for x, y in found.corners)
    driver.close()


def test_a_picture_is_held_before_an_emulated_camera_for_as_long_as_one_wants(tmp_path: Path, dice: Random) -> None:
    driver = registry.build(device("camera", "emulator://camera?held_s=30"), DeviceSite(tmp_path))
    driver.probe()
    path = tmp_path / "scanner-1" / "phone.png"
    cv2.imwrite(str(path), picture(dice, TICKET))
    os.utime(path, (time.time() - 31,) * 2)
    driver.open()
    assert driver.read(0.2) is None
    os.utime(path)
    assert driver.read(30) == TICKET
    driver.close()


class SlowEye:
    """A camera that needs `step_s` of its own `clock` for every picture."""

    def __init__(self, image: NDArray[np.uint8], step_s: float) -> None:
        self.image, self._step_s, self._now = image, step_s, 0.0

    def clock(self) -> float:
        return self._now

    def open(self) -> None: ...
    def close(self) -> None: ...
    def take(self) -> NDArray[np.uint8]:
        self._now += self._step_s
        return self.image


def test_a_code_is_read_again_after_it_was_away(dice: Random) -> None:
    eye = SlowEye(picture(dice, "A001"), 0.5)
    driver = CameraScanner("camera", eye, clock=eye.clock)
    driver.open()
    assert driver.read(30) == "A001"
    assert driver.read(5) is None
    eye.image = cv2.cvtColor(scene(dice), cv2.COLOR_GRAY2BGR)
    assert driver.read(3) is None
    eye.image = picture(dice, "A001")
    assert driver.read(30) == "A001"


def test_a_code_that_stays_is_read_once_also_by_a_machine_that_stands_still_meanwhile(dice: Random) -> None:
    eye = SlowEye(picture(dice, "A001"), 10)
    driver = CameraScanner("camera", eye, clock=eye.clock)
    driver.open()
    assert driver.read(30) == "A001"
    assert driver.read(30) is None


def test_a_film_is_read_like_a_camera_picture_by_picture(tmp_path: Path, dice: Random) -> None:
    path = tmp_path / "scan.avi"
    film = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 25, (640, 480))
    for _ in range(5):
        film.write(cv2.cvtColor(scene(dice), cv2.COLOR_GRAY2BGR))
    for _ in range(3):
        film.write(picture(dice, "B045"))
    film.release()
    driver = registry.build(device("camera", f"camera://{path}"))
    driver.open()
    assert driver.read(30) == "B045"
    driver.close()
    with pytest.raises(Unreachable):
        driver.read(0.1)


def test_a_camera_that_is_not_there_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="plug the camera in"):
        registry.build(device("camera", "camera:///dev/video-none")).open()
    with pytest.raises(NotFound, match="plug the camera in"):
        registry.build(device("camera", "camera:///dev/video-none")).probe()
    nonsense = tmp_path / "no-film.avi"
    nonsense.write_bytes(b"nonsense")
    with pytest.raises(InUse, match="no picture"):
        registry.build(device("camera", f"camera://{nonsense}")).open()
    with pytest.raises(NotFound, match="camera:///dev/video0"):
        registry.build(device("camera", "/dev/video0"))
    with pytest.raises(NotFound, match="folder"):
        registry.build(device("camera", "emulator://camera"))


def test_the_hidden_corners_fit_the_code(dice: Random) -> None:
    from drivers.scanner.reading import read

    image = np.full((480, 640), 128, np.uint8)
    drawn = code("A001", 6)
    image[100 : 100 + drawn.shape[0], 200 : 200 + drawn.shape[1]] = drawn
    [found] = read(image)
    edge = drawn.shape[0] - 2 * 24
    expected = [(224, 124), (224 + edge, 124), (224 + edge, 124 + edge), (224, 124 + edge)]
    assert all(abs(x - ex) < 8 and abs(y - ey) < 8 for (x, y), (ex, ey) in zip(found.corners, expected, strict=True))


@pytest.fixture
def dice() -> Random:
    import random

    return random.Random(7)


def test_reading_takes_no_longer_than_asked(rig: SimpleNamespace) -> None:
    begun = time.monotonic()
    assert rig.driver.read(0.2) is None
    assert time.monotonic() - begun < 30
