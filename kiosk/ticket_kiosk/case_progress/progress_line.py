"""How far a case has come: a dot for each stage, joined by a line, those behind it filled."""

from __future__ import annotations

import itertools

from contract.wire.case import CaseState
from kiosk.ui.page_context import PageContext
from kiosk.ui.rect import Rect
from kiosk.ui.widgets import Icon, Words
from kiosk.ui.widgets.base import Box
from kiosk.ui.widgets.surface import Fill

STAGES: dict[CaseState, int] = {"received": 0, "supplement": 0, "accepted": 1, "examining": 2, "decided": 3, "delivered": 4}


def stage_of(state: CaseState) -> int | None:
    """Which stage a case is at; None for one that went no further."""
    return STAGES.get(state)


class ProgressLine(Box):
    """The stages side by side, their names below."""

    def __init__(self, context: PageContext, rect: Rect, stage: int, colour: str) -> None:
        super().__init__(context, rect)
        look, _ = self.look, context.text
        names = (_("收件"), _("受理"), _("审查"), _("办结"), _("送达"))
        below, dots = rect.bottom(look.type("note") * 1.5)
        cells = dots.columns(len(names), 0)
        high = look.px(6)
        for number, (left, right) in enumerate(itertools.pairwise(cells)):
            line = Rect(left.centre(0, 0).x, dots.y + (dots.h - high) / 2, right.x - left.x, high)
            self.add_widget(Fill(context, line, colour if number < stage else "line"))
        for number, (cell, place) in enumerate(zip(cells, below.columns(len(names), 0), strict=True)):
            done, here = number <= stage, number == stage
            ink = colour if here else "text" if done else "secondary"
            side = min(cell.h, look.px(56 if here else 40))
            icon = "checkbox-blank-circle" if done else "checkbox-blank-circle-outline"
            # the ground below a hollow dot ends the line at its edge
            self.add_widget(Fill(context, cell.centre(side * 0.8, side * 0.8), "surface", corner=side * 0.4))
            self.put(
                Icon(context, cell.centre(side, side), icon, colour=colour if done else "secondary"),
                Words(context, place, names[number], "note", bold=here, align="center", colour=ink, line_height=1.2),
            )
