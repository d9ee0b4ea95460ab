"""The pages that say what is wrong and what to do: trouble with a ticket, out of hours, no server, starting, fail-safe."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from contract.configuration.hall import DAYS, Hours
from kiosk.ticket_kiosk.events import Confirm, GoHome
from kiosk.ticket_kiosk.guides.state import OpenGuides
from kiosk.ticket_kiosk.page_frame import PageFrame, date_text, time_text
from kiosk.ticket_kiosk.state import KioskState
from kiosk.ui.page import Page
from kiosk.ui.page_context import PageContext
from kiosk.ui.rect import Rect
from kiosk.ui.widgets import Bar, Card, Icon, TextButton, Words
from kiosk.ui.widgets.base import Box


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
        lines = 3 if look.portrait else 1.6
        block = rect.centre(min(rect.w, wide), look.px(230) + look.type("title") * lines + look.type("body") * 6.5)
        place, block = block.top(min(look.px(200), block.h * 0.28), look.space("m"))
        page.add_widget(Icon(context, place, icon, colour=colour))
        place, block = block.top(look.type("title") * (lines - 0.2), look.space("m"))
        self.title = Words(context, place, title, "title", bold=True, align="center", line_height=1.3)
        self.note = Words(context, block, note, "body", colour="secondary", align="center", valign="top")
        page.put(self.title, self.note)


def guides_button(page: PageFrame, state: KioskState, area: Rect) -> Rect:
    """The way to the guides, which need no server and are there out of hours; return what is left of the area above it."""
    _ = page.context.text
    if not state.has_guides:
        return area
    place, rest = area.bottom(max(page.look.target, page.look.px(140)), page.look.space("m"))
    tap = partial(page.context.send, OpenGuides())
    page.add_widget(TextButton(page.context, place, _("办事指南"), tap, icon="book-open-page-variant", size="tile"))
    return rest


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


class ClosedPage(PageFrame):
    """Nobody gives numbers now: when the hall opens."""

    leaves = False

    def title_text(self) -> str:
        return self.context.pick(self.context.hall.hall.name)

    def build_body(self, state: KioskState) -> None:
        look, context, _ = self.look, self.context, self.context.text
        place, rest = self.body.top(look.type("body") * 1.6, look.space("m"))
        self.date = Words(context, place, "", "body", colour="secondary")
        self.add_widget(self.date)
        if look.portrait:
            rest = guides_button(self, state, rest)
        upper, lower = rest.top(rest.h * 0.5, look.space("m")) if look.portrait else rest.columns(2, look.space("l"))
        if not look.portrait:
            upper = guides_button(self, state, upper)
        note = _("请在下面的时间再来取号")
        if state.opens_at is not None:
            note = _("下次取号：{time}").format(time=time_text(context, state.opens_at, state.clock))
        TroubleBlock(self, upper, "weather-night", _("现在不在取号时间"), note, colour="accent")
        self._hours(lower)

    def _hours(self, rect: Rect) -> None:
        look, context, _ = self.look, self.context, self.context.text
        lines = [hours_line(context, hours) for hours in context.hall.hours]
        row_height = look.type("body") * 1.9
        card = rect.top(min(rect.h, row_height * (len(lines) + 1.6) + look.space("l")))[0]
        self.add_widget(Card(context, card))
        body = card.inset(look.space("l"), look.space("m"))
        place, body = body.top(row_height)
        self.add_widget(Words(context, place, _("办公时间"), "body", bold=True))
        for row, (days, times) in zip(
            body.rows(len(lines) + 1, 0), [*lines, (_("咨询电话"), context.hall.hall.telephone)], strict=True
        ):
            left, right = row.left(row.w * 0.56, look.space("s"))
            self.put(
                Words(context, left, days, "body", line_height=1.2),
                Words(context, right, times, "body", align="right", line_height=1.2),
            )

    def show(self, state: KioskState) -> None:
        _ = self.context.text
        super().show(state)
        self.drift(state.clock)
        if state.clock is not None:
            self.date.say(_("今天 {date}").format(date=date_text(self.context, state.clock)))


def hours_line(context: PageContext, hours: Hours) -> tuple[str, str]:
    """One line of the opening hours: the days, the times."""
    _ = context.text
    names = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
    places = [DAYS.index(day) for day in hours.days]
    if len(places) > 2 and places == list(range(places[0], places[-1] + 1)):
        days = _("{first}至{last}").format(first=names[places[0]], last=names[places[-1]])
    else:
        days = (_("、")).join(names[place] for place in places)
    return (days if hours.note is None else context.pick(hours.note)), f"{hours.opens:%H:%M}–{hours.closes:%H:%M}"


class Message(PageFrame):
    """A page with one message that goes away by itself."""

    leaves = False
    icon = "information-outline"
    colour = "warning"

    def words(self, state: KioskState) -> tuple[str, str]:
        """Title and note."""
        raise NotImplementedError

    def title_text(self) -> str:
        return self.context.pick(self.context.hall.hall.name)

    def build_body(self, state: KioskState) -> None:
        area = guides_button(self, state, self.body)
        TroubleBlock(self, area, self.icon, *self.words(state), colour=self.colour)


class AwayPage(Message):
    """The server cannot be reached."""

    icon = "cloud-outline-off"

    def words(self, state: KioskState) -> tuple[str, str]:
        _ = self.context.text
        desk = help_desk(self.context)
        return _("暂时不能取号"), _("系统正在恢复，本机会自动恢复服务。\n急需办理请到{desk}取号。").format(desk=desk)


class StartingPage(Message):
    """The first seconds."""

    icon = "ticket-confirmation"
    colour = "accent"

    def words(self, state: KioskState) -> tuple[str, str]:
        _ = self.context.text
        return _("欢迎您"), _("正在准备，请稍候…")


class FailSafePage(Page[KioskState]):
    """Something broke. Drawn with as little as possible, so that it does not break as well."""

    def build(self, state: KioskState) -> None:
        _ = self.context.text
        title, note = _("抱歉，出了点问题"), _("马上返回首页。如需帮助请到{desk}。").format(desk=help_desk(self.context))
        TroubleBlock(self, self.context.rect.inset(self.look.margin), "alert-circle-outline", title, note)
