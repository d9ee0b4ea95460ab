"""HELP: whom to ask, with whom to complain, and the number of the window for what could not be settled."""

from __future__ import annotations

from functools import partial

from kiosk.ticket_kiosk.events import PickQueue
from kiosk.ticket_kiosk.notice_pages import help_desk
from kiosk.ticket_kiosk.page_frame import PageFrame
from kiosk.ticket_kiosk.state import KioskState
from kiosk.ui.rect import Rect
from kiosk.ui.widgets import Bar, Card, Icon, Words

KIND = "cannot-get-it-done"


class HelpPage(PageFrame):
    """The telephone numbers in large digits, and one way to a number."""

    def title_text(self) -> str:
        _ = self.context.text
        return _("投诉求助")

    def build_body(self, state: KioskState) -> None:
        look, context, _ = self.look, self.context, self.context.text
        rest, hall, desk = self.body, context.hall.hall, help_desk(context)
        window = next((window for window in context.hall.window if window.kind == KIND), None)
        queue = next((queue for queue in context.hall.queues_of(window) if state.gives_numbers(queue)), "") if window else ""
        if queue:
            bar, _above = self.reach.bottom(max(look.target, look.px(150)), look.space("l"))
            rest = Rect(rest.x, bar.top_edge + look.space("l"), rest.w, rest.top_edge - bar.top_edge - look.space("l"))
            tap = partial(context.send, PickQueue(queue))
            self.add_widget(Bar(context, bar, _("事情没办成，取号反映"), tap, icon="ticket-confirmation"))
        rows = [
            ("headset", _("有不明白的"), desk[:1].upper() + desk[1:]),
            ("phone", _("大厅电话"), hall.telephone),
            ("bullhorn", _("投诉电话"), hall.complaints_telephone),
        ]
        if window is not None:
            rows.append(("monitor", _("事情没办成"), _("{windows} 号窗口").format(windows=window.number)))
        gap = look.space("m")
        high = min(look.px(190), (rest.h - gap * (len(rows) - 1)) / len(rows))
        block = rest.top(high * len(rows) + gap * (len(rows) - 1))[0]
        for row, (icon, label, text) in zip(block.rows(len(rows), gap), rows, strict=True):
            self._row(row, icon, label, text)

    def _row(self, row: Rect, icon: str, label: str, text: str) -> None:
        look, context = self.look, self.context
        self.add_widget(Card(context, row))
        place, body = row.inset(look.space("m"), look.space("s")).left(look.px(72), look.space("m"))
        left, right = body.left(body.w * 0.46, look.space("m"))
        self.put(
            Icon(context, place.centre(place.w, min(place.h, place.w)), icon),
            Words(context, left, label, "body", colour="secondary", line_height=1.2),
            Words(context, right, text, "tile", bold=True, align="right", line_height=1.2),
        )
