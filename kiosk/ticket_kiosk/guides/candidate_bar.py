"""The characters that the typed pinyin may stand for, in a row; the arrow at its end brings the next ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from kiosk.ui.page_context import PageContext
from kiosk.ui.rect import Rect
from kiosk.ui.widgets import Chip
from kiosk.ui.widgets.base import Box
from kiosk.ui.widgets.text import measure

Offer = tuple[str, str]
"""Characters, and what is typed when they are chosen."""


class CandidateBar(Box):
    """As many offers as fit; `chosen` gets what is typed from then on."""

    def __init__(self, context: PageContext, rect: Rect, chosen: Callable[[str], None]) -> None:
        super().__init__(context, rect)
        self._chosen = chosen
        self._offers: Sequence[Offer] = ()
        self.chips: list[Chip] = []

    def show(self, offers: Sequence[Offer]) -> None:
        """Other offers, from their beginning."""
        if offers != self._offers:
            self._offers = offers
            self._from(0)

    def _from(self, first: int) -> None:
        """Show the offers from a place on; behind the last ones the arrow leads back to the first."""
        look, gap = self.look, self.look.space("s")
        self.clear_widgets()
        self.chips = []
        more, rest = self.rect.right(look.px(110), gap)
        number = first
        for text, becomes in self._offers[first:]:
            width = max(look.px(120), measure(text, look.type("body")) + 2 * look.space("m"))
            if width > rest.w and number > first:
                break
            place, rest = rest.left(width, gap)
            self.chips.append(Chip(self.context, place, text, partial(self._chosen, becomes), mark=False))
            number += 1
        if number < len(self._offers) or first:
            back = number >= len(self._offers)
            turn = partial(self._from, 0 if back else number)
            self.chips.append(Chip(self.context, more, "«" if back else "›", turn, mark=False))
        self.put(*self.chips)
