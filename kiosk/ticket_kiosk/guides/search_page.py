"""SEARCH: what is typed, the characters it may stand for, what is found while typing with its part marked, and the keys.

Where nothing is typed or found, the events of life are there: whoever does not know what a thing is called knows what happened.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import zip_longest

from contract.guides.guide_file import Entry
from kiosk.ticket_kiosk.events import Turn
from kiosk.ticket_kiosk.guides.candidate_bar import CandidateBar
from kiosk.ticket_kiosk.guides.offers import offers
from kiosk.ticket_kiosk.guides.state import GuideLifeEvent, GuideLookup, PickGroup, PickItem, QueryTyped
from kiosk.ticket_kiosk.notice_pages import help_desk
from kiosk.ticket_kiosk.page_frame import PageFrame
from kiosk.ticket_kiosk.state import KioskState
from kiosk.ui.keys import typed
from kiosk.ui.page_context import PageContext
from kiosk.ui.rect import Rect
from kiosk.ui.theme import ELDER_SCALE
from kiosk.ui.widgets import Card, Icon, Keyboard, Marked, Tap, TextButton, Tile, Words, even_tiles
from kiosk.ui.widgets.base import Box

LINE = 1.35
EVENT_WIDTH, EVENT_HEIGHT = 430, 120
"""Units; the least size of an event of life."""


class SearchPage(PageFrame):
    """Results come with every key; nothing has to be sent off."""

    def title_text(self) -> str:
        _ = self.context.text
        return _("搜索")

    def build_body(self, state: KioskState) -> None:
        look = self.look
        self.query = state.lookup.query
        high = max(look.px(96), look.type("body") * 2)
        if look.portrait:
            keys, area = self.reach.bottom(min(look.px(520), self.reach.h * 0.5), look.space("m"))
            area = Rect(area.x, area.y, area.w, self.reach.top_edge - area.y)
        else:
            area, keys = self.reach.columns(2, look.space("l"))
            keys = keys.top(min(keys.h, look.px(560)))[0]
        # the field is no target: in low reach it is above what is touched
        if look.mode.low:
            place = self.above.bottom(min(high, self.above.h))[0]
        else:
            place, area = area.top(high, look.space("m"))
        self._field(place)
        self._area = area
        bar, found = area.bottom(max(look.px(92), look.type("body") * 2), look.space("s"))
        self.bar = CandidateBar(self.context, bar, self._say) if self._is_chinese else None
        self._found_place = found if self.bar else area
        self._shown: tuple[bool, str, int, int] | None = None
        self._below: list[Box] = []
        self.rows: list[ResultRow] = []
        self.put(Keyboard(self.context, keys, self._press), *([self.bar] if self.bar else []))

    @property
    def _is_chinese(self) -> bool:
        return self.look.mode.language == "zh"

    def _field(self, rect: Rect) -> None:
        look, context = self.look, self.context
        place, body = rect.inset(look.space("m"), 0).left(look.px(56), look.space("m"))
        self.typed = Words(context, body, "", "tile", bold=True, line_height=1.15)
        self.hint = Words(context, body, "", "note", colour="secondary", line_height=1.2)
        self.put(Card(context, rect), Icon(context, place, "magnify"), self.typed, self.hint)

    def _press(self, key: str) -> None:
        self._say(typed(self.query, key))

    def _say(self, query: str) -> None:
        self.query = query
        self.context.send(QueryTyped(query))

    def show(self, state: KioskState) -> None:
        super().show(state)
        _ = self.context.text
        lookup = state.lookup
        self.query = lookup.query
        self.typed.say(lookup.query.upper())
        self.hint.say("" if lookup.query else _("输入拼音或首字母，例如 shenfenzheng 或 sfz"))
        missing = lookup.query if lookup.answered == lookup.query and not lookup.results else ""
        found = bool(lookup.query) and not missing
        a_sheet = self._room(self._found_place)
        sheets = max(1, -(-len(lookup.results) // a_sheet)) if found else 1
        sheet = min(state.sheet, sheets - 1)
        if (found, missing, sheet, sheets) != self._shown:
            self._shown = found, missing, sheet, sheets
            self._build_below(lookup, found=found, missing=missing, sheet=sheet, sheets=sheets)
        for row, entry in zip_longest(self.rows, lookup.results[sheet * a_sheet : (sheet + 1) * a_sheet]):
            row.show(entry)
        if self.bar is not None:
            self.bar.show(offers(lookup))

    # --- below the field: what was found, or the events of life ---

    def _build_below(self, lookup: GuideLookup, *, found: bool, missing: str, sheet: int, sheets: int) -> None:
        for widget in self._below:
            self.remove_widget(widget)
        self.rows = []
        if found:
            place = self._found_place
            turner: list[Box] = []
            if sheets > 1:
                strip, place = place.right(self.look.target * 1.3, self.look.space("s"))
                turner = [*self._turner(strip, sheet, sheets)]
            self.rows = [ResultRow(self.context, row) for row in place.rows(self._room(place), self.look.space("s"))]
            self._below = [*self.rows, *turner]
        else:
            self._below = [*self._events(self._found_place if missing else self._area, lookup, missing)]
        self.put(*self._below)

    def _room(self, area: Rect) -> int:
        """How many results an area has room for."""
        look = self.look
        least = max(look.target, (look.type("body") + look.type("note")) * LINE + look.space("m"))
        return max(1, int((area.h + look.space("s")) / (least + look.space("s"))))

    def _turner(self, strip: Rect, sheet: int, sheets: int) -> Iterator[Box]:
        """The way to the other results, beside these; from the last ones back to the first."""
        _ = self.context.text
        last = sheet == sheets - 1
        turn = partial(self.context.send, Turn(0 if last else sheet + 1))
        place = strip.bottom(min(strip.h, self.look.target * 2))[0]
        below, place = place.bottom(self.look.type("note") * LINE) if place.h > self.look.target * 1.5 else (None, place)
        yield TextButton(self.context, place, _("第一页") if last else _("下一页"), turn, size="note")
        if below is not None:
            yield Words(self.context, below, f"{sheet + 1}/{sheets}", "note", colour="secondary", align="center")

    def _events(self, area: Rect, lookup: GuideLookup, missing: str) -> Iterator[Box]:
        """The events of life; where there is no room for all, the last tile leads to them. Above them what to do when nothing
        was found for `missing`."""
        look, context, _ = self.look, self.context, self.context.text
        there = lookup.contents.life_events if lookup.contents else ()
        said, area = area.top(look.type("body") * (2.6 if missing else 1.6), look.space("s"))
        nothing = _("没有找到“{query}”，请换个说法，看看下面有没有您要办的事，也可以问{desk}")
        text = nothing.format(query=missing.upper(), desk=help_desk(context)) if missing else _("您要办什么事？")
        yield Words(context, said, text, "body", colour="text" if missing else "secondary", line_height=1.25)
        gap, scale = look.space("m"), look.px(1) * (ELDER_SCALE if look.mode.elder else 1)
        columns = max(1, int((area.w + gap) / (EVENT_WIDTH * scale + gap)))
        rows = int((area.h + gap) / (max(EVENT_HEIGHT * scale, look.target) + gap))  # none where no whole one has room
        rows = min(rows, -(-len(there) // columns))
        cells = area.top(min(area.h, rows * (look.px(200) + gap)))[0].grid(columns, rows, gap)
        shown = there if len(there) <= len(cells) else there[: len(cells) - 1]
        tiles = [self._event(event, cell) for event, cell in zip(shown, cells, strict=False)]
        if len(shown) < len(there) and cells:
            to_all = partial(context.send, PickGroup("life-event"))
            tiles.append(Tile(context, cells[-1], _("全部 {n} 件事").format(n=len(there)), to_all, icon="format-list-bulleted"))
        even_tiles(tiles)
        yield from tiles

    def _event(self, event: GuideLifeEvent, cell: Rect) -> Tile:
        pick = partial(self.context.send, PickGroup("life-event", event.id))
        return Tile(self.context, cell, self.context.pick(event.name), pick, icon=event.icon)


class ResultRow(Tap):
    """One item that was found; empty it is not there to be touched."""

    def __init__(self, context: PageContext, rect: Rect) -> None:
        super().__init__(context, rect, self._picked)
        look = self.look
        self.card = Card(context, rect, raised=False)
        block = (look.type("body") + look.type("note")) * LINE
        body = rect.inset(look.space("m"), max(look.space("s") / 2, (rect.h - block) / 2))
        below, upper = body.bottom(look.type("note") * LINE)
        self.name, self.note = Marked(context, upper, "body", bold=True), Marked(context, below, "note", colour="secondary")
        self.put(self.card, self.name, self.note)
        self.entry: Entry | None = None
        self.enabled, self.opacity = False, 0

    def show(self, entry: Entry | None) -> None:
        """Another item, or nothing."""
        self.enabled, self.opacity = entry is not None, 0 if entry is None else 1
        if entry is None or entry == self.entry:
            return
        self.entry = entry
        name, department = self.context.pick(entry.name), self.context.pick(entry.department)
        if entry.matched == name:
            self.name.say(name, entry.start, entry.length)
            self.note.say(department)
        else:
            self.name.say(name)
            self.note.say(entry.matched + "　" + department, entry.start, entry.length)

    def _picked(self) -> None:
        if self.entry is not None:
            self.context.send(PickItem(self.entry.id))

    def draw_pressed(self, pressed: bool) -> None:
        self.card.paint("pressed" if pressed else "surface")
