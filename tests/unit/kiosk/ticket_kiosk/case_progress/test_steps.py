"""A citizen asks how a case stands. Pure flow, no screen, no network."""

from __future__ import annotations

from typing import Any

from contract.wire.answers import Answer, Error
from contract.wire.messages import Text
from kiosk.flow.event import Answered, Ask, Connected, Tick, Unanswered
from kiosk.ticket_kiosk import flow
from kiosk.ticket_kiosk.case_progress.state import FieldTyped, OpenCaseQuery, PickField, SubmitCaseQuery
from kiosk.ticket_kiosk.events import Back, GoHome
from kiosk.ticket_kiosk.scan.state import Scanned
from kiosk.ticket_kiosk.state import KioskState
from kiosk.ui.keys import BACK, CLEAR
from tests.facts import case_facts
from tests.unit.kiosk.ticket_kiosk.test_flow import CLOCK, FIRST, READY, SECOND, SEED, SETTING, queue_is

REFUSED = Answer("error", error=Error("not-authorised", "no", texts=Text("不符", "no match")))
FOUND = Answer("ok", data={"case": case_facts("WS-0001")})


class Citizen:
    """Drives the flow and remembers what it asked for."""

    def __init__(self) -> None:
        self.state: KioskState = flow.first(SETTING, SEED)
        self.asked: list[Any] = []
        self.does(Tick(0, CLOCK), Connected(True), READY, queue_is("social"))

    def does(self, *events: Any) -> KioskState:
        for event in events:
            self.state, effects = flow.step(self.state, event)
            self.asked += effects
        return self.state

    def asks(self) -> KioskState:
        return self.does(OpenCaseQuery(), FieldTyped("ws-0001"), PickField("last_four"), FieldTyped("123x"), SubmitCaseQuery())


def test_number_and_last_four_are_asked_once_however_often_the_bar_is_tapped():
    citizen = Citizen()
    citizen.asks()
    citizen.does(SubmitCaseQuery())
    body = {"number": "WS-0001", "last_four": "123X", "terminal": "kiosk-1"}
    assert [(ask.verb, ask.body, ask.request_id) for ask in citizen.asked] == [("find-case", body, FIRST)]


def test_nothing_is_asked_before_both_fields_are_filled():
    citizen = Citizen()
    citizen.does(OpenCaseQuery(), FieldTyped("ws-0001"), PickField("last_four"), FieldTyped("12"), SubmitCaseQuery())
    assert citizen.asked == []


def test_a_field_takes_only_what_can_be_in_it():
    citizen = Citizen()
    citizen.does(OpenCaseQuery(), FieldTyped("ws 00/01"), PickField("last_four"), FieldTyped("cd-2k5"))
    assert (citizen.state.case_query.number, citizen.state.case_query.last_four) == ("WS0001", "CD2K")


def test_a_number_scanned_from_a_receipt_is_typed_and_the_last_four_are_next():
    citizen = Citizen()
    citizen.does(OpenCaseQuery(), Scanned("武市监准〔2026〕12号\n"))
    assert (citizen.state.case_query.number, citizen.state.case_query.chosen) == ("武市监准〔2026〕12号", "last_four")
    citizen.does(FieldTyped("001x"), SubmitCaseQuery())
    assert citizen.asked[-1].body["number"] == "武市监准〔2026〕12号"


def test_the_code_of_a_case_is_looked_up_where_its_number_is_asked():
    citizen = Citizen()
    citizen.does(OpenCaseQuery(), Scanned("JHC.testhall.WS-1.AbCdEf012345"))
    assert (citizen.state.page, [ask.verb for ask in citizen.asked if isinstance(ask, Ask)]) == ("scan", ["scan"])


def test_letters_and_digits_are_enough_of_a_number():
    citizen = Citizen()
    citizen.does(OpenCaseQuery(), FieldTyped("--"), FieldTyped("12"))
    assert not citizen.state.case_query.numbered
    assert citizen.does(FieldTyped("3")).case_query.numbered


def test_no_key_is_lost_however_fast_they_come_and_the_last_can_be_taken_back():
    citizen = Citizen()
    citizen.does(OpenCaseQuery(), *(FieldTyped(key) for key in "ws-20x"), FieldTyped(BACK), *(FieldTyped(key) for key in "26"))
    assert citizen.state.case_query.number == "WS-2026"
    citizen.does(PickField("last_four"), FieldTyped("1"), FieldTyped(CLEAR), *(FieldTyped(key) for key in "9999"))
    assert (citizen.state.case_query.number, citizen.state.case_query.last_four) == ("WS-2026", "9999")


def test_the_case_is_shown_and_the_last_four_are_forgotten():
    citizen = Citizen()
    citizen.asks()
    state = citizen.does(Answered(FIRST, FOUND))
    assert (state.shown, state.case_query.last_four) == ("case", "")
    assert citizen.does(Back()).page == "progress"


def test_a_wrong_try_is_said_in_the_servers_words_until_something_is_typed():
    citizen = Citizen()
    citizen.asks()
    state = citizen.does(Answered(FIRST, REFUSED))
    assert (state.page, state.case_query.refusal, state.case_query.last_four) == ("progress", Text("不符", "no match"), "")
    assert citizen.does(FieldTyped("1")).case_query.refusal is None


def test_without_an_answer_one_may_ask_again():
    citizen = Citizen()
    citizen.asks()
    assert citizen.does(Unanswered(FIRST)).case_query.failed
    citizen.does(SubmitCaseQuery())
    assert [ask.request_id for ask in citizen.asked] == [FIRST, SECOND]


def test_an_answer_for_somebody_who_has_left_is_not_shown_and_nothing_typed_stays():
    citizen = Citizen()
    citizen.asks()
    state = citizen.does(GoHome(), Answered(FIRST, FOUND))
    assert (state.page, state.case_query.number, state.case_query.case) == ("home", "", None)


def test_the_tile_is_there_only_while_the_server_can_be_asked():
    citizen = Citizen()
    assert "progress" in citizen.state.tiles
    assert citizen.does(Connected(False)).tiles == ("help",)
    assert citizen.does(OpenCaseQuery()).page == "home"
