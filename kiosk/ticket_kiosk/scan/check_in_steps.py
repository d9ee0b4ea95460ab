"""An appointment without its code: its number and the last four of the ID number are typed, and what is found goes on as if
scanned."""

from __future__ import annotations

from dataclasses import replace

from contract.wire import answers
from contract.wire.answers import Answer, AppointmentAnswer
from kiosk.flow.handlers import Handlers, on
from kiosk.flow.requests import Pending
from kiosk.ticket_kiosk.scan import steps as scan_steps
from kiosk.ticket_kiosk.scan.state import AppointmentLookup, OpenCheckIn, SubmitCheckIn
from kiosk.ticket_kiosk.state import Effect, Effects, KioskState
from kiosk.ticket_kiosk.typed_number import FieldTyped, NumberAndLastFour, PickField


def open_check_in(state: KioskState, _event: OpenCheckIn) -> tuple[KioskState, Effects]:
    if state.page not in ("home", "scan") or scan_steps.waits(state):
        return state, ()
    return _typed(state, NumberAndLastFour()).at("check-in"), ()


def pick_field(state: KioskState, event: PickField) -> tuple[KioskState, Effects]:
    return replace(state, scan=replace(state.scan, typed=replace(state.scan.typed, chosen=event.field))), ()


def field_typed(state: KioskState, event: FieldTyped) -> tuple[KioskState, Effects]:
    """A key changes the chosen field, and the refusal of the last try goes."""
    return (state, ()) if scan_steps.waits(state) else (_typed(state, state.scan.typed.after(event.keys)), ())


def submit(state: KioskState, _event: SubmitCheckIn) -> tuple[KioskState, Effects]:
    """Ask the server; while a question is under way further taps change nothing."""
    typed = state.scan.typed
    if state.shown != "check-in" or not typed.complete or scan_steps.waits(state):
        return state, ()
    return scan_steps.look_up(state, AppointmentLookup(state.page, state.setting.terminal, typed.number, typed.last_four))


def answered(state: KioskState, pending: Pending[AppointmentLookup], answer: Answer) -> tuple[KioskState, Effects]:
    """What its code would have led to, or why there is nothing; either way the last four are forgotten."""
    if state.page != pending.request.page:
        return state, ()  # the citizen went another way meanwhile
    state = _typed(state, replace(state.scan.typed, last_four="", chosen="last_four"))
    found = answers.of(answer, AppointmentAnswer)
    return (scan_steps.refused(state, answer), ()) if found is None else scan_steps.admit(state, found.appointment)


def _typed(state: KioskState, typed: NumberAndLastFour) -> KioskState:
    return replace(state, scan=replace(state.scan, typed=typed, refusal=None))


HANDLERS: Handlers[KioskState, Effect] = Handlers(
    on(OpenCheckIn, open_check_in),
    on(SubmitCheckIn, submit),
)
