"""The scanners of the kiosk, each in a thread of its own: report to the flow their condition and every code that is held there.

A camera, or a scanner that shines while it reads, is on only between Watch(True) and Watch(False); in between it is looked
for without being switched on. Others listen always, and the flow takes their codes where somebody means them.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract.backoff import Backoff
from contract.configuration.hall import Device
from drivers.device_health import reason
from drivers.ports import DeviceError, Scanner
from drivers.scanner.port import Camera
from kiosk.flow.event import Send
from kiosk.parts import Part
from kiosk.ticket_kiosk.scan.state import CameraPicture, NextPicture, Pictured, Scanned, ScannerIs, Watch

LOG = logging.getLogger(__name__)

READ_S, FILM_S = 1.0, 0.2
PICTURE_S = 1 / 12
"""A picture is shown no sooner than this after the last: it looks fluent, and is little work for the screen."""
WIDEST = 640


@dataclass(frozen=True)
class ScanTiming:
    """When what is done about scanners, in seconds."""

    look_s: float = 5.0
    """How often a scanner that is off is looked for."""
    first_retry_s: float = 1.0
    longest_retry_s: float = 10.0
    """How long to wait after trouble: the first time, and at most."""
    neglected_s: float = 5.0
    """A picture that nobody has taken for this time means that nobody sees the camera: it goes off."""
    answer_s: float | None = None
    """How long a scanner may take to answer; None: as long as its driver knows that it may."""


USUAL = ScanTiming()


class ScanSession:
    """Whether somebody wants to scan, shared between the UI thread and those of the scanners."""

    def __init__(self, neglected_s: float = USUAL.neglected_s) -> None:
        self._neglected_s = neglected_s
        self._news = threading.Condition()
        self.on = self.ended = False
        self.turn = 0
        """How often somebody has begun to scan."""
        self.asked = True
        self.sent_at = 0.0

    def change(self, *, on: bool | None = None, ended: bool = False) -> None:
        with self._news:
            self.turn += bool(on and not self.on)
            self.on = self.on if on is None else on
            self.ended = self.ended or ended
            self.asked = True
            self._news.notify_all()

    def wait(self, seconds: float) -> None:
        """Until `seconds` are over, or something has changed."""
        with self._news:
            self._news.wait(0 if self.ended else seconds)

    def takes_picture(self, now: float) -> bool:
        """Whether a picture is to be sent now. Ends the session when none of them is taken any more."""
        with self._news:
            if not self.asked and now - self.sent_at > self._neglected_s:
                self.on = False
            if not self.on or not self.asked or now - self.sent_at < PICTURE_S:
                return False
            self.asked, self.sent_at = False, now
            return True


class Scanners(Part[Watch | NextPicture]):
    """Owns `devices`; `perform` takes Watch and NextPicture of the flow. `folder` is where emulated cameras see pictures;
    `build` makes the drivers, by default as the registry does."""

    handles = (Watch, NextPicture)

    def __init__(
        self,
        devices: Sequence[Device],
        folder: Path | None = None,
        *,
        timing: ScanTiming = USUAL,
        build: Callable[[Device], Scanner] | None = None,
    ) -> None:
        def from_registry(device: Device) -> Scanner:
            from drivers import registry

            return registry.scanner(device, registry.DeviceSite(folder, timing.answer_s))

        self._session = ScanSession(timing.neglected_s)
        self._scanners = [ScannerThread(device, build or from_registry, self._session, timing) for device in devices]
        self._threads: list[threading.Thread] = []

    def open(self, send: Send) -> None:
        """Start to listen; `send` gets ScannerIs, Scanned and Pictured from the threads of the scanners."""
        for scanner in self._scanners:
            name = f"scanner {scanner.device.id}"
            self._threads.append(threading.Thread(target=scanner.run, args=(send,), name=name, daemon=True))
            self._threads[-1].start()

    def close(self) -> None:
        """Switch all off."""
        self._session.change(on=False, ended=True)
        for thread in self._threads:
            thread.join(5)

    def perform(self, effect: Watch | NextPicture, _send: Send) -> None:
        self._session.change(on=effect.on if isinstance(effect, Watch) else True)


class ScannerThread:
    """One scanner and what its thread does."""

    def __init__(self, device: Device, build: Callable[[Device], Scanner], session: ScanSession, timing: ScanTiming) -> None:
        self.device, self._build, self._session = device, build, session
        self._look_s = timing.look_s
        self._backoff = Backoff(timing.first_retry_s, timing.longest_retry_s)
        self._told: ScannerIs | None = None
        self._is_open = self._films = False
        self._turn = 0

    def run(self, send: Send) -> None:
        """Listen until the end of the session."""
        try:
            scanner = self._build(self.device)
        except (DeviceError, ValueError) as error:
            LOG.error("the scanner %s cannot be used: %s", self.device.id, error)
            self._tell(send, reason(error), str(error))
            return
        self._films = isinstance(scanner, Camera)
        if isinstance(scanner, Camera):
            scanner.preview = lambda picture, codes: self._film(picture, codes, send)
        while not self._session.ended:
            try:
                self._attend(scanner, send)
                self._backoff.reset()
            except Exception as error:
                self._trouble(scanner, error, send)
        scanner.close()

    def _attend(self, scanner: Scanner, send: Send) -> None:
        """Read for a moment, or look whether it is still there."""
        turn = self._session.turn
        if scanner.always_on or self._session.on:
            if self._is_open and not scanner.always_on and turn != self._turn:
                self._close(scanner)  # somebody begins anew: what was shown before counts again
            if not self._is_open:
                scanner.open()
                self._is_open, self._turn = True, turn
                self._tell(send, "ok")
            code = scanner.read(FILM_S if self._films else READ_S)
            if code and (scanner.always_on or (self._session.on and self._session.turn == turn)):
                send(Scanned(code))
            return
        if self._is_open:
            self._close(scanner)
        scanner.probe()
        self._tell(send, "ok")
        self._session.wait(self._look_s)

    def _trouble(self, scanner: Scanner, error: Exception, send: Send) -> None:
        if not isinstance(error, DeviceError):
            LOG.exception("the scanner %s failed", self.device.id)
        self._close(scanner)
        self._tell(send, reason(error), str(error))
        self._session.wait(self._backoff.next())

    def _close(self, scanner: Scanner) -> None:
        scanner.close()
        self._is_open = False

    def _tell(self, send: Send, condition: str, detail: str = "") -> None:
        now = ScannerIs(self.device.id, condition, self._films, detail[:200])
        if now != self._told:
            if condition != "ok":
                LOG.warning("the scanner %s: %s", self.device.id, detail)
            self._told = now
            send(now)

    def _film(self, picture: object, codes: Sequence[object], send: Send) -> None:
        if self._session.takes_picture(time.monotonic()):
            send(Pictured(for_screen(picture, codes)))


def for_screen(picture: Any, codes: Sequence[Any]) -> CameraPicture:
    """A camera's picture (height x width x 3, BGR) small enough for the screen, as in a mirror: a hand moves as it is seen."""
    import cv2

    height, width = picture.shape[:2]
    scale = min(1.0, WIDEST / width)
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else picture
    turned = cv2.cvtColor(cv2.flip(small, -1), cv2.COLOR_BGR2RGB)  # sides for the mirror, top and bottom for OpenGL
    found = tuple(tuple((1 - x / width, 1 - y / height) for x, y in code.corners) for code in codes if code.corners)
    return CameraPicture(turned.shape[1], turned.shape[0], turned.tobytes(), found)
