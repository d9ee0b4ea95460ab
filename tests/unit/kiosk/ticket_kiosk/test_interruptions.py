"""Whatever page somebody is on when the hall closes or opens, or the server is lost or comes back: the page that is shown is the
page that is active."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kiosk.flow.event import Connected
from kiosk.ticket_kiosk import flow
from kiosk.ticket_kiosk.a4_print.state import OpenBlanks, PrinterState
from kiosk.ticket_kiosk.case_progress.state import OpenCaseQuery
from kiosk.ticket_kiosk.events import Back, Confirm, GoHome, OpenHelp, PickQueue, PickTheme, TakeNumber
from kiosk.ticket_kiosk.guides.state import Contents, OpenGuides, PickGroup
from kiosk.ticket_kiosk.my_ticket.state import OpenFindTicket
from kiosk.ticket_kiosk.pages import PAGES
from kiosk.ticket_kiosk.scan.state import OpenScan, ScannerStatus
from kiosk.ticket_kiosk.state import KioskState
from tests.unit.kiosk.ticket_kiosk.a4_print.test_steps import FORMS
from tests.unit.kiosk.ticket_kiosk.test_flow import READY, SETTING, Citizen, at_confirm, citizen, queue_is

__all__ = ["citizen"]
CLOSES = tuple(queue_is(b.id, is_open=False) for b in SETTING.businesses)
OPENS = tuple(queue_is(b.id) for b in SETTING.businesses)
HAPPENS = {"closes": CLOSES, "opens": OPENS, "lost": (Connected(False),), "back": (Connected(True), READY)}
FRONTS = {"home", "closed", "away", "starting"}
TILES = {
    OpenGuides: "guides",
    OpenFindTicket: "find-ticket",
    OpenScan: "scan",
    OpenCaseQuery: "progress",
    OpenBlanks: "blanks",
    OpenHelp: "help",
}
"""What does not give a number, and the page it leads to."""


def follows(state: KioskState, *events: Any) -> KioskState:
    for event in events:
        state, _effects = flow.step(state, event)
    return state


def shown_is_active(state: KioskState) -> bool:
    return state.shown == state.page or (state.page == "home" and state.shown in FRONTS)


def well_equipped(state: KioskState) -> KioskState:
    """With guides, a scanner and a printer for papers."""
    setting = replace(state.setting, a4="a4-1")
    lookup = replace(state.lookup, contents=Contents("1", forms=FORMS))
    scan = replace(state.scan, scanners={"scanner-1": ScannerStatus("ok")})
    return replace(state, setting=setting, lookup=lookup, scan=scan, a4=PrinterState("ok"))


@pytest.mark.parametrize("page", sorted(set(PAGES) - (FRONTS - {"home"})))
def test_what_is_shown_is_what_is_active_whatever_happens_on_whatever_page(citizen: Citizen, page: Any) -> None:
    start = replace(
        well_equipped(citizen.state), page=page, trail=("home",), interrupted="closed" if page == "interrupted" else None
    )
    for first in HAPPENS.values():
        for second in HAPPENS.values():
            between = follows(start, *first)
            after = follows(between, *second)
            assert shown_is_active(between) and shown_is_active(after), f"{page}: {first}, {second}"
            if page != "printing":
                assert follows(after, *OPENS, *HAPPENS["back"], GoHome()).page in ("home", "fail-safe")


@pytest.mark.parametrize("page", ["themes", "businesses", "confirm"])
def test_who_was_about_to_take_a_number_is_told_that_no_more_are_given_and_nothing_is_left_behind(
    citizen: Citizen, page: Any
) -> None:
    state = follows(replace(at_confirm(citizen).state, page=page), *CLOSES)
    assert (state.shown, state.interrupted) == ("interrupted", "closed")
    assert not state.asks_still_there and state.taking.queue is None
    closed = follows(state, Confirm(), GoHome())
    assert (closed.page, closed.shown, closed.interrupted) == ("home", "closed", None)
    assert follows(closed, *OPENS).shown == "home", "nobody finds the page of the one before"


def test_a_page_that_was_taken_away_by_a_lost_line_is_over_when_the_line_is_back(citizen: Citizen) -> None:
    state = follows(citizen.state, OpenFindTicket(), Connected(False))
    assert (state.shown, state.interrupted) == ("interrupted", "away")
    assert follows(state, *HAPPENS["back"]).shown == "home"


@pytest.mark.parametrize("opens", list(TILES))
def test_every_tile_that_gives_no_number_works_while_the_hall_is_closed(citizen: Citizen, opens: Any) -> None:
    closed = follows(well_equipped(citizen.state), *CLOSES)
    assert closed.shown == "closed" and set(closed.tiles) == {"guides", "my-ticket", "scan", "progress", "blanks", "help"}
    state = follows(closed, opens())
    assert state.shown == TILES[opens]
    assert follows(state, Back()).shown == "closed"


@pytest.mark.parametrize("opens", list(TILES))
def test_without_the_server_every_tile_stays_and_leads_somewhere(citizen: Citizen, opens: Any) -> None:
    away = follows(well_equipped(citizen.state), Connected(False))
    assert away.shown == "away" and len(away.tiles) == len(TILES)
    state = follows(away, opens())
    if opens in (OpenFindTicket, OpenCaseQuery):
        assert (state.shown, state.interrupted) == ("interrupted", "away")
    else:
        assert state.shown == TILES[opens]


def test_guides_are_read_on_while_the_hall_closes(citizen: Citizen) -> None:
    state = follows(well_equipped(citizen.state), OpenGuides(), PickGroup("theme"), *CLOSES)
    assert state.shown == "guide-groups"
    assert follows(state, TakeNumber(), PickTheme("insurance"), PickQueue("social")).shown == "guide-groups"
