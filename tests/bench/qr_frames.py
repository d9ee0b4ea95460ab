"""Seeded frames as a kiosk's camera sees them: a QR code of the hall on paper or a phone, spoiled in one of twelve ways.

Every frame is 640 x 480, grey. What stands in the code, its size, place, turn and background differ from frame to frame; the
same seed gives the same frames on every machine. `empty` holds scenes without any code.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import qrcode
from numpy.typing import NDArray

Image = NDArray[np.uint8]
WIDTH, HEIGHT = 640, 480
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True)
class Frame:
    """One frame and the text of the code in it, None in an empty one."""

    kind: str
    text: str | None
    image: Image


def text(dice: random.Random) -> str:
    """What a code of the hall says: a ticket's address with its token, an appointment, or a case number."""
    token = "".join(dice.choice(ALPHABET) for _ in range(dice.choice((16, 24, 40))))
    return dice.choice((f"HTTP://10.0.0.8:8080/T/{token}", f"https://hall.example.gov.cn/t/{token.lower()}", f"JH1:A:{token}"))


def code(content: str, module: int) -> Image:
    """The code with its quiet zone, `module` pixels a module, dark on light."""
    maker = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4, box_size=1)
    maker.add_data(content)
    maker.make(fit=True)
    dots = np.array(maker.get_matrix(), dtype=np.uint8)
    return np.kron(np.where(dots, 20, 235).astype(np.uint8), np.ones((module, module), np.uint8))


def scene(dice: random.Random) -> Image:
    """A background: light that falls off, with edges, stripes and writing."""
    rng = np.random.default_rng(dice.randrange(2**32))
    ramp = np.linspace(dice.uniform(40, 160), dice.uniform(60, 200), WIDTH)[None, :] * np.ones((HEIGHT, 1))
    ramp *= np.linspace(dice.uniform(0.7, 1.1), dice.uniform(0.7, 1.1), HEIGHT)[:, None]
    image = np.clip(ramp, 0, 255).astype(np.uint8)
    for _ in range(dice.randint(4, 14)):
        x, y = dice.randrange(WIDTH), dice.randrange(HEIGHT)
        colour = dice.randrange(30, 230)
        cv2.rectangle(image, (x, y), (x + dice.randrange(20, 260), y + dice.randrange(10, 160)), colour, -1)
    for _ in range(dice.randint(2, 10)):
        words = "".join(dice.choice(ALPHABET) for _ in range(dice.randint(4, 14)))
        at, colour = (dice.randrange(WIDTH), dice.randrange(HEIGHT)), dice.randrange(0, 255)
        cv2.putText(image, words, at, cv2.FONT_HERSHEY_SIMPLEX, dice.uniform(0.4, 1.4), colour, dice.randint(1, 3))
    return noisy(image, rng, 2)


def placed(dice: random.Random, content: str, *, side: float, turn: float, tilt: float = 0.0) -> Image:
    """The code on a scene: about `side` pixels wide with its quiet zone, turned by degrees, its corners pulled by `tilt`."""
    drawn = code(content, 8)
    size = drawn.shape[0]
    centre = np.array([dice.uniform(0.35, 0.65) * WIDTH, dice.uniform(0.4, 0.6) * HEIGHT])
    angle = np.deg2rad(turn)
    spin = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * side / 2
    if tilt:
        away = dice.choice((0, 1))
        corners[:, 1 - away] *= 1 - 0.45 * tilt
        near = corners[:, 1 - away] > 0
        corners[near, away] *= 1 - tilt
    target = (corners @ spin.T + centre).astype(np.float32)
    source = np.array([[0, 0], [size, 0], [size, size], [0, size]], np.float32)
    matrix = cv2.getPerspectiveTransform(source, target)
    small = side < 0.6 * size
    drawn = cv2.GaussianBlur(drawn, (0, 0), 0.35 * size / side) if small else drawn
    flat = cv2.warpPerspective(drawn, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR)
    mask = cv2.warpPerspective(np.full_like(drawn, 255), matrix, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR)
    share = mask.astype(np.float32) / 255
    return (scene(dice) * (1 - share) + flat * share).astype(np.uint8)


def noisy(image: Image, rng: np.random.Generator, sigma: float) -> Image:
    """With the sensor's noise."""
    return np.clip(image + rng.normal(0, sigma, image.shape), 0, 255).astype(np.uint8)


