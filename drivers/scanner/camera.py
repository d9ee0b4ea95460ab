"""A camera as scanner: OpenCV takes the pictures, `reading` reads them.

    camera:///dev/video0?width=1280&height=720     a camera of this machine
    camera:///var/tmp/scan.avi                     a film, picture by picture, for trying things out
    emulator://camera?out=/var/tmp/scan            the newest picture in folder /var/tmp/scan/<device>; none: an empty scene
    emulator://camera?held_s=30                    that picture for 30 s after it was written: a phone that is held there

The camera is on between `open` and `close` only. A code that stays before it is handed out once.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from math import inf
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from contract.configuration.hall import Device
from drivers.address import Address
from drivers.connect import DeviceSite
from drivers.ports import InUse, NoPermission, NotFound, Unreachable
from drivers.scanner.frames import text_of
from drivers.scanner.port import Camera
from drivers.scanner.reading import CameraCode, CodeReader
from drivers.scanner.treatment import Picture

FORGET_S = 2.0
"""A code may be handed out again after it was out of sight for this time."""
REMEDY = "check its cable; `jiaohao-devices doctor` lists the cameras"


class PictureSource(Protocol):
    """Where pictures come from."""

    def probe(self) -> None:
        """Make sure it is there without switching it on; raise DeviceError."""

    def open(self) -> None:
        """Switch it on; raise DeviceError."""

    def close(self) -> None:
        """Switch it off; twice is no error."""

    def take(self) -> Picture | None:
        """The next picture, height x width x 3 (BGR), or None when there is none now; raise Unreachable when it is gone."""


class CameraScanner(Camera):
    """A camera that reads codes. `preview` is called with every picture and the codes found in it, for a live picture."""

    always_on = False

    def __init__(self, name: str, source: PictureSource, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.name, self.source, self._clock = name, source, clock
        self.preview: Callable[[Picture, Sequence[CameraCode]], None] | None = None
        self._reader = CodeReader()
        self._seen: dict[bytes, float] = {}
        """Codes that were handed out, and since when pictures are without them; inf while they are there."""

    def open(self) -> None:
        self._reader, self._seen = CodeReader(), {}
        self.source.open()

    def close(self) -> None:
        self.source.close()

    def probe(self) -> None:
        """Make sure the camera is there; it stays off."""
        self.source.probe()

    def check(self) -> None:
        """Take a picture; raise Unreachable if none comes within a second."""
        deadline = self._clock() + 1
        while self.source.take() is None:
            if self._clock() >= deadline:
                raise Unreachable(f"{self.name}: the camera sends no picture", REMEDY)

    def read(self, timeout_s: float) -> str | None:
        """The next code, or None."""
        deadline = self._clock() + timeout_s
        while True:
            picture = self.source.take()
            if picture is not None and (new := self._new(picture)) is not None:
                return new
            if self._clock() >= deadline:
                return None

    def _new(self, picture: Picture) -> str | None:
        codes = self._reader.read(picture)
        if self.preview is not None:
            self.preview(picture, codes)
        self._forget({code.data for code in codes})
        new = [code for code in codes if code.data not in self._seen]
        if not new:
            return None
        self._seen[new[0].data] = inf
        return text_of(new[0].data)

    def _forget(self, there: set[bytes]) -> None:
        """Time without a picture is no time without the code: a machine that was paused must not read it a second time."""
        now = self._clock()
        gone = {data: inf if data in there else min(since, now) for data, since in self._seen.items()}
        self._seen = {data: since for data, since in gone.items() if now - since < FORGET_S}


def settings(size: tuple[int, int]) -> list[tuple[int, float]]:
    """What a USB camera is asked for, in this order: as JPEG, for most send 5 to 10 raw pictures of this size a second; only
    the newest picture, for old ones are of no use. A camera that cannot do one of them leaves it as it is."""
    jpeg = cv2.VideoWriter_fourcc(*"MJPG")  # type: ignore[attr-defined]
    width, height = size
    return [
        (cv2.CAP_PROP_FOURCC, jpeg),
        (cv2.CAP_PROP_FRAME_WIDTH, width),
        (cv2.CAP_PROP_FRAME_HEIGHT, height),
        (cv2.CAP_PROP_BUFFERSIZE, 1),
    ]


class CaptureSource(PictureSource):
    """A camera or a film by OpenCV."""

    def __init__(self, name: str, where: Address) -> None:
        self.name, self.path = name, Path(where.path)
        self.size = (int(where.number("width", 1280)), int(where.number("height", 720)))
        self._capture: cv2.VideoCapture | None = None

    def probe(self) -> None:
        if not self.path.exists():
            raise NotFound(f"{self.name}: there is no {self.path}", f"plug the camera in, or correct the address; {REMEDY}")
        try:
            self.path.open("rb").close()
        except PermissionError:
            raise NoPermission(f"{self.name}: this user may not use the camera", "add the user to group video") from None
        except OSError as error:
            raise InUse(f"{self.name}: the camera is busy ({error.strerror})", "end the other program") from None

    def open(self) -> None:
        if self._capture is not None:
            return
        self.probe()
        capture = cv2.VideoCapture(str(self.path), cv2.CAP_V4L2 if self.path.is_char_device() else cv2.CAP_ANY)
        if not capture.isOpened():
            raise InUse(
                f"{self.name}: no picture comes from {self.path}", "end other programs that use it, or unplug it and plug it in"
            )
        if self.path.is_char_device():
            for what, value in settings(self.size):
                capture.set(what, value)
        self._capture = capture

    def close(self) -> None:
        if self._capture is not None:
            self._capture.release()
            self._capture = None

    def take(self) -> Picture | None:
        if self._capture is None:
            raise Unreachable(f"{self.name}: the camera is not open")
        good, picture = self._capture.read()
        if good:
            return np.asarray(picture, np.uint8)
        if self.path.is_char_device():
            self.close()
            raise Unreachable(f"{self.name}: the camera is gone", "plug it back in; it is tried again")
        time.sleep(0.02)  # the film is over
        return None


class FolderSource(PictureSource):
    """The newest picture in a folder, at most 25 times a second: a camera for halls without one.

    With `held_s` a picture is before the lens for that many seconds after it was written, as a phone that is held there.
    """

    def __init__(self, folder: Path, *, size: tuple[int, int] = (640, 480), held_s: float | None = None) -> None:
        self.folder, self.held_s = folder, held_s
        self._empty = np.full((size[1], size[0], 3), 90, np.uint8)

    def probe(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)

    def open(self) -> None:
        self.probe()

    def close(self) -> None:
        """Nothing is held."""

    def take(self) -> Picture | None:
        time.sleep(0.04)
        newest = self._newest()
        picture = cv2.imread(str(newest)) if newest is not None else None
        return self._empty if picture is None else np.asarray(picture, np.uint8)

    def _newest(self) -> Path | None:
        """The picture that is before the lens now."""
        with contextlib.suppress(FileNotFoundError):  # one that was there when they were listed
            pictures = [(p.stat().st_mtime, p) for p in self.folder.iterdir() if p.suffix in (".png", ".jpg")]
            written_at, newest = max(pictures, default=(0.0, None))
            if self.held_s is None or time.time() - written_at < self.held_s:
                return newest
        return None


def camera(device: Device, site: DeviceSite) -> CameraScanner:
    """A camera for one entry of devices.toml; raise NotFound for an address that is none of a camera."""
    where = Address.parse(device.address)
    name = f"{device.id} ({device.address})"
    if where.scheme == "emulator":
        folder = Path(where.options["out"]) if "out" in where.options else site.folder
        if folder is None:
            raise NotFound(f"{name}: an emulated camera needs a folder with pictures", "write emulator://camera?out=FOLDER")
        held_s = where.number("held_s", 0)
        return CameraScanner(name, FolderSource(folder / device.id, held_s=held_s or None))
    if where.scheme != "camera" or not where.path:
        raise NotFound(f"{name}: this is no camera", "write camera:///dev/video0")
    return CameraScanner(name, CaptureSource(name, where))
