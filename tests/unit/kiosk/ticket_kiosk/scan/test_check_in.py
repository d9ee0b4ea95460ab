"""A citizen checks in by the number of the appointment. Pure flow. What is typed: test_typed_number.py."""

from __future__ import annotations

import pytest

from contract.wire.answers import Answer
from kiosk.flow.event import Answered, Connected
from kiosk.ticket_kiosk.events import Back
from kiosk.ticket_kiosk.scan.state import OpenCheckIn, OpenScan, ScannerIs, SubmitCheckIn
from kiosk.ticket_kiosk.state import KioskState
from kiosk.ticket_kiosk.typed_number import FieldTyped, PickField
from tests.unit.kiosk.ticket_kiosk.at_kiosk import AtKiosk
from tests.unit.kiosk.ticket_kiosk.test_flow import FIRST

CODE = "JHA.testhall.abcdefghjk.AAAAAAAAAAAA"


def found(standing: str) -> Answer:
    at = "2026-11-23T10:00:00+08:00"
    facts = {"id": "abcdefghjk", "queue": "social", "item": None, "name": "张*", "starts_at": at, "ends_at": at, "ticket": None}
    return Answer("ok", data={"appointment": facts | {"standing": standing, "opens_at": at, "code": CODE}})


def asks(citizen: AtKiosk) -> KioskState:
    typed = (FieldTyped("wx-20-1"), PickField("last_four"), FieldTyped("002x"))
    return citizen.does(OpenCheckIn(), *typed, SubmitCheckIn())


def test_an_appointment_in_time_becomes_a_number_without_another_tap() -> None:
    asks(citizen := AtKiosk())
    state = citizen.does(Answered(FIRST, found("due")))
    verb, body = citizen.asked[-1].verb, citizen.asked[-1].body
    assert (state.page, verb, body["queue"], body["appointment"]) == ("printing", "issue-ticket", "social", CODE)


def test_one_that_is_checked_in_is_looked_up_by_its_code() -> None:
    asks(citizen := AtKiosk())
    state = citizen.does(Answered(FIRST, found("checked-in")))
    assert state.page == "check-in"
    assert citizen.asked[-1].body == {"queue": "social", "channel": "phone", "appointment": CODE}


@pytest.mark.parametrize("standing", ["early", "late", "over", "cancelled", "no-show"])
def test_any_other_shows_the_appointment_and_back_the_number_without_the_last_four(standing: str) -> None:
    asks(citizen := AtKiosk())
    state = citizen.does(Answered(FIRST, found(standing)))
    assert (state.shown, len(citizen.asked)) == ("appointment", 1)
    state = citizen.does(Back())
    assert (state.page, state.scan.typed.number, state.scan.typed.last_four) == ("check-in", "WX-20-1", "")


def test_the_way_there_is_on_the_scan_page_or_a_tile_where_there_is_no_scanner() -> None:
    citizen = AtKiosk()
    assert "check-in" in citizen.state.tiles and "scan" not in citizen.state.tiles
    citizen.does(ScannerIs("camera-1", "unreachable"), OpenScan())
    assert citizen.does(OpenCheckIn()).page == "check-in", "also while the scanner is out of order"
    assert citizen.does(Back()).page == "scan"
    away = AtKiosk()
    away.does(Connected(False))
    assert "check-in" in away.state.out_of_order and away.does(OpenCheckIn()).page == "interrupted"
