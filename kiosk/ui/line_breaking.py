"""Breaking text into lines: between Chinese characters, after words, and never so that a line begins with a closing mark.

The rules are the usual ones of Chinese typesetting (GB/T 15834, W3C clreq): no closing punctuation at the start of a
line, no opening bracket at its end, numbers and Latin words stay whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable

NOT_FIRST = "，。、；：？！）》」』】〉”’…—·,.;:?!)]}%℃"
NOT_LAST = "（《「『【〈“‘([{"
ORPHAN, ORPHAN_SHRINK = 2, 0.75
PIECES = re.compile(r"[A-Za-z0-9À-ɏ.,:/@#&+*%_'’()–-]+|\s|.", re.DOTALL)
CLAUSE = re.compile(r".+?(?:[，、。；！？]|[.,;!?](?=\s)|$)\s*", re.DOTALL)
"""A part of a sentence with the mark that ends it."""

Measure = Callable[[str], float]


def break_lines(text: str, width: float, measure: Measure) -> list[str]:
    """The lines of `text`, none wider than `width` as far as that is possible; a line feed always begins a new line."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for piece in _pieces(paragraph):
            if line and measure((line + piece).rstrip()) > width:
                lines.append(line.rstrip())
                line = ""
            line += piece if line else piece.lstrip()
        lines.append(line.rstrip())
    return lines


def parted(text: str, width: float, measure: Measure) -> list[str]:
    """Lines to be read one after another, each by itself: they end where a reader pauses, if one clause is not too wide."""
    parts = [""]
    for clause in CLAUSE.findall(text):
        if parts[-1] and measure((parts[-1] + clause).rstrip()) > width:
            parts.append("")
        *whole, rest = break_lines(parts[-1] + clause, width, measure)
        parts[-1:] = [*whole, rest + " " * clause.endswith(" ")]
    return [part.rstrip() for part in parts]


def _pieces(paragraph: str) -> list[str]:
    """The parts between which a line may end."""
    pieces: list[str] = []
    for part in PIECES.findall(paragraph):
        if pieces and (part in NOT_FIRST or pieces[-1][-1] in NOT_LAST):
            pieces[-1] += part
        else:
            pieces.append(part)
    return pieces


def fit(
    text: str, width: float, height: float, sizes: list[float], measure: Callable[[str, float], float], line: float
) -> Fitted:
    """The largest of `sizes` (falling) in which `text` fits the box; the smallest if none does.

    One or two characters alone on the last line look like a mistake: a somewhat smaller size that needs a line less is taken.

    `measure` gives the width of a text at a size, `line` the height of a line for a size of 1.
    """
    best: Fitted | None = None
    for size in sizes:
        lines = break_lines(text, width, lambda part, size=size: measure(part, size))  # type: ignore[misc]
        fits = len(lines) * size * line <= height and all(measure(x, size) <= width for x in lines)
        if best is not None and size < best[0] * ORPHAN_SHRINK:
            break
        if fits and (best is None or len(lines) < len(best[1])):
            best = (size, lines)
            if len(lines) == 1 or len(lines[-1]) > ORPHAN:
                break
    return best or (size, lines)


Fitted = tuple[float, list[str]]
