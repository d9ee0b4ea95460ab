"""Who is being called: the lower half of the home page."""

from __future__ import annotations

from kiosk.ticket_kiosk.state import KioskState
from kiosk.ui.page_context import PageContext
from kiosk.ui.rect import Rect
from kiosk.ui.widgets import Card, Words
from kiosk.ui.widgets.surface import Fill

MOST_CALLS = 4


class CallsNow(Card):
    """Who is being called, the newest first, and how many wait in all."""

    def __init__(self, context: PageContext, rect: Rect) -> None:
        super().__init__(context, rect)
        look, _ = self.look, context.text
        body = rect.inset(look.space("l"), look.space("m") * 1.25)
        place, body = body.top(look.type("body") * 1.5, look.space("s"))
        title, wait = place.columns(2, look.space("m"))
        self.waiting = Words(context, wait, "", "note", colour="secondary", align="right")
        self.put(Words(context, title, _("正在叫号"), "body", bold=True), self.waiting)
        row_height = max(look.px(92), look.type("tile") * 1.5)
        count = max(1, min(MOST_CALLS, int((body.h + look.space("s")) / (row_height + look.space("s")))))
        self.rows = [CalledRow(context, row) for row in body.rows(count, look.space("s"))]
        self.quiet = Words(context, body, _("现在没有叫号"), "body", colour="secondary", align="center")
        self.put(*self.rows, self.quiet)

    def show(self, state: KioskState) -> None:
        """Bring it up to date."""
        _ = self.context.text
        waiting = sum(queue.waiting for queue in state.queues.values())
        self.waiting.say(_("共 {count} 人等候").format(count=waiting) if state.queues else "")
        numbers = {window.id: window.number for window in self.context.hall.window}
        calls = state.calls
        for i, row in enumerate(self.rows):
            call = calls[i] if i < len(calls) else None
            if call is None:
                row.show("", "")
                continue
            words = _("{window} 号窗口办理中") if call.serving else _("请到 {window} 号窗口")
            row.show(call.number, words.format(window=numbers.get(call.window, call.window)), serving=call.serving)
        self.quiet.opacity = 0 if calls else 1


class CalledRow(Fill):
    """One number and its window."""

    def __init__(self, context: PageContext, rect: Rect) -> None:
        super().__init__(context, rect, "accent_soft", corner=context.look.corner / 2)
        number, window = rect.inset(context.look.space("m"), 0).columns(2, context.look.space("m"))
        self.number = Words(context, number, "", "tile", bold=True, colour="accent", line_height=1.2)
        self.window = Words(context, window, "", "body", align="right", line_height=1.2)
        self.put(self.number, self.window)

    def show(self, number: str, window: str, *, serving: bool = False) -> None:
        """Show a call, or nothing; one that was answered asks for nobody's eye."""
        self.opacity = 1 if number else 0
        self.paint("sunken" if serving else "accent_soft")
        self.number.paint("text" if serving else "accent")
        self.number.say(number)
        self.window.say(window)
