"""A code to be scanned for trying things out: drawn on the terminal, or as a picture of a phone that shows it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import qrcode
from PIL import Image, ImageDraw

SCENE, PHONE, GLASS = (640, 480), (300, 440), (276, 360)
"""Sizes in pixels: what a camera sees, the phone in it, its screen."""
WALL, CASE = (126, 132, 140), (32, 36, 42)


def add_argument(parser: argparse.ArgumentParser) -> None:
    """--qr, alone or with a file."""
    parser.add_argument(
        "--qr",
        nargs="?",
        const=Path("-"),
        type=Path,
        metavar="FILE",
        help="draw the code here, to scan it from the screen; or write it as a .png for an emulated camera",
    )


def show(code: str, where: Path | None) -> None:
    """Draw the code where --qr says; raise OSError when the file cannot be written, ValueError when it is no .png."""
    if where is None:
        return
    drawn = qrcode.QRCode(border=2)
    drawn.add_data(code)
    if str(where) == "-":
        drawn.print_ascii(invert=True)
        return
    if where.suffix != ".png":
        raise ValueError(f"{where}: pictures are written as .png")
    where.parent.mkdir(parents=True, exist_ok=True)
    unfinished = where.with_suffix(".part")
    phone(drawn.make_image().get_image()).save(unfinished, "PNG")
    unfinished.replace(where)  # whole, or not there: somebody may be looking
    print(where, file=sys.stderr)


def phone(code: Image.Image) -> Image.Image:
    """A phone held before a wall, with the code on its screen."""
    scene = Image.new("RGB", SCENE, WALL)
    draw = ImageDraw.Draw(scene)
    for size, colour, corner in ((PHONE, CASE, 34), (GLASS, (250, 250, 250), 8)):
        left, top = (SCENE[0] - size[0]) // 2, (SCENE[1] - size[1]) // 2
        draw.rounded_rectangle((left, top, left + size[0], top + size[1]), corner, fill=colour)
    side = GLASS[0] - 16
    small = code.convert("RGB").resize((side, side), Image.Resampling.NEAREST)
    scene.paste(small, ((SCENE[0] - side) // 2, (SCENE[1] - side) // 2))
    return scene
