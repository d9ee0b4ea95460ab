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
ENDS = ((re.compile(r"[。！？.!?]$"), 0.0), (re.compile(r"[，、；：,;:]$"), 0.15), (re.compile("$"), 1.5))
"""Parting text: what it costs to end a part with a sentence, with a clause, anywhere."""
PART = 0.3
"""What a part more costs. One that ends within brackets costs 1 more, and the free part of its line its square."""

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
    """Lines to be read one after another, each by itself: about equally long, and ending where a reader pauses, if they can."""
    pieces = _pieces(text.replace("\n", " "))
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(pieces) + 1):
        ways = []
        for start in range(end - 1, -1, -1):
            line = "".join(pieces[start:end]).strip()
            room = measure(line) / width
            if room > 1 and start < end - 1:
                break
            end_price = 0 if end == len(pieces) else next(price for mark, price in ENDS if mark.search(line))
            torn = line.count("（") + line.count("(") - line.count("）") - line.count(")")
            price = PART + (1 - min(1.0, room)) ** 2 + end_price + abs(torn)
            ways.append((best[start][0] + price, start))
        best.append(min(ways))
    lines, end = [], len(pieces)
    while end:
        start = best[end][1]
        lines.append("".join(pieces[start:end]).strip())
        end = start
    return [line for line in reversed(lines) if line]


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
