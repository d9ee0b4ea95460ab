"""PRINTOUT: how far the paper is, what is wrong with the printer and what else can be done, and where to take it."""

from __future__ import annotations

from functools import partial

from kiosk.ticket_kiosk.a4_print.choice_page import trouble_words
from kiosk.ticket_kiosk.a4_print.state import CancelPrint, TakeNumberForPrinted
from kiosk.ticket_kiosk.a4_print.steps import printed_for
from kiosk.ticket_kiosk.events import Back, GoHome
from kiosk.ticket_kiosk.notice_pages import TroubleBlock, help_desk
from kiosk.ticket_kiosk.page_frame import PageFrame
from kiosk.ticket_kiosk.state import KioskState
from kiosk.ui.rect import Rect
from kiosk.ui.widgets import Bar, QrCode, TextButton, Words
from kiosk.ui.widgets.surface import Fill


class PrintoutPage(PageFrame):
    """One job until its end. While something may still come out, the only way on is to cancel."""

    leaves = False

    def title_text(self) -> str:
        _ = self.context.text
        return _("打印")

    def build(self, state: KioskState) -> None:
        self.done: SheetsOut | None = None
        super().build(state)

    def build_body(self, state: KioskState) -> None:
        look, context, _, printing = self.look, self.context, self.context.text, state.printing
        height = max(look.target, look.px(140))
        if printing.active:
            foot, rest = self.reach.bottom(height, look.space("l"))
            if look.portrait:  # never where the bar was that printed: who taps it twice wants paper
                foot, rest = rest.bottom(height, look.space("l"))
            else:
                foot = foot.left(foot.w * 0.4)[0]
            if not printing.stopped:
                self.add_widget(TextButton(context, foot, _("取消打印"), lambda: context.send(CancelPrint()), size="tile"))
        else:
            rest = self._ways_on(height, state)
        above = Rect(self.body.x, rest.y, self.body.w, self.body.top_edge - rest.y)
        if printing.active:
            above = self._aside(above, state)
        self.block = TroubleBlock(self, above, *self._words(state))

    def _ways_on(self, height: float, state: KioskState) -> Rect:
        """Home, another paper, the number of what is printed; return what is left above them."""
        look, context, _ = self.look, self.context, self.context.text
        ways: list[tuple[str, object]] = [(_("返回首页"), GoHome()), (_("再打印别的"), Back())]
        if state.printing.printed and printed_for(state) is not None:
            ways.append((_("取号办理"), TakeNumberForPrinted()))
        if look.portrait:
            foot, rest = self.reach.bottom(height * len(ways) + look.space("m") * (len(ways) - 1), look.space("l"))
            places = foot.rows(len(ways), look.space("m"))
        else:
            foot, rest = self.reach.bottom(height, look.space("l"))
            places = foot.columns(len(ways), look.space("l"))[::-1]
        (home, leave), *others = ways
        self.add_widget(Bar(context, places[0], home, partial(context.send, leave)))
        for place, (text, event) in zip(places[1:], others, strict=True):
            self.add_widget(TextButton(context, place, text, partial(context.send, event), size="tile"))
        return rest

    def _aside(self, area: Rect, state: KioskState) -> Rect:
        """Below the words: how much has come out, or in trouble the way to the guide without paper."""
        look, context, _ = self.look, self.context, self.context.text
        item = state.lookup.item if state.printing.source == "guide" else None
        url = state.setting.guide_url(item.id) if item is not None else None
        if state.prints_papers:
            strip, area = area.bottom(look.px(40), look.space("m"))
            self.done = SheetsOut(self, strip.centre(look.px(760), strip.h))
        elif url is not None and look.portrait:
            place, area = area.bottom(min(look.px(300), area.h * 0.34), look.space("m"))
            block = place.centre(place.h + look.space("m") + look.type("body") * 10, place.h)
            code, words = block.left(place.h, look.space("m"))
            self.put(QrCode(context, code, url), Words(context, words, _("手机扫码看指南"), "body", colour="secondary"))
        elif url is not None:
            place, area = area.right(min(look.px(340), area.w * 0.3), look.space("l"))
            words, code = place.centre(place.w, place.w + look.type("body") * 2).bottom(look.type("body") * 2)
            words_ = Words(context, words, _("手机扫码看指南"), "body", colour="secondary", align="center")
            self.put(QrCode(context, code, url), words_)
        return area

    def _words(self, state: KioskState) -> tuple[str, str, str, str]:
        """Icon, what happens, what to do, colour."""
        context, _, printing = self.context, self.context.text, state.printing
        desk = help_desk(context)
        if printing.refusal is not None:
            return "printer-alert", context.pick(printing.refusal), _("需要帮助请到{desk}。").format(desk=desk), "warning"
        job = printing.job
        if job is not None and job.state == "done":
            keep = _("这份材料是您本人的，请不要遗忘。") if printing.personal else _("请取齐后再离开。")
            return "check-circle", _("请从下方取纸"), _("共 {n} 张。").format(n=job.sheets) + keep, "success"
        if job is not None and job.state == "cancelled" and job.printed >= job.sheets > 0:
            title, note = _("取消前已经全部打完"), _("请从下方取走 {n} 张。").format(n=job.sheets)
            return "check-circle", title, note, "success"
        if job is not None and job.ended:
            note = _("已出 {printed} 张，共 {sheets} 张。").format(printed=job.printed, sheets=job.sheets)
            return "printer-alert", context.pick(job.words), note + _("需要帮助请到{desk}。").format(desk=desk), "warning"
        if printing.stopped:
            return "printer", _("正在取消打印…"), _("已经进纸的那一张可能还会出来。"), "accent"
        if not state.prints_papers:
            note = _("处理好后会接着打印。不想等可以取消打印，或到{desk}索取。").format(desk=desk)
            return "printer-alert", trouble_words(context, state), note, "warning"
        return "printer", context.pick(job.words) if job else _("正在准备打印"), self._so_far(state), "accent"

    def _so_far(self, state: KioskState) -> str:
        _, job = self.context.text, state.printing.job
        wait = _("请在这里稍候，不要离开。")
        return _("已出 {printed} 张，共 {sheets} 张。").format(printed=job.printed, sheets=job.sheets) + wait if job else wait

    def show(self, state: KioskState) -> None:
        super().show(state)
        job = state.printing.job
        if self.done is not None and job is not None:
            self.done.show(job.printed, job.sheets)
            if not state.printing.stopped:
                self.block.note.say(self._so_far(state))


class SheetsOut:
    """How many sheets have come out: a bar that fills from the left."""

    def __init__(self, page: PrintoutPage, rect: Rect) -> None:
        self.page, self.rect = page, rect
        self._printed = 0
        self._part: Fill | None = None
        page.add_widget(Fill(page.context, rect, "sunken", corner=rect.h / 2))

    def show(self, printed: int, sheets: int) -> None:
        """`printed` of all `sheets`."""
        if printed == self._printed or not sheets:
            return
        self._printed = printed
        if self._part is not None:
            self.page.remove_widget(self._part)
        if printed:
            part = self.rect.left(max(self.rect.h, self.rect.w * min(1.0, printed / sheets)))[0]
            self._part = Fill(self.page.context, part, "accent", corner=part.h / 2)
            self.page.add_widget(self._part)
