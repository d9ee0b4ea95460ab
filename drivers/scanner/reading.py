"""Reads QR codes out of camera pictures: treatment by OpenCV, decoding by zxing-cpp.

A picture is tried as half of itself with its greys spread, which is quickest and reads most, then as a half of that and so on,
which reads what is held close; only a picture in which nothing is read gets further treatments, cheapest first, each against
one kind of trouble. What costs too much for every picture is tried in turn, one treatment a picture, while the same scene
stays before the camera; pictures of a scene that holds still are also put together, which takes the noise out of them. Measured
beside bare zxing-cpp in tests/bench/scanning.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from drivers.scanner import treatment
from drivers.scanner.treatment import Picture

SMALLEST = 32
"""A picture narrower than this holds no code."""
SMALL = 280
"""A busy part narrower than this, in pixels, is enlarged."""
LARGE = 240
"""A picture at least this high is tried at half its size too: held close, every module of a code has noise, moire and blur."""
STILL = 6.0
"""Pictures whose small versions differ by less than this many greys on the average show the same scene."""
PUT_TOGETHER = 8
"""How many pictures of a still scene are put together at most."""


@dataclass(frozen=True)
class CameraCode:
    """What a code holds, as bytes and as text, and its corners in the picture: (x, y) clockwise from its own upper left."""

    text: str
    data: bytes
    corners: tuple[tuple[int, int], ...] = ()


def decode(picture: Picture, *, harder: bool = False) -> list[zxingcpp.Barcode]:
    """The QR codes that zxing-cpp finds in the picture as it is; `harder` also looks for light codes on dark."""
    found: list[zxingcpp.Barcode] = zxingcpp.read_barcodes(
        picture,
        formats=zxingcpp.BarcodeFormat.QRCodeModel2,
        try_rotate=False,  # finder patterns are found in any direction
        try_downscale=False,
        try_invert=harder,
    )
    return found


class CodeReader:
    """Reads one picture after another; keeps what it needs of the last ones."""

    def __init__(self) -> None:
        self._small: NDArray[np.float32] | None = None
        self._sum: NDArray[np.float32] | None = None
        self.put_together = 0
        """Of how many pictures the mean is that a code is looked for in."""
        self._turn = 0

    def read(self, picture: NDArray[np.uint8]) -> list[CameraCode]:
        """The codes in the next picture of a camera; empty when none can be read."""
        grey = treatment.grey(picture)
        if min(grey.shape) < SMALLEST:
            return []
        codes = read(grey)
        if codes:
            self._sum, self.put_together = None, 0
            return codes
        together = self._add(grey)
        rare = RARE[self._turn % len(RARE)]
        self._turn += 1
        for treated in rare(grey):
            if found := decode(treated, harder=True):
                return _codes(found, None)
        return read(together) if together is not None and self.put_together & (self.put_together - 1) == 0 else []

    def _add(self, grey: Picture) -> Picture | None:
        """The mean of the pictures since the scene last changed, when there are several."""
        small = cv2.resize(grey, (16, 12), interpolation=cv2.INTER_AREA).astype(np.float32)
        moved = self._small is None or float(np.abs(small - self._small).mean()) > STILL
        self._small = small
        if moved or self._sum is None or self._sum.shape != grey.shape or self.put_together >= PUT_TOGETHER:
            self._sum, self.put_together = grey.astype(np.float32), 1
            return None
        cv2.accumulate(grey, self._sum)
        self.put_together += 1
        return np.asarray(cv2.convertScaleAbs(self._sum, alpha=1 / self.put_together), np.uint8)


def read(grey: Picture) -> list[CameraCode]:
    """The codes in one grey picture, without others."""
    if min(grey.shape) < SMALLEST:
        return []
    for treated, scale, left, top in _treated(grey):
        if found := decode(treated):
            return _codes(found, (scale, left, top))
    return []


def _treated(grey: Picture) -> Iterator[tuple[Picture, float, int, int]]:
    """The picture treated in one way after another, with the scale and the place of its upper left corner in the whole."""
    half = treatment.half(grey)
    plain = treatment.stretched(half)
    yield plain, 0.5, 0, 0
    smaller, scale = half, 0.5
    while min(smaller.shape) >= LARGE:
        smaller, scale = treatment.half(smaller), scale / 2
        yield treatment.stretched(smaller), scale, 0, 0
    part = treatment.busiest(grey, half)
    if part is not None:
        small = treatment.half(part.picture)
        share, angle = treatment.smear(small)
        if share < treatment.SMEARED:
            for length in (8, 6, 10):
                yield treatment.deblurred(small, length, angle), 0.5, part.left, part.top
            yield treatment.sharpened(part.picture, 5, 3), 1, part.left, part.top
            return  # the other treatments make nothing of a smear
    yield treatment.sharpened(plain), 0.5, 0, 0
    yield treatment.outlined(plain), 0.5, 0, 0
    if part is not None:
        yield treatment.sharpened(part.picture, 5, 3), 1, part.left, part.top
        if max(part.picture.shape) <= SMALL:
            yield treatment.enlarged(part.picture, 1.5), 1.5, part.left, part.top
    yield grey, 1, 0, 0
    yield treatment.smoothed(grey), 1, 0, 0


def _codes(found: list[zxingcpp.Barcode], place: tuple[float, int, int] | None) -> list[CameraCode]:
    return [CameraCode(code.text, code.bytes, _corners(code, *place) if place else ()) for code in found]


def _corners(code: zxingcpp.Barcode, scale: float, left: int, top: int) -> tuple[tuple[int, int], ...]:
    at = code.position
    points = (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
    return tuple((round(p.x / scale) + left, round(p.y / scale) + top) for p in points)


def _whole(grey: Picture) -> Iterator[Picture]:
    """As it is, at full size: codes too fine for the half, and light ones on dark."""
    yield grey


def _finer(grey: Picture) -> Iterator[Picture]:
    part = treatment.busiest(grey, treatment.half(grey))
    if part is not None and max(part.picture.shape) <= 2 * SMALL:
        yield treatment.sharpened(treatment.enlarged(part.picture, 2), 7, 2)


def _steadier(grey: Picture) -> Iterator[Picture]:
    part = treatment.busiest(grey, treatment.half(grey))
    if part is None:
        return
    share, angle = treatment.smear(part.picture)
    if share < treatment.SMEARED:
        for length in (15, 11, 19):
            yield treatment.deblurred(part.picture, length, angle)


def _quieter(grey: Picture) -> Iterator[Picture]:
    yield treatment.stretched(treatment.smoothed(grey))


RARE: tuple[Callable[[Picture], Iterator[Picture]], ...] = (_whole, _finer, _steadier, _quieter)
"""Treatments that are tried in turn, one a picture."""
