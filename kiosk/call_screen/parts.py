"""Parts of the call screen: texts in both languages, rows of calls and of queues, the notices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contract.configuration.hall import Queue
from contract.configuration.table import TextConfig
from contract.texts import texts
from contract.texts import unchanged as _
from kiosk.call_screen.flow import ShownCall, ShownQueue, Standing
from kiosk.ui.line_breaking import parted
from kiosk.ui.page_context import PageContext
from kiosk.ui.rect import Rect
from kiosk.ui.widgets import Card, Fill, Words
from kiosk.ui.widgets.base import Box
from kiosk.ui.widgets.text import measure

NOTICE_S = 12
"""Notices change slowly and do not move in between: words that move are hard to read for the old (WCAG 2.2.2), and a
screen that draws itself sixty times a second wears out a small machine."""

NOTICE_SIZE = 48
GOES_ON = "…"
"""Stands where a notice is parted."""
COLOURS: dict[Standing, tuple[str, str]] = {
    "calling": ("accent_soft", "accent"),
    "serving": ("surface", "text"),
    "missed": ("sunken", "secondary"),
}
"""The ground of a call, and the words on it."""
TURN_S = 8
"""So long a part of the queues is shown."""


@dataclass(frozen=True)
class Bilingual:
    """A Chinese text and perhaps a second sentence; the English ones come from the catalogue."""

    first: str
    second: str

    def beside(self, context: PageContext, rect: Rect) -> list[Words]:
        """Chinese large, English small behind it."""
        zh, en = rect.left(context.look.px(42) * (len(self.first) + 0.5))
        return [
            Words(context, zh, self.first, 42, bold=True, line_height=1.2),
            Words(context, en, texts("en")(self.first), 30, colour="secondary", line_height=1.2),
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


def window_number(context: PageContext, call: ShownCall) -> str:
    """The number on the sign of the window that called."""
    return next((window.number for window in context.hall.window if window.id == call.window), call.window)


class CallCell(Fill):
    """One of the other calls: number, window, and what has become of it."""

    def __init__(self, context: PageContext, rect: Rect) -> None:
        super().__init__(context, rect, "surface", corner=context.look.corner / 2)
        look = context.look
        body = rect.inset(look.px(20), look.px(8))
        words, body = body.right(look.px(112), look.space("s"))
        window, number = body.right(look.px(100), look.space("s"))
        zh, state = words.inset(0, look.px(4)).top(words.h * 0.38)
        state, en = state.top(state.h * 0.52)
        self._number = Words(context, number, "", 80, bold=True, line_height=1.1)
        self._window = Words(context, window, "", 80, bold=True, align="right", line_height=1.1)
        self._behind = Words(context, zh, "", 36, bold=True, line_height=1.1)
        self._zh = Words(context, state, "", 30, bold=True, line_height=1.1)
        self._en = Words(context, en, "", 26, line_height=1.1)
        self.put(self._number, self._window, self._behind, self._zh, self._en)

    def show(self, call: ShownCall | None) -> None:
        """Show a call, or an empty place."""
        self.opacity = 1 if call else 0
        if call is None:
            return
        words = {"calling": _("请前往"), "serving": _("办理中"), "missed": _("已过号")}[call.standing]
        ground, colour = COLOURS[call.standing]
        self.paint(ground)
        parts = (self._number, self._window, self._behind, self._zh, self._en)
        said = (call.number, window_number(self.context, call), _("号窗口"), words, texts("en")(words))
        for part, text in zip(parts, said, strict=True):
            part.say(text)
            part.paint(colour)


class WaitingCard(Box):
    """How many wait, in all and in each queue in which somebody does; those that do not fit come in turns."""

    def __init__(self, context: PageContext, rect: Rect) -> None:
        super().__init__(context, rect)
        look = context.look
        body = rect.inset(look.px(28), look.px(16))
        title, body = body.top(look.px(64), look.px(6))
        name, people = title.left(title.w * 0.6)
        self._total = Words(context, people, "", 56, bold=True, align="right", line_height=1.1)
        columns = 2 if look.portrait else 1
        rows = max(1, int(body.h / look.px(82)))
        cells = body.grid(columns, rows, look.px(28) if columns == 2 else 0)
        self._rows = [QueueRow(context, cell) for cell in cells]
        self._nobody = Words(context, body, "", "body", colour="secondary", align="center")
        heading = Bilingual(_("等候人数"), "").beside(context, name)
        self.put(Card(context, rect), *heading, self._total, self._nobody, *self._rows)

    def show(self, lines: Mapping[str, ShownQueue], now: float) -> None:
        """Bring the queues whose turn it is."""
        waited = [queue for queue in self.context.hall.queue if queue.id in lines and lines[queue.id].waiting]
        turns = max(1, -(-len(waited) // len(self._rows)))
        turn, size = int(now // TURN_S) % turns, -(-len(waited) // turns)
        part = waited[turn * size : (turn + 1) * size]
        for place, row in enumerate(self._rows):
            queue = part[place] if place < len(part) else None
            row.show(queue, lines[queue.id].waiting if queue else 0)
        self._total.say(str(sum(line.waiting for line in lines.values())) if lines else "")
        nobody = _("现在没有人等候")
        self._nobody.say("" if waited or not lines else f"{nobody}\n{texts('en')(nobody)}")


class QueueRow(Box):
    """A queue: its letter, its names, how many wait."""

    def __init__(self, context: PageContext, rect: Rect) -> None:
        super().__init__(context, rect)
        look = context.look
        badge, rest = rect.left(look.px(66), look.px(18))
        count, names = rest.right(look.px(100), look.space("s"))
        zh, en = names.centre(names.w, look.px(80)).top(look.px(48))
        self._letter = Words(context, badge, "", 46, bold=True, colour="accent", align="center", line_height=1.2)
        self._zh = Words(context, zh, "", 42, bold=True, line_height=1.1)
        self._en = Words(context, en, "", 26, colour="secondary", line_height=1.1)
        self._count = Words(context, count, "", 64, bold=True, align="right", line_height=1.1)
        tile = Fill(context, badge.centre(look.px(66), look.px(66)), "accent_soft", corner=look.corner / 2)
        self.put(tile, self._letter, self._zh, self._en, self._count)

    def show(self, queue: Queue | None, waiting: int) -> None:
        """Show a queue, or an empty row."""
        self.opacity = 1 if queue else 0
        if queue is None:
            return
        self._letter.say(queue.letter)
        self._zh.say(queue.name.zh)
        self._en.say(queue.name.en)
        self._count.say(str(waiting))


class Notices(Box):
    """One notice after another, each first in Chinese, then in English. One too long for the bar comes in parts, each on
    one line and as large as the others. While a number is shown as missed, one says what to do. Trouble takes their place."""

    def __init__(self, context: PageContext, rect: Rect) -> None:
        super().__init__(context, rect)
        place = rect.inset(context.look.space("l"), 0)
        self._width = place.w
        self._texts = self._parts(notices_of(context))
        self._missed = self._parts([missed_notice(context)]) if context.hall.notice else []
        self._bar = Fill(context, rect, "accent", corner=context.look.corner / 2)
        self._words = Words(context, place, "", NOTICE_SIZE, colour="on_accent", align="center", line_height=1.15)
        self.put(self._bar, self._words)

    def _parts(self, notices: Sequence[TextConfig]) -> list[str]:
        size = self.look.px(NOTICE_SIZE)
        room = self._width - 2 * measure(GOES_ON, size)
        both = [text for notice in notices for text in (notice.zh, notice.en)]
        parts = [parted(text, room, lambda part: measure(part, size)) for text in both]
        return [part for several in parts for part in marked(several)]

    def show(self, now: float, trouble: Sequence[str], *, missed: bool) -> None:
        """Bring the notice whose turn it is, or the trouble: all its texts at once if they fit."""
        together = " · ".join(trouble)
        fits = measure(together, self.look.px(NOTICE_SIZE)) <= self._width
        notices = [*self._missed, *self._texts] if missed else self._texts
        said = [together] if trouble and fits else trouble or notices
        self._bar.paint("warning" if trouble else "accent")
        self._words.say(said[int(now // (TURN_S if trouble else NOTICE_S)) % len(said)])


def marked(parts: Sequence[str]) -> list[str]:
    """The parts of one notice, marked where it goes on."""
    last = len(parts) - 1
    return [f"{GOES_ON if place else ''}{part}{GOES_ON if place < last else ''}" for place, part in enumerate(parts)]


def notices_of(context: PageContext) -> list[TextConfig]:
    """The hall's notices; without any, what to do with a missed number and where to ask."""
    return list(context.hall.notice) or [missed_notice(context), _at_the_desk(context, _("需要帮助请到{desk}"))]


def missed_notice(context: PageContext) -> TextConfig:
    """What to do with a missed number."""
    requeued, void = _("过号请到{desk}，不用重新取号"), _("过号作废，请重新取号")
    return _at_the_desk(context, requeued if context.hall.rules.missed == "requeue" else void)


def _at_the_desk(context: PageContext, text: str) -> TextConfig:
    desk = context.hall.hall.help_desk
    return TextConfig(zh=text.format(desk=desk.zh), en=texts("en")(text).format(desk=desk.en))
