"""RATE: the service of a scanned ticket, by five faces; then the reasons, and thanks."""

from __future__ import annotations

from functools import partial

from contract.wire.rating_reasons import LEVELS, Reason, needs_reason, reasons_of
from kiosk.flow.event import LevelTapped, ReasonTapped
from kiosk.ticket_kiosk.events import GoHome
from kiosk.ticket_kiosk.my_ticket.state import MoreReasons, SubmitRating
from kiosk.ticket_kiosk.my_ticket.steps import lacks_reason, waits
from kiosk.ticket_kiosk.notice_pages import TroubleBlock, help_desk
from kiosk.ticket_kiosk.page_frame import PageFrame
from kiosk.ticket_kiosk.state import KioskState
from kiosk.ui.rect import Rect
from kiosk.ui.widgets import Bar, Chip, TextButton, Words
from kiosk.window_rater.faces import COLOURS, Face, FaceButton, level_name


class RatePage(PageFrame):
    """Five faces."""

    personal = True

    def title_text(self) -> str:
        _ = self.context.text
        return _("评价本次服务")

    def build_body(self, state: KioskState) -> None:
        look, context = self.look, self.context
        gap = look.space("m")
        area = self.reach.top(min(self.reach.h, look.px(1240 if look.portrait else 520)))[0]
        cells = area.rows(5, gap) if look.portrait else area.columns(5, gap)
        for cell, level in zip(cells, LEVELS, strict=True):
            self.add_widget(FaceButton(context, cell, level, partial(context.send, LevelTapped(level.value))))


class RateReasonsPage(PageFrame):
    """Why: the first reasons of the level, or all of them; a bad rating needs one."""

    personal = True

    def title_text(self) -> str:
        _ = self.context.text
        return _("评价本次服务")

    def build_body(self, state: KioskState) -> None:
        look = self.look
        if look.mode.low:
            self._build_low(state)
            return
        foot, rest = self.reach.bottom(max(look.target, look.px(150)), look.space("m"))
        self._submit(foot, state)
        above = Rect(rest.x, rest.y, rest.w, self.body.top_edge - rest.y)
        if look.portrait:
            head, chips = above.top(look.px(130), look.space("s"))
            hint, chips = chips.top(look.type("body") * 1.6, look.space("s"))
        else:
            line, chips = above.top(look.px(110), look.space("s"))
            head, hint = line.left(line.w * 0.42, look.space("m"))
        self._head(head, hint, state)
        gap = look.space("s") if look.mode.elder else look.space("m")
        columns = 1 if look.portrait else 2
        rows = -(-(len(self._reasons(state)) + 1) // columns)
        height = min(look.target * 1.25, (chips.h - gap * (rows - 1)) / rows)
        self._chips(chips.top(height * rows + gap * (rows - 1))[0].grid(columns, rows, gap), state)

    def _build_low(self, state: KioskState) -> None:
        """What is touched is side by side in the lower half, what is read above it."""
        look = self.look
        above = Rect(self.reach.x, self.reach.top_edge, self.reach.w, self.body.top_edge - self.reach.top_edge)
        head, rest = above.top(look.px(130), look.space("m"))
        self._head(head, rest.top(look.type("body") * 1.6)[0], state)
        cells = self.reach.grid(2, 4, look.space("m")) if look.portrait else self.reach.grid(4, 2, look.space("s"))
        self._chips(cells, state, mark=False)
        self._submit(cells[-1], state)

    def _head(self, rect: Rect, below: Rect, state: KioskState) -> None:
        look, context, _ = self.look, self.context, self.context.text
        level = state.my_ticket.level
        assert level is not None, "this page comes with a level"
        face, words = rect.left(min(rect.h, look.px(130)), look.space("m"))
        bad = needs_reason(level, required=state.setting.bad_needs_reason)
        hint = _("请告诉我们哪里没做好，至少选一项") if bad else _("谢谢！想说说原因吗？可以不选")
        name, colour = level_name(context, level), COLOURS[level]
        if state.my_ticket.counted:
            name = _("已评价：{level}").format(level=name)
        self.put(
            Face(context, face, level),
            Words(context, words, name, "title", bold=True, colour=colour, line_height=1.15),
            Words(context, below, hint, "body", colour="secondary", line_height=1.2),
        )

    def _reasons(self, state: KioskState) -> list[Reason]:
        return [reason for reason in reasons_of(state.my_ticket.level or 0) if reason.first != state.my_ticket.more]

    def _chips(self, cells: list[Rect], state: KioskState, *, mark: bool = True) -> None:
        context, _ = self.context, self.context.text
        reasons = self._reasons(state)
        for cell, reason in zip(cells, reasons, strict=False):
            text = context.pick(reason)
            tap = partial(context.send, ReasonTapped(reason.code))
            self.add_widget(Chip(context, cell, text, tap, on=reason.code in state.my_ticket.reasons, mark=mark))
        other = _("返回前三项") if state.my_ticket.more else _("更多原因")
        self.add_widget(TextButton(context, cells[len(reasons)], other, lambda: context.send(MoreReasons())))

    def _submit(self, rect: Rect, state: KioskState) -> None:
        context, _ = self.context, self.context.text
        refusal = state.my_ticket.refusal
        if waits(state):
            text, colour = _("正在提交"), "secondary"
        elif refusal is not None:
            unsent = _("评价没有提交成功，请稍后再试，或告诉{desk}").format(desk=help_desk(context))
            text, colour = (unsent if isinstance(refusal, str) else context.pick(refusal)), "danger"
        elif lacks_reason(state):
            text, colour = _("选一项原因后就可以提交"), "secondary"
        else:
            text = _("完成") if state.my_ticket.counted and not state.my_ticket.reasons else _("提交")
            self.add_widget(Bar(context, rect, text, partial(context.send, SubmitRating())))
            return
        self.add_widget(Words(context, rect, text, "body", colour=colour, align="center", line_height=1.2))


class RatedPage(PageFrame):
    """Thanks."""

    leaves = False

    def build_body(self, state: KioskState) -> None:
        context, _ = self.context, self.context.text
        bar, rest = self.reach.bottom(max(self.look.target, self.look.px(150)), self.look.space("l"))
        self.add_widget(Bar(context, bar, _("完成"), lambda: context.send(GoHome())))
        above = Rect(rest.x, rest.y, rest.w, self.body.top_edge - rest.y)
        TroubleBlock(self, above, "check-circle", _("感谢您的评价"), _("您的意见会帮助我们改进服务"), colour="success")
