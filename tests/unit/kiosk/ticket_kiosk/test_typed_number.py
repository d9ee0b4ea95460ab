"""Who types a number and the last four of a paper: the same for a case and for an appointment. Pure flow."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from contract.wire.answers import Answer, Error
from contract.wire.messages import Text
from kiosk.flow.event import Answered, Unanswered
from kiosk.ticket_kiosk.case_progress.state import OpenCaseQuery, SubmitCaseQuery
from kiosk.ticket_kiosk.events import Back, GoHome
from kiosk.ticket_kiosk.scan.state import OpenCheckIn, SubmitCheckIn
from kiosk.ticket_kiosk.state import KioskState
from kiosk.ticket_kiosk.typed_number import Field, FieldTyped, NumberAndLastFour, PickField
from kiosk.ui.keys import BACK, CLEAR
from tests.unit.kiosk.ticket_kiosk.at_kiosk import AtKiosk
from tests.unit.kiosk.ticket_kiosk.test_flow import FIRST

NO_MATCH = Text("不符", "no match")
REFUSED = Answer("error", error=Error("not-authorised", "no", texts=NO_MATCH))


@dataclass(frozen=True)
class Way:
    """One of the pages with these two fields: its name, the way to it, what asks, and the verb."""

    page: str
    opens: object
    submits: object
    verb: str

    def typed(self, state: KioskState) -> NumberAndLastFour:
        return state.case_query if self.page == "progress" else state.scan.typed

    def refusal(self, state: KioskState) -> object:
        return state.case_query.refusal if self.page == "progress" else state.scan.refusal

    def failed(self, state: KioskState) -> bool:
        return state.case_query.failed if self.page == "progress" else state.scan.refusal == "no-answer"


CASE = Way("progress", OpenCaseQuery(), SubmitCaseQuery(), "find-case")
APPOINTMENT = Way("check-in", OpenCheckIn(), SubmitCheckIn(), "find-appointment")
both = pytest.mark.parametrize("way", [CASE, APPOINTMENT], ids=lambda way: way.page)


def asks(way: Way) -> AtKiosk:
    citizen = AtKiosk()
    citizen.does(way.opens, FieldTyped("ws-0001"), PickField("last_four"), FieldTyped("123x"), way.submits)
    return citizen


@both
def test_number_and_last_four_are_asked_once_however_often_the_bar_is_tapped(way: Way) -> None:
    citizen = asks(way)
    citizen.does(way.submits, FieldTyped("9"))
    body = {"number": "WS-0001", "last_four": "123X", "terminal": "kiosk-1"}
    assert [(ask.verb, ask.body, ask.request_id) for ask in citizen.asked] == [(way.verb, body, FIRST)]


@both
def test_nothing_is_asked_before_both_fields_are_filled(way: Way) -> None:
    citizen = AtKiosk()
    citizen.does(way.opens, FieldTyped("ws-0001"), PickField("last_four"), FieldTyped("12"), way.submits)
    assert citizen.asked == []


@both
def test_a_field_takes_only_what_can_be_in_it(way: Way) -> None:
    citizen = AtKiosk()
    state = citizen.does(way.opens, FieldTyped("ws 00/01"), PickField("last_four"), FieldTyped("cd-2k5"))
    assert (way.typed(state).number, way.typed(state).last_four) == ("WS0001", "CD2K")


@both
def test_letters_and_digits_are_enough_of_a_number(way: Way) -> None:
    citizen = AtKiosk()
    assert not way.typed(citizen.does(way.opens, FieldTyped("--"), FieldTyped("12"))).numbered
    assert way.typed(citizen.does(FieldTyped("3"))).numbered


@both
def test_no_key_is_lost_however_fast_they_come_and_the_last_can_be_taken_back(way: Way) -> None:
    citizen = AtKiosk()
    state = citizen.does(way.opens, *(FieldTyped(key) for key in "ws-20x"), FieldTyped(BACK), *map(FieldTyped, "26"))
    assert way.typed(state).number == "WS-2026"
    state = citizen.does(PickField("last_four"), FieldTyped("1"), FieldTyped(CLEAR), *map(FieldTyped, "9999"))
    assert (way.typed(state).number, way.typed(state).last_four) == ("WS-2026", "9999")


@both
def test_a_wrong_try_is_said_in_the_servers_words_until_something_is_typed(way: Way) -> None:
    state = (citizen := asks(way)).does(Answered(FIRST, REFUSED))
    assert (state.page, way.refusal(state)) == (way.page, NO_MATCH)
    assert (way.typed(state).number, way.typed(state).last_four, way.typed(state).chosen) == ("WS-0001", "", "last_four")
    assert way.refusal(citizen.does(FieldTyped("1"))) is None


@both
def test_without_an_answer_one_may_ask_again(way: Way) -> None:
    citizen = asks(way)
    while not way.failed(citizen.state):
        citizen.does(Unanswered(citizen.asked[-1].request_id))
    before = len({ask.request_id for ask in citizen.asked})
    citizen.does(way.submits)
    assert len({ask.request_id for ask in citizen.asked}) == before + 1


@both
@pytest.mark.parametrize("leaves", [GoHome(), Back()], ids=["home", "back"])
def test_who_leaves_leaves_nothing_that_was_typed_and_an_answer_shows_nothing(way: Way, leaves: object) -> None:
    citizen = asks(way)
    state = citizen.does(leaves, Answered(FIRST, REFUSED))
    assert (state.page, way.typed(state).number, way.typed(state).last_four, way.refusal(state)) == ("home", "", "", None)


@pytest.mark.parametrize(
    ("typed", "chosen", "shown"),
    [
        ("", "last_four", ""),
        ("1", "last_four", "1"),
        ("123", "last_four", "●●3"),
        ("123X", "last_four", "●●●●"),
        ("12", "number", "●●"),
    ],
)
def test_of_the_last_four_nobody_sees_more_than_the_one_just_typed(typed: str, chosen: Field, shown: str) -> None:
    query = NumberAndLastFour("WS-0001", typed, chosen)
    assert (query.shown("number"), query.shown("last_four")) == ("WS-0001", shown)
