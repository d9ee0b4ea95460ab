"""How a case stands: the two blanks, one question at a time, and its answer. Nothing typed outlives the citizen."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from kiosk.flow.event import Answered, Ask, Unanswered
from kiosk.ticket_kiosk.case_progress.state import LENGTHS, Fill, Inquire, Inquiry, OpenInquiry, PickBlank
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
    if state.page != "progress" or state.inquiry.request is not None:
        return state, ()
    text = FOREIGN[blank].sub("", event.text.upper())[: LENGTHS[blank]]
    return _with(state, refusal=None, failed=False, **{blank: text}), ()


def inquire(state: State, event: Inquire) -> tuple[State, Effects]:
    """Ask the server; while a question is under way further taps change nothing."""
    inquiry = state.inquiry
    if state.shown != "progress" or not inquiry.complete or inquiry.request is not None:
        return state, ()
    body = {"number": inquiry.number, "last_four": inquiry.last_four, "terminal": state.setting.terminal}
    return _with(state, request=event.request_id, refusal=None, failed=False), (Ask("find-case", body, event.request_id),)


def answered(state: State, event: Answered) -> tuple[State, Effects]:
    """The case, or why there is none; wrong tries begin again with the last four."""
    if event.answer.status == "ok" and event.answer.data is not None and isinstance(event.answer.data.get("case"), dict):
        found = _with(state, request=None, case=event.answer.data["case"], last_four="")
        return (found.at("case") if state.page == "progress" else found), ()
    texts = event.answer.error.texts if event.answer.error else None
    return _with(state, request=None, refusal=texts, failed=texts is None, last_four="", blank="last_four"), ()


def unanswered(state: State, _event: Unanswered) -> tuple[State, Effects]:
    return _with(state, request=None, failed=True), ()


def _with(state: State, **changes: Any) -> State:
    return replace(state, inquiry=replace(state.inquiry, **changes))


HANDLERS: dict[type, Any] = {OpenInquiry: open_inquiry, PickBlank: pick_blank, Fill: fill, Inquire: inquire}
