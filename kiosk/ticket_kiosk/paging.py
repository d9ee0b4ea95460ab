"""Long texts in sheets: paragraphs are broken into lines once, and as many lines as fit are on a sheet. Nothing scrolls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from kiosk.ticket_kiosk.events import Turn
from kiosk.ticket_kiosk.guides.text import Paragraph
from kiosk.ui.line_breaking import break_lines
from kiosk.ui.page_context import PageContext
from kiosk.ui.rect import Rect
from kiosk.ui.theme import LINE_HEIGHT, Look
from kiosk.ui.widgets import TextButton, Words
from kiosk.ui.widgets.base import Box
from kiosk.ui.widgets.text import measure

SIZES = {"head": "body", "text": "body", "note": "note", "warning": "body"}
BOLD = ("head", "warning")


@dataclass(frozen=True)
class TextLine:
    """One line: its text, style, and how far from the line before it."""

    text: str
    style: str
    height: float
    gap: float


def lines_of(look: Look, paragraphs: Sequence[Paragraph], width: float) -> list[TextLine]:
    """The lines of the paragraphs in a column of this width."""
    lines: list[TextLine] = []
    for paragraph in paragraphs:
        size = look.type(SIZES[paragraph.style])
        bold = paragraph.style in BOLD
        gap = look.space("m") if paragraph.style == "head" else look.space("s") / 2
        for text in break_lines(paragraph.text, width, partial(measure, size=size, bold=bold)):
            lines.append(TextLine(text, paragraph.style, size * LINE_HEIGHT, gap))
            gap = 0.0
    return lines


def sheets_of(lines: Sequence[TextLine], height: float) -> list[list[TextLine]]:
    """The lines on sheets of this height; a head goes to the next sheet with what it heads."""
    sheets: list[list[TextLine]] = [[]]
    used = 0.0
    for line in lines:
        needed = line.height + (line.gap if sheets[-1] else 0)
        if sheets[-1] and used + needed > height:
            moved: list[TextLine] = []
            while len(sheets[-1]) > 1 and sheets[-1][-1].style == "head":
                moved.insert(0, sheets[-1].pop())
            sheets.append(moved)
            used = sum(part.height + part.gap for part in moved)
            needed = line.height
        sheets[-1].append(line)
        used += needed
    return sheets


def draw_sheet(page: Box, rect: Rect, lines: Sequence[TextLine]) -> None:
    """Put the lines of one sheet on a page, from the top."""
    colours = {"head": "accent", "text": "text", "note": "secondary", "warning": "warning"}
    for number, line in enumerate(lines):
        place, rect = rect.top(line.height + (line.gap if number else 0))
        words = Words(
            page.context,
            place.bottom(line.height)[0],
            line.text,
            SIZES[line.style],
            bold=line.style in BOLD,
            colour=colours[line.style],
        )
        page.add_widget(words)


def draw_turner(page: Box, strip: Rect, sheet: int, sheets: int) -> None:
    """The buttons to the sheets before and behind, and which one this is."""
    context: PageContext = page.context
    _ = context.text
    gap = page.look.space("m")
    left, middle, right = strip.columns(3, gap) if strip.w > strip.h * 2 else strip.rows(3, gap)
    if sheet > 0:
        page.add_widget(TextButton(context, left, _("上一页"), lambda: context.send(Turn(sheet - 1)), icon="chevron-left"))
    if sheet < sheets - 1:
        turn = partial(context.send, Turn(sheet + 1))
        page.add_widget(TextButton(context, right, _("下一页"), turn, icon="chevron-right", icon_last=True))
    text = _("第 {sheet} 页，共 {sheets} 页").format(sheet=sheet + 1, sheets=sheets)
    page.add_widget(Words(context, middle, text, "note", colour="secondary", align="center"))
