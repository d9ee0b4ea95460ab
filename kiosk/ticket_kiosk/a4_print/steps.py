"""Printing on A4: what, a look at it, how often, and how far it is. Works while the server is away.

home ──OpenBlanks→ (blank-themes →) blanks ─┐
guide ─OpenDocuments────────────────────────┼→ papers ─PickDocument→ preview ─Print→ printout ─Back→ papers
case ──OpenDocuments────────────────────────┘

Nobody's papers are printed when that person has gone: a paper about a case is stopped, sent or not, when the page is left
or times out. Guides and forms are nobody's: they go on, unless the printer is in trouble and would print them much later.
"""

from __future__ import annotations

from dataclasses import replace

from contract.guides.english import English
from contract.guides.item import Form, Item
from kiosk.flow.handlers import Handlers, on
from kiosk.ticket_kiosk.a4_print.state import (
    CASE_DOCUMENTS,
    MOST_COPIES,
    A4PrinterIs,
    A4Printing,
    CancelPrint,
    Document,
    DocumentIs,
    ForgetDocument,
    JobIs,
    MakeDocument,
    NotSubmitted,
    OpenBlanks,
    OpenDocuments,
    PickBlankForm,
    PickBlankTheme,
    PickDocument,
    Print,
    PrintDocument,
    SetCopies,
    Source,
    StopJob,
    Submitted,
    TakeNumberForPrinted,
)
from kiosk.ticket_kiosk.guides.state import Contents
from kiosk.ticket_kiosk.pages import PAGES
from kiosk.ticket_kiosk.state import Effect, Effects, KioskState

SOURCES: dict[str, Source] = {"guide": "guide", "case": "case"}


def choices(state: KioskState) -> tuple[Document, ...]:
    """What can be printed of what is open."""
    item, case = state.lookup.item, state.case_query.case
    if state.printing.source == "blank":
        return Document("form", state.printing.blank), Document("example", state.printing.blank)
    if state.printing.source == "case":
        there = case.papers if case is not None else []
        return tuple(Document(kind) for kind in CASE_DOCUMENTS if kind in there)
    if item is None:
        return ()
    forms = [Document(kind, form.id) for form in forms_of(item, state.lookup.contents) for kind in ("form", "example")]
    return Document("guide"), Document("notice"), *forms


def blank_themes(state: KioskState) -> dict[str, list[Form]]:
    """The blank forms by the themes of the items that they are for; under "" those of no item."""
    contents = state.lookup.contents
    if contents is None:
        return {}
    themes = dict.fromkeys(state.setting.themes) | dict.fromkeys(use.theme for use in contents.form_uses) | {"": None}
    of_theme = {theme: {use.form for use in contents.form_uses if use.theme == theme} for theme in themes}
    of_theme[""] = contents.forms.keys() - {use.form for use in contents.form_uses}
    return {theme: forms for theme in themes if (forms := [f for f in contents.forms.values() if f.id in of_theme[theme]])}


def printed_for(state: KioskState) -> tuple[str, str | None] | None:
    """The queue of what has been printed, and its item if it is for a single one; None if no number can be taken for it."""
    printing, item, contents = state.printing, state.lookup.item, state.lookup.contents
    pairs: set[tuple[str, str]] = set()
    if printing.source == "guide" and item is not None:
        pairs = {(item.queue, item.id)}
    elif printing.source == "blank" and contents is not None:
        pairs = {(use.queue, use.item) for use in contents.form_uses if use.form == printing.blank}
    queues = {queue for queue, _ in pairs}
    if len(queues) != 1 or not state.gives_numbers(queue := queues.pop()):
        return None
    return queue, next(iter(pairs))[1] if len(pairs) == 1 else None


def forms_of(item: Item, contents: Contents | None) -> tuple[Form, ...]:
    """The blank forms of an item, each once."""
    known = contents.forms if contents is not None else {}
    wanted = dict.fromkeys(material.form for material in item.materials if material.form is not None)
    return tuple(known[form] for form in wanted if form in known)


