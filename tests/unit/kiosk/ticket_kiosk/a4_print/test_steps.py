"""A citizen prints on A4: what, a look at it, and the paper. Pure flow, no screen, no printer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contract.configuration.table import TextConfig
from contract.guides.guide_file import FormUse
from contract.wire.answers import Answer
from contract.wire.messages import Text
from kiosk.flow.event import Answered, Broke, Connected, Tick
from kiosk.ticket_kiosk import flow
from kiosk.ticket_kiosk.a4_print.state import (
    A4PrinterIs,
    A4Printing,
    CancelPrint,
    Document,
    DocumentIs,
    ForgetDocument,
    Job,
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
    PrinterState,
    SetCopies,
    Sheet,
    StopJob,
    Submitted,
    TakeNumberForPrinted,
)
from kiosk.ticket_kiosk.a4_print.steps import blank_themes, choices, most_copies, printed_for
from kiosk.ticket_kiosk.case_progress.state import OpenCaseQuery, SubmitCaseQuery
from kiosk.ticket_kiosk.events import Back, GoHome
from kiosk.ticket_kiosk.guides.state import Contents, ContentsAre, ItemIs, Listed, OpenGuides, PickGroup, PickItem
from kiosk.ticket_kiosk.role import device_states
from kiosk.ticket_kiosk.state import KioskState
from kiosk.ticket_kiosk.typed_number import FieldTyped, PickField
from queue_server.catalogue.load import load
from tests.facts import a_case, case_facts
from tests.unit.kiosk.ticket_kiosk.test_flow import CLOCK, FIRST, READY, SEED, SETTING, queue_is

WUSHAN = Path(__file__).parents[5] / "assets" / "halls" / "wushan"
CATALOGUE = load(WUSHAN)
FORMS = {form.id: form for form in CATALOGUE.shared.form}
ITEM = next(item for item in CATALOGUE.items if sum(m.form is not None for m in item.materials) > 1)
BLANKS = tuple(dict.fromkeys(m.form for m in ITEM.materials if m.form))
SHEETS = (Sheet(1, 1, b"abc"),) * 3
WORDS = Text("正在打印", "Printing")
OUT = PrinterState("paper-out", words=Text("没有纸了", "Out of paper"))
CASE = case_facts("WS-0001", papers=["progress", "receipt"])


def job(state: str = "received", printed: int = 0, id_: str = "j1") -> Job:
    return Job(id_, state, WORDS, printed, 3)


class Citizen:
    """Drives the flow and remembers what it asked for."""

    def __init__(self) -> None:
        self.state: KioskState = flow.first(replace(SETTING, a4="a4-1", sheets_a_job=20), SEED)
        self.asked: list[Any] = []
        self.does(Tick(0, CLOCK), Connected(True), READY, queue_is("social"), A4PrinterIs(PrinterState("ok")))
        self.does(ContentsAre(Contents("1", forms=FORMS)))

    def does(self, *events: Any) -> KioskState:
        for event in events:
            self.state, effects = flow.step(self.state, event)
            self.asked += effects
        return self.state

    def reads_a_guide(self) -> KioskState:
        return self.does(
            OpenGuides(),
            PickGroup("person", ITEM.theme),
            Listed("person", ITEM.theme, ()),
            PickItem(ITEM.id),
            ItemIs(ITEM.id, ITEM),
        )

    def looks_at(self, paper: Document) -> KioskState:
        self.does(OpenDocuments(), PickDocument(paper))
        return self.does(DocumentIs(self.state.printing.ref, SHEETS))

    def looks_at_the_guide(self) -> KioskState:
        self.reads_a_guide()
        return self.looks_at(Document("guide"))

    def looks_at_a_receipt(self) -> KioskState:
        self.does(OpenCaseQuery(), FieldTyped("ws-0001"), PickField("last_four"), FieldTyped("123x"), SubmitCaseQuery())
        self.does(Answered(FIRST, Answer("ok", data={"case": CASE})))
        return self.looks_at(Document("receipt"))

    def prints(self, id_: str = "j1") -> KioskState:
        self.does(Print())
        return self.does(Submitted(self.state.printing.ref, job(id_=id_)))

    def asks_for(self, paper: Document, examples: frozenset[str]) -> MakeDocument:
        """What is to be set when the guide of an item is read, of these example items."""
        note = TextConfig(zh="示例数据", en="example data")
        self.does(ContentsAre(Contents("2", forms=FORMS, example=note, examples=examples)))
        self.reads_a_guide()
        self.looks_at(paper)
        made: MakeDocument = self.wants(MakeDocument)[-1]
        return made

    def wants(self, kind: type) -> list[Any]:
        """What was asked for of one kind."""
        return [effect for effect in self.asked if isinstance(effect, kind)]


@pytest.mark.parametrize(("examples", "said"), [(frozenset({ITEM.id}), True), (frozenset({"another"}), False)])
def test_a_paper_about_an_example_item_says_so_and_one_about_the_halls_own_does_not(
    examples: frozenset[str], said: bool
) -> None:
    assert Citizen().asks_for(Document("guide"), examples).example is said
    assert Citizen().asks_for(Document("form", BLANKS[0]), examples).example, "the forms are the folder's"


def test_a_guide_offers_itself_its_notice_and_each_of_its_forms_blank_and_filled_in():
    citizen = Citizen()
    citizen.reads_a_guide()
    assert citizen.does(OpenDocuments()).page == "papers"
    forms = [Document(kind, form) for form in BLANKS for kind in ("form", "example")]
    assert list(choices(citizen.state)) == [Document("guide"), Document("notice"), *forms]


def test_a_guide_is_looked_at_printed_once_however_often_the_bar_is_tapped_and_ends_with_take_your_paper():
    citizen = Citizen()
    assert len(citizen.looks_at_the_guide().printing.sheets) == 3
    made = citizen.wants(MakeDocument)[0]
    assert (made.document, made.item, [form.id for form in made.forms]) == (Document("guide"), ITEM, list(BLANKS))
    citizen.does(Print(), Print(), Print())
    assert citizen.wants(PrintDocument) == [PrintDocument(citizen.state.printing.ref, 1)]
    citizen.does(Submitted(citizen.state.printing.ref, job()), JobIs(job("sent", 2)))
    assert citizen.state.printing.active
    state = citizen.does(JobIs(job("done", 3)))
    assert (state.page, state.printing.active) == ("printout", False)
    assert citizen.does(Back()).page == "papers"
    assert citizen.does(GoHome()).page == "home"
    assert citizen.wants(StopJob) == []


def test_a_second_paper_may_follow_the_first():
    citizen = Citizen()
    citizen.looks_at_the_guide()
    citizen.prints()
    citizen.does(JobIs(job("done", 3)), Back(), PickDocument(Document("notice")))
    citizen.does(DocumentIs(citizen.state.printing.ref, SHEETS[:1]), Print())
    assert len(citizen.wants(PrintDocument)) == 2


def test_copies_stay_between_one_and_what_one_job_may_print():
    citizen = Citizen()
    citizen.looks_at_the_guide()
    assert citizen.does(SetCopies(0)).printing.copies == 1
    assert citizen.does(SetCopies(99)).printing.copies == most_copies(citizen.state) == 20 // 3
    citizen.does(Print())
    assert citizen.wants(PrintDocument)[0].copies == 6


def test_a_preview_that_comes_late_is_not_shown_in_place_of_another_paper():
    citizen = Citizen()
    citizen.reads_a_guide()
    citizen.does(OpenDocuments(), PickDocument(Document("guide")))
    late = citizen.state.printing.ref
    citizen.does(Back(), PickDocument(Document("notice")), DocumentIs(late, SHEETS))
    assert citizen.state.printing.sheets == ()
    citizen.does(Print())
    assert citizen.wants(PrintDocument) == []


def test_what_could_not_be_made_is_said_and_cannot_be_printed():
    citizen = Citizen()
    citizen.reads_a_guide()
    citizen.does(OpenDocuments(), PickDocument(Document("guide")))
    assert citizen.does(DocumentIs(citizen.state.printing.ref, ())).printing.failed
    citizen.does(Print())
    assert citizen.wants(PrintDocument) == []


def test_without_a_printer_that_is_well_its_tile_says_so_and_nothing_is_printed():
    citizen = Citizen()
    assert "blanks" in citizen.state.tiles
    citizen.does(A4PrinterIs(OUT))
    assert "blanks" in citizen.state.tiles and citizen.state.out_of_order == ("blanks",)
    assert citizen.does(OpenBlanks()).page == "blanks", "the page says where to get a form"
    citizen.does(GoHome())
    citizen.reads_a_guide()
    assert citizen.does(OpenDocuments()).page == "guide"
    assert citizen.does(A4PrinterIs(PrinterState("paper-low")), OpenDocuments()).page == "papers"


def test_a_printer_that_dies_between_preview_and_print_gets_nothing_and_may_come_back():
    citizen = Citizen()
    citizen.looks_at_the_guide()
    citizen.does(A4PrinterIs(OUT), Print())
    assert (citizen.state.page, citizen.wants(PrintDocument)) == ("preview", [])
    citizen.does(A4PrinterIs(PrinterState("ok")), Print())
    assert len(citizen.wants(PrintDocument)) == 1


def test_a_quota_is_told_in_words_and_ends_the_printing():
    citizen = Citizen()
    citizen.looks_at_the_guide()
    citizen.does(Print())
    words = Text("张数已到上限", "no more today")
    state = citizen.does(NotSubmitted(citizen.state.printing.ref, words))
    assert (state.printing.refusal, state.printing.active) == (words, False)
    assert citizen.does(GoHome()).page == "home"


def test_cancel_before_the_job_is_on_disk_stops_it_as_soon_as_it_is():
    citizen = Citizen()
    citizen.looks_at_the_guide()
    citizen.does(Print(), CancelPrint(), CancelPrint())
    assert citizen.wants(StopJob) == []
    citizen.does(Submitted(citizen.state.printing.ref, job()))
    assert citizen.wants(StopJob) == [StopJob("j1")]
    assert not citizen.does(JobIs(job("cancelled"))).printing.active


@pytest.mark.parametrize("moment", ["received", "sending", "checking", "sent"])
def test_cancel_is_asked_for_once_at_whatever_moment(moment: str):
    citizen = Citizen()
    citizen.looks_at_the_guide()
    citizen.prints()
    citizen.does(JobIs(job(moment)), CancelPrint(), CancelPrint())
    assert citizen.wants(StopJob) == [StopJob("j1")]
    assert citizen.state.printing.active, "until the printer says what came of it"


def test_cancel_after_the_end_changes_nothing():
    citizen = Citizen()
    citizen.looks_at_the_guide()
    citizen.prints()
    citizen.does(JobIs(job("done", 3)), CancelPrint())
    assert citizen.wants(StopJob) == []


def test_while_paper_may_come_out_neither_back_nor_home_leaves_the_page():
    citizen = Citizen()
    citizen.looks_at_the_guide()
    citizen.prints()
    assert citizen.does(Back(), GoHome()).page == "printout"


def test_a_guide_comes_out_although_nobody_touches_the_screen_and_the_next_citizen_sees_nothing_of_it():
    citizen = Citizen()
    citizen.looks_at_the_guide()
    citizen.prints()
    state = citizen.does(Tick(200, CLOCK))
    assert (state.page, state.printing.document, state.printing.sheets) == ("home", None, ())
    assert citizen.wants(StopJob) == []
    assert citizen.wants(ForgetDocument) == [ForgetDocument()]
    assert citizen.does(JobIs(job("done", 3))).printing.job is None


def test_a_guide_that_waits_for_paper_is_not_printed_for_somebody_who_has_gone():
    citizen = Citizen()
    citizen.looks_at_the_guide()
    citizen.prints()
    citizen.does(A4PrinterIs(OUT), Tick(200, CLOCK))
    assert (citizen.state.page, citizen.wants(StopJob)) == ("home", [StopJob("j1")])


@pytest.mark.parametrize("gone", [Tick(200, CLOCK), Broke("a page broke")])
def test_a_receipt_is_stopped_when_its_citizen_has_gone_even_at_the_printer(gone: Any):
    citizen = Citizen()
    citizen.looks_at_a_receipt()
    citizen.prints()
    citizen.does(JobIs(job("sent", 1)), gone)
    assert citizen.wants(StopJob) == [StopJob("j1")]
    assert citizen.state.printing.sheets == ()


def test_a_receipt_that_reaches_the_disk_after_its_citizen_has_gone_is_not_printed():
    citizen = Citizen()
    citizen.looks_at_a_receipt()
    citizen.does(Print())
    ref = citizen.state.printing.ref
    citizen.does(Tick(200, CLOCK), Submitted(ref, job()))
    assert citizen.wants(StopJob) == [StopJob("j1")]


def test_the_page_stays_as_long_as_sheets_come_out():
    citizen = Citizen()
    citizen.looks_at_the_guide()
    citizen.prints()
    for second in range(30, 300, 30):
        citizen.does(Tick(second, CLOCK), JobIs(job("sent", second // 30)))
    assert citizen.state.page == "printout"


def test_a_case_offers_the_papers_that_its_state_gives_and_they_are_made_without_the_server():
    citizen = Citizen()
    citizen.looks_at_a_receipt()
    assert choices(citizen.state) == (Document("receipt"), Document("progress"))
    assert citizen.wants(MakeDocument)[0].case == a_case("WS-0001", papers=["progress", "receipt"])
    citizen.does(Connected(False), Print())
    assert (citizen.state.shown, len(citizen.wants(PrintDocument))) == ("printout", 1)


def test_a_paper_that_is_not_offered_cannot_be_asked_for():
    citizen = Citizen()
    citizen.looks_at_a_receipt()
    citizen.does(
        Back(), PickDocument(Document("denial")), PickDocument(Document("guide")), PickDocument(Document("form", "no-form"))
    )
    assert (citizen.state.page, len(citizen.wants(MakeDocument))) == ("papers", 1)


def test_any_form_can_be_printed_from_the_home_page_without_the_server():
    citizen = Citizen()
    form = next(iter(FORMS))
    citizen.does(OpenBlanks(), PickBlankForm("no-form"))
    assert citizen.state.page == "blanks"
    citizen.does(PickBlankForm(form))
    assert choices(citizen.state) == (Document("form", form), Document("example", form))
    citizen.does(Connected(False), PickDocument(Document("example", form)))
    assert citizen.wants(MakeDocument)[0].forms == (FORMS[form],)


def test_nothing_of_a_case_or_of_what_is_printed_stands_in_a_state_that_is_logged():
    citizen = Citizen()
    citizen.looks_at_a_receipt()
    written = repr(citizen.state) + repr(citizen.asked)
    assert "王*" not in written and "JHC." not in written


def test_the_terminal_tells_how_the_printer_is_and_what_a_power_cut_left_in_doubt():
    citizen = Citizen()
    assert [(d.id, d.kind, d.state) for d in device_states(citizen.state)][-1] == ("a4-1", "a4", "ok")
    told = device_states(citizen.does(A4PrinterIs(PrinterState("ok", doubt="办事指南"))))[-1]
    assert (told.state, told.detail) == ("print-in-doubt", "办事指南")
    assert device_states(citizen.does(A4PrinterIs(replace(OUT, doubt="办事指南"))))[-1].state == "paper-out"


def with_forms(citizen: Citizen, *found: tuple[str, str, str, str]) -> None:
    """Another guide file, whose forms are for these items: form, item, theme, queue."""
    assert citizen.state.lookup.contents is not None
    citizen.does(ContentsAre(replace(citizen.state.lookup.contents, form_uses=tuple(FormUse(*use) for use in found))))


def test_forms_of_several_themes_are_chosen_by_theme_and_those_of_one_at_once():
    citizen = Citizen()
    assert citizen.state.lookup.contents is not None
    first, *others = citizen.state.lookup.contents.forms
    assert others, "there are several forms"
    with_forms(citizen, *((form, "item-1", "insurance", "social") for form in (first, *others)))
    assert citizen.does(OpenBlanks()).page == "blanks"
    citizen.does(GoHome())
    with_forms(citizen, (first, "item-1", "insurance", "social"))
    assert citizen.does(OpenBlanks()).page == "blank-themes"
    assert {theme: [form.id for form in forms] for theme, forms in blank_themes(citizen.state).items()} == {
        "insurance": [first],
        "": others,
    }
    assert citizen.does(PickBlankTheme("nothing")).page == "blank-themes"
    assert citizen.does(PickBlankTheme("insurance")).page == "blanks"
    assert citizen.does(PickBlankForm(first)).page == "papers"
    assert [citizen.does(Back()).page for _ in range(3)] == ["blanks", "blank-themes", "home"]


def test_from_a_printed_form_there_is_a_way_to_the_number_of_its_item():
    citizen = Citizen()
    citizen.does(Connected(True), READY, queue_is("social"))
    assert citizen.state.lookup.contents is not None
    form = next(iter(citizen.state.lookup.contents.forms))
    with_forms(citizen, (form, "item-1", "insurance", "social"))
    printing = A4Printing(source="blank", blank=form, document=Document("form", form), sent=True, job=job("done"))
    citizen.state = replace(citizen.state, page="printout", printing=replace(printing, job=job("sent")))
    assert citizen.does(TakeNumberForPrinted()).page == "printout", "while it is printed nobody goes"
    citizen.state = replace(citizen.state, printing=printing)
    state = citizen.does(TakeNumberForPrinted())
    assert (state.page, state.taking.queue, state.taking.item) == ("confirm", "social", "item-1")


def test_a_form_for_items_of_several_queues_leads_to_no_number():
    citizen = Citizen()
    citizen.does(Connected(True), READY, queue_is("social"), queue_is("tax"))
    assert citizen.state.lookup.contents is not None
    form = next(iter(citizen.state.lookup.contents.forms))
    with_forms(citizen, (form, "item-1", "insurance", "social"), (form, "item-2", "insurance", "social"))
    citizen.state = replace(citizen.state, printing=A4Printing(source="blank", blank=form))
    assert printed_for(citizen.state) == ("social", None)
    with_forms(citizen, (form, "item-1", "insurance", "social"), (form, "item-3", "home", "tax"))
    assert printed_for(citizen.state) is None
