"""How a case stands: the two blanks, one question at a time, and its answer. Nothing typed outlives the citizen."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from contract.wire.answers import Answer
from kiosk.flow.requests import Pending, ask
from kiosk.ticket_kiosk.case_progress.state import LENGTHS, CaseRequest, Fill, Inquire, Inquiry, OpenInquiry, PickBlank
from kiosk.ticket_kiosk.state import Effects, State

FOREIGN = {"number": re.compile(r"[^A-Z0-9-]"), "last_four": re.compile(r"[^0-9X]")}
"""What cannot stand in a blank."""


def open_inquiry(state: State, _event: OpenInquiry) -> tuple[State, Effects]:
    if state.shown not in ("home", "closed") or not state.served:
        return state, ()
    return state.at("progress", inquiry=Inquiry()), ()


def pick_blank(state: State, event: PickBlank) -> tuple[State, Effects]:
    return (_with(state, blank=event.blank), ()) if state.page == "progress" else (state, ())


def fill(state: State, event: Fill) -> tuple[State, Effects]:
    """A key changes the chosen blank, and what was said about the last try goes."""
    blank = state.inquiry.blank
    if state.page != "progress" or waits(state):
        return state, ()
    text = FOREIGN[blank].sub("", event.text.upper())[: LENGTHS[blank]]
    return _with(state, refusal=None, failed=False, **{blank: text}), ()


def inquire(state: State, _event: Inquire) -> tuple[State, Effects]:
    """Ask the server; while a question is under way further taps change nothing."""
    inquiry = state.inquiry
    if state.shown != "progress" or not inquiry.complete or waits(state):
        return state, ()
    request = CaseRequest(state.setting.terminal, inquiry.number, inquiry.last_four)
    state, asked = ask(_with(state, refusal=None, failed=False), request)
    return state, (asked,)


def waits(state: State) -> bool:
    """Whether the answer is still to come."""
    return state.requests.waits_for(CaseRequest)


def answered(state: State, _pending: Pending[CaseRequest], answer: Answer) -> tuple[State, Effects]:
    """The case, or why there is none; wrong tries begin again with the last four."""
    if answer.status == "ok" and answer.data is not None and isinstance(answer.data.get("case"), dict):
        found = _with(state, case=answer.data["case"], last_four="")
        return (found.at("case") if state.page == "progress" else found), ()
    texts = answer.error.texts if answer.error else None
    return _with(state, refusal=texts, failed=texts is None, last_four="", blank="last_four"), ()


def unanswered(state: State, _pending: Pending[CaseRequest]) -> tuple[State, Effects]:
    return _with(state, failed=True), ()


def _with(state: State, **changes: Any) -> State:
    return replace(state, inquiry=replace(state.inquiry, **changes))


def closed(state: State) -> State:
    """Nothing typed, and nothing known of anybody's case."""
    return replace(state, inquiry=Inquiry(), requests=state.requests.without(CaseRequest))


HANDLERS: dict[type, Any] = {OpenInquiry: open_inquiry, PickBlank: pick_blank, Fill: fill, Inquire: inquire}
