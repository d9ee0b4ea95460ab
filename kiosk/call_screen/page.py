"""The call screen of the waiting area: last calls, waiting counts, notices, clock; in both languages at once."""

from __future__ import annotations

from contract.texts import texts
from contract.texts import unchanged as _
from kiosk.call_screen.flow import CallScreenState, ShownCall
from kiosk.call_screen.parts import Bilingual, CallRow, Notices, QueueRow, measured
from kiosk.ui.page import Page
from kiosk.ui.page_context import PageContext
from kiosk.ui.rect import Rect
from kiosk.ui.widgets import Card, Icon, Words
from kiosk.ui.widgets.text import Align

NUMBER_SIZE = 300
"""Units; digits of this size are 220 high on a screen 1080 high, to be read at 15 m."""
TURN_S = 8


def page(context: PageContext, state: CallScreenState) -> Page[CallScreenState]:
    """The page for `state`."""
    return NoCallsPage(context, state) if state.failed else CallsPage(context, state)


class CallsPage(Page[CallScreenState]):
    """Left two thirds the calls, right the waiting counts; in portrait one above the other."""

    def build(self, state: CallScreenState) -> None:
        look = self.look
        rest = self.context.rect.inset(look.margin, look.space("m"))
        head, rest = rest.top(look.px(120), look.space("m"))
        foot, rest = rest.bottom(look.px(92), look.space("m"))
        if look.portrait:
            away, rest = rest.top(look.px(44), look.space("s"))
            waiting, calls = rest.bottom(rest.h * 0.34, look.space("m"))
            newest, recent = calls.top(calls.h * 0.53, look.space("m"))
        else:
            away, head = head.right(look.px(900), look.space("m"))
            away, clock = away.left(away.w - look.px(300), look.space("m"))
            head = Rect(head.x, head.y, clock.right_edge - head.x, head.h)
            calls, waiting = rest.left((rest.w - look.space("m")) * 2 / 3, look.space("m"))
            newest, recent = calls.top(calls.h * 0.56, look.space("m"))
        self._notices = Notices(self.context, foot)
        self._away = Words(self.context, away, "", "note", colour="warning", bold=True, align="right", line_height=1.25)
        self.put(self._notices, self._away)
        self._build_head(head)
        self._build_newest(calls if state.newest is None else newest, state)
        self._build_recent(recent, state)
        self._build_waiting(waiting)

    def _build_head(self, rect: Rect) -> None:
        look, context = self.look, self.context
        clock, names = rect.right(look.px(300), look.space("m"))
        time, date = clock.top(clock.h * 0.62)
        self._time = Words(context, time, "", "title", bold=True, align="right", line_height=1.1)
        self._date = Words(context, date, "", "note", colour="secondary", align="right", line_height=1.1)
        zh, en = names.top(names.h * 0.62)
        name = context.hall.hall.name
        self.put(
            Words(context, zh, name.zh, "title", bold=True, line_height=1.1),
            Words(context, en, name.en, "note", colour="secondary", line_height=1.1),
            self._time,
            self._date,
        )

    def _build_newest(self, rect: Rect, state: CallScreenState) -> None:
        look, context = self.look, self.context
        self._card = Card(context, rect)
        body = rect.inset(look.space("l"), look.space("m"))
        if look.portrait:
            number, body = body.top(look.px(320))
            english, window = body.bottom(look.px(64))
            please = below = window.top(0)[0]
            align: Align = "center"
        else:
            width = measured(look, state.newest.number if state.newest else "A000", NUMBER_SIZE)
            left, right = body.left(min(width, body.w * 0.8), look.space("l"))
            english, number = left.bottom(look.px(60))
            please, window = right.top(right.h * 0.22)
            below, window = window.bottom(right.h * 0.26)
            align = "left"
        self._number = Words(context, number, "", NUMBER_SIZE, bold=True, colour="accent", align=align, line_height=1.05)
        self._please = Words(context, please, "", "title", bold=True, align="center", line_height=1.1)
        self._below = Words(context, below, "", "title", bold=True, align="center", line_height=1.1)
        self._window = Words(context, window, "", 104 if look.portrait else 200, bold=True, align="center", line_height=1.05)
        self._english = Words(context, english, "", 40, colour="secondary", align=align, line_height=1.15)
        self._welcome = Bilingual(_("欢迎光临"), _("请留意叫号")).draw(context, rect.inset(look.space("l")))
        self._parts = (self._number, self._please, self._window, self._below, self._english)
        self.put(self._card, *self._parts, *self._welcome)

    def _build_recent(self, rect: Rect, state: CallScreenState) -> None:
        look, context = self.look, self.context
        self._rows: list[CallRow] = []
        if state.newest is None:
            return
        columns = 1 if look.portrait else 2
        rows = max(1, int((rect.h + look.space("s")) / (look.px(92) + look.space("s"))))
        self._rows = [CallRow(context, cell) for cell in rect.grid(columns, rows, look.space("s"))]
        if columns == 2:  # newest first down the left column, then down the right one
            self._rows = [*self._rows[0::2], *self._rows[1::2]]
        self.put(*self._rows)

    def _build_waiting(self, rect: Rect) -> None:
        look, context = self.look, self.context
        self.add_widget(Card(context, rect))
        body = rect.inset(look.space("m") * 1.25, look.space("m"))
        title, body = body.top(look.px(72), look.space("s"))
        name, people = title.left(title.w * 0.7)
        self.put(*Bilingual(_("等候人数"), "").beside(context, name))
        self._total = Words(context, people, "", "body", bold=True, align="right")
        foot, body = body.bottom(look.px(34))
        self._place = Words(context, foot, "", 24, colour="secondary", align="right")
        columns = 2 if look.portrait else 1
        rows = max(1, int(body.h / look.px(92)))
        self._queues = [QueueRow(context, cell) for cell in body.grid(columns, rows, look.space("m") if columns == 2 else 0)]
        self.put(self._total, self._place, *self._queues)

    # --- every change of state ---

    def show(self, state: CallScreenState) -> None:
        self._show_clock(state)
        self._show_newest(state.newest, state)
        rest = state.calls[1:]
        for place, row in enumerate(self._rows):
            row.show(rest[place] if place < len(rest) else None, self._window_number)
        self._show_waiting(state)
        self._notices.show(state.now)

    def _window_number(self, window: str) -> str:
        return next((w.number for w in self.context.hall.window if w.id == window), window)

    def _show_clock(self, state: CallScreenState) -> None:
        clock = state.clock
        self._time.say(f"{clock:%H:%M}" if clock else "")
        days = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
        self._date.say(f"{clock.month}月{clock.day}日 {days[clock.weekday()]} {clock:%a}" if clock else "")
        if state.live or clock is None:
            self._away.say("")
        elif state.good_at is None:
            self._away.say(self._both(_("正在连接")))
        else:
            text = self._both(_("连接中断，显示的是 {time} 的情况"))
            self._away.say(text.format(time=f"{state.good_at:%H:%M}"))

    def _both(self, text: str) -> str:
        """A text and its English, on one line or on two."""
        return text + (" · " if self.look.portrait else "\n") + texts("en")(text)

    def _show_newest(self, call: ShownCall | None, state: CallScreenState) -> None:
        lit = call is not None and state.highlighted
        self._card.paint("accent" if lit else "surface")
        for words, colour in zip(self._parts, ("accent", "secondary", "text", "secondary", "secondary"), strict=True):
            words.paint("on_accent" if lit else colour)
        for words in self._welcome:
            words.opacity = 0 if call else 1
        if call is None:
            for words in self._parts:
                words.say("")
            return
        window = self._window_number(call.window)
        english = texts("en")(_("{number} 号请到 {window} 号窗口")).format(number=call.number, window=window)
        please, below = _("请到"), _("号窗口")
        if self.look.portrait:
            window, please, below = f"{please} {window} {below}", "", ""
        for words, text in zip(self._parts, (call.number, please, window, below, english), strict=True):
            words.say(text)

    def _show_waiting(self, state: CallScreenState) -> None:
        shown = [queue for queue in self.context.hall.queue if queue.id in state.lines]
        turns = max(1, -(-len(shown) // len(self._queues)))
        turn, size = int(state.now // TURN_S) % turns, -(-len(shown) // turns)
        part = shown[turn * size : (turn + 1) * size]
        for place, row in enumerate(self._queues):
            queue = part[place] if place < len(part) else None
            row.show(queue, state.lines[queue.id] if queue else None)
        total = sum(line.waiting for line in state.lines.values())
        self._total.say(str(total) if state.lines else "")
        self._place.say(f"{turn + 1} / {turns}" if turns > 1 else "")


class NoCallsPage(Page[CallScreenState]):
    """Something in this screen failed; the next page comes by itself."""

    def build(self, _state: CallScreenState) -> None:
        look, context = self.look, self.context
        icon, words = context.rect.centre(look.px(1000), look.px(520)).top(look.px(220), look.space("l"))
        self.add_widget(Icon(context, icon, "cloud-off-outline", colour="secondary"))
        self.put(*Bilingual(_("请留意语音叫号"), _("屏幕马上恢复")).draw(context, words))
