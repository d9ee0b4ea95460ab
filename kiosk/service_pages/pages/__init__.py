"""The technician's pages: large, plain, and the same on every role of a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.service_pages.pages import checks, entry, menu, screen

if TYPE_CHECKING:
    from kiosk.service_pages.role import ServiceView
    from kiosk.ui.page import Page
    from kiosk.ui.page_context import PageContext


def page(context: PageContext, shown: ServiceView) -> Page[ServiceView]:
    """The page of a state."""
    pages: dict[str, type[Page[ServiceView]]] = {
        "code": entry.CodePage,
        "menu": menu.MenuPage,
        "devices": checks.DevicesPage,
        "network": checks.NetworkPage,
        "touch": screen.TouchPage,
        "touched": screen.TouchedPage,
        "colours": screen.ColoursPage,
        "log": checks.LogPage,
    }
    return pages[shown.state.page](context, shown)
