"""PROGRESS: the number of a case and the last four of the ID number; then the state of the case."""

from __future__ import annotations

from contract.guides.pinyin import HANZI
from contract.wire.case import CaseState
from contract.wire.case_words import MEANINGS, step_words
from contract.wire.facts import CaseFacts
from kiosk.ticket_kiosk import paging
from kiosk.ticket_kiosk.a4_print.state import OpenDocuments
from kiosk.ticket_kiosk.case_progress.progress_line import ProgressLine, stage_of
from kiosk.ticket_kiosk.case_progress.state import SubmitCaseQuery
from kiosk.ticket_kiosk.case_progress.steps import waits
from kiosk.ticket_kiosk.guides.text import Paragraph
from kiosk.ticket_kiosk.notice_pages import help_desk
from kiosk.ticket_kiosk.number_page import NumberAndLastFourPage
from kiosk.ticket_kiosk.page_frame import PageFrame
from kiosk.ticket_kiosk.state import KioskState
from kiosk.ticket_kiosk.typed_number import NumberAndLastFour
from kiosk.ui.rect import Rect
from kiosk.ui.widgets import Bar, Card, Words

COLOURS: dict[CaseState, str] = {
    "received": "accent",
    "accepted": "accent",
    "examining": "accent",
    "supplement": "warning",
    "decided": "success",
    "delivered": "success",
    "rejected": "danger",
    "denied": "danger",
    "withdrawn": "secondary",
}
"""How each state is coloured: what waits for the applicant stands out."""


class ProgressPage(NumberAndLastFourPage):
    """Which case somebody means."""

    def title_text(self) -> str:
        _ = self.context.text
        return _("办件进度")

    def query(self, state: KioskState) -> NumberAndLastFour:
        return state.case_query

    def number_name(self) -> str:
        _ = self.context.text
        return _("办件编号")

    def submitting(self, state: KioskState) -> tuple[str, object] | None:
        _ = self.context.text
        return None if waits(state) else (_("查询"), SubmitCaseQuery())

    def said(self, state: KioskState) -> tuple[str, str]:
        _, query = self.context.text, state.case_query
        if waits(state):
            return _("正在查询…"), "secondary"
        if query.refusal is not None:
            return self.context.pick(query.refusal), "danger"
        if query.failed:
            return _("没有查到，请稍后再试，或到{desk}咨询").format(desk=help_desk(self.context)), "danger"
        return _("编号在受理凭证上，输字母和数字就行。个人填身份证号后四位，企业填信用代码后四位。"), "secondary"


class CasePage(PageFrame):
    """The state of one case; names come masked from the server."""

    personal = True

    def title_text(self) -> str:
        _ = self.context.text
        return _("办件进度")

    def build_body(self, state: KioskState) -> None:
        look, context = self.look, self.context
        case = _case(state)
        area, turner = self.body, None
        if not look.portrait:
            turner, area = area.right(area.w * 0.3, look.space("m"))
        if state.prints_papers and case.papers:
            _, high = context.text, max(look.target, look.px(140))
            if turner is None:
                place, area = area.bottom(high, look.space("m"))
            else:
                place, turner = turner.bottom(high, look.space("m"))
            self.add_widget(Bar(context, place, _("打印"), lambda: context.send(OpenDocuments()), icon="printer"))
        self.add_widget(Card(context, area))
        body = area.inset(look.space("l"), look.space("m"))
        place, body = body.top(look.type("title") * 1.5, look.space("m"))
        word = context.pick(case.state_texts)
        self.add_widget(
            Words(context, place, word[:1].upper() + word[1:], "title", bold=True, colour=COLOURS[case.state], line_height=1.2)
        )
        stage = stage_of(case.state)
        if stage is not None and body.h > look.type("body") * 12:
            place, body = body.top(look.px(56) + look.type("note") * 1.5, look.space("m"))
            self.add_widget(ProgressLine(context, place, stage, COLOURS[case.state]))
        self._facts(body, turner, state)

    def _facts(self, body: Rect, turner: Rect | None, state: KioskState) -> None:
        """What is known, on sheets; the buttons to the others are in `turner`, or below the text."""
        look = self.look
        lines = paging.lines_of(look, self._paragraphs(state), body.w)
        parts = paging.sheets_of(lines, body.h)
        area, sheet = body, min(state.sheet, len(parts) - 1)
        if len(parts) > 1:
            strip = turner
            if strip is None:
                strip, area = body.bottom(look.target, look.space("m"))
            elif look.mode.low:
                strip = strip.bottom(min(strip.h, self.reach.top_edge - strip.y))[0]
            parts = paging.sheets_of(lines, area.h)
            sheet = min(state.sheet, len(parts) - 1)
            paging.draw_turner(self, strip, sheet, len(parts))
        paging.draw_sheet(self, area, parts[sheet])

    def _paragraphs(self, state: KioskState) -> list[Paragraph]:
        _, case = self.context.text, _case(state)
        labelled = (
            (_("事项"), case.item),
            (_("办件编号"), case.number),
            (_("申请人"), case.applicant),
            (_("办理部门"), case.department),
            (_("收件日期"), case.received_on),
            (_("办理期限"), case.deadline and f"{case.deadline.on} {self.context.pick(case.deadline.texts)}"),
            (_("咨询电话"), case.contact),
            (_("原因"), case.reason),
        )
        colon = "：" if self.look.mode.language == "zh" else ": "
        due = [Paragraph(f"{_('补正期限')}{colon}{case.due_on}", "warning")] if case.due_on else []
        facts = [*due, *(Paragraph(f"{label}{colon}{value}") for label, value in labelled if value)]
        missing = [Paragraph(paper) for paper in case.missing]
        steps = [Paragraph(f"{step.on}　{self.context.pick(step_words(step.text))}") for step in case.steps]
        return [
            Paragraph(self.context.pick(MEANINGS[case.state])),
            *facts,
            *self._chinese_note(case),
            *([Paragraph(_("还要补的材料"), "head"), *missing] if missing else []),
            *([Paragraph(_("办理经过"), "head"), *steps] if steps else []),
        ]

    def _chinese_note(self, case: CaseFacts) -> list[Paragraph]:
        """To whoever reads English: that the department's own words are Chinese."""
        pick, _ = self.context.pick, self.context.text
        own = (case.item, case.department, case.reason, *case.missing, *(pick(step_words(step.text)) for step in case.steps))
        if self.look.mode.language == "zh" or not any(HANZI.search(text) for text in own):
            return []
        note = _("有些内容只有中文，需要帮助请到{desk}。").format(desk=help_desk(self.context))
        return [Paragraph(note, "note")]


def _case(state: KioskState) -> CaseFacts:
    assert state.case_query.case is not None, "this page comes with a case"
    return state.case_query.case
