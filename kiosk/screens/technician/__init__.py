"""The technician's pages: large, plain, and the same on every role of a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.screens.technician import checks, entry, menu, screen

if TYPE_CHECKING:
    from kiosk.page import Page
    from kiosk.stage import Stage
    from kiosk.technician.role import Shown


def page(stage: Stage, shown: Shown) -> Page:
    """The page of a state."""
    pages: dict[str, type[Page]] = {
        "code": entry.CodePage, "menu": menu.MenuPage, "devices": checks.DevicesPage, "network": checks.NetworkPage,
        "touch": screen.TouchPage, "touched": screen.TouchedPage, "colours": screen.ColoursPage, "log": checks.LogPage,
    }  # fmt: skip
    return pages[shown.state.page](stage, shown)