def most_copies(state: KioskState) -> int:
    """How many copies of the document one job may have."""
    return max(1, min(MOST_COPIES, state.setting.sheets_a_job // max(1, len(state.printing.sheets))))


def busy(state: KioskState) -> bool:
    """Whether the citizen waits for paper: until it is out or cancelled, the page stays."""
    return state.page == "printout" and state.printing.active


def _prints(state: KioskState) -> bool:
    """Whether the page is one of this feature."""
    return PAGES[state.page].feature == "a4_print"


def left(before: KioskState, state: KioskState, effects: Effects) -> tuple[KioskState, Effects]:
    """After every step: whoever has left the pages of printing leaves nothing behind that is theirs."""
    if not _prints(before) or _prints(state):
        return state, effects
    printing = before.printing
    late = printing.personal or not state.prints_papers
    stop = (StopJob(printing.job.id),) if printing.active and printing.job is not None and late else ()
    return replace(state, printing=A4Printing(ref=printing.ref + 1)), (*effects, *stop, ForgetDocument())


# --- the citizen -----------------------------------------------------------------------------------------------------


def open_blanks(state: KioskState, _event: OpenBlanks) -> tuple[KioskState, Effects]:
    """By themes where there are several; while nothing can be printed the page says so at once."""
    if state.page != "home" or "blanks" not in state.tiles:
        return state, ()
    by_theme = len(blank_themes(state)) > 1 and state.prints_papers
    return state.at("blank-themes" if by_theme else "blanks"), ()


def pick_blank_theme(state: KioskState, event: PickBlankTheme) -> tuple[KioskState, Effects]:
    if state.page != "blank-themes" or event.theme not in blank_themes(state):
        return state, ()
    return _with(state, replace(state.printing, theme=event.theme)).at("blanks"), ()


def pick_blank_form(state: KioskState, event: PickBlankForm) -> tuple[KioskState, Effects]:
    contents = state.lookup.contents
    if state.page != "blanks" or contents is None or event.form not in contents.forms:
        return state, ()
    return _with(state, replace(state.printing, source="blank", blank=event.form)).at("papers"), ()


def open_documents(state: KioskState, _event: OpenDocuments) -> tuple[KioskState, Effects]:
    """From a guide or a case."""
    source = SOURCES.get(state.shown)
    if source is None or not state.prints_papers:
        return state, ()
    opened = _with(state, replace(state.printing, source=source))
    return (opened.at("papers"), ()) if choices(opened) else (state, ())


def pick_document(state: KioskState, event: PickDocument) -> tuple[KioskState, Effects]:
    if state.page != "papers" or event.document not in choices(state):
        return state, ()
    before = state.printing
    printing = replace(A4Printing(), ref=before.ref + 1, source=before.source, theme=before.theme, blank=before.blank)
    printing = replace(printing, document=event.document)
    return replace(state, printing=printing).at("preview"), (_make(state, printing.ref, event.document),)


def set_copies(state: KioskState, event: SetCopies) -> tuple[KioskState, Effects]:
    if state.page != "preview":
        return state, ()
    return _with(state, replace(state.printing, copies=max(1, min(most_copies(state), event.copies)))), ()


def print_(state: KioskState, _event: Print) -> tuple[KioskState, Effects]:
    """Only the first tap prints: after it another page is shown."""
    printing = state.printing
    if state.page != "preview" or not printing.sheets or not state.prints_papers:
        return state, ()
    return replace(_with(state, replace(state.printing, sent=True)), page="printout", sheet=0, idle_since=state.now), (
        PrintDocument(printing.ref, printing.copies),
    )


def cancel(state: KioskState, _event: CancelPrint) -> tuple[KioskState, Effects]:
    printing = state.printing
    if not busy(state) or printing.stopped:
        return state, ()
    return _with(state, replace(state.printing, stopped=True)), (StopJob(printing.job.id),) if printing.job is not None else ()


def take_number_for_printed(state: KioskState, _event: TakeNumberForPrinted) -> tuple[KioskState, Effects]:
    """Straight to the queue of what is printed; only once it is out."""
    found = printed_for(state)
    if state.page != "printout" or not state.printing.printed or found is None:
        return state, ()
    queue, item = found
    return replace(state, taking=replace(state.taking, queue=queue, class_=None, item=item)).at("confirm"), ()


# --- the printer -----------------------------------------------------------------------------------------------------


def a4_is(state: KioskState, event: A4PrinterIs) -> tuple[KioskState, Effects]:
    return replace(state, a4=event.a4), ()


def document_is(state: KioskState, event: DocumentIs) -> tuple[KioskState, Effects]:
    if event.ref != state.printing.ref or state.printing.document is None:
        return state, ()
    return _with(state, replace(state.printing, sheets=event.sheets, failed=not event.sheets)), ()


def submitted(state: KioskState, event: Submitted) -> tuple[KioskState, Effects]:
    """A job whose citizen has gone before it was even on disk is not printed."""
    if event.ref != state.printing.ref:
        return state, (StopJob(event.job.id),)
    stop = (StopJob(event.job.id),) if state.printing.stopped else ()
    return replace(_with(state, replace(state.printing, job=event.job)), idle_since=state.now), stop


def not_submitted(state: KioskState, event: NotSubmitted) -> tuple[KioskState, Effects]:
    return (_with(state, replace(state.printing, refusal=event.why)), ()) if event.ref == state.printing.ref else (state, ())


def job_is(state: KioskState, event: JobIs) -> tuple[KioskState, Effects]:
    """As long as something happens, the citizen is waiting for it."""
    job = state.printing.job
    if job is None or job.id != event.job.id:
        return state, ()
    return replace(_with(state, replace(state.printing, job=event.job)), idle_since=state.now), ()


def _make(state: KioskState, ref: int, document: Document) -> MakeDocument:
    contents, source = state.lookup.contents, state.printing.source
    item = state.lookup.item if source == "guide" else None
    forms = forms_of(item, contents) if item is not None else ()
    if document.form and contents is not None:
        forms = (contents.forms[document.form],)
    case = state.case_query.case if source == "case" else None
    about = item if not document.form else None  # a form is the hall's folder's, whatever item it is for
    example = contents is not None and (contents.note_on(about) if about else contents.example) is not None
    english, working = _english(state, document), state.working
    return MakeDocument(ref, document, item=item, forms=forms, case=case, example=example, english=english, working=working)


def _english(state: KioskState, document: Document) -> English | None:
    """That of the guide or the form, while the terminal speaks English."""
    if state.mode.language != "en" or state.lookup.contents is None:
        return None
    return state.lookup.contents.english if document.form else state.lookup.english


def _with(state: KioskState, printing: A4Printing) -> KioskState:
    return replace(state, printing=printing)


HANDLERS: Handlers[KioskState, Effect] = Handlers(
    on(OpenBlanks, open_blanks),
    on(PickBlankTheme, pick_blank_theme),
    on(TakeNumberForPrinted, take_number_for_printed),
    on(PickBlankForm, pick_blank_form),
    on(OpenDocuments, open_documents),
    on(PickDocument, pick_document),
    on(SetCopies, set_copies),
    on(Print, print_),
    on(CancelPrint, cancel),
    on(A4PrinterIs, a4_is),
    on(DocumentIs, document_is),
    on(Submitted, submitted),
    on(NotSubmitted, not_submitted),
    on(JobIs, job_is),
)
