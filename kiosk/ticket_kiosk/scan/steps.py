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
import uuid
from dataclasses import replace
from typing import Any

from contract.wire import scanned_code
from kiosk.flow.event import Answered, Unanswered
from kiosk.ticket_kiosk.case_progress.state import Inquiry
from kiosk.ticket_kiosk.guides.state import ItemIs, ReadItem
from kiosk.ticket_kiosk.my_ticket import steps as my_ticket_steps
from kiosk.ticket_kiosk.scan.state import (
    CheckIn,
    NextPicture,
    OpenScan,
    PickAppointment,
    PickCase,
    Pictured,
    Scan,
    Scanned,
    Scanner,
    ScannerIs,
    Watch,
)
from kiosk.ticket_kiosk.state import Effects, State
from kiosk.ticket_kiosk.take_number import steps as take_number_steps

AGAIN_S = 3
"""The same code counts again when it was out of sight for so many seconds."""
MOST_TRIES = 3


def open_scan(state: State, _event: OpenScan) -> tuple[State, Effects]:
    if state.shown not in ("home", "closed", "guides") or not state.scan.able:
        return state, ()
    # whoever asks for it wants the code read that is there already
    return replace(state, scan=Scan(scanners=state.scan.scanners)).at("scan"), ()


def scanner_is(state: State, event: ScannerIs) -> tuple[State, Effects]:
    known = {**state.scan.scanners, event.scanner: Scanner(event.condition, event.films, event.detail)}
    state = _with(state, scanners=known)
    return (state if state.scan.films else _with(state, picture=None)), ()


def pictured(state: State, event: Pictured) -> tuple[State, Effects]:
    """A picture is shown while somebody scans; the next is asked for only then."""
    return (_with(state, picture=event.picture), (NextPicture(),)) if state.shown == "scan" else (state, ())


def watched(before: State, after: State) -> tuple[State, Effects]:
    """Cameras and lamps go on when the scan page comes and off when it goes, whatever the reason."""
    was, is_ = before.shown == "scan", after.shown == "scan"
    if was == is_:
        return after, ()
    return _with(after, picture=None), (Watch(is_),)


def closed(state: State) -> State:
    """Nothing scanned; what is known of the scanners stays, and which code is before them still."""
    scan = state.scan
    return replace(state, scan=Scan(scanners=scan.scanners, seen=scan.seen, seen_at=scan.seen_at))


def scanned(state: State, event: Scanned) -> tuple[State, Effects]:
    """A code at home or on the scan page, while none is being looked up; anywhere else nobody meant it."""
    text = event.code.strip()
    seen = hashlib.sha256(text.encode()).hexdigest()[:16]
    again = seen == state.scan.seen and state.now - state.scan.seen_at < AGAIN_S
    if again:
        return _with(state, seen_at=state.now), ()
    meant = state.shown == "scan" or (state.page == "home" and (state.served or state.has_guides))
    if not meant or state.scan.asked is not None:
        return state, ()
    state = _with(replace(state, idle_since=state.now), seen=seen, seen_at=state.now, refusal=None, guide=None)
    if state.page == "home":
        state = state.at("scan")
    return _read(state, text, event.request_id)


def _read(state: State, text: str, request_id: str) -> tuple[State, Effects]:
    """Guides are read here; everything else only the server knows."""
    code = scanned_code.read(text)
    if code is None:
        return _with(state, refusal="nonsense"), ()
    if code.kind == "guide":
        return _read_guide(state, code.value)
    if not state.served:
        return _with(state, refusal="away"), ()
    return my_ticket_steps.ask(state, "scan", {"code": text, "terminal": state.setting.terminal}, request_id)


def _read_guide(state: State, item: str) -> tuple[State, Effects]:
    if not state.has_guides:
        return _with(state, refusal="unknown-guide"), ()
    return _with(state, guide=item), (ReadItem(item),)


def item_is(state: State, event: ItemIs) -> tuple[State, Effects]:
    """The guide of the scanned code; None when the hall has no such guide."""
    if state.scan.guide != event.id:
        return state, ()
    state = _with(state, guide=None, seen_at=state.now)
    if event.item is None:
        return _with(state, refusal="unknown-guide"), ()
    found = replace(state.lookup, item=event.item, english=event.english, section="summary")
    return replace(state, lookup=found).at("guide"), ()


# --- answers ---------------------------------------------------------------------------------------------------------


