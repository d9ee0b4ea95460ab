"""What the screen says before a program of the terminal draws on it: Chinese and English, straight into the frame buffer."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.ui.fonts import COLLECTIONS, SIMPLIFIED_CHINESE
from kiosk.ui.theme import ORDINARY

if TYPE_CHECKING:
    from PIL.Image import Image

DEVICE = Path("/dev/fb0")
FACTS = Path("/sys/class/graphics/fb0")
FONT = "NotoSansCJK-Regular.ttc"
BYTES_BGRX = 32
BYTES_565 = 16


@dataclass(frozen=True)
class BootNotice:
    """One notice: whom it concerns, a headline and an explanation in both languages."""

    terminal: str
    headline: tuple[str, str]
    detail: str = ""
    trouble: bool = False


def show(notice: BootNotice, device: Path = DEVICE, facts: Path = FACTS) -> bool:
    """Draw it on the screen; whether there is a screen to draw on."""
    try:
        width, height = (int(part) for part in (facts / "virtual_size").read_text().split(","))
        depth = int((facts / "bits_per_pixel").read_text())
        stride = int((facts / "stride").read_text())
        content = pixels(draw(notice, width, height), depth, stride)
        with device.open("r+b", buffering=0) as screen:
            screen.write(content)
    except (OSError, ValueError):
        return False
    return True


def draw(notice: BootNotice, width: int, height: int) -> Image:
    """The picture of a notice."""
    from PIL import Image, ImageDraw, ImageFont

    unit = min(width, height) / 1080
    image = Image.new("RGB", (width, height), ORDINARY["background"])
    pen = ImageDraw.Draw(image)
    folder = next((folder for folder in COLLECTIONS if (folder / FONT).exists()), None)
    if folder is None:
        raise ValueError("no font")

    def font(size: float) -> ImageFont.FreeTypeFont:
        return ImageFont.truetype(str(folder / FONT), max(12, round(size * unit)), index=SIMPLIFIED_CHINESE)

    left, top, right = round(96 * unit), round(height * 0.3), width - round(96 * unit)
    colour = ORDINARY["danger"] if notice.trouble else ORDINARY["accent"]
    pen.rectangle((0, 0, width, round(24 * unit)), fill=colour)
    for text, size, ink, gap in (
        (notice.headline[0], 64, ORDINARY["text"], 24),
        (notice.headline[1], 40, ORDINARY["secondary"], 56),
        (notice.detail, 32, ORDINARY["text"], 48),
        (notice.terminal, 28, ORDINARY["secondary"], 0),
    ):
        face = font(size)
        for line in wrapped(text, right - left, face.getlength):
            pen.text((left, top), line, fill=ink, font=face)
            top += round(size * 1.4 * unit)
        top += round(gap * unit)
    return image


def wrapped(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """The lines of a text that is at most `width` wide: broken at spaces, and between Chinese characters."""
    lines: list[str] = []
    line = ""
    for word in _pieces(text):
        if line and measure(line + word.rstrip()) > width:
            lines.append(line.rstrip())
            line = word.lstrip()
        else:
            line += word
    return [*lines, line.rstrip()] if line.strip() else lines


def pixels(image: Image, depth: int, stride: int) -> bytes:
    """The picture as the frame buffer keeps it: `depth` bits a pixel, `stride` bytes a row. Raise ValueError."""
    if depth == BYTES_BGRX:
        rows = image.convert("RGBA").tobytes("raw", "BGRA")
    elif depth == BYTES_565:
        red, green, blue = (band.tobytes() for band in image.convert("RGB").split())
        packed = (r >> 3 << 11 | g >> 2 << 5 | b >> 3 for r, g, b in zip(red, green, blue, strict=True))
        rows = array("H", packed).tobytes()
    else:
        raise ValueError(f"{depth} bits a pixel")
    row = image.width * depth // 8
    fill = bytes(stride - row)
    return b"".join(rows[at : at + row] + fill for at in range(0, len(rows), row))


def _pieces(text: str) -> list[str]:
    pieces, word = [], ""
    for character in text:
        word += character
        if character == " " or ord(character) > 0x2E80:  # from here on CJK
            pieces.append(word)
            word = ""
    return [*pieces, word]
