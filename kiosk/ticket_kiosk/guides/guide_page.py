"""GUIDE: what a citizen must know of an item, the most needed first; then everything else in sheets."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from contract.guides.english import told
from contract.guides.item import Item
from contract.serving_windows import serving_windows
from kiosk.ticket_kiosk import paging
from kiosk.ticket_kiosk.a4_print.state import OpenDocuments
from kiosk.ticket_kiosk.guides import text as guides_text
from kiosk.ticket_kiosk.guides.flowchart_picture import FlowChart, sheets_needed
from kiosk.ticket_kiosk.guides.state import SECTIONS, PickSection, TakeNumberFor
from kiosk.ticket_kiosk.notice_pages import help_desk
from kiosk.ticket_kiosk.page_frame import PageFrame
from kiosk.ticket_kiosk.read_aloud.state import Listen
from kiosk.ticket_kiosk.state import KioskState
from kiosk.ticket_kiosk.take_number.confirm_page import windows_text
from kiosk.ui.line_breaking import break_lines
from kiosk.ui.rect import Rect
from kiosk.ui.widgets import Bar, Card, Chip, Icon, QrCode, TextButton, Words
from kiosk.ui.widgets.text import even, measure


class GuidePage(PageFrame):
    """One section at a time; what is touched is below or beside it, within low reach."""

    def build(self, state: KioskState) -> None:
        item = state.lookup.item
        assert item is not None
        self.told = told(item, state.lookup.english, self.look.mode.language)
        self.item: Item = self.told.item
        super().build(state)

    def title_text(self) -> str:
        return self.context.pick(self.item.name)

    def build_body(self, state: KioskState) -> None:
        look = self.look
        gap = look.space("m")
        actions = self._actions(state)
        if look.portrait:
            bar, rest = self.reach.bottom(max(look.target, look.px(140)), gap)
            self._bar(bar, state)
            if actions:
                strip, rest = rest.bottom(look.target, gap)
                for place, draw in zip(strip.columns(len(actions), gap), actions, strict=True):
                    draw(place, state)
            tabs, rest = rest.bottom(look.target, gap)
            content = Rect(rest.x, rest.y, rest.w, self.body.top_edge - rest.y)
            self._tabs(tabs.columns(len(SECTIONS), look.space("s")), state)
        else:
            # in low reach there is little height, so the targets are in three columns
            columns, share = (3, 0.37) if look.mode.low else (2, 0.34)
            side, content = self.body.right(self.body.w * share, look.space("l"))
            others = len(SECTIONS) + len(actions)
            rows = others // columns + 1
            low = Rect(side.x, self.reach.y, side.w, min(self.reach.h, look.target * rows + gap * (rows - 1)))
            cells = low.grid(columns, rows, min(gap, look.space("s") * 1.5))
            self._tabs(cells[: len(SECTIONS)], state)
            for place, draw in zip(cells[len(SECTIONS) :], actions, strict=False):
                draw(place, state)
            self._bar(Rect(cells[others].x, cells[-1].y, low.right_edge - cells[others].x, cells[-1].h), state)
            above = Rect(side.x, low.top_edge + gap, side.w, side.top_edge - low.top_edge - gap)
            self._code(above, state)
        self._content(content, state)

    def _actions(self, state: KioskState) -> list[Callable[[Rect, KioskState], None]]:
        """What can be done with the guide besides taking a number."""
        there = ((self._listen, state.aloud.voice is not None), (self._print, state.setting.a4 is not None))
        return [draw for draw, is_there in there if is_there]

    def _tabs(self, places: list[Rect], state: KioskState) -> None:
        for place, section in zip(places, SECTIONS, strict=True):
            text, on = guides_text.section_name(self.context, section), section == state.lookup.section
            tap = partial(self.context.send, PickSection(section))
            icon = "volume-high" if section == state.aloud.section else ""
            self.add_widget(Chip(self.context, place, text, tap, on=on, mark=False, icon=icon))

    def _listen(self, rect: Rect, state: KioskState) -> None:
        _ = self.context.text
        if not state.aloud.works:
            self._trouble(rect, _("暂时不能朗读"))
            return
        reads = state.aloud.section is not None
        text, icon = (_("停止朗读"), "stop-circle-outline") if reads else (_("朗读"), "volume-high")
        self.add_widget(TextButton(self.context, rect, text, lambda: self.context.send(Listen()), icon=icon))

    def _bar(self, rect: Rect, state: KioskState) -> None:
        context, _ = self.context, self.context.text
        if state.gives_numbers(self.item.queue):
            text = _("取号办理")
            room = rect.w - measure(text, self.look.type("tile"), bold=True)
            icon = "ticket-confirmation" if room > rect.h * 2.2 else ""
            self.add_widget(Bar(context, rect, text, lambda: context.send(TakeNumberFor()), icon=icon))
            return
        on_kiosk = state.setting.business(self.item.queue) is not None
        text = _("现在不能取号") if on_kiosk else _("请到{desk}取号").format(desk=help_desk(context))
        self.add_widget(Words(context, rect, text, "body", colour="secondary", align="center", line_height=1.2))

    def _print(self, rect: Rect, state: KioskState) -> None:
        context, _ = self.context, self.context.text
        if state.prints_papers:
            self.add_widget(TextButton(context, rect, _("打印"), lambda: context.send(OpenDocuments()), icon="printer"))
        else:
            self._trouble(rect, _("暂时不能打印"))

    def _trouble(self, rect: Rect, text: str) -> None:
        """Why there is no button, in its place."""
        self.add_widget(Words(self.context, rect, text, "note", colour="warning", align="center", line_height=1.2))

    def _content(self, rect: Rect, state: KioskState) -> None:
        look, section = self.look, state.lookup.section
        self.add_widget(Card(self.context, rect))
        body = rect.inset(look.space("l"), look.space("m"))
        if section == "summary":
            self._summary(body, state)
            return
        if section == "flow":
            self._flow(self._chinese_note(body, [step.text for step in self.item.steps]), state)
            return
        strip, short = body.bottom(look.target, look.space("m"))
        text = guides_text.paragraphs(self.context, self.told, section, state.lookup.contents)
        lines = paging.lines_of(look, text, body.w)
        parts = paging.sheets_of(lines, body.h)
        area = body
        if len(parts) > 1:
            area, parts = short, paging.sheets_of(lines, short.h)
        count, sheet = len(parts), min(state.sheet, len(parts) - 1)
        paging.draw_sheet(self, area, parts[sheet])
        if count > 1:
            paging.draw_turner(self, strip, sheet, count)

    def _flow(self, body: Rect, state: KioskState) -> None:
        strip, short = body.bottom(self.look.target, self.look.space("m"))
        count = sheets_needed(self.context, self.item, body.h)
        area = body if count == 1 else short
        count = sheets_needed(self.context, self.item, area.h)
        sheet = min(state.sheet, count - 1)
        self.add_widget(FlowChart(self.context, area, self.item, sheet))
        if count > 1:
            paging.draw_turner(self, strip, sheet, count)

    def _chinese_note(self, body: Rect, texts: list[str]) -> Rect:
        """Say at the top of `body` that some of the drawn texts are in Chinese only; what is left of it."""
        text = guides_text.chinese_note(self.context, self.told, texts)
        if text:
            place, body = body.top(self.look.type("note") * 2.8, self.look.space("s"))
            self.add_widget(Words(self.context, place, text, "note", colour="secondary", line_height=1.2))
        return body

    def _summary(self, body: Rect, state: KioskState) -> None:
        look, context, _ = self.look, self.context, self.context.text
        contents = state.lookup.contents
        if contents is not None and (note := contents.note_on(self.item)) is not None:
            place, body = body.bottom(look.type("note") * 2.6, look.space("s"))
            self.add_widget(Words(context, place, context.pick(note), "note", colour="warning", line_height=1.2))
        place, body = body.top(look.type("body") * 2.8, look.space("m"))
        self.add_widget(Words(context, place, context.pick(self.item.summary), "body", line_height=1.3))
        if look.portrait and self.phone_url(state):
            place, body = body.bottom(min(look.px(260), body.h * 0.42), look.space("m"))
            self._code(place, state)
        windows = windows_text([w.number for w in serving_windows(context.hall, self.item.queue, state.working)])
        where = _("{windows} 号窗口").format(windows=windows) if windows else self.item.place
        body = self._chinese_note(body, [where, guides_text.fee_text(context, self.item)])
        facts = (
            ("file-document", _("要带"), guides_text.bring_text(context, self.item)),
            ("map-marker", _("去哪"), where),
            ("clock", _("多久"), guides_text.short_limit(context, self.item.promised_limit)),
            ("cash", _("费用"), guides_text.fee_text(context, self.item)),
        )
        gap = look.space("s")
        shares = [self._share(text, body.w) for *_rest, text in facts]
        unit = (body.h - gap * (len(facts) - 1)) / sum(shares)
        told: list[Words] = []
        for (icon, label, text), share in zip(facts, shares, strict=True):
            row, body = body.top(unit * share, gap)
            told += self._fact(row, icon, label, text)
        even(told, in_elder_mode=True)

    def _share(self, text: str, width: float) -> float:
        """How much of the height a fact gets, by its lines beside icon and label."""
        size = self.look.type("body")
        beside = width - self.look.px(56) - size * 3.2 - 2 * self.look.space("m")
        return 0.5 + 0.5 * min(3, len(break_lines(text, beside, partial(measure, size=size, bold=True))))

    def _fact(self, row: Rect, icon: str, label: str, text: str) -> tuple[Words, Words]:
        look, context = self.look, self.context
        place, row = row.left(look.px(56), look.space("m"))
        left, right = row.left(look.type("body") * 3.2, look.space("m"))
        words = (
            Words(context, left, label, "body", colour="secondary", line_height=1.2),
            Words(context, right, text, "body", bold=True, line_height=1.25),
        )
        self.put(Icon(context, place, icon, colour="accent"), *words)
        return words

    def phone_url(self, state: KioskState) -> str | None:
        """Where a phone reads this guide."""
        return state.setting.guide_url(self.item.id)

    def _code(self, rect: Rect, state: KioskState) -> None:
        look, context, _ = self.look, self.context, self.context.text
        url = self.phone_url(state)
        if url is None or rect.h < look.px(150):
            return
        text = _("手机扫码看指南")
        if look.portrait:
            place, words = rect.left(rect.h, look.space("m"))
            self.put(QrCode(context, place, url), Words(context, words, text, "note", colour="secondary"))
        else:
            words, place = rect.bottom(look.type("note") * 1.6)
            words_ = Words(context, words, text, "note", colour="secondary", align="center")
            self.put(QrCode(context, place, url), words_)
