"""Scanning a code, and what comes of it. Of a code that is held there for long, only the first sight counts.

scan ─Scanned→ (Ask scan) ─┬ ticket ───── my-ticket                     (kiosk.ticket_kiosk.my_ticket.steps: cancel, rate)
                           ├ appointment ─┬ due: number and paper        (kiosk.ticket_kiosk.take_number.steps)
                           │              └ early, late, gone: appointment
                           ├ guide ────── guide                          (needs no server)
                           ├ case ─────── case
                           ├ holder ───── holder: appointments, cases
                           └ anything else: one sentence, and on with scanning
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from contract.wire import answers, case_number, scanned_code
from contract.wire.answers import Answer, AppointmentScan, CaseScan, GuideScan, HolderScan, IssueAnswer, TicketScan
from contract.wire.facts import AppointmentFacts, CaseFacts, RateableService
from kiosk.flow.handlers import Handlers, on
from kiosk.flow.requests import Pending, ask
from kiosk.ticket_kiosk.case_progress import steps as case_steps
from kiosk.ticket_kiosk.case_progress.state import CaseQuery
from kiosk.ticket_kiosk.guides.state import ItemIs, ReadItem
from kiosk.ticket_kiosk.my_ticket import steps as my_ticket_steps
from kiosk.ticket_kiosk.my_ticket.state import MyTicketState, NumberLookup, TokenRequest
from kiosk.ticket_kiosk.scan.state import (
    CheckedInLookup,
    CheckIn,
    CodeLookup,
    NextPicture,
    OpenScan,
    PickAppointment,
    PickCase,
    Pictured,
    Scanned,
    ScannerIs,
    ScannerStatus,
    ScanRequest,
    ScanState,
    Watch,
)
from kiosk.ticket_kiosk.state import Effect, Effects, KioskState
from kiosk.ticket_kiosk.take_number import steps as take_number_steps

AGAIN_S = 3
"""The same code counts again when it was out of sight for so many seconds."""


def open_scan(state: KioskState, _event: OpenScan) -> tuple[KioskState, Effects]:
    if state.page not in ("home", "guides", "find-ticket") or not state.scan.known:
        return state, ()
    # whoever asks for it wants the code read that is there already
    state = state.with_requests(state.requests.without(ScanRequest))
    return replace(state, scan=ScanState(scanners=state.scan.scanners)).at("scan"), ()


def scanner_is(state: KioskState, event: ScannerIs) -> tuple[KioskState, Effects]:
    known = {**state.scan.scanners, event.scanner: ScannerStatus(event.condition, event.films, event.detail)}
    state = _with(state, replace(state.scan, scanners=known))
    return (state if state.scan.films else _with(state, replace(state.scan, picture=None))), ()


def pictured(state: KioskState, event: Pictured) -> tuple[KioskState, Effects]:
    """A picture is shown while somebody scans; the next is asked for only then."""
    if state.shown != "scan":
        return state, ()
    return _with(state, replace(state.scan, picture=event.picture)), (NextPicture(),)


def watched(before: KioskState, after: KioskState) -> tuple[KioskState, Effects]:
    """Cameras and lamps go on when the scan page comes and off when it goes, whatever the reason."""
    was, is_ = before.shown == "scan", after.shown == "scan"
    if was == is_:
        return after, ()
    return _with(after, replace(after.scan, picture=None)), (Watch(is_),)


def closed(state: KioskState) -> KioskState:
    """Nothing scanned; what is known of the scanners stays, and which code is before them still."""
    scan, requests = state.scan, state.requests.without(ScanRequest, TokenRequest, NumberLookup)
    kept = ScanState(scanners=scan.scanners, seen=scan.seen, seen_at=scan.seen_at)
    return replace(state, scan=kept, my_ticket=MyTicketState(), requests=requests)


def scanned(state: KioskState, event: Scanned) -> tuple[KioskState, Effects]:
    """A code at home, on the scan page or where the number of a case is asked, while none is being looked up; anywhere else
    nobody meant it."""
    text = event.code.strip()
    seen = hashlib.sha256(text.encode()).hexdigest()[:16]
    again = seen == state.scan.seen and state.now - state.scan.seen_at < AGAIN_S
    if again:
        return _with(state, replace(state.scan, seen_at=state.now)), ()
    meant = state.shown in ("scan", "progress") or (state.page == "home" and (state.served or state.has_guides))
    if not meant or waits(state) or case_steps.waits(state):
        return state, ()
    scan = replace(state.scan, seen=seen, seen_at=state.now, refusal=None, guide=None)
    state = replace(state, scan=scan, idle_since=state.now)
    if state.page == "progress" and _is_number(text):
        return case_steps.number_read(state, text), ()
    if state.page in ("home", "progress"):
        state = state.at("scan")
    return _read(state, text)


def _is_number(text: str) -> bool:
    """Whether a text is no code of the hall's, but may be the number of a case as it stands on a receipt."""
    code = scanned_code.read(text)
    return (code is None or code.kind == "service") and case_number.is_possible(text)


def _read(state: KioskState, text: str) -> tuple[KioskState, Effects]:
    """Guides are read here; everything else only the server knows."""
    code = scanned_code.read(text)
    if code is None:
        return _with(state, replace(state.scan, refusal="nonsense")), ()
    if code.kind == "guide":
        return _read_guide(state, code.value)
    if not state.served:
        return _with(state, replace(state.scan, refusal="away")), ()
    return look_up(state, CodeLookup(state.page, state.setting.terminal, text))


