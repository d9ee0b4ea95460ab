"""What is done to a camera's picture so that the code in it can be read. Pictures are grey, uint8, height x width.

Words for the troubles: blur (out of focus), motion (smeared along a line), noise, glare, moire, low contrast, small.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class PicturePart:
    """A part of a picture and the place of its upper left corner in the whole, in pixels."""

    picture: Picture
    left: int
    top: int


CELL = 16
"""Side of the squares, in pixels of the whole picture, by which a code is looked for."""
SMEARED = 0.35
"""A picture whose weakest edges have less than this share of the energy of its strongest was moved while it was taken."""
_CROSS = np.ones((3, 3), np.uint8)


def grey(picture: NDArray[np.uint8]) -> Picture:
    """A colour picture (BGR) without its colours; a grey one as it is."""
    return picture if picture.ndim == 2 else np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY))


def half(picture: Picture) -> Picture:
    """Half as wide and high: four pixels become their mean, which takes half of the noise."""
    height, width = picture.shape
    return np.asarray(cv2.resize(picture, (width // 2, height // 2), interpolation=cv2.INTER_AREA), np.uint8)


def enlarged(picture: Picture, times: float) -> Picture:
    """Larger, with smooth edges: for codes of fewer than three pixels a module."""
    return np.asarray(cv2.resize(picture, None, fx=times, fy=times, interpolation=cv2.INTER_CUBIC), np.uint8)


def stretched(picture: Picture) -> Picture:
    """The greys from the darkest to the lightest half per cent, spread over all there are: against dark and low contrast."""
    counts = cv2.calcHist([picture], [0], None, [256], [0, 256]).ravel().cumsum()
    low, high = (int(np.searchsorted(counts, counts[-1] * share)) for share in (0.005, 0.995))
    if high - low > 200:
        return picture
    return np.asarray(cv2.convertScaleAbs(cv2.subtract(picture, low), alpha=255 / max(high - low, 8)), np.uint8)


def outlined(picture: Picture, width: int = 17) -> Picture:
    """Black and white by the mean of the surroundings, `width` pixels: against glare, shadow and moire."""
    mean, binary = cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY
    return np.asarray(cv2.adaptiveThreshold(picture, 255, mean, binary, width, 0), np.uint8)


def sharpened(picture: Picture, width: int = 5, strength: float = 6) -> Picture:
    """Differences to the surroundings made larger: against blur."""
    soft = cv2.blur(cv2.blur(picture, (width, width)), (width, width))
    return np.asarray(cv2.addWeighted(picture, 1 + strength, soft, -strength, 0), np.uint8)


def smoothed(picture: Picture, width: int = 5) -> Picture:
    """Each pixel the mean of its surroundings: against noise and moire."""
    return np.asarray(cv2.blur(picture, (width, width)), np.uint8)


def busiest(picture: Picture, smaller: Picture) -> PicturePart | None:
    """The part of `picture` that is fullest of edges, as a code is, or None. `smaller` is half(picture)."""
    height, width = smaller.shape
    edges = cv2.morphologyEx(smaller, cv2.MORPH_GRADIENT, _CROSS)
    cells = cv2.resize(edges, (2 * width // CELL, 2 * height // CELL), interpolation=cv2.INTER_AREA)
    _, top, _, (column, row) = cv2.minMaxLoc(cv2.blur(cells, (5, 5)))
    if top < 6:
        return None
    full = (cv2.blur(cells, (3, 3)) > top / 2).astype(np.uint8)
    labels, boxes = cv2.connectedComponentsWithStats(full, connectivity=8)[1:3]
    x, y, w, h, _ = boxes[labels[row, column]]
    if not labels[row, column] or w * h > 0.6 * cells.size:
        return None
    left, top_edge = max(0, (x - 1) * CELL), max(0, (y - 1) * CELL)
    return PicturePart(picture[top_edge : (y + h + 1) * CELL, left : (x + w + 1) * CELL], left, top_edge)


def smear(picture: Picture) -> tuple[float, float]:
    """(share, angle): the energy of the weakest edges over that of the strongest, and the direction of the smear, degrees."""
    across, down = (cv2.Sobel(picture, cv2.CV_32F, x, 1 - x) for x in (1, 0))
    a, b, c = (float(cv2.mean(cv2.multiply(p, q))[0]) for p, q in ((across, across), (down, down), (across, down)))
    difference = float(np.hypot(a - b, 2 * c))
    share = (a + b - difference) / (a + b + difference + 1e-6)
    return share, -(0.5 * float(np.degrees(np.arctan2(2 * c, a - b))) + 90)


def deblurred(picture: Picture, length: int, angle: float, noise: float = 0.015) -> Picture:
    """A picture smeared over `length` pixels along `angle`, set right by Wiener's filter; `noise` to signal ratio."""
    centre = length / 2 - 0.5
    line = np.zeros((length, length), np.float32)
    line[length // 2] = 1
    line = np.asarray(cv2.warpAffine(line, cv2.getRotationMatrix2D((centre, centre), angle, 1), (length, length)), np.float32)
    height, width = picture.shape
    rows, columns = cv2.getOptimalDFTSize(height), cv2.getOptimalDFTSize(width)
    kernel = np.zeros((rows, columns), np.float32)
    kernel[:length, :length] = line / line.sum()
    kernel = np.roll(kernel, (-(length // 2), -(length // 2)), (0, 1))
    wide = cv2.copyMakeBorder(picture, 0, rows - height, 0, columns - width, cv2.BORDER_REFLECT).astype(np.float32)
    smeared, known = cv2.dft(wide, flags=cv2.DFT_COMPLEX_OUTPUT), cv2.dft(kernel, flags=cv2.DFT_COMPLEX_OUTPUT)
    power = known[..., 0] ** 2 + known[..., 1] ** 2 + noise
    quotient = cv2.mulSpectrums(smeared, known, 0, conjB=True) / power[..., None]
    sharp = cv2.dft(quotient, flags=cv2.DFT_INVERSE | cv2.DFT_SCALE | cv2.DFT_REAL_OUTPUT)
    return np.asarray(np.clip(sharp[:height, :width], 0, 255), np.uint8)
