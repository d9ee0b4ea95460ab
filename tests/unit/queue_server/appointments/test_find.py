"""Finding an appointment by its number and the last four of an ID number: by whom it concerns, and by nobody who guesses."""

from __future__ import annotations

from datetime import timedelta

import pytest

from contract.wire.answers import Answer
from queue_server.appointments.repository import Appointment
from tests.bed import Bed
from tests.unit.queue_server.appointments.test_offer import book

PERSON = "62052419900101002X"


def booked(bed: Bed, **more: str) -> Appointment:
    """An appointment in a quarter of an hour."""
    return book(bed, bed.clock.now + timedelta(minutes=15), **more)


def found(bed: Bed, number: str, last_four: str = "002X") -> Answer:
    return bed.ask("find-appointment", number=number, last_four=last_four, terminal="kiosk-1")


def said(answer: Answer) -> str:
    assert answer.error is not None and answer.error.texts is not None
    return answer.error.texts.zh


@pytest.mark.parametrize("typed", ["wx-20-1", "WX-20-1", " ＷＸ-20-1 "])
@pytest.mark.parametrize("last_four", ["002X", "002x"])
def test_an_appointment_is_found_by_either_number_however_it_is_typed_and_checks_in(
    bed: Bed, typed: str, last_four: str
) -> None:
    appointment = booked(bed, reference="WX-20-1", person=PERSON)
    for number in (typed, appointment.id.upper()):
        answer = found(bed, number, last_four)
        assert answer.data is not None, answer
        facts = answer.data["appointment"]
        assert (facts["id"], facts["name"], facts["standing"]) == (appointment.id, "张*", "due")
    given = bed.ok("issue-ticket", queue="household", channel="kiosk", terminal="kiosk-1", appointment=facts["code"])
    assert given["ticket"]["class"] == "appointment"
    assert (found(bed, typed, last_four).data or {})["appointment"]["standing"] == "checked-in"


def test_a_number_without_the_right_four_tells_nothing_and_soon_waits(bed: Bed) -> None:
    booked(bed, reference="WX-20-1", person=PERSON)
    unknown = [said(found(bed, "WX-20-2")) for _ in range(2)]
    known = [said(found(bed, "WX-20-1", "0022")) for _ in range(5)]
    assert known[:2] == unknown == [f"预约编号和证件号码后四位对不上，请核对。还可以再试 {left} 次。" for left in (4, 3)]
    late = found(bed, "WX-20-1")
    assert late.error is not None and late.error.code == "limit-reached", "after so many not even the right one"
    bed.clock.advance(minutes=1)
    assert found(bed, "WX-20-1").status == "ok"


def test_without_an_id_number_on_file_the_halls_own_number_is_enough_and_the_platforms_is_not(bed: Bed) -> None:
    appointment = booked(bed, reference="WX-20-1")
    assert found(bed, appointment.id).status == "ok"
    assert "对不上" in said(found(bed, "WX-20-1"))


def test_an_appointment_from_before_the_last_four_were_kept_is_checked_in_by_its_code_alone(bed: Bed) -> None:
    appointment = booked(bed, reference="WX-20-1", person=PERSON)
    with bed.database.writer.begin() as connection:
        connection.exec_driver_sql("UPDATE appointments SET last_four = NULL")
    for number in ("WX-20-1", appointment.id):
        assert "对不上" in said(found(bed, number))


def test_the_four_are_kept_as_a_code_that_another_appointment_does_not_share(bed: Bed) -> None:
    one, other = booked(bed, person=PERSON), booked(bed, person="11010119800103002X")
    kept = {row[0] for row in bed.rows("SELECT last_four FROM appointments")}
    assert len(kept) == 2 and one.last_four != other.last_four
    assert not any("002X" in (text or "") for text in kept)
