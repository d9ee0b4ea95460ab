"""Whether a key on the search page looks pressed while it is, and as before when it no longer is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from contract.configuration.hall_files import load
from kiosk.app.orders import pixels
from kiosk.ticket_kiosk.guides.state import GuideLookup
from kiosk.ticket_kiosk.role import draw
from kiosk.ui.widgets.keyboard import KeyCap
from tests.screens.hall import HALL, MODES, PORTRAIT, busy_hall
from tests.screens.kivy_stage import make_page


def painted(page: Any, key: KeyCap) -> bytes:
    """The pixel in the lower left of a key, beside its letter."""
    width, height, content = pixels(page)
    x, y = int(key.rect.x + key.rect.w * 0.2), int(height - 1 - (key.rect.y + key.rect.h * 0.2))
    return content[(y * width + x) * 4 :][:3]


def main() -> None:
    hall, mode = load(HALL), MODES["zh"]
    state = replace(busy_hall(hall, mode), page="search", lookup=GuideLookup())
    page: Any = make_page(draw, state, hall, PORTRAIT, mode)
    one, other = [widget for widget in page.walk() if isinstance(widget, KeyCap)][:2]
    before, beside = painted(page, one), painted(page, other)
    one.draw_pressed(True)
    print("pressed:", painted(page, one) != before, "alone:", painted(page, other) == beside)
    one.draw_pressed(False)
    print("as before:", painted(page, one) == before)


if __name__ == "__main__":
    main()
