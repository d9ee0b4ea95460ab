"""Whether elder mode makes what matters larger: the same page is measured in ordinary mode and in elder mode.

`python -m tests.screens.elder` prints one line for everything that is smaller in elder mode, and ends with 1 if there is any.
Measured are all words that stand on both pages (numbers, businesses, titles, what is on buttons), the main buttons, and codes to
scan; with low reach, where everything that is touched is in the lower half of the screen, the words. Needs an X display.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from contract.configuration.hall_files import load
from kiosk.ticket_kiosk.role import draw
from kiosk.ui.page import Page
from kiosk.ui.theme import Mode
from tests.screens import hall as hall_pages
from tests.screens import rating
from tests.screens.hall import HALL

LEAST = 0.5
"""Units that nobody can see."""
ORDINARY = {"zh": Mode(), "en": Mode("en"), "zh-low": Mode(low=True), "en-low": Mode("en", low=True)}


def sizes(page: Any) -> dict[tuple[str, str], float]:
    """What is on a page and how large it is, in units: the size of type of words, the height and the area of main buttons (those beside
    one grow as well), the sides of codes."""
    from kiosk.ui.widgets import Bar, QrCode, Tile, Words

    found: dict[tuple[str, str], float] = {}

    def measured(kind: str, name: str, size: float) -> None:
        found[kind, name] = max(found.get((kind, name), 0), size / page.look.unit)

    for widget in page.walk():
        if isinstance(widget, Words) and widget.text and widget.opacity:
            measured("words", widget.text, widget.type_size)
        elif page.look.mode.low:
            continue
        elif isinstance(widget, Bar) or (isinstance(widget, Tile) and widget.main):
            name = next(part.text for part in widget.walk() if isinstance(part, Words))
            measured("height of button", name, widget.rect.h)
            measured("area of button", name, widget.rect.w * widget.rect.h / page.look.unit)
        elif isinstance(widget, QrCode):
            measured("code", "", min(widget.rect.w, widget.rect.h))
    return found


def smaller(ordinary: dict[tuple[str, str], float], elder: dict[tuple[str, str], float]) -> Iterator[str]:
    """What is on both pages and smaller on the second."""
    for key in ordinary.keys() & elder.keys():
        if elder[key] < ordinary[key] - LEAST:
            yield f"{key[0]} {key[1]!r}: {ordinary[key]:.0f}, in elder mode {elder[key]:.0f}"


def pairs() -> Iterator[tuple[str, Page, Page]]:
    """Every page of ticket kiosk and rater: its name, in ordinary mode, in elder mode."""
    from tests.screens.kivy_stage import make_page

    hall = load(HALL)
    for (label, mode), (size_name, size) in itertools.product(ORDINARY.items(), hall_pages.SIZES.items()):
        if size_name == "small" and mode.low:
            continue  # as upright, and the suite is long enough
        larger = replace(mode, elder=True)
        for name, state in hall_pages.states(hall, mode):
            elder = make_page(draw, replace(state, mode=larger), hall, size, larger)
            yield f"{label}/{size_name}/{name}", make_page(draw, state, hall, size, mode), elder
    for language, (size_name, size) in itertools.product(("zh", "en"), rating.SIZES.items()):
        mode, larger = Mode(language), Mode(language, elder=True)
        for (name, window, state), (_, _, elder_state) in zip(rating.states(mode), rating.states(larger), strict=True):
            drawn = rating.drawing(hall, window)
            elder = make_page(drawn, elder_state, hall, size, larger)
            yield f"rating/{language}/{size_name}/{name}", make_page(drawn, state, hall, size, mode), elder


def main() -> int:
    """Measure every page in every size and both languages."""
    from tests.screens.kivy_stage import give_back

    count = bad = 0
    for name, ordinary, elder in pairs():
        for problem in smaller(sizes(ordinary), sizes(elder)):
            bad += 1
            print(f"{name}: {problem}")
        give_back()
        count += 1
    print(f"{count} pages, {bad} problems")
    return 1 if bad or not count else 0


if __name__ == "__main__":
    sys.exit(main())
