"""PREVIEW: the pages as they will come out, how many copies, and the bar that prints them."""

from __future__ import annotations

from functools import partial

from kiosk.ticket_kiosk.a4_print.choice_page import trouble_words
from kiosk.ticket_kiosk.a4_print.state import Print, SetCopies
from kiosk.ticket_kiosk.a4_print.steps import most_copies
from kiosk.ticket_kiosk.notice_pages import TroubleBlock, help_desk
from kiosk.ticket_kiosk.page_frame import PageFrame
from kiosk.ticket_kiosk.paging import draw_turner
from kiosk.ticket_kiosk.state import KioskState
from kiosk.ui.page_context import PageContext
from kiosk.ui.rect import Rect
from kiosk.ui.widgets import Bar, Card, Icon, PaperPicture, Tap, Words
from kiosk.ui.widgets.button import Action
from kiosk.ui.widgets.surface import Fill


class CopiesButton(Tap):
    """One copy more, or one fewer."""

    def __init__(self, context: PageContext, rect: Rect, icon: str, on_tap: Action) -> None:
        super().__init__(context, rect, on_tap)
        self.card = Card(context, rect)
        self.put(self.card, Icon(context, rect.centre(self.look.px(64), self.look.px(64)), icon))

    def draw_pressed(self, pressed: bool) -> None:
        self.card.paint("pressed" if pressed else "surface")


class PreviewPage(PageFrame):
    """The paper at the left or above; what is touched beside or below it, within low reach."""

    personal = True

    def build(self, state: KioskState) -> None:
        self.copies: Words | None = None
        super().build(state)

    def title_text(self) -> str:
        _ = self.context.text
        return _("打印预览")

    def build_body(self, state: KioskState) -> None:
        look = self.look
        gap = look.space("m")
        bar_height = max(look.target, look.px(140))
        rows = 2 if len(state.printing.sheets) > 1 else 1
        needed = bar_height + (gap + look.target) * rows
        if look.portrait:
            controls, _rest = self.reach.bottom(needed, gap)
            area = Rect(self.body.x, controls.top_edge + gap, self.body.w, self.body.top_edge - controls.top_edge - gap)
        else:
            side, area = self.body.right(self.body.w * 0.46, look.space("l"))
            controls = Rect(side.x, self.reach.y, side.w, min(self.reach.h, needed))
        bar, rest = controls.bottom(min(bar_height, (controls.h - gap * rows) / (rows + 1)), gap)
        *turner, copies = rest.rows(rows, gap)
        self._paper(area, state)
        self._bar(bar, state)
        if state.printing.sheets:
            self._copies(copies, state)
        for place in turner:
            draw_turner(self, place, self._number(state), len(state.printing.sheets))

    def _number(self, state: KioskState) -> int:
        """The page that is shown, from 0."""
        return min(state.sheet, len(state.printing.sheets) - 1)

    def _paper(self, area: Rect, state: KioskState) -> None:
        context, _, printing = self.context, self.context.text, state.printing
        if printing.failed:
            desk = help_desk(context)
            TroubleBlock(
                self, area, "alert-circle-outline", _("抱歉，这份文件没有生成"), _("请到{desk}索取。").format(desk=desk)
            )
        elif not printing.sheets:
            self.add_widget(Fill(context, area, "surface", corner=self.look.corner))
            self.add_widget(Words(context, area, _("正在准备预览…"), "body", colour="secondary", align="center"))
        else:
            sheet = printing.sheets[self._number(state)]
            self.add_widget(PaperPicture(context, area, (sheet.width, sheet.height), sheet.pixels))

    def _copies(self, row: Rect, state: KioskState) -> None:
        """Fewer, how many, more."""
        context, look = self.context, self.look
        wide = max(look.target, row.h)
        less, rest = row.left(wide, look.space("m"))
        more, middle = rest.right(wide, look.space("m"))
        self.copies = Words(context, middle, "", "body", bold=True, align="center", line_height=1.2)
        self.put(
            CopiesButton(context, less, "minus", partial(self._change, -1)),
            CopiesButton(context, more, "plus", partial(self._change, +1)),
            self.copies,
        )

    def _change(self, by: int) -> None:
        self.context.send(SetCopies(self.state.printing.copies + by))

    def _bar(self, bar: Rect, state: KioskState) -> None:
        context, _ = self.context, self.context.text
        if not state.prints_papers:
            words = trouble_words(context, state)
            self.add_widget(Words(context, bar, words, "body", colour="warning", bold=True, align="center", line_height=1.2))
        elif state.printing.sheets:
            self.add_widget(Bar(context, bar, _("打印"), lambda: context.send(Print()), icon="printer"))

    def show(self, state: KioskState) -> None:
        super().show(state)
        self.state = state
        if self.copies is None:
            return
        _, printing = self.context.text, state.printing
        sheets = printing.copies * len(printing.sheets)
        text = _("{copies} 份，共 {sheets} 张纸").format(copies=printing.copies, sheets=sheets)
        most = printing.copies == most_copies(state) and printing.copies > 1
        self.copies.say(_("{text}（最多）").format(text=text) if most else text)
