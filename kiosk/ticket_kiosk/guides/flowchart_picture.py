"""The flow of an item as a chart: oval for begin and end, box for a step, diamond for a decision, arrows between them."""

from __future__ import annotations

import math

from kivy.graphics import Color, Line, Mesh, Quad, SmoothRoundedRectangle

from contract.guides.item import Item
from kiosk.ticket_kiosk.guides.flowchart import Arrow, Symbol, arrows, places
from kiosk.ui.page_context import PageContext
from kiosk.ui.rect import Rect
from kiosk.ui.widgets import Words
from kiosk.ui.widgets.base import Box

ROW = 150
FLAT_ROW = 118
"""Units from one row to the next on a high and on a wide screen."""
SYMBOL, LAST = 0.7, 0.95
"""How much of its row a symbol takes; LAST where nothing follows below on the sheet: the page it goes on is written into it."""


def row_height(context: PageContext) -> float:
    return context.look.px(ROW if context.look.portrait else FLAT_ROW) * (1.3 if context.look.mode.elder else 1)


def sheets_needed(context: PageContext, item: Item, height: float) -> int:
    """On how many sheets of this height the chart goes."""
    rows = max(symbol.row for symbol in places(item.steps).values()) + 1
    return math.ceil(rows / _rows(context, height))


def _rows(context: PageContext, height: float) -> int:
    return max(1, int(height / row_height(context)))


