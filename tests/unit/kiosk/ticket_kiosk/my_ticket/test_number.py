"""A citizen asks how far a number is, and whom to turn to. Pure flow, no screen, no network."""

from __future__ import annotations

from typing import Any

import pytest

from contract.wire.answers import Answer, Error
from contract.wire.facts import SentOn
from contract.wire.messages import Text
from kiosk.flow.event import Answered, Connected, Unanswered
from kiosk.ticket_kiosk.events import Back, GoHome, OpenHelp, PickQueue
from kiosk.ticket_kiosk.my_ticket.state import (
    AskGiveUp,
    ConfirmGiveUp,
    MyTicketState,
    NumberLookup,
    NumberTyped,
    OpenFindTicket,
    OpenRating,
    SubmitNumber,
)
from kiosk.ticket_kiosk.state import KioskState
from kiosk.ui.keys import BACK
from tests.facts import ticket_facts
from tests.unit.kiosk.ticket_kiosk.at_kiosk import AtKiosk
from tests.unit.kiosk.ticket_kiosk.test_flow import FIRST

UNKNOWN = Answer("error", error=Error("unknown-ticket", "no", texts=Text("没有这张号票", "no such ticket")))


def found(state: str = "waiting", **service: Any) -> Answer:
    facts = ticket_facts() | {"state": state}
    return Answer("ok", data={"ticket": facts, "ahead": 2, "estimate_s": None, "windows": ["03"], **service})


class Citizen(AtKiosk):
    """Types a number."""

    def asks(self, number: str = "a012") -> KioskState:
        return self.does(OpenFindTicket(), *(NumberTyped(key) for key in number), SubmitNumber())


@pytest.fixture
def citizen() -> Citizen:
    return Citizen()


def test_a_number_is_asked_once_however_often_the_bar_is_tapped(citizen: Citizen) -> None:
    assert "my-ticket" in citizen.state.tiles
    citizen.asks()
    citizen.does(SubmitNumber(), NumberTyped("9"))
    assert [(ask.verb, ask.body, ask.request_id) for ask in citizen.asked] == [("lookup", {"ticket": "A012"}, FIRST)]


def test_a_number_that_was_sent_on_is_shown_with_where_and_where_to_afterwards(citizen: Citizen) -> None:
    citizen.asks()
    state = citizen.does(Answered(FIRST, found(sent={"window": "04", "returns_to": "03"})))
    assert state.my_ticket.ticket is not None and state.my_ticket.ticket.sent == SentOn("04", "03")


def test_the_place_in_the_line_is_shown_and_home_forgets_it(citizen: Citizen) -> None:
    citizen.asks()
    state = citizen.does(Answered(FIRST, found()))
    ticket = state.my_ticket.ticket
    assert state.shown == "my-ticket" and ticket is not None and (ticket.ahead, ticket.windows) == (2, ("03",))
    assert citizen.does(Back()).page == "find-ticket"
    assert citizen.does(GoHome()).my_ticket == MyTicketState()


def test_who_knows_only_a_number_can_neither_give_up_its_place_nor_rate_nor_see_a_rating(citizen: Citizen) -> None:
    citizen.asks()
    citizen.does(Answered(FIRST, found()), AskGiveUp(), ConfirmGiveUp())
    assert len(citizen.asked) == 1 and not citizen.state.my_ticket.asks_give_up
    citizen.does(GoHome())
    citizen.asked.clear()
    citizen.asks()
    service = {"id": "20261123-a012-s1", "window": "03", "level": 1, "can_rate": True, "can_explain": False}
    state = citizen.does(Answered(citizen.asked[0].request_id, found("finished", service=service)), OpenRating())
    assert state.page == "my-ticket" and state.my_ticket.ticket is not None
    assert (state.my_ticket.ticket.level, state.my_ticket.ticket.ratable) == (None, False)


def test_an_unknown_number_and_a_silent_server_are_told_until_another_key_comes(citizen: Citizen) -> None:
    citizen.asks()
    assert citizen.does(Answered(FIRST, UNKNOWN)).my_ticket.refusal == Text("没有这张号票", "no such ticket")
    assert citizen.does(NumberTyped(BACK)).my_ticket == MyTicketState(number="A01")
    citizen.does(NumberTyped("3"), SubmitNumber())
    for _try in range(NumberLookup.policy.tries or 0):
        citizen.does(Unanswered(citizen.asked[-1].request_id))
    assert citizen.state.my_ticket.refusal == "no-answer"


def test_an_answer_that_comes_when_the_citizen_has_gone_shows_nothing(citizen: Citizen) -> None:
    citizen.asks()
    citizen.does(GoHome())
    assert citizen.does(Answered(FIRST, found())).page == "home"


def test_a_number_has_letters_and_digits_only_and_an_end(citizen: Citizen) -> None:
    citizen.does(OpenFindTicket(), NumberTyped("a-0 12/345678"))
    assert citizen.state.my_ticket.number == "A01234"
    citizen.does(NumberTyped(BACK))
    assert citizen.state.my_ticket.number == "A0123"


def test_help_is_there_without_the_server_and_leads_to_a_number_with_it(citizen: Citizen) -> None:
    assert citizen.does(OpenHelp(), PickQueue("social")).page == "confirm"
    assert citizen.does(Back()).page == "help"
    citizen.does(GoHome(), Connected(False))
    assert "help" in citizen.state.tiles and "help" not in citizen.state.out_of_order
