"""Looks for words that do not fit their box, targets that are too small, and targets that overlap: on pages off screen.

`python -m tests.screens.fits rating callscreen` prints one line a problem and ends with 1 if there is any; needs an X display.
`hall:small` are those pages of the hall kiosk whose name contains `/small/`.
"""

from __future__ import annotations

import importlib
import itertools
import sys
from collections.abc import Iterator
from typing import Any

LEAST_TARGET = 80
"""Units; the smallest side of a chip in a list of eight."""

SLACK = 10
"""Units; so much air there is around every box."""


LEAST_AIR = 10
"""Units; what the ink of a main action keeps from the upper and the lower edge of its bar."""


def ink(words: Any) -> tuple[float, float]:
    """Where the ink of words begins and ends, from below."""
    texture, (_, y), (_, height) = words.area.texture, words.area.pos, words.area.size
    rows = [any(row[3::4]) for row in _rows(texture.pixels, texture.width * 4)]
    return y + rows[::-1].index(True), y + height - rows.index(True)


def spill(words: Any) -> str:
    """How far the ink of words, not the air that a font keeps above and below, stands out of their box; empty when it does not."""
    (x, _), (width, _) = words.area.pos, words.area.size
    bottom, top = ink(words)
    rect = words.rect
    sides = {"left": rect.x - x, "right": x + width - rect.right_edge, "above": top - rect.top_edge, "below": rect.y - bottom}
    return ", ".join(f"{side} {value:.0f}" for side, value in sides.items() if value > SLACK * words.look.unit)


def overlap(one: Any, other: Any) -> bool:
    """Whether two boxes share more than an edge."""
    beside = one.x >= other.right_edge - 0.5 or other.x >= one.right_edge - 0.5
    above = one.y >= other.top_edge - 0.5 or other.y >= one.top_edge - 0.5
    return not beside and not above


def _rows(pixels: bytes, length: int) -> Iterator[bytes]:
    return (pixels[start : start + length] for start in range(0, len(pixels), length))


def problems(page: Any) -> Iterator[str]:
    """What is wrong with a page."""
    from kiosk.ui.widgets import Bar, Tap, Words

    taps = []
    over = getattr(page, "over", None)  # what covers the page takes every touch
    for widget in page.walk() if over is None else over.walk(restrict=True):
        if widget is over:
            continue
        if isinstance(widget, Words) and widget.text and not widget.fits and (over := spill(widget)):
            yield f"{widget.text!r} does not fit {widget.rect.w:.0f} x {widget.rect.h:.0f}: {over} too much"
        if isinstance(widget, Bar):
            bottom, top = ink(widget.words)
            if min(bottom - widget.rect.y, widget.rect.top_edge - top) < LEAST_AIR * page.look.unit:
                yield f"{widget.words.text!r} touches the edge of its bar"
        if isinstance(widget, Tap):
            taps.append(widget)
            if min(widget.rect.w, widget.rect.h) < LEAST_TARGET * page.look.unit:
                yield f"a target of {widget.rect.w:.0f} x {widget.rect.h:.0f} is too small"
            if not (
                page.rect.contains(widget.rect.x, widget.rect.y)
                and page.rect.contains(widget.rect.right_edge, widget.rect.top_edge)
            ):
                yield f"a target at {widget.rect} is outside the screen"
    for one, other in itertools.combinations(taps, 2):
        if overlap(one.rect, other.rect):
            yield f"targets overlap: {one.rect} and {other.rect}"


def main(names: list[str]) -> int:
    """Check every page of the modules named."""
    from tests.screens.kivy_stage import give_back, open_window

    open_window()
    count = bad = 0
    for word in names:
        name, _, only = word.partition(":")
        module = importlib.import_module(f"tests.screens.{name}")
        for label, page in module.pages(f"/{only}/") if only else module.pages():
            count += 1
            for problem in problems(page):
                bad += 1
                print(f"{label}: {problem}")
            give_back()
    print(f"{count} pages, {bad} problems")
    return 1 if bad or not count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
