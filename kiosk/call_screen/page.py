"""The call screen of the waiting area: the call of the moment, every window's last call, waiting counts, notices, clock.

It is in both languages at once, and large enough to be read from the last row of seats.
"""

from __future__ import annotations

from contract.texts import texts
from contract.texts import unchanged as _
from kiosk.call_screen.flow import CallScreenState
from kiosk.call_screen.large import LargeCalls
from kiosk.call_screen.parts import Bilingual, CallCell, Notices, WaitingCard
from kiosk.ui.page import Page
from kiosk.ui.page_context import PageContext
from kiosk.ui.rect import Rect
from kiosk.ui.widgets import Icon, Words

CELL_W, CELL_H = 420, 110
"""Units; a window's call with its number as large as can be told from eight metres away on a screen of 55 inches."""
MOST_ROWS = 3
"""Rows of calls on a wide screen; an upright one has twice as many."""


def page(context: PageContext, state: CallScreenState) -> Page[CallScreenState]:
    """The page for `state`."""
    return NoCallsPage(context, state) if state.failed else CallsPage(context, state)


class CallsPage(Page[CallScreenState]):
    """The large calls and the waiting counts beside or above one another, and with them the other calls in columns."""

    def build(self, state: CallScreenState) -> None:
        look = self.look
        gap = look.px(20)
        rest = self.context.rect.inset(look.space("m"))
        head, rest = rest.top(look.px(96), gap)
        foot, rest = rest.bottom(look.px(92), gap)
        columns = max(1, int(rest.w / look.px(CELL_W)))
        rows = min(MOST_ROWS * (2 if look.portrait else 1), -(-len(state.others) // columns))
        cells = look.px(rows * (CELL_H + 12) - 12)
        if look.portrait:
            waiting, rest = rest.bottom(look.px(346), gap)
            others, large = rest.bottom(cells, gap if rows else 0)
        else:
            others, rest = rest.bottom(cells, gap if rows else 0)
            waiting, large = rest.right(look.px(580), gap)
        self._build_head(head)
        self._large = LargeCalls(self.context, large, len(state.large))
        self._cells = [CallCell(self.context, cell) for cell in others.grid(columns, rows, look.px(12))]
        self._waiting = WaitingCard(self.context, waiting)
        self._notices = Notices(self.context, foot)
        self.put(self._large, *self._cells, self._waiting, self._notices)

    def _build_head(self, rect: Rect) -> None:
        look, context = self.look, self.context
        clock, names = rect.right(look.px(330), look.space("m"))
        time, date = clock.top(clock.h * 0.62)
        self._time = Words(context, time, "", "title", bold=True, align="right", line_height=1.05)
        self._date = Words(context, date, "", 34, colour="secondary", align="right", line_height=1.05)
        zh, en = names.top(names.h * 0.62)
        name = context.hall.hall.name
        self.put(
            Words(context, zh, name.zh, "title", bold=True, line_height=1.05),
            Words(context, en, name.en, 34, colour="secondary", line_height=1.05),
            self._time,
            self._date,
        )

    def show(self, state: CallScreenState) -> None:
        clock = state.clock
        self.drift(clock if state.rests else None)
        self._time.say(f"{clock:%H:%M}" if clock else "")
        days = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
        self._date.say(f"{clock.month}月{clock.day}日 {days[clock.weekday()]} {clock:%a}" if clock else "")
        self._large.show(state.large, lit=state.highlighted)
        others = state.others
        for place, cell in enumerate(self._cells):
            cell.show(others[place] if place < len(others) else None)
        self._waiting.show(state.lines, state.now)
        missed = any(call.standing == "missed" for call in state.calls)
        self._notices.show(state.now, self._trouble(state), missed=missed)

    def _trouble(self, state: CallScreenState) -> tuple[str, ...]:
        """What the notices give way to while the hall's server is away, in both languages; nothing while it is there."""
        if state.live or state.clock is None:
            return ()
        text = _("正在连接") if state.good_at is None else _("连接中断，显示的是 {time} 的情况")
        time = f"{state.good_at:%H:%M}" if state.good_at else ""
        return text.format(time=time), texts("en")(text).format(time=time)


class NoCallsPage(Page[CallScreenState]):
    """Something in this screen failed; the next page comes by itself."""

    def build(self, _state: CallScreenState) -> None:
        look, context = self.look, self.context
        icon, words = context.rect.centre(look.px(1000), look.px(520)).top(look.px(220), look.space("l"))
        self.add_widget(Icon(context, icon, "cloud-off-outline", colour="secondary"))
        self.put(*Bilingual(_("请留意语音叫号"), _("屏幕马上恢复")).draw(context, words))
