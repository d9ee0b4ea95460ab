"""The pages that say what went wrong for a citizen and what to do: trouble with a ticket, a page that is gone, fail-safe."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from kiosk.ticket_kiosk.events import Confirm, GoHome
from kiosk.ticket_kiosk.page_frame import PageFrame, time_text
from kiosk.ticket_kiosk.state import KioskState
from kiosk.ui.page import Page
from kiosk.ui.page_context import PageContext
from kiosk.ui.rect import Rect
from kiosk.ui.widgets import Bar, Icon, TextButton, Words
from kiosk.ui.widgets.base import Box

LOW_BLOCK, FLAT_BLOCK = 500, 340
"""Units: a lower block has a smaller icon and no second line for its title, a flat one no icon."""


def help_desk(context: PageContext) -> str:
    """Whom to ask."""
    return context.pick(context.hall.hall.help_desk)


def trouble_words(context: PageContext, state: KioskState) -> tuple[str, str]:
    """What happened and what to do, for each trouble with a ticket."""
    _ = context.text
    desk, again = help_desk(context), state.served or state.offline
    printer = {
        "paper-out": _("打印机没有纸了"),
        "cover-open": _("打印机的盖子没有关好"),
        "cutter": _("打印机切纸出了故障"),
    }.get(state.taking.trouble_detail, _("打印机暂时不能用"))
    return {
        "none-left": (_("抱歉，现在不能取号"), _("网络中断，本机备用的号码已用完。请到{desk}取号。").format(desk=desk)),
        "print": (
            _("抱歉，号票没有打印出来"),
            _("{printer}，刚才的号码已作废。请到{desk}取号。").format(printer=printer, desk=desk)
            if not again
            else _("{printer}，刚才的号码已作废。您可以在屏幕上重新取号，或到{desk}办理。").format(printer=printer, desk=desk),
        ),
        "closed": (_("这项业务已停止取号"), _("请选择其他业务，或到{desk}咨询。").format(desk=desk)),
        "limit": (_("这项业务今天的号已取完"), _("请改日再来，或到{desk}咨询。").format(desk=desk)),
        "no-answer": (_("抱歉，没有取到号"), _("系统没有回应，您没有占用号码。请再试一次，或到{desk}取号。").format(desk=desk)),
        "expired": (_("抱歉，这张号票没有生效"), _("请重新取号，或把号票拿到{desk}。").format(desk=desk)),
        "refused": (_("抱歉，现在不能取号"), _("请再试一次，或到{desk}咨询。").format(desk=desk)),
    }[state.taking.trouble or "refused"]


class TroubleBlock:
    """An icon, a sentence and what to do, in the middle of a box."""

    def __init__(self, page: Box, rect: Rect, icon: str, title: str, note: str, colour: str = "warning") -> None:
        look, context = page.look, page.context
        wide = look.px(940) if look.portrait else rect.w * 0.9
        lines = 3 if look.portrait and rect.h > look.px(LOW_BLOCK) else 1.6
        block = rect.centre(min(rect.w, wide), look.px(230) + look.type("title") * lines + look.type("body") * 6.5)
        if block.h > look.px(FLAT_BLOCK):
            part = 0.28 if block.h > look.px(LOW_BLOCK) else 0.18
            place, block = block.top(min(look.px(200), block.h * part), look.space("m"))
            page.add_widget(Icon(context, place, icon, colour=colour))
        place, block = block.top(look.type("title") * (lines - 0.2), look.space("m"))
        self.title = Words(context, place, title, "title", bold=True, align="center", line_height=1.3)
        self.note = Words(context, block, note, "body", colour="secondary", align="center", valign="top")
        page.put(self.title, self.note)


class TroublePage(PageFrame):
    """The number could not be had, or not on paper."""

    leaves = False

    def build_body(self, state: KioskState) -> None:
        look, context, _ = self.look, self.context, self.context.text
        title, note = trouble_words(context, state)
        actions: list[tuple[str, Callable[[], None]]] = []
        if state.taking.trouble == "print" and (state.served or state.offline):
            actions.append((_("在屏幕上取号"), partial(context.send, Confirm(on_screen=True))))
        elif state.taking.trouble == "no-answer" and (state.served or state.offline):
            actions.append((_("再试一次"), partial(context.send, Confirm())))
        height = max(look.target, look.px(140))
        count = len(actions) + 1
        if look.portrait:
            foot, rest = self.reach.bottom(height * count + look.space("m") * (count - 1), look.space("l"))
            rows = foot.rows(count, look.space("m"))
        else:
            foot, rest = self.reach.bottom(height, look.space("l"))
            rows = foot.columns(count, look.space("l"))[::-1]
        for row, (text, action) in zip(rows, actions, strict=False):
            self.add_widget(Bar(context, row, text, action))
        leave = rows[-1]
        self.add_widget(TextButton(context, leave, _("返回首页"), lambda: context.send(GoHome()), size="tile"))
        above = Rect(rest.x, rest.y, rest.w, self.body.top_edge - rest.y)
        icon = "printer-alert" if state.taking.trouble == "print" else "alert-circle-outline"
        TroubleBlock(self, above, icon, title, note)


class InterruptedPage(PageFrame):
    """The page that somebody was on is gone: why, and what to do."""

    leaves = False

    def build_body(self, state: KioskState) -> None:
        look, context, _ = self.look, self.context, self.context.text
        place, rest = self.reach.bottom(max(look.target, look.px(140)), look.space("l"))
        self.add_widget(TextButton(context, place, _("返回首页"), lambda: context.send(GoHome()), size="tile"))
        above = Rect(rest.x, rest.y, rest.w, self.body.top_edge - rest.y)
        if state.interrupted == "closed":
            TroubleBlock(self, above, "clock", *self._closed(state), colour="accent")
        else:
            note = _("系统正在恢复，本机会自动恢复服务。\n急需办理请到{desk}。").format(desk=help_desk(context))
            TroubleBlock(self, above, "cloud-outline-off", _("网络中断，这一步暂时办不了"), note)

    def _closed(self, state: KioskState) -> tuple[str, str]:
        context, _ = self.context, self.context.text
        if state.opens_at is None:
            note = _("您还没有取号，请到{desk}咨询。").format(desk=help_desk(context))
        else:
            time = time_text(context, state.opens_at, state.clock)
            note = _("您还没有取号，下次取号：{time}").format(time=time)
        return _("现在停止取号了"), note


class FailSafePage(Page[KioskState]):
    """Something broke. Drawn with as little as possible, so that it does not break as well."""

    def build(self, state: KioskState) -> None:
        _ = self.context.text
        title, note = _("抱歉，出了点问题"), _("马上返回首页。如需帮助请到{desk}。").format(desk=help_desk(self.context))
        TroubleBlock(self, self.context.rect.inset(self.look.margin), "alert-circle-outline", title, note)
