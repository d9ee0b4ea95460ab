"""Printing on A4: what, a look at it, how often, and how far it is. Works while the server is away.

home ─OpenBlanks→ blanks ─┐
guide ─OpenPapers─────────┼→ papers ─PickPaper→ preview ─Print→ printout ─Back→ papers
case ──OpenPapers─────────┘

Nobody's papers are printed when that person has gone: a paper about a case is stopped, sent or not, when the page is left
or times out. Guides and forms are nobody's: they go on, unless the printer is in trouble and would print them much later.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from contract.guides.english import English
from contract.guides.item import Form, Item
from kiosk.ticket_kiosk.a4_print.state import (
    CASE_PAPERS,
    MOST_COPIES,
    A4Is,
    CancelPrint,
    ForgetPaper,
    JobIs,
    MakePaper,
    NotSubmitted,
    OpenBlanks,
    OpenPapers,
    Paper,
    PaperIs,
    PickBlankForm,
    PickPaper,
    Print,
    Printing,
    PrintPaper,
    SetCopies,
    Source,
    StopJob,
    Submitted,
)
from kiosk.ticket_kiosk.guides.state import Contents
from kiosk.ticket_kiosk.state import PAPER_PAGES, Effects, State

SOURCES: dict[str, Source] = {"guide": "guide", "case": "case"}


def choices(state: State) -> tuple[Paper, ...]:
    """What can be printed of what is open."""
    item, case = state.lookup.item, state.inquiry.case
    if state.printing.source == "blank":
        return Paper("form", state.printing.blank), Paper("example", state.printing.blank)
    if state.printing.source == "case":
        there = case.get("papers", ()) if case is not None else ()
        return tuple(Paper(kind) for kind in CASE_PAPERS if kind in there)
    if item is None:
        return ()
    forms = [Paper(kind, form.id) for form in forms_of(item, state.lookup.contents) for kind in ("form", "example")]
    return Paper("guide"), Paper("notice"), *forms


def forms_of(item: Item, contents: Contents | None) -> tuple[Form, ...]:
    """The blank forms of an item, each once."""
    known = contents.forms if contents is not None else {}
    wanted = dict.fromkeys(material.form for material in item.materials if material.form is not None)
    return tuple(known[form] for form in wanted if form in known)


def most_copies(state: State) -> int:
    """How many copies of the paper one job may have."""
    return max(1, min(MOST_COPIES, state.setting.sheets_a_job // max(1, len(state.printing.sheets))))


def busy(state: State) -> bool:
    """Whether the citizen waits for paper: until it is out or cancelled, the page stays."""
    return state.page == "printout" and state.printing.active


def left(before: State, state: State, effects: Effects) -> tuple[State, Effects]:
    """After every step: whoever has left the pages of printing leaves nothing behind that is theirs."""
    if before.page not in PAPER_PAGES or state.page in PAPER_PAGES:
        return state, effects
    printing = before.printing
    late = printing.personal or not state.prints_papers
    stop = (StopJob(printing.job.id),) if printing.active and printing.job is not None and late else ()
    return replace(state, printing=Printing(ref=printing.ref + 1)), (*effects, *stop, ForgetPaper())


# --- the citizen -----------------------------------------------------------------------------------------------------


def open_blanks(state: State, _event: OpenBlanks) -> tuple[State, Effects]:
    return (state.at("blanks"), ()) if state.shown == "home" and "blanks" in state.tiles else (state, ())


def pick_blank_form(state: State, event: PickBlankForm) -> tuple[State, Effects]:
    contents = state.lookup.contents
    if state.page != "blanks" or contents is None or event.form not in contents.forms:
        return state, ()
    return _with(state, source="blank", blank=event.form).at("papers"), ()


def open_papers(state: State, _event: OpenPapers) -> tuple[State, Effects]:
    """From a guide or a case."""
    source = SOURCES.get(state.shown)
    if source is None or not state.prints_papers:
        return state, ()
    opened = _with(state, source=source)
    return (opened.at("papers"), ()) if choices(opened) else (state, ())


def pick_paper(state: State, event: PickPaper) -> tuple[State, Effects]:
    if state.page != "papers" or event.paper not in choices(state):
        return state, ()
    before = state.printing
    printing = Printing(ref=before.ref + 1, source=before.source, blank=before.blank, paper=event.paper)
    return replace(state, printing=printing).at("preview"), (_make(state, printing.ref, event.paper),)


def set_copies(state: State, event: SetCopies) -> tuple[State, Effects]:
    if state.page != "preview":
        return state, ()
    return _with(state, copies=max(1, min(most_copies(state), event.copies))), ()


def print_(state: State, _event: Print) -> tuple[State, Effects]:
    """Only the first tap prints: after it another page is shown."""
    printing = state.printing
    if state.page != "preview" or not printing.sheets or not state.prints_papers:
        return state, ()
    return replace(_with(state, sent=True), page="printout", sheet=0, idle_since=state.now), (
        PrintPaper(printing.ref, printing.copies),
    )


def cancel(state: State, _event: CancelPrint) -> tuple[State, Effects]:
    printing = state.printing
    if not busy(state) or printing.stopped:
        return state, ()
    return _with(state, stopped=True), (StopJob(printing.job.id),) if printing.job is not None else ()


# --- the printer -----------------------------------------------------------------------------------------------------


def a4_is(state: State, event: A4Is) -> tuple[State, Effects]:
    return replace(state, a4=event.a4), ()


def paper_is(state: State, event: PaperIs) -> tuple[State, Effects]:
    if event.ref != state.printing.ref or state.printing.paper is None:
        return state, ()
    return _with(state, sheets=event.sheets, failed=not event.sheets), ()


def submitted(state: State, event: Submitted) -> tuple[State, Effects]:
    """A job whose citizen has gone before it was even on disk is not printed."""
    if event.ref != state.printing.ref:
        return state, (StopJob(event.job.id),)
    stop = (StopJob(event.job.id),) if state.printing.stopped else ()
    return replace(_with(state, job=event.job), idle_since=state.now), stop


def not_submitted(state: State, event: NotSubmitted) -> tuple[State, Effects]:
    return (_with(state, refusal=event.why), ()) if event.ref == state.printing.ref else (state, ())


def job_is(state: State, event: JobIs) -> tuple[State, Effects]:
    """As long as something happens, the citizen is waiting for it."""
    job = state.printing.job
    if job is None or job.id != event.job.id:
        return state, ()
    return replace(_with(state, job=event.job), idle_since=state.now), ()


def _make(state: State, ref: int, paper: Paper) -> MakePaper:
    contents, source = state.lookup.contents, state.printing.source
    item = state.lookup.item if source == "guide" else None
    forms = forms_of(item, contents) if item is not None else ()
    if paper.form and contents is not None:
        forms = (contents.forms[paper.form],)
    case = state.inquiry.case if source == "case" else None
    example = contents is not None and contents.example is not None
    return MakePaper(ref, paper, item=item, forms=forms, case=case, example=example, english=_english(state, paper))


def _english(state: State, paper: Paper) -> English | None:
    """That of the guide or the form, while the terminal speaks English."""
    if state.mode.language != "en" or state.lookup.contents is None:
        return None
    return state.lookup.contents.english if paper.form else state.lookup.english


def _with(state: State, **changes: Any) -> State:
    return replace(state, printing=replace(state.printing, **changes))


HANDLERS: dict[type, Any] = {
    OpenBlanks: open_blanks, PickBlankForm: pick_blank_form, OpenPapers: open_papers, PickPaper: pick_paper,
    SetCopies: set_copies, Print: print_, CancelPrint: cancel, A4Is: a4_is, PaperIs: paper_is, Submitted: submitted,
    NotSubmitted: not_submitted, JobIs: job_is,
}  # fmt: skip
