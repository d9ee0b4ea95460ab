"""Does the screen feel where it is touched, and show every colour?"""

from __future__ import annotations

from typing import Any

from kivy.graphics import Color, Rectangle

from kiosk.service_pages.events import Landed, NextColour, Open
from kiosk.service_pages.pages.frame import ServiceFrame
from kiosk.service_pages.role import ServiceView
from kiosk.service_pages.state import COLOURS, MARKS, Landing
from kiosk.ui.page import Page
from kiosk.ui.rect import Rect
from kiosk.ui.theme import rgba
from kiosk.ui.widgets import Card, TextButton, Words

GOOD, FAIR = 30, 60
"""Units from the mark up to which a target of 120 is hit well, and only just hit."""


class TouchPage(Page[ServiceView]):
    """One mark after the other; wherever the finger lands counts."""

    def build(self, shown: ServiceView) -> None:
        context, look, _ = self.context, self.look, self.context.text
        number = min(len(shown.state.landings), len(MARKS) - 1)
        x, y = MARKS[number]
        self.mark = (x * look.width, y * look.height)
        self._cross()
        place = context.rect.centre(look.width * 0.8, look.height * 0.2)
        words = Rect(place.x, look.height * 0.62, place.w, look.height * 0.16)
        text = _("请用手指点十字的中心（{number}/{of}）").format(number=number + 1, of=len(MARKS))
        self.add_widget(Words(context, words, text, "tile", align="center"))

    def _cross(self) -> None:
        arm, thick = self.look.px(60), max(2.0, self.look.px(4))
        x, y = self.mark
        with self.canvas:
            Color(*self.look.colour("danger"))
            Rectangle(pos=(x - arm, y - thick / 2), size=(2 * arm, thick))
            Rectangle(pos=(x - thick / 2, y - arm), size=(thick, 2 * arm))

    def on_touch_down(self, touch: Any) -> bool:
        x, y = self.mark
        self.context.click()
        self.context.send(Landed(Landing(touch.x - x, touch.y - y)))
        return True


class TouchedPage(ServiceFrame):
    """How far off each tap was, and what to make of it."""

    def title_text(self) -> str:
        _ = self.context.text
        return _("触摸检查")

    def build_body(self, shown: ServiceView) -> None:
        look, context = self.look, self.context
        landings = shown.state.landings
        said, grid = self.body.bottom(min(look.px(330), self.body.h * 0.4), look.space("m"))
        for place, landing in zip(grid.grid(3, 3, look.space("m")), landings, strict=True):
            off = landing.error / look.unit
            colour = "success" if off <= GOOD else "warning" if off <= FAIR else "danger"
            self.add_widget(Card(context, place, raised=False))
            self.add_widget(
                Words(
                    context, place, f"{landing.error:.0f} px", "tile", bold=True, colour=colour, align="center", line_height=1.1
                )
            )
        facts, advice = said.top(said.h * 0.4)
        self.add_widget(Words(context, facts, self._facts(landings), "body", line_height=1.2))
        self.add_widget(
            Words(context, advice, self._advice(landings), "body", colour="secondary", valign="top", line_height=1.25)
        )

    def more(self, place: Rect, shown: ServiceView) -> None:
        _ = self.context.text
        self.add_widget(
            TextButton(self.context, place, _("再查一次"), lambda: self.context.send(Open("touch")), icon="refresh")
        )

    def _facts(self, landings: tuple[Landing, ...]) -> str:
        _, count = self.context.text, len(landings)
        right, up = sum(one.dx for one in landings) / count, sum(one.dy for one in landings) / count
        return _("最大偏差 {most} 像素；平均向右 {right}、向上 {up} 像素").format(
            most=f"{max(one.error for one in landings):.0f}", right=f"{right:+.0f}", up=f"{up:+.0f}"
        )

    def _advice(self, landings: tuple[Landing, ...]) -> str:
        """What to do about it: a capacitive screen cannot be calibrated here, only put right."""
        _, unit = self.context.text, self.look.unit
        worst = max(one.error for one in landings) / unit
        if worst <= GOOD:
            return _("触摸准确。")
        if worst <= FAIR:
            return _("偏差稍大，按钮还能点中。请擦净屏幕再查一次。")
        return _("偏差太大。请擦净屏幕、检查触摸线和贴膜；方向反了或总偏向一边，请按触摸屏厂家的方法校准。")


class ColoursPage(Page[ServiceView]):
    """The whole screen in one colour; a tap shows the next."""

    def build(self, shown: ServiceView) -> None:
        context, look, _ = self.context, self.look, self.context.text
        name = COLOURS[min(shown.state.colour, len(COLOURS) - 1)]
        with self.canvas:
            Color(*rgba(name))
            Rectangle(pos=(0, 0), size=(look.width, look.height))
        if shown.state.colour == 0:
            place = context.rect.centre(look.width * 0.8, look.type("body") * 3)
            text = _("请找颜色不对的点。轻点屏幕换下一种颜色。")
            self.add_widget(Words(context, place, text, "body", colour="on_accent", align="center"))

    def on_touch_down(self, touch: object) -> bool:
        self.context.send(NextColour())
        return True
