"""Sets a paper for the kiosk: the PDF that is printed and the pages that are looked at before, both from one source."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field
from datetime import datetime

from contract.configuration.hall import HallConfig
from contract.documents import make, render
from contract.documents.papers import TITLES, AnyPaper
from kiosk.ticket_kiosk.a4_print.state import MakeDocument, Sheet

PREVIEW_WIDTH = 1000
"""Pixels: as wide as a page can be drawn on a screen of 1080."""


@dataclass(frozen=True)
class Made:
    """A paper, ready to print. `title` names the job at the printer and says nothing about anybody; `person` is whom a quota
    a person counts for, unknown to everybody else, or ""."""

    ref: int
    title: str
    pdf: bytes = field(repr=False)
    sheets: tuple[Sheet, ...] = field(repr=False)
    person: str


def made(hall: HallConfig, web: str | None, ask: MakeDocument, at: datetime) -> Made:
    """Set the paper asked for; `at` is the hall's local time. Raise CannotSet, ValueError for a case without such a paper."""
    paper, title = _paper(hall, web or "", ask, at)
    pdf = render.pdf(paper)
    sheets = tuple(_sheet(png) for png in render.pages(paper, PREVIEW_WIDTH))
    person = hashlib.sha256(ask.case.code.encode()).hexdigest()[:32] if ask.case is not None else ""
    return Made(ask.ref, title, pdf, sheets, person)


def _paper(hall: HallConfig, web: str, ask: MakeDocument, at: datetime) -> tuple[AnyPaper, str]:
    head = make.letterhead(hall, example=ask.example)
    match ask.document.kind:
        case "guide" | "notice" as kind:
            assert ask.item is not None, "a guide is of an item"
            sets = make.guide if kind == "guide" else make.notice
            paper = sets(head, hall, ask.item, list(ask.forms), at=at, web=web, english=ask.english, working=ask.working)
            return paper, f"{TITLES[kind].zh} {ask.item.name.zh}"
        case "form" | "example" as kind:
            blank, filled_in = ask.forms[0], kind == "example"
            title = f"{blank.title.zh}（填写样例）" if filled_in else blank.title.zh
            return make.form(head, blank, at=at, filled_in=filled_in, english=ask.english), title
        case kind:
            assert ask.case is not None, "a paper about a case is of a case"
            return make.of_case(head, kind, ask.case, at=at, web=web), TITLES[kind].zh


def _sheet(png: bytes) -> Sheet:
    from PIL import Image

    with Image.open(io.BytesIO(png)) as picture:
        drawn = picture.convert("RGB")
    return Sheet(drawn.width, drawn.height, drawn.tobytes())
