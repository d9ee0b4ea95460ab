"""The pages of the ticket kiosk, each described in one place: what it needs, how long it stays, what it watches, who draws it.

The flow reads this table, so it knows nothing of Kivy: a page's class is named here and imported when it is first drawn.
How to add a page is in docs/how-to/add-a-kiosk-page.md.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from kiosk.ticket_kiosk.case_progress.state import CaseRequest
from kiosk.ticket_kiosk.my_ticket.state import NumberLookup, TokenRequest
from kiosk.ticket_kiosk.scan.state import ScanRequest

if TYPE_CHECKING:
    from kiosk.ticket_kiosk.state import KioskState

PageName = Literal[
    "home", "themes", "businesses", "confirm", "printing", "done", "trouble", "interrupted", "fail-safe",
    "guides", "guide-groups", "guide-list", "search", "guide", "progress", "case",
    "help", "scan", "check-in", "appointment", "find-ticket", "my-ticket", "holder", "rate", "rate-reasons", "rated",
    "blank-themes", "blanks", "papers", "preview", "printout",
]  # fmt: skip
ShownName = Literal[PageName, "starting", "away", "closed"]
Need = Literal["server", "open business", "lease", "guides"]
"""The server can be asked; that, and some business gives numbers; the kiosk gives numbers on lease; it has its guides."""


@dataclass(frozen=True)
class PageFacts:
    """One page.

    - `drawn_by` is its class, a `Page`, by module and name below kiosk.ticket_kiosk.
    - `needs`: it is there while any of these is; without a need it is always there.
    - `time_out_s` is how long it stays untouched, in seconds; None for a page that ends by itself or by others.
    - `watches` is all that is drawn when the page is built: another value, and a new page is built. What `show` of the page
      brings up to date is not in it. A test holds it against what the page reads.
    """

    name: ShownName
    drawn_by: str
    needs: tuple[Need, ...] = ()
    time_out_s: int | Callable[[KioskState], int] | None = None
    watches: Callable[[KioskState], Hashable] = lambda _state: ()

    @property
    def feature(self) -> str:
        """The feature's folder; empty for a page of no feature."""
        return self.drawn_by.split(".")[0] if self.drawn_by.count(".") > 1 else ""


# --- what pages watch ------------------------------------------------------------------------------------------------


def _tiles(state: KioskState) -> Hashable:
    scanner = state.scan.able, state.scan.known
    return state.tiles, state.out_of_order, scanner, state.offline, state.offline and (state.prints, state.few_left)


def _ways(state: KioskState) -> Hashable:
    return _tiles(state), state.lookup.contents, state.sheet


def _lists(state: KioskState) -> Hashable:
    return state.taking.theme, state.sheet, state.offline, state.has_guides


def _case(state: KioskState) -> Hashable:
    return state.case_query, state.requests.waits_for(CaseRequest), state.sheet, state.prints_papers


def _case_fields(state: KioskState) -> Hashable:
    """What the question for a case draws anew; what is typed the page brings up to date, for keys come fast."""
    query = state.case_query
    waits = state.requests.waits_for(CaseRequest)
    return query.chosen, query.numbered, query.complete, query.refusal, query.failed, waits


def _appointment_fields(state: KioskState) -> Hashable:
    """The same of the question for an appointment."""
    typed = state.scan.typed
    return typed.chosen, typed.numbered, typed.complete, state.scan.refusal, state.requests.waits_for(ScanRequest)


def _ticket_number(state: KioskState) -> Hashable:
    """What the question for a ticket draws anew; what is typed the page brings up to date."""
    mine = state.my_ticket
    return mine.numbered, mine.refusal, state.requests.waits_for(NumberLookup), state.scan.able


def _scan(state: KioskState) -> Hashable:
    return state.requests.waits_for(ScanRequest), state.scan.refusal, state.scan.able, state.scan.films, state.served


def _shown_code(state: KioskState) -> Hashable:
    """What came of a code, and of what was tapped about it."""
    scan = replace(state.scan, picture=None, scanners={}, seen_at=0)
    today = state.clock and state.clock.date()
    return scan, state.my_ticket, state.requests.waits_for(ScanRequest, TokenRequest), state.sheet, today


def _guide(state: KioskState) -> Hashable:
    read = state.lookup
    able = read.item is not None and state.gives_numbers(read.item.queue)
    aloud = state.aloud.voice is not None, state.aloud.works, state.aloud.section
    return read.item, read.english, read.section, read.contents, state.sheet, able, aloud, state.prints_papers, state.working


def _papers(state: KioskState) -> Hashable:
    chosen = state.printing
    return _printed_of(state), chosen.ref, chosen.source, chosen.blank, state.sheet


def _printed_of(state: KioskState) -> Hashable:
    """What there is to print."""
    return state.lookup.contents, state.lookup.item, state.case_query.case


def _preview(state: KioskState) -> Hashable:
    seen = state.printing
    return seen.ref, len(seen.sheets), seen.failed, state.sheet, state.prints_papers, state.a4.words


def _able(state: KioskState) -> Hashable:
    """The businesses for which numbers are given now."""
    return tuple(business.id for business in state.setting.businesses if state.gives_numbers(business.id))


