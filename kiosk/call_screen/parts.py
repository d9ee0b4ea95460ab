"""Parts of the call screen: texts in both languages, rows of calls and of queues, the notices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kivy.animation import Animation

from contract.configuration.hall import Queue
from contract.configuration.table import TextConfig
from contract.texts import texts
from contract.texts import unchanged as _
from kiosk.call_screen.flow import ShownCall, ShownQueue
from kiosk.ui.line_breaking import parted
from kiosk.ui.page_context import PageContext
from kiosk.ui.rect import Rect
from kiosk.ui.theme import MOTION_S, Look
from kiosk.ui.widgets import Fill, Words
from kiosk.ui.widgets.base import Box
from kiosk.ui.widgets.text import measure

NOTICE_S = 12
"""Notices change slowly and do not move in between: words that move are hard to read for the old (WCAG 2.2.2), and a
screen that draws itself sixty times a second wears out a small machine."""

LEAST = 0.85
"""How much smaller than usual a notice may be written so that it need not be parted."""


def measured(look: Look, text: str, size: float) -> float:
    """The width in pixels of bold text of `size` units, with a little air."""
    return measure(text, look.px(size), bold=True) + look.px(12)


@dataclass(frozen=True)
class Bilingual:
    """A Chinese text and perhaps a second sentence; the English ones come from the catalogue."""

    first: str
    second: str

    def beside(self, context: PageContext, rect: Rect) -> list[Words]:
        """Chinese large, English small behind it."""
        zh, en = rect.left(context.look.type("body") * (len(self.first) + 0.6))
        return [
            Words(context, zh, self.first, "body", bold=True, line_height=1.2),
            Words(context, en, texts("en")(self.first), "note", colour="secondary", line_height=1.2),
        ]

    def draw(self, context: PageContext, rect: Rect) -> list[Words]:
        """Both sentences in the middle of a large box, English below."""
        upper, lower = rect.top(rect.h * 0.6)
        first, second = upper.rows(2, 0)
        en = texts("en")
        return [
            Words(context, first, self.first, 110, bold=True, align="center", valign="bottom", line_height=1.15),
            Words(context, second, self.second, "title", colour="secondary", align="center", line_height=1.2),
            Words(context, lower, f"{en(self.first)}\n{en(self.second)}", "body", colour="secondary", align="center"),
        ]


class CallRow(Fill):
    """An earlier call: number, window, and its state."""

    def __init__(self, context: PageContext, rect: Rect) -> None:
        super().__init__(context, rect, "surface", corner=context.look.corner / 2)
        look = context.look
        number, rest = rect.inset(look.space("m"), 0).left(measured(look, "A0000", 54), look.space("s"))
        state, window = rest.right(look.px(112), look.space("s"))
        zh, en = state.inset(0, look.px(14)).rows(2, 0)
        self._number = Words(context, number, "", 54, bold=True, colour="accent", line_height=1.15)
        self._window = Words(context, window, "", 44, bold=True, line_height=1.15)
        self._zh = Words(context, zh, "", 30, colour="secondary", align="right", line_height=1.15)
        self._en = Words(context, en, "", 24, colour="secondary", align="right", line_height=1.15)
        self.put(self._number, self._window, self._zh, self._en)

    def show(self, call: ShownCall | None, window_number: Callable[[str], str]) -> None:
        """Show a call, or an empty row."""
        self.opacity = 1 if call else 0
        if call is None:
            return
        words = {"calling": _("请前往"), "serving": _("办理中"), "past": _("已叫过")}[call.standing]
        colours = {"calling": "accent", "serving": "text", "past": "secondary"}
        self._number.say(call.number)
        self._number.paint(colours[call.standing])
        self._window.say(f"{window_number(call.window)} 号窗口")
        self._window.paint("secondary" if call.standing == "past" else "text")
        self._zh.say(words)
        self._en.say(texts("en")(words))


class QueueRow(Box):
    """A queue: its letter, its names, how many wait."""

    def __init__(self, context: PageContext, rect: Rect) -> None:
        super().__init__(context, rect)
        look = context.look
        badge, rest = rect.left(look.px(60), look.space("m"))
        count, names = rest.right(look.px(88), look.space("s"))
        zh, en = names.inset(0, look.px(8)).top((rect.h - look.px(16)) * 0.58)
        self._letter = Words(context, badge, "", 36, bold=True, colour="accent", align="center", line_height=1.2)
        self._zh = Words(context, zh, "", 34, bold=True, line_height=1.15)
        self._en = Words(context, en, "", 24, colour="secondary", line_height=1.15)
        self._count = Words(context, count, "", 52, bold=True, align="right", line_height=1.15)
        tile = Fill(context, badge.centre(look.px(56), look.px(56)), "accent_soft", corner=look.corner / 2)
        self.put(tile, self._letter, self._zh, self._en, self._count)

    def show(self, queue: Queue | None, line: ShownQueue | None) -> None:
        """Show a queue, or an empty row."""
        self.opacity = 1 if queue else 0
        if queue is None or line is None:
            return
        self._letter.say(queue.letter)
        self._zh.say(queue.name.zh)
        self._en.say(queue.name.en)
        self._count.say(str(line.waiting) if line.open or line.waiting else "–")
        self._count.paint("text" if line.waiting else "secondary")


class Notices(Box):
    """One notice after another, each first in Chinese, then in English; one that is too long for the bar comes in parts."""

    def __init__(self, context: PageContext, rect: Rect) -> None:
        super().__init__(context, rect)
        place = rect.inset(context.look.space("l"), 0)
        both = [text for notice in notices_of(context) for text in (notice.zh, notice.en)]
        self._texts = [part for text in both for part in parts_of(text, place.w, context.look)]
        self._shown = ""
        self._words = Words(context, place, "", "body", colour="on_accent", align="center", line_height=1.2)
        self.put(Fill(context, rect, "accent", corner=context.look.corner / 2), self._words)
        self._words.opacity = 1

    def show(self, now: float) -> None:
        """Bring the notice whose turn it is."""
        text = self._texts[int(now // NOTICE_S) % len(self._texts)]
        if text == self._shown:
            return
        first, self._shown = not self._shown, text
        self._words.say(text)
        if not first:
            self._words.opacity = 0
            Animation(opacity=1, duration=MOTION_S).start(self._words)


def parts_of(text: str, width: float, look: Look) -> list[str]:
    """The parts of a notice that are shown one after another, as large as a short one; a little too wide it is made smaller."""
    size = look.type("body")
    return [text] if measure(text, size) * LEAST <= width else parted(text, width, lambda part: measure(part, size))


def notices_of(context: PageContext) -> list[TextConfig]:
    """The hall's notices; without any, what to do with a missed number and where to ask."""
    hall = context.hall
    if hall.notice:
        return list(hall.notice)
    en = texts("en")
    requeued, void, ask = _("过号请到{desk}，不用重新取号"), _("过号作废，请重新取号"), _("需要帮助请到{desk}")
    missed = requeued if hall.rules.missed == "requeue" else void
    desk = hall.hall.help_desk
    return [TextConfig(zh=text.format(desk=desk.zh), en=en(text).format(desk=desk.en)) for text in (missed, ask)]
