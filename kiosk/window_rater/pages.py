"""The pages of a window's rater: plate, five faces, reasons, thanks."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from contract.configuration.hall import Window
from contract.wire.rating_reasons import BAD_LEVELS, LEVELS, Reason, needs_reason, reasons_of
from kiosk.flow.event import LevelTapped, ReasonTapped
from kiosk.ui.page import Page
from kiosk.ui.page_context import PageContext
from kiosk.ui.rect import Rect
from kiosk.ui.widgets import Bar, Card, Chip, CountdownRing, Icon, TextButton, Words
from kiosk.window_rater.faces import COLOURS, ClerkPlate, Face, FaceButton, foot, level_name
from kiosk.window_rater.plate import PlatePage
from kiosk.window_rater.state import ButtonTapped, PhraseTapped, RaterState


def page(context: PageContext, state: RaterState, window: Window, photos: Path) -> Page[RaterState]:
    """The page that `state` is on."""
    if state.page == "idle":
        return PlatePage(context, state, window, photos)
    if state.page == "faces":
        return FacesPage(context, state, photos)
    if state.page == "reasons":
        return ReasonsPage(context, state)
    if state.page == "words":
        return PhrasesPage(context, state)
    return EndingPage(context, state)


class AskingPage(Page[RaterState]):
    """A page that asks: head with title and countdown, foot with the switches, `body` between them."""

    personal = True
    acts = True
    """Whether the page has a main action: in the foot, or upright above it."""

    def build(self, state: RaterState) -> None:
        look, context = self.look, self.context
        rest = context.rect.inset(look.margin, look.space("m"))
        place, rest = rest.bottom(look.target, look.space("m"))
        self.put(*foot(context, place, decline=not state.counted))
        self._action_place = self._between(place)
        if self.acts and look.portrait:
            self._action_place, rest = rest.bottom(look.target, look.space("m"))
        head, self.body = rest.top(max(look.px(120), look.type("title") * 1.5), look.space("m"))
        head = self._build_back(head, state)
        ring, head = head.right(look.px(110), look.space("m"))
        self._ring = CountdownRing(context, ring)
        self.add_widget(self._ring)
        self.build_head(head, state)
        self.build_body(state)

    def _between(self, place: Rect) -> Rect:
        """The part of the foot between the switches and "no rating", for the main action."""
        look = self.look
        width = max(look.target * 1.35, look.type("note") * 5.2)
        return place.left(2 * width + 2 * look.space("m"))[1].right(width * 1.2, look.space("m"))[1]

    def _build_back(self, head: Rect, _state: RaterState) -> Rect:
        return head

    def build_head(self, head: Rect, state: RaterState) -> None:
        """Put the title into `head`."""

    def build_body(self, state: RaterState) -> None:
        """Fill `body`."""

    def show(self, state: RaterState) -> None:
        self._ring.show(state.seconds_left, max(1, round(state.of_s)))

    def _back_button(self, head: Rect) -> Rect:
        """A way back at the left of the head; return what is left of it."""
        _, look = self.context.text, self.look
        place, head = head.left(max(look.px(190), look.type("body") * 4.2), look.space("m"))
        place = place.centre(place.w, look.target)
        self.add_widget(
            TextButton(self.context, place, _("返回"), lambda: self.context.send(ButtonTapped("back")), icon="chevron-left")
        )
        return head


class FacesPage(AskingPage):
    """Please rate this service: five faces."""

    acts = False

    def __init__(self, context: PageContext, state: RaterState, photos: Path) -> None:
        self._photos = photos
        super().__init__(context, state)

    def build_head(self, head: Rect, state: RaterState) -> None:
        _, look, context = self.context.text, self.look, self.context
        assert state.ask is not None
        clerk = state.ask.clerk
        title = Words(context, head, _("请您评价本次服务"), "title", bold=True, line_height=1.2)
        self.add_widget(title)
        strip, self.body = self.body.top(max(look.px(112), look.type("body") * 1.6), look.space("m"))
        number = _("号票 {number}").format(number=state.ask.number)
        if clerk is None:
            self.add_widget(Words(context, strip, number, "body", colour="secondary"))
            return
        left, right = strip.columns(2, look.space("m"))
        self.add_widget(ClerkPlate(context, left, clerk, self._photos, beside=True))
        self.add_widget(Words(context, right, number, "body", colour="secondary", align="right"))

    def build_body(self, _state: RaterState) -> None:
        look, context = self.look, self.context
        cells = self.body.rows(5, look.space("m")) if look.portrait else self.body.columns(5, look.space("m"))
        for cell, level in zip(cells, LEVELS, strict=True):
            tap = partial(context.send, LevelTapped(level.value))
            self.add_widget(FaceButton(context, cell, level, tap))


class ReasonsPage(AskingPage):
    """The reasons of the chosen level: three at once, all eight on demand, and a few words."""

    def _build_back(self, head: Rect, state: RaterState) -> Rect:
        return head if state.counted else self._back_button(head)

    def build_head(self, head: Rect, state: RaterState) -> None:
        look, context, _ = self.look, self.context, self.context.text
        assert state.level is not None
        face, words = head.left(look.px(120), look.space("m"))
        self.add_widget(Face(context, face.centre(look.px(108), look.px(108)), state.level))
        name = level_name(context, state.level)
        if state.counted:
            name = _("已评价：{level}").format(level=name)
        self.add_widget(Words(context, words, name, "title", bold=True, colour=COLOURS[state.level], line_height=1.15))

    def build_body(self, state: RaterState) -> None:
        _, look, context = self.context.text, self.look, self.context
        assert state.level is not None
        bad = needs_reason(state.level, required=state.settings.bad_needs_reason)
        hint = _("请告诉我们哪里没做好，至少选一项") if bad else _("谢谢！想说说原因吗？可以不选")
        place, rest = self.body.top(look.type("body") * 1.6, look.space("m"))
        self.add_widget(Words(context, place, hint, "body", colour="secondary"))
        buttons, rest = rest.bottom(look.target, look.space("m"))
        self._build_chips(rest, state)
        more, words = buttons.columns(2, look.space("m"))
        text = _("返回前三项") if state.more and look.mode.elder else _("收起") if state.more else _("更多原因")
        if hidden := self._hidden(state):
            text = _("{button}（已选 {count} 项）").format(button=text, count=hidden)
        icon = "chevron-up" if state.more else "chevron-down"
        self.add_widget(TextButton(context, more, text, lambda: context.send(ButtonTapped("more")), icon=icon))
        count = len(state.phrases)
        said = _("选句话（已选 {count} 句）").format(count=count) if count else _("选句话")
        self.add_widget(
            TextButton(context, words, said, lambda: context.send(ButtonTapped("words")), icon="message-text-outline")
        )
        self._build_submit(state)

    def _hidden(self, state: RaterState) -> int:
        """How many of the chosen reasons the page does not show."""
        shown = {reason.code for reason in self._shown(state)}
        return len([code for code in state.reasons if code not in shown])

    def _shown(self, state: RaterState) -> list[Reason]:
        """In elder mode fewer things are on a page: the other five come without the first three."""
        elder = self.look.mode.elder
        return [r for r in reasons_of(state.level or 0) if (r.first != state.more if elder else r.first or state.more)]

    def _build_chips(self, rest: Rect, state: RaterState) -> None:
        look, context = self.look, self.context
        reasons = self._shown(state)
        columns = 1 if look.portrait or not state.more else 2
        rows = -(-len(reasons) // columns)
        height = min(look.target * 1.25, (rest.h - look.space("m") * (rows - 1)) / rows)
        grid = rest.top(height * rows + look.space("m") * (rows - 1))[0].grid(columns, rows, look.space("m"))
        for cell, reason in zip(grid, reasons, strict=False):
            text = context.pick(reason)
            tap = partial(context.send, ReasonTapped(reason.code))
            on = reason.code in state.reasons
            self.add_widget(Chip(context, cell, text, tap, on=on))

    def _build_submit(self, state: RaterState) -> None:
        _, context = self.context.text, self.context
        if state.lacks_reason:
            self.add_widget(
                Words(context, self._action_place, _("选一项原因后就可以提交"), "body", colour="secondary", align="center")
            )
        else:
            text = _("完成") if state.counted and not state.chose else _("提交")
            self.add_widget(Bar(context, self._action_place, text, lambda: context.send(ButtonTapped("submit"))))


class PhrasesPage(AskingPage):
    """A few words to choose from."""

    def _build_back(self, head: Rect, _state: RaterState) -> Rect:
        return self._back_button(head)

    def build_head(self, head: Rect, _state: RaterState) -> None:
        _ = self.context.text
        self.add_widget(Words(self.context, head, _("您想说的话"), "title", bold=True, line_height=1.15))

    def build_body(self, state: RaterState) -> None:
        _, look, context = self.context.text, self.look, self.context
        good = (
            _("工作人员态度亲切"),
            _("讲解清楚明白"),
            _("办得又快又好"),
            _("大厅整洁有序"),
            _("希望增加自助设备"),
            _("感谢工作人员"),
        )
        bad = (
            _("等候时间太长"),
            _("没有一次讲清楚"),
            _("窗口开得太少"),
            _("指引标识不清楚"),
            _("手续希望再简化"),
            _("请改进服务态度"),
        )
        phrases = bad if state.level in BAD_LEVELS else good
        columns = 1 if look.portrait else 2
        rows = -(-len(phrases) // columns)
        height = min(look.target * 1.25, (self.body.h - look.space("m") * (rows - 1)) / rows)
        grid = self.body.top(height * rows + look.space("m") * (rows - 1))[0].grid(columns, rows, look.space("m"))
        for cell, phrase in zip(grid, phrases, strict=False):
            tap = partial(context.send, PhraseTapped(phrase))
            self.add_widget(Chip(context, cell, phrase, tap, on=phrase in state.phrases))
        self.add_widget(Bar(context, self._action_place, _("选好了"), lambda: context.send(ButtonTapped("back"))))


class EndingPage(Page[RaterState]):
    """Sending, thanks, trouble, fail-safe: an icon, a sentence, what to do."""

    def build(self, state: RaterState) -> None:
        _, look, context = self.context.text, self.look, self.context
        icon, colour, title, note = self._words(state)
        body = context.rect.inset(look.margin)
        ring, rest = body.top(look.px(110))
        self._ring = CountdownRing(context, ring.right(look.px(110))[0])
        self.add_widget(self._ring)
        place, rest = rest.bottom(look.target, look.space("m"))
        card = rest.centre(min(rest.w, look.px(1300)), min(rest.h, look.px(560) * (1.3 if look.mode.elder else 1)))
        self.add_widget(Card(context, card))
        inside = card.inset(look.space("l"))
        picture, inside = inside.top(min(look.px(190), inside.h * 0.36), look.space("m"))
        line, below = inside.top(look.type("title") * (1.5 if look.mode.language == "zh" else 2.9), look.space("s"))
        self.put(
            Icon(context, picture, icon, colour=colour),
            Words(context, line, title, "title", bold=True, align="center", line_height=1.2),
            Words(context, below, note, "body", colour="secondary", align="center", valign="top"),
        )
        self._build_actions(place, state)

    def _words(self, state: RaterState) -> tuple[str, str, str, str]:
        _ = self.context.text
        desk = self.context.pick(self.context.hall.hall.help_desk)
        if state.page == "sending":
            return "dots-horizontal", "accent", _("正在提交"), _("请稍等一下")
        if state.page == "thanks" and state.problem == "no-answer":
            return "check-circle", "success", _("感谢您的评价"), _("网络暂时不通，您的评价已经记下，恢复后自动送出")
        if state.page == "thanks" and state.problem == "time-out" and state.level is not None:
            note = _("已选原因 {count} 项").format(count=len(state.reasons)) if state.reasons else _("没有选原因，也已经记下")
            title = _("时间到了，已提交：{level}").format(level=level_name(self.context, state.level))
            return "check-circle", "success", title, note
        if state.page == "thanks":
            return "check-circle", "success", _("感谢您的评价"), _("您的意见会帮助我们改进服务")
        if state.page == "trouble" and state.problem == "expired":
            return "clock-alert", "warning", _("评价时间已过"), _("您还可以扫号票上的二维码评价")
        if state.page == "trouble":
            advice = _("您可以扫号票上的二维码评价，或告诉{desk}")
            return "alert-circle", "warning", _("评价没有提交成功"), advice.format(desk=desk)
        return "alert-circle", "warning", _("屏幕出了点问题"), _("马上就好，请稍等；需要帮助请到{desk}").format(desk=desk)

    def _build_actions(self, place: Rect, state: RaterState) -> None:
        _, context = self.context.text, self.context
        if state.page in ("thanks", "trouble"):
            middle = place.centre(self.look.px(420), place.h)
            self.add_widget(TextButton(context, middle, _("完成"), lambda: context.send(ButtonTapped("home"))))

    def show(self, state: RaterState) -> None:
        self._ring.show(state.seconds_left, max(1, round(state.of_s)))
