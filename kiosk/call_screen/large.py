"""The large calls: one over the whole card, or up to four below one another."""

from __future__ import annotations

from collections.abc import Sequence

from contract.texts import texts
from contract.texts import unchanged as _
from kiosk.call_screen.flow import ShownCall
from kiosk.call_screen.parts import Bilingual, window_number
from kiosk.ui.page_context import PageContext
from kiosk.ui.rect import Rect
from kiosk.ui.widgets import Card, Words
from kiosk.ui.widgets.base import Box
from kiosk.ui.widgets.text import Align

NUMBER_SIZE, PORTRAIT_SIZE = 440, 380
"""Units; digits of 280 are 200 high on a screen 1080 high, to be read at 15 m."""
COLOURS = ("accent", "secondary", "text", "secondary", "secondary")


class LargeCalls(Box):
    """A card for `count` calls; with none it greets."""

    def __init__(self, context: PageContext, rect: Rect, count: int) -> None:
        super().__init__(context, rect)
        self._card = Card(context, rect)
        self.add_widget(self._card)
        if count == 0:
            self.put(*Bilingual(_("欢迎光临"), _("请留意叫号")).draw(context, rect.inset(context.look.space("l"))))
        body = rect.inset(context.look.space("l"), context.look.px(18))
        make = (PortraitCall if context.look.portrait else WideCall) if count == 1 else CallLine
        self._calls: list[WideCall] = [make(context, row) for row in body.rows(count, 0)]
        self.put(*self._calls)

    def show(self, calls: Sequence[ShownCall], *, lit: bool) -> None:
        """Show as many calls as there are places; `lit` makes the card catch the eye."""
        self._card.paint("accent" if lit else "surface")
        for place, call in zip(self._calls, calls, strict=True):
            place.show(call, lit=lit)


class WideCall(Box):
    """One call: the number, beside it the window."""

    def __init__(self, context: PageContext, rect: Rect) -> None:
        super().__init__(context, rect)
        self.build(rect)

    def build(self, rect: Rect) -> None:
        """Place the words."""
        look = self.look
        rect = rect.centre(rect.w, look.px(620))
        left, right = rect.left(rect.w * 0.66, look.space("m"))
        english, number = left.bottom(look.px(58))
        please, window = right.top(right.h * 0.22)
        below, window = window.bottom(right.h * 0.27)
        self._place(number, please, window, below, english, (NUMBER_SIZE, 76, 250, 76, 48), "center")

    def _place(
        self, number: Rect, please: Rect, window: Rect, below: Rect, english: Rect, sizes: tuple[float, ...], align: Align
    ) -> None:
        def words(rect: Rect, size: float, *, bold: bool = True) -> Words:
            return Words(self.context, rect, "", size, bold=bold, align=align, line_height=1.05)

        boxes = (number, please, window, below)
        self._words = [words(box, size) for box, size in zip(boxes, sizes[:4], strict=True)]
        self._words.append(words(english, sizes[4], bold=False))
        self.put(*self._words)

    def show(self, call: ShownCall, *, lit: bool) -> None:
        """Show a call."""
        for words, text, colour in zip(self._words, self.texts(call), COLOURS, strict=True):
            words.say(text)
            words.paint("on_accent" if lit else colour)

    def texts(self, call: ShownCall) -> tuple[str, str, str, str, str]:
        """Number, the word before the window, the window, the word behind it, and all of it in English."""
        return call.number, _("请到"), window_number(self.context, call), _("号窗口"), self.english(call)

    def english(self, call: ShownCall) -> str:
        window = window_number(self.context, call)
        return texts("en")(_("{number} 号请到 {window} 号窗口")).format(number=call.number, window=window)


class PortraitCall(WideCall):
    """One call: the number, below it the window."""

    def build(self, rect: Rect) -> None:
        look = self.look
        english, rect = rect.centre(rect.w, look.px(680)).bottom(look.px(58))
        window, number = rect.bottom(look.px(130))
        none = number.top(0)[0]
        self._place(number, none, window, none, english, (PORTRAIT_SIZE, 76, 120, 76, 50), "center")

    def texts(self, call: ShownCall) -> tuple[str, str, str, str, str]:
        number, please, window, below, english = super().texts(call)
        return number, "", f"{please} {window} {below}", "", english


class CallLine(WideCall):
    """One of several calls: number and window in a line."""

    def build(self, rect: Rect) -> None:
        look = self.look
        number, window = rect.left(rect.w * 0.46, look.space("m"))
        english, window = window.centre(window.w, look.px(180)).bottom(min(look.px(54), rect.h * 0.34))
        none = number.top(0)[0]
        self._place(number, none, window, none, english, (220, 76, 104, 76, 40), "left")

    def texts(self, call: ShownCall) -> tuple[str, str, str, str, str]:
        number, please, window, below, english = super().texts(call)
        return number, "", f"{please} {window} {below}", "", english

    def english(self, call: ShownCall) -> str:
        return texts("en")(_("请到 {window} 号窗口")).format(window=window_number(self.context, call))
