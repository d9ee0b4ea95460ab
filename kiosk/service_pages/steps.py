"""What the pages behind the code do: tests, the network, the log, and the two orders. Pure, as all of the flow."""

from __future__ import annotations

from dataclasses import replace

from kiosk.flow.device_test import Result, Tried, TryDevice
from kiosk.flow.handlers import Handlers, on
from kiosk.service_pages.events import (
    Do,
    Effect,
    Effects,
    Landed,
    Lines,
    LookAround,
    Looked,
    NextColour,
    Note,
    NotOrdered,
    OnlyWarnings,
    Open,
    PressOrder,
    ReadLog,
    Try,
)
from kiosk.service_pages.state import COLOURS, MARKS, SCAN_S, Technician
from kiosk.ticket_kiosk.events import Turn
from kiosk.ticket_kiosk.scan.state import NextPicture, Pictured, Scanned, Watch

OPENED: dict[str, Effects] = {"network": (LookAround(),), "log": (ReadLog(),)}
"""What the terminal is asked for when a page opens."""


def opened(state: Technician, event: Open) -> tuple[Technician, Effects]:
    if event.page in ("hidden", "code", "touched"):
        return state, ()
    state, effects = stopped(state)
    noted = () if event.page == "menu" else (Note("viewed", event.page),)
    return replace(state, landings=(), colour=0).at(event.page), (*effects, *noted, *OPENED.get(event.page, ()))


def tried(state: Technician, event: Try) -> tuple[Technician, Effects]:
    """One test of a device at a time."""
    under_way = event.device in state.results and state.results[event.device].well is None
    part = next((part for part in state.own.devices if part.id == event.device), None)
    if state.page != "devices" or under_way or part is None:
        return state, ()
    if part.shows:
        state, effects = stopped(state)
        shown = replace(state, scanning=part.id, scan_until=state.now + SCAN_S)
        return _with_result(shown, part.id, Result(None, "show")), (*effects, Watch(True))
    return _with_result(state, event.device, Result(None)), (TryDevice(event.device),)


def came(state: Technician, event: Tried) -> tuple[Technician, Effects]:
    return _with_result(state, event.device, event.result), (_tested(event.device, event.result),)


def scanned(state: Technician, event: Scanned) -> tuple[Technician, Effects]:
    """Whatever was shown: how long it is, and nothing of it."""
    return _scan_ended(state, Result(True, str(len(event.code))))


def pictured(state: Technician, _event: Pictured) -> tuple[Technician, Effects]:
    """A camera goes on filming while its pictures are asked for."""
    return state, ((NextPicture(),) if state.scanning is not None else ())


def waited(state: Technician) -> tuple[Technician, Effects]:
    """A code that never came."""
    over = state.scanning is not None and state.now >= state.scan_until
    return _scan_ended(state, Result(False, "nothing-read")) if over else (state, ())


def stopped(state: Technician) -> tuple[Technician, Effects]:
    """The technician goes elsewhere: nobody shows a code any more."""
    return _scan_ended(state, Result(False, "nothing-read"))


def _scan_ended(state: Technician, result: Result) -> tuple[Technician, Effects]:
    if state.scanning is None:
        return state, ()
    ended = replace(_with_result(state, state.scanning, result), scanning=None)
    return ended, (Watch(False), _tested(state.scanning, result))


def _tested(device: str, result: Result) -> Note:
    return Note("tested", device, "ok" if result.well else result.text[:64])


def _with_result(state: Technician, device: str, result: Result) -> Technician:
    return replace(state, results={**state.results, device: result})


def looked(state: Technician, event: Looked) -> tuple[Technician, Effects]:
    return replace(state, network=event.network), ()


def lines(state: Technician, event: Lines) -> tuple[Technician, Effects]:
    return replace(state, lines=event.lines, sheet=0), ()


def only_warnings(state: Technician, _event: OnlyWarnings) -> tuple[Technician, Effects]:
    return replace(state, warnings=not state.warnings, sheet=0), ()


def turned(state: Technician, event: Turn) -> tuple[Technician, Effects]:
    return replace(state, sheet=max(0, event.sheet)), ()


def landed(state: Technician, event: Landed) -> tuple[Technician, Effects]:
    """One mark after the other; behind the last one is what came of it."""
    if state.page != "touch":
        return state, ()
    landings = (*state.landings, event.landing)
    if len(landings) < len(MARKS):
        return replace(state, landings=landings, idle_since=state.now), ()
    return replace(state, landings=landings).at("touched"), ()


def next_colour(state: Technician, _event: NextColour) -> tuple[Technician, Effects]:
    if state.page != "colours":
        return state, ()
    shown = state.colour + 1
    return (replace(state, colour=shown), ()) if shown < len(COLOURS) else (replace(state, colour=0).at("menu"), ())


def pressed(state: Technician, event: PressOrder) -> tuple[Technician, Effects]:
    """An order, at the second tap."""
    if state.page != "menu" or state.ordered is not None:
        return state, ()
    if state.armed != event.order:
        return replace(state, armed=event.order, refused=None), ()
    return replace(state, armed=None, ordered=event.order), (Note(event.order), Do(event.order))


def not_ordered(state: Technician, event: NotOrdered) -> tuple[Technician, Effects]:
    return replace(state, ordered=None, refused=event.order), ()


def inside(state: Technician) -> bool:
    """Whether the technician is behind the code: nothing that is sent from elsewhere does anything before it."""
    return state.page not in ("hidden", "code")


HANDLERS: Handlers[Technician, Effect] = Handlers(
    on(Open, opened),
    on(Try, tried),
    on(Tried, came),
    on(Looked, looked),
    on(Scanned, scanned),
    on(Pictured, pictured),
    on(Lines, lines),
    on(OnlyWarnings, only_warnings),
    on(Turn, turned),
    on(Landed, landed),
    on(NextColour, next_colour),
    on(PressOrder, pressed),
    on(NotOrdered, not_ordered),
)
"""To be taken only `inside`."""