def answered(state: State, event: Answered) -> tuple[State, Effects]:
    """The answer to what was asked last."""
    asked = state.scan.asked
    assert asked is not None, "flow.step sends only what was asked here"
    state = _with(state, asked=None, seen_at=state.now)
    if state.page != state.scan.asked_on:
        return state, ()  # the citizen went another way meanwhile
    data, error = event.answer.data, event.answer.error
    try:
        if event.answer.status == "ok" and data is not None:
            return ANSWERS[asked.verb](state, data, event.request_id)
    except (KeyError, TypeError, ValueError):  # the answer is not what the contract says
        error = None
    texts = error.texts if error is not None else None
    return _with(state, refusal=texts or "no-answer"), ()


def unanswered(state: State, _event: Unanswered) -> tuple[State, Effects]:
    """Ask again with the same id: a code for a single use may be used up already, its answer is kept."""
    asked = state.scan.asked
    assert asked is not None, "flow.step sends only what was asked here"
    if state.scan.tries < MOST_TRIES:
        return _with(state, tries=state.scan.tries + 1), (asked,)
    return _with(state, asked=None, seen_at=state.now, refusal="no-answer"), ()


def _scan_answered(state: State, data: dict[str, Any], request_id: str) -> tuple[State, Effects]:
    match data["kind"]:
        case "ticket":
            return my_ticket_steps.show(state, data, str(data["token"])), ()
        case "appointment":
            return _appointment(state, data["appointment"], _next(request_id))
        case "case":
            return _case(state, data["case"]), ()
        case "guide":
            return _read_guide(state, str(data["item"]))
        case "holder":
            known = {"holder": dict(data["holder"]), "appointments": list(data["appointments"]), "cases": list(data["cases"])}
            return _with(state, holder=known).at("holder"), ()
    raise ValueError(data["kind"])


def _appointment(state: State, appointment: dict[str, Any], request_id: str) -> tuple[State, Effects]:
    """In time: the number. Checked in already: how its ticket stands. Otherwise what to know first."""
    state = _with(state, appointment=appointment)
    if appointment["standing"] == "due":
        return take_number_steps.check_in(state, appointment["queue"], appointment["code"], request_id)
    if appointment["standing"] == "checked-in":
        body = {"queue": appointment["queue"], "channel": "phone", "appointment": appointment["code"]}
        return my_ticket_steps.ask(state, "issue-ticket", body, request_id)
    return state.at("appointment"), ()


def _issued_before(state: State, data: dict[str, Any], _request_id: str) -> tuple[State, Effects]:
    return my_ticket_steps.show(state, data, str(data["ticket"]["token"])), ()


def _case(state: State, case: dict[str, Any]) -> State:
    return replace(state, inquiry=Inquiry(case={**case})).at("case")


# --- what a citizen picks --------------------------------------------------------------------------------------------


def pick_appointment(state: State, event: PickAppointment) -> tuple[State, Effects]:
    if state.shown != "holder" or state.scan.holder is None or state.scan.asked is not None:
        return state, ()
    found = next((a for a in state.scan.holder["appointments"] if a["id"] == event.id), None)
    return (_with(state, appointment=found, refusal=None).at("appointment"), ()) if found is not None else (state, ())


def pick_case(state: State, event: PickCase) -> tuple[State, Effects]:
    if state.shown != "holder" or state.scan.holder is None:
        return state, ()
    found = next((case for case in state.scan.holder["cases"] if case["number"] == event.number), None)
    return (_case(state, found), ()) if found is not None else (state, ())


def check_in(state: State, event: CheckIn) -> tuple[State, Effects]:
    """Take the number, or look how the one taken before stands."""
    appointment = state.scan.appointment
    if state.shown != "appointment" or appointment is None or state.scan.asked is not None:
        return state, ()
    if appointment["standing"] == "checked-in":
        return _appointment(state, dict(appointment), event.request_id)
    return take_number_steps.check_in(state, appointment["queue"], appointment["code"], event.request_id)


def _next(request_id: str) -> str:
    """The id of the request that follows from another one: the same whenever it is made."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"after {request_id}"))


def _with(state: State, **changes: Any) -> State:
    return replace(state, scan=replace(state.scan, **changes))


ANSWERS = {"scan": _scan_answered, "issue-ticket": _issued_before, **my_ticket_steps.ANSWERS}
HANDLERS: dict[type, Any] = {
    OpenScan: open_scan, ScannerIs: scanner_is, Pictured: pictured, Scanned: scanned, PickAppointment: pick_appointment,
    PickCase: pick_case, CheckIn: check_in, **my_ticket_steps.HANDLERS,
}  # fmt: skip
