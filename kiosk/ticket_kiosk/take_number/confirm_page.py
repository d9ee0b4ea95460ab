"""CONFIRM: the business, the line before one, the windows, what class one claims, and the bar that takes the number."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from contract.serving_windows import serving_windows
from contract.wait_words import wait_words
from contract.wire.messages import TicketClass
from kiosk.ticket_kiosk.events import Confirm, PickClass
from kiosk.ticket_kiosk.home_page import OFFLINE, TileNotice
from kiosk.ticket_kiosk.page_frame import PageFrame
from kiosk.ticket_kiosk.state import KioskState
from kiosk.ticket_kiosk.take_number.steps import class_of
from kiosk.ui.page_context import PageContext
from kiosk.ui.rect import Rect
from kiosk.ui.widgets import Bar, Card, Chip, Icon, Words

MOST_WINDOWS = 8


def numbers_of(context: PageContext, windows: Iterable[str]) -> list[str]:
    """The numbers over these windows; the id of one that the hall does not have."""
    numbers = {window.id: window.number for window in context.hall.window}
    return [numbers.get(window, window) for window in windows]


def windows_text(numbers: list[str]) -> str:
    """The numbers of the windows, as many as fit in a line."""
    shown = " ".join(numbers[:MOST_WINDOWS])
    return shown + (" …" if len(numbers) > MOST_WINDOWS else "")


class ConfirmPage(PageFrame):
    """The last page before the number."""

    def title_text(self) -> str:
        _ = self.context.text
        return _("确认取号")

    def build_body(self, state: KioskState) -> None:
        look = self.look
        lines = 3.6 if look.portrait else 3.2
        gap = look.space("l") if state.prints and not state.offline else look.type("note") * lines
        if look.mode.low and not look.portrait:
            self._build_in_one_row(state, min(gap, look.type("note") * 1.8))
            return
        bar, rest = self.reach.bottom(max(look.target, look.px(168)), gap)
        chips = 2 * look.target + look.space("m")
        if look.portrait:
            place, rest = rest.bottom(chips, look.space("l"))
            rest = Rect(rest.x, rest.y, rest.w, self.body.top_edge - rest.y)
            facts = rest.top(min(rest.h, look.px(900) * (1.2 if look.mode.elder else 1)))[0]
        else:
            facts, place = Rect(rest.x, rest.y, rest.w, self.body.top_edge - rest.y).columns(2, look.space("l"))
            place = place.top(min(place.h, chips + look.type("note") * 2))[0]
        self._facts(facts, state)
        self._chips(place.rows(2, look.space("m")), state)
        self._bar(bar, gap, state)

    def _build_in_one_row(self, state: KioskState, gap: float) -> None:
        """In the lower half of a wide screen everything that is touched is side by side."""
        look = self.look
        row, rest = self.reach.bottom(min(self.reach.h, look.target * 1.4), gap)
        self._facts(Rect(rest.x, rest.y, rest.w, self.body.top_edge - rest.y), state)
        first, second, bar = row.columns(3, look.space("m"))
        self._chips([first, second], state)
        self._bar(bar, gap, state)

    def _facts(self, rect: Rect, state: KioskState) -> None:
        look, context, _ = self.look, self.context, self.context.text
        queue = next(q for q in context.hall.queue if q.id == state.taking.queue)
        self.add_widget(Card(context, rect))
        body = rect.inset(look.space("l"), look.space("m") * 1.5)
        # on a wide screen in elder mode the name counts, and what else could be said of the business has no room beside it
        note_text = context.pick(queue.note) if queue.note and (look.portrait or not look.mode.elder) else ""
        high = look.type("title") * (2.6 if note_text else 1.25)
        place, body = body.top(min(body.h * 0.26, high), look.space("m"))
        if queue.icon:
            icon, place = place.left(min(place.h, look.px(110)), look.space("m"))
            self.add_widget(Icon(context, icon, queue.icon))
        name, note = place.top(place.h * (0.6 if note_text else 1))
        self.add_widget(Words(context, name, context.pick(queue.name), "title", bold=True, line_height=1.2))
        if note_text and note.h >= look.type("note"):
            self.add_widget(Words(context, note, note_text, "note", colour="secondary", line_height=1.2))
        labels = (_("前面等候"), _("预计等待"), _("办理窗口"))
        icons = ("account-multiple", "clock", "monitor")
        self.values: list[Words] = []
        for fact, label, sign in zip(body.rows(3, look.space("s")), labels, icons, strict=True):
            self._fact(fact, label, sign)

    def _fact(self, row: Rect, label: str, icon: str) -> None:
        look, context = self.look, self.context
        place, row = row.left(min(row.h, look.px(56)), look.space("m"))
        left, right = row.left(row.w * 0.36, look.space("m"))
        words = Words(context, right, "", "tile", bold=True, align="right", line_height=1.2)
        self.values.append(words)
        self.put(Icon(context, place, icon, colour="secondary"), Words(context, left, label, "body", colour="secondary"), words)

    def _chips(self, rows: list[Rect], state: KioskState) -> None:
        context, _ = self.context, self.context.text
        claims: tuple[tuple[TicketClass, str], ...] = (
            ("priority", _("老年人、残疾人、孕妇优先")),
            ("military", _("军人、退役军人优先")),
        )
        for row, (class_, text) in zip(rows, claims, strict=True):
            on = state.taking.class_ == class_
            offered = self.look.mode.elder and class_ == "priority"
            text_below = _("叫到时请出示证件") if on else _("老年人可以优先，点这里") if offered else ""
            note = text_below if row.h > self.look.target * 0.9 and row.w > row.h * 4 else ""
            self.add_widget(Chip(context, row, text, partial(context.send, PickClass(class_)), on=on, colour=class_, note=note))

    def _bar(self, rect: Rect, gap: float, state: KioskState) -> None:
        context, look, _ = self.context, self.look, self.context.text
        text = _("取号") if state.prints else _("在屏幕上取号")
        self.add_widget(Bar(context, rect, text, partial(context.send, Confirm()), icon="ticket-confirmation"))
        body = self.body
        air = min(look.space("s"), gap * 0.16)
        strip = Rect(body.x, rect.top_edge + air, body.w, gap - 2 * air)
        if state.prints and not state.offline:
            return
        notice = TileNotice(context, strip, *OFFLINE) if state.offline else TileNotice(context, strip)
        if state.prints:
            notice.say(_("网络中断，号票上会注明“离线取号”"))
        elif state.offline:
            notice.say(_("网络中断，打印机也不能用，请记下或拍下号码"))
        else:
            notice.say(_("打印机暂时不能用，号码显示在屏幕上"))
        self.add_widget(notice)

    def show(self, state: KioskState) -> None:
        _ = self.context.text
        super().show(state)
        windows = serving_windows(self.context.hall, state.taking.queue or "", state.working)
        self.values[2].say(windows_text([window.number for window in windows]))
        queue = state.queues.get(state.taking.queue or "")
        if state.offline:
            for value in self.values[:2]:
                value.say(_("暂无数据"))
        elif (
            class_of(state, state.taking.queue or "") != "ordinary"
        ):  # the hall tells of its lines what an ordinary number waits
            self.values[0].say(_("优先叫号"))
            self.values[1].say(_("取号后显示"))
        elif queue is not None:
            self.values[0].say(_("{count} 人").format(count=queue.waiting))
            self.values[1].say(wait_words(queue.estimate_s, queue.opens_at, state.clock and state.clock.date(), _))
        else:
            for value in self.values[:2]:
                value.say("")