class FlowChart(Box):
    """One sheet of the chart. Where an arrow leads off the sheet, its end is written into the symbol."""

    def __init__(self, context: PageContext, rect: Rect, item: Item, sheet: int) -> None:
        super().__init__(context, rect)
        placed = places(item.steps)
        count = _rows(context, rect.h)
        rows = max(symbol.row for symbol in placed.values()) + 1
        if rows <= count:
            count = rows
        self.rows = count
        self.pitch = min(rect.h / count, row_height(context) * 1.25)
        self.first = sheet * count
        self.shown = {id_: s for id_, s in placed.items() if 0 <= s.row - self.first < count}
        self.two = any(symbol.column for symbol in placed.values())
        ways = arrows(item.steps)
        follow = {id_: [placed[way.end] for way in ways if way.start == id_] for id_ in self.shown}
        self.away = {id_: self._away(symbol, follow[id_]) for id_, symbol in self.shown.items()}
        for way in ways:
            self._arrow(way, placed)
        for symbol in self.shown.values():
            self._symbol(symbol)

    def _away(self, symbol: Symbol, following: list[Symbol]) -> list[Symbol]:
        """What follows on another sheet; nothing if an arrow straight down says so."""
        away = [other for other in following if other.step.id not in self.shown]
        return [] if any(self._straight(symbol, other) for other in away) else away

    def _straight(self, one: Symbol, other: Symbol) -> bool:
        return one.column == other.column and other.row == one.row + 1

    def _place(self, symbol: Symbol) -> Rect:
        side = self.look.px(30)
        main, beside = self.rect.inset(side, 0), self.rect
        if self.two:
            main, beside = self.rect.inset(side, 0).left(self.rect.w * 0.54, self.rect.w * 0.08)
        area = beside if symbol.column else main
        top = self.rect.top_edge - (symbol.row - self.first) * self.pitch
        high = self.pitch * (LAST if symbol.step.kind != "decision" and self.away.get(symbol.step.id) else SYMBOL)
        return Rect(area.x, top - high, area.w, high)

    def _symbol(self, symbol: Symbol) -> None:
        look, rect, kind, _ = self.look, self._place(symbol), symbol.step.kind, self.context.text
        width = max(1.5, look.px(3))
        fill, edge = look.colour("accent_soft" if kind in ("start", "end") else "surface"), look.colour("accent")
        corner = rect.h / 2 if kind in ("start", "end") else look.px(10)
        middle, centre = rect.y + rect.h / 2, rect.x + rect.w / 2
        points = [rect.x, middle, centre, rect.top_edge, rect.right_edge, middle, centre, rect.y]
        with self.canvas:
            Color(*fill)
            if kind == "decision":
                Quad(points=points)
                Color(*edge)
                Line(points=points, width=width, close=True, joint="miter")
            else:
                SmoothRoundedRectangle(pos=(rect.x, rect.y), size=(rect.w, rect.h), radius=[corner])
                Color(*edge)
                Line(rounded_rectangle=(rect.x, rect.y, rect.w, rect.h, corner), width=width)
        pages = sorted({other.row // self.rows + 1 for other in self.away[symbol.step.id]})
        text = symbol.step.text + "".join("\n→ " + _("第 {sheet} 页").format(sheet=page) for page in pages)
        inner = rect.inset(rect.w * 0.17, rect.h * 0.14) if kind == "decision" else rect.inset(look.px(16), look.px(4))
        self.add_widget(Words(self.context, inner, text, "note", align="center", line_height=1.15))

    def _arrow(self, way: Arrow, placed: dict[str, Symbol]) -> None:
        one, other = placed[way.start], placed[way.end]
        if way.start not in self.shown and way.end not in self.shown:
            return
        if self._straight(one, other):
            a, b = self._place(one), self._place(other)
            x = a.x + a.w / 2
            low, high = max(b.top_edge, self.rect.y), min(a.y, self.rect.top_edge)
            if high - low > 1:
                self._path([(x, high), (x, low)], way.label)
        elif way.start in self.shown and way.end in self.shown:
            self._path(self._bent(one, other), way.label)

    def _bent(self, one: Symbol, other: Symbol) -> list[tuple[float, float]]:
        """The corners of an arrow that does not go straight down."""
        a, b = self._place(one), self._place(other)
        middle_a, middle_b = a.y + a.h / 2, b.y + b.h / 2
        if one.column == 0 and other.column == 1:
            if one.row == other.row:
                return [(a.right_edge, middle_a), (b.x, middle_a)]
            x = (a.right_edge + b.x) / 2
            return [(a.right_edge, middle_a), (x, middle_a), (x, middle_b), (b.x, middle_b)]
        if one.column == 1 and other.column == 0:
            x, edge = a.x + a.w / 2, (a.top_edge if other.row <= one.row else a.y)
            if one.row == other.row:
                return [(a.x, middle_a), (b.right_edge, middle_b)]
            return [(x, edge), (x, middle_b), (b.right_edge, middle_b)]
        x = min(a.x, b.x) - self.look.px(20) if one.column == 0 else a.right_edge
        start = a.x if one.column == 0 else a.right_edge
        end = b.x if one.column == 0 else b.right_edge
        return [(start, middle_a), (x, middle_a), (x, middle_b), (end, middle_b)]

    def _path(self, points: list[tuple[float, float]], label: str) -> None:
        look, _ = self.look, self.context.text
        (x0, y0), (x1, y1) = points[-2], points[-1]
        length = math.hypot(x1 - x0, y1 - y0) or 1
        dx, dy, head = (x1 - x0) / length, (y1 - y0) / length, look.px(16)
        wings = [(x1 - dx * head + s * dy * head * 0.6, y1 - dy * head - s * dx * head * 0.6) for s in (1, -1)]
        corners = [c for x, y in ((x1, y1), *wings) for c in (x, y, 0.0, 0.0)]
        with self.canvas:
            Color(*look.colour("secondary"))
            Line(points=[c for point in points for c in point], width=max(1.3, look.px(2.5)))
            Mesh(vertices=corners, indices=[0, 1, 2], mode="triangles")
        if label:
            (x0, y0), (x1, y1) = points[0], points[1]
            place = (
                Rect(x0 + look.px(10), min(y0, y1), look.px(70), abs(y1 - y0))
                if x0 == x1
                else Rect(min(x0, x1), y0 + look.px(2), abs(x1 - x0), look.px(44))
            )
            text = _("是") if label == "yes" else _("否")
            self.add_widget(
                Words(
                    self.context,
                    place,
                    text,
                    "note",
                    bold=True,
                    colour="accent",
                    align="left" if x0 == x1 else "center",
                    line_height=1.1,
                )
            )