def _read_guide(state: KioskState, item: str) -> tuple[KioskState, Effects]:
    if not state.has_guides:
        return _with(state, replace(state.scan, refusal="unknown-guide")), ()
    return _with(state, replace(state.scan, guide=item)), (ReadItem(item),)


def item_is(state: KioskState, event: ItemIs) -> tuple[KioskState, Effects]:
    """The guide of the scanned code; None when the hall has no such guide."""
    if state.scan.guide != event.id:
        return state, ()
    state = _with(state, replace(state.scan, guide=None, seen_at=state.now))
    if event.item is None:
        return _with(state, replace(state.scan, refusal="unknown-guide")), ()
    found = replace(state.lookup, item=event.item, english=event.english, section="summary")
    return replace(state, lookup=found).at("guide"), ()


# --- answers ---------------------------------------------------------------------------------------------------------


def code_answered(state: KioskState, pending: Pending[CodeLookup], answer: Answer) -> tuple[KioskState, Effects]:
    """What the code is for."""
    state = _with(state, replace(state.scan, seen_at=state.now))
    if state.page != pending.request.page:
        return state, ()  # the citizen went another way meanwhile
    match answers.of_scan(answer):
        case TicketScan() as found:
            service = found.service if isinstance(found.service, RateableService) else None
            ticket = my_ticket_steps.shown(found, service)
            return my_ticket_steps.show(state, ticket, found.token), ()
        case AppointmentScan(appointment):
            return admit(state, appointment)
        case CaseScan(case):
            return _case(state, case), ()
        case GuideScan(item):
            return _read_guide(state, item)
        case HolderScan() as holder:
            return _with(state, replace(state.scan, holder=holder)).at("holder"), ()
        case None:
            return refused(state, answer), ()


def checked_in_answered(state: KioskState, pending: Pending[CheckedInLookup], answer: Answer) -> tuple[KioskState, Effects]:
    """The ticket of an appointment that was checked in before."""
    state = _with(state, replace(state.scan, seen_at=state.now))
    if state.page != pending.request.page:
        return state, ()
    issued = answers.of(answer, IssueAnswer)
    if issued is None:
        return refused(state, answer), ()
    ticket = my_ticket_steps.shown(issued)
    return my_ticket_steps.show(state, ticket, issued.ticket.token), ()


def unanswered(state: KioskState, _pending: Pending[ScanRequest]) -> tuple[KioskState, Effects]:
    return _with(state, replace(state.scan, seen_at=state.now, refusal="no-answer")), ()


def refused(state: KioskState, answer: Answer) -> KioskState:
    """In the words of the server, where it has some."""
    texts = answer.error.texts if answer.error is not None else None
    return _with(state, replace(state.scan, refusal=texts or "no-answer"))


def admit(state: KioskState, appointment: AppointmentFacts) -> tuple[KioskState, Effects]:
    """In time: the number. Checked in already: where its ticket is. Otherwise what to know first."""
    state = _with(state, replace(state.scan, appointment=appointment))
    if appointment.standing == "due":
        return take_number_steps.check_in(state, appointment.queue, appointment.code)
    if appointment.standing == "checked-in":
        return look_up(state, CheckedInLookup(state.page, appointment.queue, appointment.code))
    return state.at("appointment"), ()


def _case(state: KioskState, case: CaseFacts) -> KioskState:
    return replace(state, case_query=CaseQuery(case=case)).at("case")


# --- what a citizen picks --------------------------------------------------------------------------------------------


def pick_appointment(state: KioskState, event: PickAppointment) -> tuple[KioskState, Effects]:
    if state.shown != "holder" or state.scan.holder is None or waits(state):
        return state, ()
    found = next((each for each in state.scan.holder.appointments if each.id == event.id), None)
    if found is None:
        return state, ()
    return _with(state, replace(state.scan, appointment=found, refusal=None)).at("appointment"), ()


def pick_case(state: KioskState, event: PickCase) -> tuple[KioskState, Effects]:
    if state.shown != "holder" or state.scan.holder is None:
        return state, ()
    found = next((case for case in state.scan.holder.cases if case.number == event.number), None)
    return (_case(state, found), ()) if found is not None else (state, ())


def check_in(state: KioskState, _event: CheckIn) -> tuple[KioskState, Effects]:
    """Take the number, or look where the one taken before is."""
    appointment = state.scan.appointment
    if state.shown != "appointment" or appointment is None or waits(state):
        return state, ()
    if appointment.standing == "checked-in":
        return admit(state, appointment)
    return take_number_steps.check_in(state, appointment.queue, appointment.code)


def waits(state: KioskState) -> bool:
    """Whether an answer about a code is still to come: one question at a time."""
    return state.requests.waits_for(ScanRequest)


def look_up(state: KioskState, request: ScanRequest) -> tuple[KioskState, Effects]:
    """Ask the server; what it said before is forgotten."""
    state, asked = ask(_with(state, replace(state.scan, refusal=None)), request)
    return state, (asked,)


def _with(state: KioskState, scan: ScanState) -> KioskState:
    return replace(state, scan=scan)


HANDLERS: Handlers[KioskState, Effect] = Handlers(
    on(OpenScan, open_scan),
    on(ScannerIs, scanner_is),
    on(Pictured, pictured),
    on(Scanned, scanned),
    on(PickAppointment, pick_appointment),
    on(PickCase, pick_case),
    on(CheckIn, check_in),
)
