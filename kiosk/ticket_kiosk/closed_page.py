"""What stands in the place of home while no number can be taken: out of hours, no server, starting.

Numbers are all that is missing then: everything else has its tile here as well.
"""

from __future__ import annotations

from functools import partial

from kiosk.ticket_kiosk.guides.state import OpenGuides
from kiosk.ticket_kiosk.hours import hours_lines, hours_notes
from kiosk.ticket_kiosk.notice_pages import TroubleBlock, help_desk
from kiosk.ticket_kiosk.page_frame import PageFrame, date_text, time_text
from kiosk.ticket_kiosk.state import KioskState
from kiosk.ticket_kiosk.tiles import put_tiles
from kiosk.ui.rect import Rect
from kiosk.ui.widgets import Card, TextButton, Words


class Front(PageFrame):
    """The name of the hall over everything."""

    leaves = False

    def title_text(self) -> str:
        return self.context.pick(self.context.hall.hall.name)

    def tiles(self, state: KioskState) -> Rect:
        """Put the tiles at the bottom of the page; return what is left of it."""
        look, gap = self.look, self.look.space("m")
        columns = 3 if look.mode.elder != look.portrait else 2 if look.portrait else len(state.tiles)
        rows = -(-len(state.tiles) // columns)
        high = max(look.target, look.px(170 if look.portrait or not look.mode.elder else 145))
        strip, _above = self.reach.bottom(min(self.reach.h, rows * high + (rows - 1) * gap), look.space("l"))
        put_tiles(self, strip.grid(min(columns, len(state.tiles)), rows, gap), state)
        low = strip.top_edge + look.space("l")
        return Rect(self.body.x, low, self.body.w, self.body.top_edge - low)


class ClosedPage(Front):
    """Nobody gives numbers now: when the hall opens."""

    def build_body(self, state: KioskState) -> None:
        look, context, _ = self.look, self.context, self.context.text
        rest = self.tiles(state)
        self.date: Words | None = None
        if look.portrait or not look.mode.elder:  # a wide screen in elder mode has the height for what is touched
            place, rest = rest.top(look.type("body") * 1.6, look.space("m"))
            self.date = Words(context, place, "", "body", colour="secondary")
            self.add_widget(self.date)
        lines = [*hours_lines(context), (_("咨询电话"), context.hall.hall.telephone)]
        one, inset = look.type("body") * 1.7, 2 * look.space("m")
        if look.portrait:
            lower, upper = rest.bottom(min(rest.h * 0.6, one * (len(lines) + 2) + inset), look.space("m"))
        else:
            upper, lower = rest.columns(2, look.space("l"))
        note = _("请在下面的时间再来取号")
        if state.opens_at is not None:
            note = _("下次取号：{time}").format(time=time_text(context, state.opens_at, state.clock))
        TroubleBlock(self, upper, "weather-night", _("现在不在取号时间"), note, colour="accent")
        self._hours(lower, lines, one, inset)

    def _hours(self, rect: Rect, lines: list[tuple[str, str]], one: float, inset: float) -> None:
        look, context, _ = self.look, self.context, self.context.text
        notes = hours_notes(context) if rect.h >= one * (len(lines) + 2) + inset else ""
        count = len(lines) + (2 if notes else 1)
        card = rect.top(min(rect.h, one * count + inset))[0]
        self.add_widget(Card(context, card))
        heading, *rows = card.inset(look.space("l"), inset / 2).rows(count, 0)
        self.add_widget(Words(context, heading, _("办公时间"), "body", bold=True))
        if notes:
            self.add_widget(Words(context, rows.pop(), notes, "note", colour="secondary", line_height=1.2))
        for row, (days, times) in zip(rows, lines, strict=True):
            left, right = row.left(row.w * 0.45, look.space("s"))
            self.put(
                Words(context, left, days, "body", line_height=1.2),
                Words(context, right, times, "body", align="right", line_height=1.2),
            )

    def show(self, state: KioskState) -> None:
        _ = self.context.text
        super().show(state)
        self.drift(state.clock)
        if state.clock is not None and self.date is not None:
            self.date.say(_("今天 {date}").format(date=date_text(self.context, state.clock)))


class AwayPage(Front):
    """The server cannot be reached."""

    def build_body(self, state: KioskState) -> None:
        _ = self.context.text
        note = _("系统正在恢复，本机会自动恢复服务。\n急需办理请到{desk}取号。").format(desk=help_desk(self.context))
        TroubleBlock(self, self.tiles(state), "cloud-outline-off", _("暂时不能取号"), note)


class StartingPage(Front):
    """The first seconds: guides are there already."""

    def build_body(self, state: KioskState) -> None:
        look, context, _ = self.look, self.context, self.context.text
        area = self.body
        if state.has_guides:
            place, area = area.bottom(max(look.target, look.px(140)), look.space("m"))
            tap = partial(context.send, OpenGuides())
            self.add_widget(TextButton(context, place, _("办事指南"), tap, icon="book-open-page-variant", size="tile"))
        TroubleBlock(self, area, "ticket-confirmation", _("欢迎您"), _("正在准备，请稍候…"), colour="accent")
