"""The technician's code: eight places and a pad of digits."""

from __future__ import annotations

from functools import partial

from contract.totp import DIGITS
from kiosk.service_pages.events import KeyTyped
from kiosk.service_pages.pages.frame import ServiceFrame
from kiosk.service_pages.role import ServiceView
from kiosk.service_pages.state import Technician
from kiosk.ui.keys import BACK, CLEAR
from kiosk.ui.page_context import PageContext
from kiosk.ui.rect import Rect
from kiosk.ui.widgets import Card, Words
from kiosk.ui.widgets.base import Box
from kiosk.ui.widgets.keyboard import KeyCap, Pressed

PAD = "123456789" + CLEAR + "0" + BACK


class Pad(Box):
    """Digits as on a telephone; `pressed` gets a digit, BACK or CLEAR."""

    def __init__(self, context: PageContext, rect: Rect, pressed: Pressed) -> None:
        super().__init__(context, rect)
        for place, key in zip(rect.grid(3, 4, context.look.space("m")), PAD, strict=True):
            self.add_widget(KeyCap(context, place, key, partial(pressed, key)))


class CodePage(ServiceFrame):
    """What was typed so far, what is wrong with it, and the pad."""

    personal = True

    def title_text(self) -> str:
        _ = self.context.text
        return _("技术人员入口")

    def build_body(self, shown: ServiceView) -> None:
        look, context, state = self.look, self.context, shown.state
        if look.portrait:
            pad, area = self.body.bottom(min(look.px(760), self.body.h * 0.6), look.space("l"))
            pad = pad.centre(min(pad.w, look.px(760)), pad.h)
        else:
            area, pad = self.body.columns(2, look.space("xl"))
            pad = pad.centre(min(pad.w, look.px(640)), min(pad.h, look.px(640)))
        self._waits = state.wait_s > 0
        high = min(look.px(150), area.h * 0.3)
        said, digits = area.bottom(min(look.px(170), area.h * 0.34), look.space("m"))
        hint, digits = digits.top(max(look.type("body") * 2.8, digits.h - high - look.space("l")), look.space("m"))
        _ = context.text
        text = _("请输入 8 位代码。代码在网页“终端与设备”上取得。")
        self.add_widget(Words(context, hint, text, "body", valign="bottom"))
        self._digits(digits.top(high)[0], state.typed)
        self._said = Words(context, said, "", "body", valign="top", line_height=1.25)
        self.add_widget(self._said)
        if not self._waits and state.verdict != "asking":
            self.add_widget(Pad(context, pad, lambda key: context.send(KeyTyped(key))))

    def show(self, shown: ServiceView) -> None:
        super().show(shown)
        text, colour = self._words(shown.state)
        self._said.paint(colour)
        self._said.say(text)

    def _digits(self, rect: Rect, text: str) -> None:
        context = self.context
        for number, place in enumerate(rect.columns(DIGITS, self.look.space("s"))):
            here = number == len(text)
            self.add_widget(Card(context, place, "accent_soft" if here else "surface", raised=False))
            self.add_widget(
                Words(context, place, text[number : number + 1], "title", bold=True, align="center", line_height=1.1)
            )

    def _words(self, state: Technician) -> tuple[str, str]:
        """The sentence below the digits, and its colour."""
        _ = self.context.text
        if state.wait_s:
            return _("输错次数太多，请等 {seconds} 秒后再试").format(seconds=state.wait_s), "danger"
        if state.verdict == "asking":
            return _("正在核对…"), "secondary"
        if state.refusal is not None:
            return self.context.pick(state.refusal), "danger"
        texts = {
            "wrong": _("代码不对。连不上服务器时，请用“终端连不上服务器时”的那个代码"),
            "used": _("这个代码已经用过，请等下一分钟的代码"),
            "no-secret": _("本机还没有连上过服务器，不能离线核对代码。请先接通网络"),
            "": _("现在连不上服务器，请用“终端连不上服务器时”的代码") if not state.served else "",
        }
        return texts[state.verdict], "danger" if state.verdict else "secondary"
