"""A citizen asks how a case stands. Pure flow, no screen, no network. What is typed: test_typed_number.py."""

from __future__ import annotations

from contract.wire.answers import Answer
from kiosk.flow.event import Answered, Ask, Connected
from kiosk.ticket_kiosk.case_progress.state import OpenCaseQuery, SubmitCaseQuery
from kiosk.ticket_kiosk.events import Back, GoHome
from kiosk.ticket_kiosk.scan.state import Scanned
from kiosk.ticket_kiosk.state import KioskState
from kiosk.ticket_kiosk.typed_number import FieldTyped, PickField
from tests.facts import case_facts
from tests.unit.kiosk.ticket_kiosk.at_kiosk import AtKiosk
from tests.unit.kiosk.ticket_kiosk.test_flow import FIRST

FOUND = Answer("ok", data={"case": case_facts("WS-0001")})


def asks(citizen: AtKiosk) -> KioskState:
    return citizen.does(OpenCaseQuery(), FieldTyped("ws-0001"), PickField("last_four"), FieldTyped("123x"), SubmitCaseQuery())


def test_a_number_scanned_from_a_receipt_is_typed_and_the_last_four_are_next():
    citizen = AtKiosk()
    citizen.does(OpenCaseQuery(), Scanned("武市监准〔2026〕12号\n"))
    assert (citizen.state.case_query.number, citizen.state.case_query.chosen) == ("武市监准〔2026〕12号", "last_four")
    citizen.does(FieldTyped("001x"), SubmitCaseQuery())
    assert citizen.asked[-1].body["number"] == "武市监准〔2026〕12号"


def test_the_code_of_a_case_is_looked_up_where_its_number_is_asked():
    citizen = AtKiosk()
    citizen.does(OpenCaseQuery(), Scanned("JHC.testhall.WS-1.AbCdEf012345"))
    assert (citizen.state.page, [ask.verb for ask in citizen.asked if isinstance(ask, Ask)]) == ("scan", ["scan"])


def test_the_case_is_shown_and_the_last_four_are_forgotten():
    asks(citizen := AtKiosk())
    state = citizen.does(Answered(FIRST, FOUND))
    assert (state.shown, state.case_query.last_four) == ("case", "")
    assert citizen.does(Back()).page == "progress"


def test_an_answer_for_somebody_who_has_left_is_not_shown_and_nothing_typed_stays():
    asks(citizen := AtKiosk())
    state = citizen.does(GoHome(), Answered(FIRST, FOUND))
    assert (state.page, state.case_query.number, state.case_query.case) == ("home", "", None)


def test_without_the_server_the_tile_says_that_it_does_not_work_and_its_page_why():
    citizen = AtKiosk()
    assert "progress" in citizen.state.tiles and "progress" not in citizen.state.out_of_order
    assert "progress" in citizen.does(Connected(False)).out_of_order
    assert citizen.does(OpenCaseQuery()).shown == "interrupted"
    assert citizen.state.interrupted == "away"
