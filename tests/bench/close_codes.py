"""Seeded pictures of codes held close to the camera: large codes on paper and on screens, whose own pixels make moire.

The sizes are those of cameras: 640 x 480, 1280 x 720, 1920 x 1080. Codes take half to nine tenths of the height.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.bench.qr_frames import Frame, Image, code, text

SIZES = ((640, 480), (1280, 720), (1920, 1080))
KINDS = ("paper", "monitor", "noise", "blur", "shine", "dim")
NOISE = {"paper": 4.0, "monitor": 6.0, "noise": 45.0, "blur": 10.0, "shine": 6.0, "dim": 5.0}


def close_frames(each: int, seed: int, size: tuple[int, int], kinds: tuple[str, ...] = KINDS) -> Iterator[Frame]:
    """`each` pictures of every kind, `size` pixels (width, height)."""
    for kind in kinds:
        dice = random.Random(f"{seed} {size} {kind}")
        for _ in range(each):
            content = text(dice)
            yield Frame(kind, content, _spoilt(dice, kind, _held(dice, content, size, on_screen=kind == "monitor")))


def _held(dice: random.Random, content: str, size: tuple[int, int], *, on_screen: bool) -> NDArray[np.float32]:
    """The code before the camera, a little turned and tilted."""
    width, height = size
    drawn = _shining(code(content, 24), dice.choice((2, 3, 4))) if on_screen else code(content, 12)
    angle, side = np.deg2rad(dice.uniform(-25, 25)), height * dice.uniform(0.5, 0.9)
    spin = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * side / 2
    corners[:2, 0] *= 1 - dice.uniform(0, 0.25)
    corners = corners @ spin.T + [width / 2 + dice.uniform(-0.05, 0.05) * width, height / 2]
    edge = drawn.shape[0]
    plane = np.array([[0, 0], [edge, 0], [edge, edge], [0, edge]], np.float32)
    seen = cv2.getPerspectiveTransform(plane, corners.astype(np.float32))
    light = np.linspace(dice.uniform(60, 140), dice.uniform(60, 160), width)[None, :] * np.ones((height, 1))
    cv2.warpPerspective(
        drawn, seen, size, dst=(picture := light.astype(np.uint8)), borderMode=cv2.BORDER_TRANSPARENT, flags=cv2.INTER_LINEAR
    )
    return picture.astype(np.float32)


def _shining(drawn: Image, pitch: int) -> Image:
    """The code as a screen shows it: every pixel has a dark rim, and `pitch` of them make a module's twelfth."""
    rim = np.ones((pitch, pitch), np.float32)
    rim[-1, :], rim[:, -1] = 0.3, 0.4
    times = drawn.shape[0] // pitch + 1
    return np.asarray(drawn * np.tile(rim, (times, times))[: drawn.shape[0], : drawn.shape[1]], np.float32).astype(np.uint8)


def _spoilt(dice: random.Random, kind: str, picture: NDArray[np.float32]) -> Image:
    height, width = picture.shape
    if kind == "blur":
        picture = cv2.GaussianBlur(picture, (0, 0), height * dice.uniform(0.004, 0.009)).astype(np.float32)
    elif kind == "dim":
        picture = 20 + picture * dice.uniform(0.1, 0.25)
    elif kind == "shine":
        y, x = np.mgrid[0:height, 0:width]
        away = (x - width * dice.uniform(0.35, 0.65)) ** 2 + (y - height * dice.uniform(0.3, 0.7)) ** 2
        picture = picture + 220 * np.exp(-away / (2 * (height * 0.07) ** 2)).astype(np.float32)
    rng = np.random.default_rng(dice.randrange(2**32))
    return np.clip(picture + rng.normal(0, NOISE[kind], picture.shape), 0, 255).astype(np.uint8)