def motion(image: Image, length: float, angle: float) -> Image:
    """Smeared along a line, as by a hand that does not hold still."""
    size = int(length) | 1
    kernel = np.zeros((size, size), np.float32)
    kernel[size // 2] = 1
    kernel = cv2.warpAffine(kernel, cv2.getRotationMatrix2D((size / 2 - 0.5, size / 2 - 0.5), angle, 1), (size, size))
    smeared: Image = cv2.filter2D(image, -1, kernel / kernel.sum())
    return smeared


def glare(image: Image, dice: random.Random, radius: float, strength: float) -> Image:
    """With the reflection of a lamp somewhere on the code."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    cx, cy = dice.uniform(0.35, 0.65) * WIDTH, dice.uniform(0.35, 0.65) * HEIGHT
    squeeze = dice.uniform(0.4, 1)
    light = strength * np.exp(-(((x - cx) / radius) ** 2 + ((y - cy) / (radius * squeeze)) ** 2))
    return np.clip(image + light, 0, 255).astype(np.uint8)


def moire(image: Image, dice: random.Random, strength: float) -> Image:
    """With the stripes that a screen's pixels make on the sensor's."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    waves = np.zeros(image.shape)
    for _ in range(2):
        period, angle = dice.uniform(2.5, 9), dice.uniform(0, np.pi)
        waves += np.sin(2 * np.pi * (x * np.cos(angle) + y * np.sin(angle)) / period + dice.uniform(0, 6))
    return np.clip(image + strength / 2 * waves, 0, 255).astype(np.uint8)


def faint(image: Image, contrast: float, base: float) -> Image:
    """With little difference between dark and light."""
    return np.clip(base + contrast * image.astype(np.float32), 0, 255).astype(np.uint8)


def _usual(dice: random.Random, content: str, **changes: Any) -> Image:
    return placed(dice, content, **{"side": dice.uniform(170, 330), "turn": dice.uniform(-20, 20), **changes})


def _blur(dice: random.Random, content: str, rng: np.random.Generator) -> Image:
    return noisy(cv2.GaussianBlur(_usual(dice, content), (0, 0), dice.uniform(2.0, 4.6)), rng, 2)


def _motion(dice: random.Random, content: str, rng: np.random.Generator) -> Image:
    return noisy(motion(_usual(dice, content), dice.uniform(6, 19), dice.uniform(0, 180)), rng, 2)


def _noise(dice: random.Random, content: str, rng: np.random.Generator) -> Image:
    return noisy(_usual(dice, content), rng, dice.uniform(60, 170))


def _glare(dice: random.Random, content: str, rng: np.random.Generator) -> Image:
    return noisy(glare(_usual(dice, content), dice, dice.uniform(40, 150), dice.uniform(120, 420)), rng, 3)


def _moire(dice: random.Random, content: str, rng: np.random.Generator) -> Image:
    return noisy(moire(_usual(dice, content), dice, dice.uniform(40, 150)), rng, 3)


def _dark(dice: random.Random, content: str, rng: np.random.Generator) -> Image:
    return noisy(faint(_usual(dice, content), dice.uniform(0.05, 0.2), dice.uniform(0, 12)), rng, dice.uniform(1.5, 6))


def _low_contrast(dice: random.Random, content: str, rng: np.random.Generator) -> Image:
    return noisy(faint(_usual(dice, content), dice.uniform(0.04, 0.14), dice.uniform(60, 200)), rng, dice.uniform(0.8, 3))


def _perspective(dice: random.Random, content: str, rng: np.random.Generator) -> Image:
    return noisy(_usual(dice, content, tilt=dice.uniform(0.5, 0.78), turn=dice.uniform(-45, 45)), rng, 4)


def _rotation(dice: random.Random, content: str, rng: np.random.Generator) -> Image:
    turned = _usual(dice, content, turn=dice.uniform(0, 360), side=dice.uniform(110, 220))
    return noisy(cv2.GaussianBlur(turned, (0, 0), dice.uniform(0.8, 2.0)), rng, dice.uniform(2, 12))


def _small(dice: random.Random, content: str, rng: np.random.Generator) -> Image:
    return noisy(_usual(dice, content, side=dice.uniform(44, 76)), rng, dice.uniform(1, 5))


def _mixed(dice: random.Random, content: str, rng: np.random.Generator) -> Image:
    image = _usual(dice, content, turn=dice.uniform(0, 360), tilt=dice.uniform(0, 0.3), side=dice.uniform(120, 300))
    spoil: list[Callable[[Image], Image]] = [
        lambda i: cv2.GaussianBlur(i, (0, 0), dice.uniform(0.8, 2.6)),
        lambda i: motion(i, dice.uniform(4, 10), dice.uniform(0, 180)),
        lambda i: glare(i, dice, dice.uniform(30, 90), dice.uniform(80, 250)),
        lambda i: moire(i, dice, dice.uniform(20, 60)),
        lambda i: faint(i, dice.uniform(0.15, 0.5), dice.uniform(0, 100)),
    ]
    for change in dice.sample(spoil, 3):
        image = change(image)
    return noisy(image, rng, dice.uniform(2, 8))


def _empty(dice: random.Random, content: str, rng: np.random.Generator) -> Image:
    return noisy(moire(scene(dice), dice, dice.uniform(0, 60)), rng, dice.uniform(2, 40))


KINDS: dict[str, Callable[[random.Random, str, np.random.Generator], Image]] = {
    "blur": _blur,
    "motion": _motion,
    "noise": _noise,
    "glare": _glare,
    "moire": _moire,
    "dark": _dark,
    "low contrast": _low_contrast,
    "perspective": _perspective,
    "rotation": _rotation,
    "small": _small,
    "mixed": _mixed,
    "empty": _empty,
}


def frames(each: int = 40, seed: int = 20261122) -> Iterator[Frame]:
    """`each` frames of every kind."""
    for kind, make in KINDS.items():
        dice = random.Random(f"{seed} {kind}")
        for _ in range(each):
            content = text(dice)
            rng = np.random.default_rng(dice.randrange(2**32))
            image = make(dice, content, rng)
            yield Frame(kind, None if kind == "empty" else content, image)
