"""The progress of a case: the two fields, one question at a time, and its answer. Nothing typed outlives the citizen."""

from __future__ import annotations

from dataclasses import replace

from contract.wire import answers, case_number
from contract.wire.answers import Answer, CaseAnswer
from kiosk.flow.handlers import Handlers, on
from kiosk.flow.requests import Pending, ask
from kiosk.ticket_kiosk.case_progress.state import CaseQuery, CaseRequest, OpenCaseQuery, SubmitCaseQuery
from kiosk.ticket_kiosk.state import Effect, Effects, KioskState
from kiosk.ticket_kiosk.typed_number import FieldTyped, PickField


def open_case_query(state: KioskState, _event: OpenCaseQuery) -> tuple[KioskState, Effects]:
    if state.page != "home":
        return state, ()
    return replace(state, case_query=CaseQuery()).at("progress"), ()


def pick_field(state: KioskState, event: PickField) -> tuple[KioskState, Effects]:
    return _with(state, replace(state.case_query, chosen=event.field)), ()


def field_typed(state: KioskState, event: FieldTyped) -> tuple[KioskState, Effects]:
    """A key changes the chosen field, and the refusal of the last try goes."""
    if waits(state):
        return state, ()
    return _with(state, replace(state.case_query.after(event.keys), refusal=None, failed=False)), ()


def number_read(state: KioskState, text: str) -> KioskState:
    """The number as a scanner read it from a receipt, in whatever spelling; on with the last four."""
    number = case_number.spelling(text)[: case_number.LONGEST]
    return _with(state, replace(state.case_query, number=number, chosen="last_four", refusal=None, failed=False))


def submit(state: KioskState, _event: SubmitCaseQuery) -> tuple[KioskState, Effects]:
    """Ask the server; while a question is under way further taps change nothing."""
    query = state.case_query
    if state.shown != "progress" or not query.complete or waits(state):
        return state, ()
    request = CaseRequest(state.setting.terminal, query.number, query.last_four)
    state, asked = ask(_with(state, replace(state.case_query, refusal=None, failed=False)), request)
    return state, (asked,)


def waits(state: KioskState) -> bool:
    """Whether the answer is still to come."""
    return state.requests.waits_for(CaseRequest)


def answered(state: KioskState, _pending: Pending[CaseRequest], answer: Answer) -> tuple[KioskState, Effects]:
    """The case, or why there is none; wrong tries begin again with the last four."""
    found = answers.of(answer, CaseAnswer)
    if found is not None:
        state = _with(state, replace(state.case_query, case=found.case, last_four=""))
        return (state.at("case") if state.page == "progress" else state), ()
    texts = answer.error.texts if answer.error else None
    return _with(state, replace(state.case_query, refusal=texts, failed=texts is None, last_four="", chosen="last_four")), ()


def unanswered(state: KioskState, _pending: Pending[CaseRequest]) -> tuple[KioskState, Effects]:
    return _with(state, replace(state.case_query, failed=True)), ()


def _with(state: KioskState, case_query: CaseQuery) -> KioskState:
    return replace(state, case_query=case_query)


def closed(state: KioskState) -> KioskState:
    """Nothing typed, and nothing known of anybody's case."""
    return replace(state, case_query=CaseQuery(), requests=state.requests.without(CaseRequest))


HANDLERS: Handlers[KioskState, Effect] = Handlers(
    on(OpenCaseQuery, open_case_query),
    on(SubmitCaseQuery, submit),
)
