"""The frame of every page of the hall kiosk: where am I, back, home, the time, language, modes, and the countdown ring."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from contract.wait_words import day_words
from kiosk.ticket_kiosk.events import Back, GoHome, SetLanguage, Switch
from kiosk.ticket_kiosk.state import KioskState
from kiosk.ticket_kiosk.still_there import StillThere
from kiosk.ui.page import Page
from kiosk.ui.page_context import PageContext
from kiosk.ui.rect import Rect
from kiosk.ui.widgets import CountdownRing, IconButton, Words


def date_text(context: PageContext, clock: datetime) -> str:
    """The date with its day of the week, in the language of the mode."""
    return day_words(clock, context.text)


def time_text(context: PageContext, moment: datetime, clock: datetime | None) -> str:
    """An instant of an answer; without its day when that is today."""
    if clock is not None and moment.date() == clock.date():
        return f"{moment:%H:%M}"
    return f"{date_text(context, moment)} {moment:%H:%M}"


class PageFrame(Page[KioskState]):
    """A page between a head and a foot. `body` is what a page may fill; `reach` is the part of it for targets."""

    title = ""
    leaves = True
    """Whether back and home are offered."""

    def build(self, state: KioskState) -> None:
        look = self.look
        self.over: StillThere | None = None
        rest = self.context.rect.inset(look.margin, look.space("m"))
        foot, rest = rest.bottom(look.target, look.space("m"))
        self._build_foot(foot)
        head, rest = rest.top(max(look.target, look.type("title") * 1.6), look.space("m"))
        self._build_head(head)
        self.body = rest
        self.reach = rest
        self.above = Rect(rest.x, rest.y, rest.w, 0)
        if look.mode.low:
            low = self.context.rect.h / 2 - rest.y
            self.reach = rest.bottom(low)[0]
            self.above = rest.bottom(low, look.space("m"))[1]
        self.build_body(state)

    def build_body(self, state: KioskState) -> None:
        """Fill `body`, with everything that can be tapped inside `reach`."""

    def show(self, state: KioskState) -> None:
        if state.clock is not None:
            self._time.say(f"{state.clock:%H:%M}")
        self._ring.show(state.left_s, state.time_out_s or 1)
        self._time.opacity = 1 if state.left_s is None else 0
        self._ask_still_there(state)

    def _ask_still_there(self, state: KioskState) -> None:
        """Before the page closes, a question over it; any touch is the answer."""
        if self.over is None and state.asks_still_there:
            self.over = StillThere(self.context)
            self.add_widget(self.over)
            self.context.click()
        elif self.over is not None and not state.asks_still_there:
            self.remove_widget(self.over)
            self.over = None
        if self.over is not None:
            self.over.show(state.left_s or 0)

    def _build_head(self, head: Rect) -> None:
        look, context, _ = self.look, self.context, self.context.text
        if self.leaves and not look.mode.low:
            place, head = head.left(self._side_width(_("返回")), look.space("s"))
            self.add_widget(IconButton(context, place, "chevron-left", _("返回"), lambda: context.send(Back())))
            place, head = head.right(self._side_width(_("首页")), look.space("s"))
            self.add_widget(IconButton(context, place, "home", _("首页"), lambda: context.send(GoHome())))
        place, head = head.right(look.type("body") * 2.8, look.space("s"))
        self._time = Words(context, place, "", "body", colour="secondary", align="right")
        # while the page is about to close, how long it stays is in the place of the time
        self._ring = CountdownRing(context, place.right(max(look.px(96), look.type("note") * 2.4))[0])
        self._title = Words(context, head, self.title_text(), "title", bold=True, line_height=1.2)
        self.put(self._time, self._ring, self._title)

    def _side_width(self, text: str) -> float:
        return max(self.look.target, self.look.type("note") * (len(text) * 0.6 + 2.2))

    def title_text(self) -> str:
        """The title of the page in the language of the mode."""
        return ""

    def _build_foot(self, foot: Rect) -> None:
        context, mode, _ = self.context, self.look.mode, self.context.text
        buttons: list[tuple[str, str, bool, object]] = [
            (
                "translate",
                "中文" if mode.language == "en" else "English",
                False,
                SetLanguage("zh" if mode.language == "en" else "en"),
            ),
            ("glasses", _("长者模式"), mode.elder, Switch("elder")),
            ("contrast-circle", _("高对比度"), mode.contrast, Switch("contrast")),
            ("wheelchair-accessibility", _("低位操作"), mode.low, Switch("low")),
        ]
        if mode.low and self.leaves:
            buttons = [("chevron-left", _("返回"), False, Back()), ("home", _("首页"), False, GoHome()), *buttons]
        for place, (icon, text, active, event) in zip(foot.columns(len(buttons), self.look.space("m")), buttons, strict=True):
            self.add_widget(IconButton(context, place, icon, text, partial(context.send, event), active=active))