def _printout(state: KioskState) -> Hashable:
    seen = state.printing
    ended = seen.job is not None and seen.job.ended
    job = seen.job if ended else seen.job and (seen.job.state, seen.job.sheets, seen.job.words)
    printed = _printed_of(state), seen.ref, seen.source, seen.blank, seen.document, _able(state)
    return printed, seen.active, seen.printed, seen.stopped, job, seen.refusal, state.prints_papers, state.a4.words


# --- the table -------------------------------------------------------------------------------------------------------

NUMBERS: tuple[Need, ...] = ("open business", "lease")
"""The way to a number, which numbers on lease keep open without the server."""
GUIDES: tuple[Need, ...] = ("guides", "open business")
SERVER: tuple[Need, ...] = ("server",)

PAGES: Mapping[ShownName, PageFacts] = {
    page.name: page
    for page in (
        PageFacts("home", "home_page.HomePage", NUMBERS, 30, lambda state: (_tiles(state), state.prints)),
        PageFacts("themes", "take_number.choice_page.ThemesPage", NUMBERS, 45, _lists),
        PageFacts("businesses", "take_number.choice_page.BusinessesPage", NUMBERS, 45, _lists),
        PageFacts(
            "confirm", "take_number.confirm_page.ConfirmPage", NUMBERS, 45,
            lambda state: (state.taking.queue, state.taking.class_, state.prints, state.offline),
        ),
        PageFacts("printing", "take_number.ticket_page.PrintingPage", watches=lambda state: state.prints),
        PageFacts(
            "done", "take_number.ticket_page.TicketPage", (), lambda state: 10 if state.taking.on_paper else 45,
            lambda state: (state.taking.ticket, state.taking.on_paper, state.taking.in_doubt),
        ),
        PageFacts(
            "trouble", "notice_pages.TroublePage", (), 30,
            lambda state: (state.taking.trouble, state.taking.trouble_detail, state.served, state.offline),
        ),
        PageFacts("interrupted", "notice_pages.InterruptedPage", (), 30, lambda state: (state.interrupted, state.opens_at)),
        PageFacts(
            "closed", "closed_page.ClosedPage",
            watches=lambda state: (_tiles(state), state.opens_at, state.clock and state.clock.date()),
        ),
        PageFacts("away", "closed_page.AwayPage", watches=_tiles),
        PageFacts("starting", "closed_page.StartingPage", watches=lambda state: state.has_guides),
        PageFacts("help", "help_page.HelpPage", (), 60, _able),
        PageFacts("fail-safe", "notice_pages.FailSafePage", (), 5),
        # guides
        PageFacts("guides", "guides.list_pages.GuidesPage", GUIDES, 45, _ways),
        PageFacts(
            "guide-groups", "guides.list_pages.GroupsPage", GUIDES, 45,
            lambda state: (state.lookup.group, state.lookup.contents, state.sheet),
        ),
        PageFacts(
            "guide-list", "guides.list_pages.ItemsPage", GUIDES, 60,
            lambda state: (
                state.lookup.group, state.lookup.key, state.lookup.contents,
                state.lookup.entries, state.lookup.listed, state.sheet,
            ),
        ),
        PageFacts(
            "search", "guides.search_page.SearchPage", GUIDES, 60,
            lambda state: state.lookup.contents and state.lookup.contents.life_events,
        ),
        PageFacts("guide", "guides.guide_page.GuidePage", GUIDES, 120, _guide),
        # cases, codes and tickets
        PageFacts("progress", "case_progress.pages.ProgressPage", SERVER, 60, _case_fields),
        PageFacts("case", "case_progress.pages.CasePage", SERVER, 60, _case),
        PageFacts("scan", "scan.scan_page.ScanPage", ("guides", "server"), 45, _scan),
        PageFacts("check-in", "scan.check_in_page.CheckInPage", SERVER, 60, _appointment_fields),
        PageFacts("appointment", "scan.appointment_page.AppointmentPage", SERVER, 45, _shown_code),
        PageFacts("holder", "scan.appointment_page.HolderPage", SERVER, 90, _shown_code),
        PageFacts("find-ticket", "my_ticket.find_page.FindTicketPage", SERVER, 60, _ticket_number),
        PageFacts("my-ticket", "my_ticket.ticket_page.MyTicketPage", SERVER, 60, _shown_code),
        PageFacts("rate", "my_ticket.rate_page.RatePage", SERVER, 60, _shown_code),
        PageFacts("rate-reasons", "my_ticket.rate_page.RateReasonsPage", SERVER, 90, _shown_code),
        PageFacts("rated", "my_ticket.rate_page.RatedPage", (), 8),
        # A4: what is printed is known by then
        PageFacts(
            "blank-themes", "a4_print.choice_page.BlankThemesPage", (), 60, lambda state: (state.lookup.contents, state.sheet),
        ),
        PageFacts("blanks", "a4_print.choice_page.BlanksPage", (), 60,
            lambda state: (state.lookup.contents, state.printing.theme, state.sheet, state.prints_papers, state.a4.words),
        ),
        PageFacts("papers", "a4_print.choice_page.PapersPage", (), 60, _papers),
        PageFacts("preview", "a4_print.preview_page.PreviewPage", (), 90, _preview),
        PageFacts(
            "printout", "a4_print.progress_page.PrintoutPage", (), lambda state: 20 if state.printing.printed else 60,
            _printout,
        ),
    )
}  # fmt: skip


def watches(state: KioskState) -> Hashable:
    """What makes a page another page."""
    return state.shown, PAGES[state.shown].watches(state)
