"""The flow of the ticket kiosk: pure, `step(state, event) -> (state, effects)`.

Every feature has its own steps in its own folder (take_number, offline_numbers, guides, read_aloud, scan, my_ticket,
case_progress, a4_print). Here they meet: one table from event to step, the way from page to page, and what time does.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from kiosk.flow.event import Answered, Broke, Connected, Received, Tick, Touched, Unanswered
from kiosk.flow.handlers import Handlers, on
from kiosk.flow.requests import Owners, PendingRequests, send_put_off
from kiosk.ticket_kiosk.a4_print import steps as a4_print_steps
from kiosk.ticket_kiosk.case_progress import steps as case_progress_steps
from kiosk.ticket_kiosk.case_progress.state import CaseRequest
from kiosk.ticket_kiosk.events import (
    Back,
    Confirm,
    GoHome,
    OpenHelp,
    PickClass,
    PickQueue,
    PickTheme,
    PrinterIs,
    SetLanguage,
    Switch,
    TakeNumber,
    Turn,
)
from kiosk.ticket_kiosk.guides import steps as guides_steps
from kiosk.ticket_kiosk.guides.state import ItemIs
from kiosk.ticket_kiosk.my_ticket import steps as my_ticket_steps
from kiosk.ticket_kiosk.my_ticket.state import GiveUpRequest, NumberLookup, RatingRequest
from kiosk.ticket_kiosk.offline_numbers import steps as offline_numbers_steps
from kiosk.ticket_kiosk.offline_numbers.state import LeaseRequest, MergeRequest
from kiosk.ticket_kiosk.read_aloud import steps as read_aloud_steps
from kiosk.ticket_kiosk.scan import check_in_steps
from kiosk.ticket_kiosk.scan import steps as scan_steps
from kiosk.ticket_kiosk.scan.state import AppointmentLookup, CheckedInLookup, CodeLookup
from kiosk.ticket_kiosk.state import Effect, Effects, KioskState, Setting
from kiosk.ticket_kiosk.take_number import steps as take_number_steps
from kiosk.ticket_kiosk.take_number.state import PrintReport, TicketRequest, TicketReturn
from kiosk.ticket_kiosk.typed_number import FieldTyped, PickField

__all__ = ["first", "step"]
BUSY_PAGES = ("printing", "done", "fail-safe")


def first(setting: Setting, seed: UUID) -> KioskState:
    """The kiosk as it starts; `seed` is another one each time, and the ids of all requests come from it."""
    return KioskState(setting=setting, requests=PendingRequests(seed), mode=setting.first_mode)


def step(state: KioskState, event: object) -> tuple[KioskState, Effects]:
    """What follows from an event. Events that make no sense on the present page change nothing."""
    after, effects = HANDLERS.step(state, event)
    after = _kept_or_left(after)
    after, effects = a4_print_steps.left(state, *read_aloud_steps.followed(state, after, effects))
    after, effects = my_ticket_steps.left(state, after, effects)
    after, watch = scan_steps.watched(state, after)
    return after, (*effects, *watch)


def home(state: KioskState) -> KioskState:
    """Home, with nothing chosen; language and modes stay until the citizen is gone."""
    for closed in (take_number_steps.closed, guides_steps.closed, scan_steps.closed, case_progress_steps.closed):
        state = closed(state)
    return replace(state, page="home", interrupted=None, trail=(), sheet=0, idle_since=state.now)


def _kept_or_left(state: KioskState) -> KioskState:
    """What is shown is what is active: a page whose need is gone is left, and the citizen is told why."""
    if state.page == "interrupted":
        return home(state) if state.resumed else state
    if state.page == "home" or state.there:
        return state
    return replace(home(state), page="interrupted", interrupted="closed" if state.served else "away")


def next_citizen(state: KioskState) -> KioskState:
    """Home as the next citizen should find it."""
    return replace(home(state), mode=state.setting.first_mode)


# --- the citizen -----------------------------------------------------------------------------------------------------


def _take_number(state: KioskState, _event: TakeNumber) -> tuple[KioskState, Effects]:
    if state.shown not in ("home", "holder") or not state.setting.businesses:
        return state, ()
    themes = state.setting.themes
    return (state.at("themes"), ()) if len(themes) > 1 else _open_theme(state, themes[0])


def _open_help(state: KioskState, _event: OpenHelp) -> tuple[KioskState, Effects]:
    return (state.at("help") if state.page == "home" else state), ()


def _pick_theme(state: KioskState, event: PickTheme) -> tuple[KioskState, Effects]:
    if state.shown != "themes" or event.theme not in state.setting.themes:
        return state, ()
    return _open_theme(state, event.theme)


def _open_theme(state: KioskState, theme: str) -> tuple[KioskState, Effects]:
    """A theme with a single business goes straight on to it."""
    businesses = state.setting.of_theme(theme)
    if len(businesses) == 1 and state.gives_numbers(businesses[0].id):
        taking = replace(state.taking, theme=theme, queue=businesses[0].id, class_=None)
        return replace(state, taking=taking).at("confirm"), ()
    return replace(state, taking=replace(state.taking, theme=theme)).at("businesses"), ()


def _pick_queue(state: KioskState, event: PickQueue) -> tuple[KioskState, Effects]:
    if state.shown not in ("businesses", "help") or not state.gives_numbers(event.queue):
        return state, ()
    return replace(state, taking=replace(state.taking, queue=event.queue, class_=None)).at("confirm"), ()


def _confirm(state: KioskState, event: Confirm) -> tuple[KioskState, Effects]:
    on_lease = state.offline and state.scan.check_in is None  # an appointment is the server's matter
    return offline_numbers_steps.confirm(state, event) if on_lease else take_number_steps.confirm(state, event)


def _pick_class(state: KioskState, event: PickClass) -> tuple[KioskState, Effects]:
    if state.shown != "confirm":
        return state, ()
    class_ = None if state.taking.class_ == event.class_ else event.class_
    return replace(state, taking=replace(state.taking, class_=class_)), ()


def _turn(state: KioskState, event: Turn) -> tuple[KioskState, Effects]:
    """The page knows how many sheets it has; it shows the last one for all beyond it."""
    return replace(state, sheet=max(0, event.sheet)), ()


def _back(state: KioskState, _event: Back) -> tuple[KioskState, Effects]:
    if state.page in BUSY_PAGES or not state.trail or a4_print_steps.busy(state):
        return state, ()
    if state.page == "trouble" or state.trail[-1] == "home":
        return home(state), ()
    return replace(state, page=state.trail[-1], trail=state.trail[:-1], sheet=0, idle_since=state.now), ()


def _go_home(state: KioskState, _event: GoHome) -> tuple[KioskState, Effects]:
    if state.page in ("printing", "fail-safe") or a4_print_steps.busy(state):
        return state, ()
    return (next_citizen(state) if state.page == "done" else home(state)), ()


def _set_language(state: KioskState, event: SetLanguage) -> tuple[KioskState, Effects]:
    return replace(state, mode=replace(state.mode, language="en" if event.language == "en" else "zh")), ()


def _switch(state: KioskState, event: Switch) -> tuple[KioskState, Effects]:
    mode = state.mode
    match event.what:
        case "elder":
            mode = replace(mode, elder=not mode.elder)
        case "contrast":
            mode = replace(mode, contrast=not mode.contrast)
        case "low":
            mode = replace(mode, low=not mode.low)
    return replace(state, mode=mode, sheet=0), ()


def _touched(state: KioskState, _event: Touched) -> tuple[KioskState, Effects]:
    return replace(state, idle_since=state.now), ()


# --- time and trouble ------------------------------------------------------------------------------------------------


def _tick(state: KioskState, event: Tick) -> tuple[KioskState, Effects]:
    state, effects = _passed(state, event)
    state, more = offline_numbers_steps.tend(state)
    state, again = send_put_off(state, state.now)
    return state, (*effects, *more, *again)


def _passed(state: KioskState, event: Tick) -> tuple[KioskState, Effects]:
    new = replace(state, now=event.now, clock=event.clock)
    if state.started is None:
        new = replace(new, started=event.now, idle_since=event.now)
    limit = new.time_out_s
    idle_s = new.now - new.idle_since
    if new.page == "printing":
        return take_number_steps.overdue(new)
    if limit is not None and idle_s >= limit:
        return next_citizen(new), ()
    return new, ()


def _broke(state: KioskState, _event: Broke) -> tuple[KioskState, Effects]:
    return replace(take_number_steps.unwanted(state), page="fail-safe", trail=(), idle_since=state.now), ()


def _hall_changed(state: KioskState, event: Connected | Received) -> tuple[KioskState, Effects]:
    if isinstance(event, Received) and event.path == ("catalogue", "version"):
        return guides_steps.announced(state, event)
    return replace(state, hall=state.hall.after(event)), ()


def _item_is(state: KioskState, event: ItemIs) -> tuple[KioskState, Effects]:
    return scan_steps.item_is(state, event) if state.page == "scan" else guides_steps.item_is(state, event)


def _pick_field(state: KioskState, event: PickField) -> tuple[KioskState, Effects]:
    match state.page:
        case "progress":
            return case_progress_steps.pick_field(state, event)
        case "check-in":
            return check_in_steps.pick_field(state, event)
    return state, ()


def _field_typed(state: KioskState, event: FieldTyped) -> tuple[KioskState, Effects]:
    match state.page:
        case "progress":
            return case_progress_steps.field_typed(state, event)
        case "check-in":
            return check_in_steps.field_typed(state, event)
    return state, ()


def _printer_is(state: KioskState, event: PrinterIs) -> tuple[KioskState, Effects]:
    return replace(state, printer=event.condition), ()


OWNERS: Owners[KioskState, Effect] = Owners()
"""Who takes the answers of the server."""
OWNERS.take(TicketRequest, take_number_steps.ticket_answered, take_number_steps.ticket_unanswered)
OWNERS.take(PrintReport, take_number_steps.print_reported)
OWNERS.take(TicketReturn, take_number_steps.ticket_returned)
OWNERS.take(LeaseRequest, offline_numbers_steps.leased)
OWNERS.take(MergeRequest, offline_numbers_steps.merged)
OWNERS.take(CodeLookup, scan_steps.code_answered, scan_steps.unanswered)
OWNERS.take(AppointmentLookup, check_in_steps.answered, scan_steps.unanswered)
OWNERS.take(CheckedInLookup, scan_steps.checked_in_answered, scan_steps.unanswered)
OWNERS.take(GiveUpRequest, my_ticket_steps.given_up, my_ticket_steps.unanswered)
OWNERS.take(NumberLookup, my_ticket_steps.number_answered, my_ticket_steps.number_unanswered)
OWNERS.take(RatingRequest, my_ticket_steps.rated, my_ticket_steps.rating_unanswered)
OWNERS.take(CaseRequest, case_progress_steps.answered, case_progress_steps.unanswered)

HANDLERS: Handlers[KioskState, Effect] = Handlers(
    on(TakeNumber, _take_number),
    on(OpenHelp, _open_help),
    on(PickTheme, _pick_theme),
    on(PickQueue, _pick_queue),
    on(PickClass, _pick_class),
    on(Confirm, _confirm),
    on(Turn, _turn),
    on(Back, _back),
    on(GoHome, _go_home),
    on(SetLanguage, _set_language),
    on(Switch, _switch),
    on(Touched, _touched),
    on(Tick, _tick),
    on(Broke, _broke),
    on(Connected, _hall_changed),
    on(Received, _hall_changed),
    on(PrinterIs, _printer_is),
    on(Answered, OWNERS.answered),
    on(Unanswered, OWNERS.unanswered),
    on(ItemIs, _item_is),
    on(PickField, _pick_field),
    on(FieldTyped, _field_typed),
    take_number_steps.HANDLERS,
    offline_numbers_steps.HANDLERS,
    guides_steps.HANDLERS,
    read_aloud_steps.HANDLERS,
    scan_steps.HANDLERS,
    check_in_steps.HANDLERS,
    my_ticket_steps.HANDLERS,
    case_progress_steps.HANDLERS,
    a4_print_steps.HANDLERS,
)
"""Every event that means something to the kiosk, each with its one step."""
