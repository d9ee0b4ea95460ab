"""SEARCH: what is typed, what is found while typing with the matched part marked, and the keys."""

from __future__ import annotations

import re

from contract.guides.guide_file import Entry
from kiosk.ticket_kiosk.guides.state import GuideLookup, PickItem, QueryTyped
from kiosk.ticket_kiosk.notice_pages import help_desk
from kiosk.ticket_kiosk.page_frame import PageFrame
from kiosk.ticket_kiosk.state import KioskState
from kiosk.ui.page_context import PageContext
from kiosk.ui.rect import Rect
from kiosk.ui.widgets import Card, Chip, Icon, Keyboard, Marked, Tap, Words
from kiosk.ui.widgets.keyboard import typed

HANZI = re.compile("[㐀-鿿]{2,}")
SUGGESTIONS = 3
LINE = 1.35


def suggestions(lookup: GuideLookup) -> list[str]:
    """The characters that what was typed may mean, taken from what was found; the likeliest first."""
    parts = (entry.matched[entry.start : entry.start + entry.length] for entry in lookup.results)
    fitting = (part for part in parts if HANZI.fullmatch(part) and part != lookup.query)
    return list(dict.fromkeys(fitting))[:SUGGESTIONS]


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
        chips, area = area.bottom(max(look.px(92), look.type("body") * 2), look.space("s"))
        self.chips = [self._chip(number, place) for number, place in enumerate(chips.columns(SUGGESTIONS, look.space("s")))]
        self._offer([])
        self._rows(area)
        self.add_widget(Keyboard(self.context, keys, self._press))

    def _field(self, rect: Rect) -> None:
        look, context = self.look, self.context
        place, body = rect.inset(look.space("m"), 0).left(look.px(56), look.space("m"))
        self.typed = Words(context, body, "", "tile", bold=True, line_height=1.15)
        self.hint = Words(context, body, "", "note", colour="secondary", line_height=1.2)
        self.put(Card(context, rect), Icon(context, place, "magnify"), self.typed, self.hint)

    def _rows(self, area: Rect) -> None:
        look, context = self.look, self.context
        least = max(look.target, (look.type("body") + look.type("note")) * LINE + look.space("m"))
        count = max(1, int((area.h + look.space("s")) / (least + look.space("s"))))
        self.rows = [ResultRow(context, row) for row in area.rows(count, look.space("s"))]
        self.nothing = Words(context, area, "", "body", colour="secondary", align="center")
        self.put(self.nothing, *self.rows)

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
        self.hint.say("" if lookup.query else _("输入名称的拼音、首字母或事项编码"))
        for i, row in enumerate(self.rows):
            row.show(lookup.results[i] if i < len(lookup.results) else None)
        missing = lookup.query and lookup.answered == lookup.query and not lookup.results
        self.nothing.say(_("没有找到，请换个说法，或到{desk}咨询").format(desk=help_desk(self.context)) if missing else "")
        if (offered := suggestions(lookup)) != self.offered:
            self._offer(offered)

    def _chip(self, number: int, place: Rect) -> Chip:
        chip = Chip(self.context, place, "", lambda: self._say(self.offered[number]), mark=False)
        self.add_widget(chip)
        return chip

    def _offer(self, offered: list[str]) -> None:
        self.offered = offered
        for number, chip in enumerate(self.chips):
            chip.enabled = number < len(offered)
            chip.opacity = int(chip.enabled)
            if chip.enabled:
                chip.words.say(offered[number])


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
