"""The idle page of a rater: the sign of the window. Number, what it does, who sits here, what is going on."""

from __future__ import annotations

from pathlib import Path

from contract.configuration.hall import Queue, Window
from contract.wire.pause_reasons import for_public
from kiosk.ui.page import Page
from kiosk.ui.page_context import PageContext
from kiosk.ui.rect import Rect
from kiosk.ui.widgets import Card, Fill, Icon, Words
from kiosk.window_rater.faces import ClerkPlate, foot
from kiosk.window_rater.state import RaterState

NOTICE_S = 8
MOST_ELDER = 4


class PlatePage(Page[RaterState]):
    """The window's sign; wakes by itself when a rating is asked for."""

    def __init__(self, context: PageContext, state: RaterState, window: Window, photos: Path) -> None:
        self._window, self._photos = window, photos
        super().__init__(context, state)

    def build(self, state: RaterState) -> None:
        look, context = self.look, self.context
        rest = context.rect.inset(look.margin, look.space("m"))
        place, rest = rest.bottom(look.target, look.space("m"))
        self.put(*foot(context, place, decline=False))
        self._time = Words(context, place, "", "body", colour="secondary", align="right")
        self.add_widget(self._time)
        if look.portrait:
            sign, rest = rest.top(rest.h * (0.37 if look.mode.elder else 0.34), look.space("l"))
        else:
            sign, rest = rest.left(rest.w * 0.36, look.space("l"))
        self._build_sign(sign, state)
        now, rest = rest.top(rest.h * 0.44, look.space("m"))
        self._build_now(now)
        self._build_about(rest)

    def _build_sign(self, rect: Rect, state: RaterState) -> None:
        look, context, _ = self.look, self.context, self.context.text
        green = self._window.kind == "green-channel"
        self.add_widget(Fill(context, rect, "success" if green else "accent", corner=look.corner))
        body = rect.inset(look.space("m"), look.space("m"))
        clerk = state.window.clerk if state.window else None
        if clerk is not None:
            side = body.right(body.w * 0.42, look.space("m")) if look.portrait else body.bottom(body.h * 0.42, look.space("m"))
            place, body = side
            self.add_widget(Card(context, place, raised=False))
            self.add_widget(ClerkPlate(context, place.inset(look.space("m")), clerk, self._photos, beside=False))
        number_h, label_h = look.px(275), look.type("tile") * 1.3
        name_h = min(look.type("body") * 2.7, max(body.h - number_h - label_h, look.type("body") * 1.3))
        body = body.centre(body.w, number_h + label_h + name_h)
        name, body = body.bottom(name_h)
        label, number = body.bottom(label_h)
        self.put(
            Words(context, number, self._window.number, 250, bold=True, colour="on_accent", align="center", line_height=1.1),
            Words(context, label, _("号窗口"), "tile", bold=True, colour="on_accent", align="center", line_height=1.2),
            Words(context, name, context.pick(self._window.name), "body", colour="on_accent", align="center", line_height=1.25),
        )

    def _build_now(self, rect: Rect) -> None:
        look, context = self.look, self.context
        self.add_widget(Card(context, rect))
        body = rect.inset(look.space("l"), look.space("m"))
        note, body = body.bottom(look.type("body") * 1.5)
        self._big = Words(context, body, "", 170, bold=True, colour="accent", align="center", line_height=1.15)
        self._note = Words(context, note, "", "body", colour="secondary", align="center", line_height=1.25)
        self.put(self._big, self._note)

    def _build_about(self, rect: Rect) -> None:
        look, context, _ = self.look, self.context, self.context.text
        if self._window.kind == "green-channel":
            strip, rect = rect.top(look.type("body") * 2.2, look.space("m"))
            self._build_green(strip)
        self.add_widget(Card(context, rect))
        body = rect.inset(look.space("l"), look.space("m"))
        notice, body = body.bottom(look.type("note") * (2.9 if context.hall.notice else 1.4), look.space("s"))
        title, names = body.top(look.type("note") * 1.5, look.space("s"))
        self._notice = Words(context, notice, "", "note", colour="secondary", valign="bottom", line_height=1.3)
        self._away = Words(context, notice, "", "note", colour="warning", bold=True, valign="bottom", line_height=1.3)
        self.put(
            Words(context, title, _("办理业务"), "note", colour="secondary"),
            Words(context, names, self._businesses(), "tile" if len(self._mine()) < 5 else "body", valign="top"),
            self._notice,
            self._away,
        )

    def _build_green(self, strip: Rect) -> None:
        look, context, _ = self.look, self.context, self.context.text
        icon, words = strip.inset(look.space("m"), 0).left(strip.h * 0.6, look.space("m"))
        text = _("绿色通道：军人、老年人、残疾人、孕妇优先")
        self.put(
            Fill(context, strip, "success_soft", corner=look.corner / 2),
            Icon(context, icon, "star", colour="success"),
            Words(context, words, text, "body", bold=True, colour="success", line_height=1.2),
        )

    def _mine(self) -> list[Queue]:
        hall = self.context.hall
        mine = hall.queues_of(self._window)
        return [queue for queue in hall.queue if queue.id in mine]

    def _businesses(self) -> str:
        """The names of what the window does; in elder mode, of many only the first."""
        _, mine = self.context.text, self._mine()
        shown = mine[:MOST_ELDER] if self.look.mode.elder and len(mine) > MOST_ELDER + 1 else mine
        names = ("、" if self.look.mode.language == "zh" else ", ").join(self.context.pick(queue.name) for queue in shown)
        return names if shown == mine else _("{names}等 {count} 项业务").format(names=names, count=len(mine))

    def show(self, state: RaterState) -> None:
        _ = self.context.text
        big, note, colour = self._now(state)
        self._big.say(big)
        self._big.paint(colour)
        self._note.say(note)
        self._time.say(f"{state.clock:%H:%M}" if state.clock else "")
        connected = state.presence.served
        self._away.say("" if connected or state.clock is None else _("正在连接服务器，请稍候"))
        notices = self.context.hall.notice
        text = self.context.pick(notices[int(state.now // NOTICE_S) % len(notices)]) if notices else ""
        self._notice.say(text if connected else "")

    def _now(self, state: RaterState) -> tuple[str, str, str]:
        """The large word, the sentence below it, and its colour."""
        _, window = self.context.text, state.window
        number = state.number
        if window is None or window.state == "closed":
            return _("窗口关闭"), _("请到其他窗口办理"), "secondary"
        if window.state == "paused":
            reason = for_public(window.reason)
            where = _("请稍候，或到其他窗口办理")
            if reason is not None:
                where = _("{reason}，请到其他窗口办理").format(reason=self.context.pick(reason))
            return _("暂停服务"), where, "warning"
        if window.state == "calling" and number:
            return number, _("请到本窗口办理"), "accent"
        if window.state == "serving" and number:
            return number, _("正在办理"), "accent"
        return _("欢迎您"), _("请留意叫号，轮到您时再过来"), "accent"
