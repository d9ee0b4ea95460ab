"""Paper as a list of blocks, and the bytes that print it on a given printer. Pure but for loading the font.

Every line is complete in itself: alignment, size and weight are set before it, so that none inherits what another has set.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import qrcode
from PIL import Image

from drivers import dot_font
from drivers.printer import commands as esc
from drivers.printer.profile import Profile
from drivers.printer.text import clean, columns, encode, is_printable, wrap

CELL = 24
"""Height in dots of a character of font A and of a Chinese one; their width is 12 and 24."""
LEADING_MM = 0.75
"""White between two lines."""
MARK_PADDING = 12
QUIET_MODULES = 4
"""White around a QR code (ISO/IEC 18004)."""


@dataclass(frozen=True)
class PaperLine:
    """A line of text, `scale` (width, height) times enlarged; broken into lines of about one length where too long."""

    text: str
    align: esc.Align = "center"
    scale: tuple[int, int] = (1, 1)
    bold: bool = False


@dataclass(frozen=True)
class InverseText:
    """A word or two in white on a black bar."""

    text: str


@dataclass(frozen=True)
class Big:
    """The number of the ticket, `height_mm` high."""

    text: str
    height_mm: float


@dataclass(frozen=True)
class RuleLine:
    """A thin line across the paper."""


@dataclass(frozen=True)
class Gap:
    """White paper."""

    mm: float


@dataclass(frozen=True)
class QrBlock:
    """A QR code with error correction M, as large as fits into `max_mm` with its quiet zone, modules at least 3 dots wide."""

    content: str
    max_mm: float


Block: TypeAlias = PaperLine | InverseText | Big | RuleLine | Gap | QrBlock


def compose(blocks: list[Block], profile: Profile, *, open_drawer: bool = False) -> bytes:
    """The whole job for one sheet, from waking the printer to cutting."""
    parts = [esc.INITIALISE]
    if profile.sets_motion_units:
        parts.append(esc.motion_units(profile.dpi))
    if profile.charset != "latin":
        parts.append(esc.CHINESE_ON)
    parts += [_block(block, profile) for block in blocks]
    parts.append(_end(profile))
    if open_drawer:
        parts.append(esc.DRAWER)
    return b"".join(parts)


def _end(profile: Profile) -> bytes:
    if profile.cutter:
        return esc.cut(profile.mm(2))
    return esc.feed(profile.mm(profile.head_to_cutter_mm))


def _block(block: Block, profile: Profile) -> bytes:
    match block:
        case PaperLine():
            return _line(block, profile)
        case InverseText():
            return _mark(block, profile)
        case Big():
            return _big(block, profile)
        case RuleLine():
            return _picture(Image.new("1", (profile.dots, 2), 0), profile)
        case Gap(mm):
            return esc.feed(profile.mm(mm))
        case QrBlock():
            return _qr_code(block, profile)


def _line(line: PaperLine, profile: Profile) -> bytes:
    width = profile.columns // line.scale[0]
    parts = wrap(clean(line.text), width)
    while len(parts) > 1 and width > 8 and len(wrap(clean(line.text), width - 1)) == len(parts):
        width -= 1
        parts = wrap(clean(line.text), width)
    return b"".join(_one_line(part, line, profile) for part in parts)


def _one_line(text: str, line: PaperLine, profile: Profile, *, white_on_black: bool = False) -> bytes:
    if not is_printable(text, profile.charset):
        return _line_picture(text, line, profile)
    width, height = line.scale
    return b"".join(
        (
            esc.align(line.align),
            esc.size(width, height),
            esc.chinese_size(width, height) if profile.chinese_size_by_fs else b"",
            esc.bold(line.bold),
            esc.white_on_black(white_on_black),
            esc.line_height(CELL * height + profile.mm(LEADING_MM)),
            encode(text, profile.charset),
            esc.LINE_FEED,
        )
    )


def _line_picture(text: str, line: PaperLine, profile: Profile) -> bytes:
    """A line that the printer's font cannot set, in the place and size it would have had."""
    width, height = line.scale
    image = dot_font.lettering(text, CELL * height, bold=line.bold)
    wide = min(profile.dots, columns(text) * 12 * width) if width != height else min(profile.dots, image.width)
    if wide != image.width:
        image = image.resize((wide, image.height))
    return _picture(image, profile, line.align) + esc.feed(profile.mm(LEADING_MM))


def _mark(mark: InverseText, profile: Profile) -> bytes:
    text = clean(mark.text)
    if not profile.large_as_picture and is_printable(text, profile.charset):
        return _one_line(f" {text} ", PaperLine(text, bold=True), profile, white_on_black=True)
    words = dot_font.lettering(text, CELL, bold=True)
    bar = Image.new("1", (min(profile.dots, words.width + 4 * MARK_PADDING), CELL + MARK_PADDING), 255)
    bar.paste(words, (2 * MARK_PADDING, MARK_PADDING // 2))
    return _picture(bar.point(lambda dot: 255 - dot), profile)


def _big(big: Big, profile: Profile) -> bytes:
    text, dots = clean(big.text), profile.mm(big.height_mm)
    if profile.large_as_picture or not is_printable(text, profile.charset):
        return _picture(dot_font.large(text, dots, max_width=profile.dots), profile)
    times = max(1, min(8, dots // 18, profile.columns // max(1, columns(text))))  # a capital fills 18 of the 24 dots
    return _one_line(text, PaperLine(text, scale=(times, times), bold=True), profile)


def _picture(image: Image.Image, profile: Profile, align: esc.Align = "center") -> bytes:
    """A picture, moved to its place by white dots: not every printer aligns pictures."""
    image = image.crop((0, 0, min(image.width, profile.dots), image.height))
    spare = max(0, profile.dots - image.width)
    left = {"left": 0, "center": spare // 2, "right": spare}[align]
    return esc.align("left") + esc.raster(*dot_font.rows(image, left=left))


def _qr_code(code: QrBlock, profile: Profile) -> bytes:
    content = code.content.encode("ascii")
    grid = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    grid.add_data(content, optimize=0)
    modules = grid.get_matrix()
    across = len(modules) + 2 * QUIET_MODULES
    dots = max(3, min(8, profile.mm(code.max_mm) // across))
    quiet = esc.feed(QUIET_MODULES * dots)
    if profile.native_qr:
        return quiet + esc.align("center") + esc.qr_code(content, dots) + quiet
    image = Image.new("1", (len(modules), len(modules)))
    image.putdata([0 if dark else 255 for row in modules for dark in row])
    return quiet + _picture(image.resize((image.width * dots, image.height * dots), Image.Resampling.NEAREST), profile) + quiet
