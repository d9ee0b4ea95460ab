"""BLANKS and PAPERS: which form, and which paper of a form, a guide or a case is printed."""

from __future__ import annotations

from kiosk.ticket_kiosk.a4_print.state import Document, PickBlankForm, PickBlankTheme, PickDocument
from kiosk.ticket_kiosk.a4_print.steps import blank_themes, choices
from kiosk.ticket_kiosk.guides.list_pages import Listing
from kiosk.ticket_kiosk.guides.state import OpenSearch
from kiosk.ticket_kiosk.notice_pages import TroubleBlock, help_desk
from kiosk.ticket_kiosk.state import KioskState
from kiosk.ticket_kiosk.take_number.choice_page import ROW_HEIGHT, TILE_WIDTH, ChoiceTile
from kiosk.ui.page_context import PageContext


def paper_name(context: PageContext, state: KioskState, paper: Document) -> str:
    """What a paper is called."""
    _ = context.text
    contents = state.lookup.contents
    if paper.form:
        return context.pick(contents.forms[paper.form].title) if contents and paper.form in contents.forms else ""
    return {
        "guide": _("办事指南"),
        "notice": _("一次性告知书"),
        "receipt": _("受理凭证"),
        "supplement": _("补正通知书"),
        "rejection": _("不予受理通知书"),
        "denial": _("不予许可通知书"),
        "progress": _("办件进度单"),
    }[paper.kind]


def trouble_words(context: PageContext, state: KioskState) -> str:
    """Why nothing is printed just now."""
    _ = context.text
    return context.pick(state.a4.words) if state.a4.words is not None else _("打印机暂时不能打印")


class BlankThemesPage(Listing):
    """What the form is about; whoever knows only the name of the matter searches its guide, which has its forms."""

    least = (TILE_WIDTH, 190)
    stretch = 1.4

    def title_text(self) -> str:
        _ = self.context.text
        return _("哪方面的表格？")

    def other_way(self, _state: KioskState) -> tuple[str, object] | None:
        _ = self.context.text
        return _("按事项名称找"), OpenSearch()

    def entries(self, state: KioskState) -> list[ChoiceTile]:
        _, known = self.context.text, {theme.id: theme for theme in self.context.hall.theme}
        found = []
        for theme, forms in blank_themes(state).items():
            name, icon = (self.context.pick(known[theme].name), known[theme].icon) if theme in known else (_("其他表格"), "")
            note = _("{n} 张表格").format(n=len(forms))
            found.append(ChoiceTile(theme, name, icon or "file-document", note, PickBlankTheme(theme)))
        return found


class BlanksPage(Listing):
    """The blank forms of a theme, or of the hall."""

    least = (TILE_WIDTH, ROW_HEIGHT)
    stretch = 1.0

    def build(self, state: KioskState) -> None:
        self.prints = state.prints_papers
        super().build(state)

    def title_text(self) -> str:
        _ = self.context.text
        return _("请选择表格") if self.prints else _("打印表格")

    def build_body(self, state: KioskState) -> None:
        if state.prints_papers:
            super().build_body(state)
            return
        _, desk = self.context.text, help_desk(self.context)
        note = _("{trouble}。需要表格，请到{desk}领取。").format(trouble=trouble_words(self.context, state), desk=desk)
        self.tiles = []
        TroubleBlock(self, self.body, "printer-alert", _("现在不能打印表格"), note)

    def entries(self, state: KioskState) -> list[ChoiceTile]:
        themes = blank_themes(state)
        forms = themes.get(state.printing.theme) or [form for forms in themes.values() for form in forms]
        return [ChoiceTile(form.id, self.context.pick(form.title), "", "", PickBlankForm(form.id)) for form in forms]


class PapersPage(Listing):
    """What there is to print of a form, a guide or a case."""

    personal = True
    least = (TILE_WIDTH * 1.9, ROW_HEIGHT)
    stretch = 1.2

    def title_text(self) -> str:
        _ = self.context.text
        return _("要打印什么？")

    def entries(self, state: KioskState) -> list[ChoiceTile]:
        return [self._entry(state, paper) for paper in choices(state)]

    def _entry(self, state: KioskState, paper: Document) -> ChoiceTile:
        _ = self.context.text
        icon, note = {
            "guide": ("book-open-page-variant", _("材料、流程、时限、收费和依据")),
            "notice": ("clipboard-text", _("要带的材料，一次说清")),
            "form": ("file-document", _("空白表，带回去填写")),
            "example": ("pencil", _("填写样例，照着填")),
        }.get(paper.kind, ("file-document", ""))
        return ChoiceTile(f"{paper.kind}-{paper.form}", paper_name(self.context, state, paper), icon, note, PickDocument(paper))
