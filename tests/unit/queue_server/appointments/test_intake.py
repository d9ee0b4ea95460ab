"""Many appointments come in beside a hall at work: a few at a time, and seen together or not at all."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event

from queue_server.appointments import booking, repository
from queue_server.appointments.intake import ABANDONED, delete_abandoned, take_in
from queue_server.appointments.offer import Offer
from queue_server.appointments.repository import Booking, NotBooked
from queue_server.codes.signer import Signer
from queue_server.store import tables
from tests.bed import Bed

MANY = 400


def bookings(bed: Bed, number: int, **more: Any) -> list[tuple[int, Booking]]:
    """So many bookings of as many persons for tomorrow, each with the row in which it stands."""
    at = bed.clock.now + timedelta(days=1)
    return [
        (
            row,
            Booking(
                **{
                    "reference": f"YY-{row}",
                    "queue": "household",
                    "starts_at": at,
                    "ends_at": at + timedelta(minutes=30),
                    "name": "张三",
                    "person": f"person {row}",
                }
                | more
            ),
        )
        for row in range(2, number + 2)
    ]


def seen(bed: Bed) -> int:
    """How many appointments anybody sees."""
    with bed.database.look() as connection:
        return len(repository.between(connection, bed.clock.now, bed.clock.now + timedelta(days=3)))


def test_a_hall_goes_on_while_thousands_of_appointments_come_in(bed: Bed) -> None:
    wanted = bookings(bed, 3000)
    intake = threading.Thread(target=take_in, args=(bed.database, bed.hall.config, wanted, bed.clock.now))
    intake.start()
    while intake.is_alive():
        bed.issue()
        assert seen(bed) in (0, 3000), "all of them or none"
    intake.join()
    assert seen(bed) == 3000


def test_no_transaction_of_an_intake_is_long(bed: Bed) -> None:
    rows: list[int] = []

    def began(_connection: Connection) -> None:
        rows.append(0)

    def executed(
        _connection: Connection, _cursor: object, statement: str, parameters: Any, _context: object, many: bool
    ) -> None:
        if statement.startswith("INSERT INTO appointments"):
            rows[-1] += len(parameters) if many else 1

    event.listen(bed.database.writer, "begin", began)
    event.listen(bed.database.writer, "before_cursor_execute", executed)
    take_in(bed.database, bed.hall.config, bookings(bed, 3000), bed.clock.now)
    assert sum(rows) == 3000 and max(rows) <= 1000
    assert len(rows) > 5, "and it begins with few"


def test_when_one_cannot_be_taken_none_is_kept(bed: Bed) -> None:
    """Somebody books for one of the persons between the look and the last row."""
    wanted = bookings(bed, MANY)
    late = Booking(**wanted[-1][1].model_dump() | {"reference": "other"})

    def once(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO intakes"):
            booking.book(connection, bed.ledger.signer, [late], offer=Offer.of(bed.hall.config), now=bed.clock.now)

    event.listen(bed.database.writer, "after_cursor_execute", once)
    with pytest.raises(NotBooked) as refused:
        take_in(bed.database, bed.hall.config, wanted, bed.clock.now)
    assert [(problem.row, problem.key) for problem in refused.value.problems] == [(MANY + 1, "person")]
    assert seen(bed) == 1
    assert bed.rows("SELECT count(*) FROM appointments")[0][0] == 1
    assert bed.rows("SELECT count(*) FROM intakes")[0][0] == 0


def test_what_a_program_that_died_has_left_is_not_seen_and_goes(bed: Bed) -> None:
    wanted = bookings(bed, MANY)
    ready = booking.prepare(bed.ledger.signer, wanted, offer=Offer.of(bed.hall.config), now=bed.clock.now)
    with bed.database.writer.begin() as connection:
        connection.execute(tables.intakes.insert(), {"id": "dead", "at": bed.clock.now})
        booking.add(connection, [one.appointment for one in ready[:100]], "dead")
    with bed.database.look() as connection:
        one = ready[0].appointment
        assert repository.find(connection, one.id) is None
        assert repository.of_reference(connection, one.reference or "") is None
        until = bed.clock.now + timedelta(days=3)
        assert repository.of_person(connection, bed.ledger.signer, "person 2", bed.clock.now, until) == []
    assert seen(bed) == 0
    with pytest.raises(NotBooked, match="just being taken in"):
        take_in(bed.database, bed.hall.config, wanted[:3], bed.clock.now)
    bed.clock.advance(seconds=1 + ABANDONED.total_seconds())
    delete_abandoned(bed.database, bed.clock.now)
    assert bed.rows("SELECT count(*) FROM appointments")[0][0] == 0
    assert len(take_in(bed.database, bed.hall.config, wanted, bed.clock.now)) == MANY == seen(bed)


def test_handed_over_again_they_are_the_same_appointments(bed: Bed) -> None:
    first = take_in(bed.database, bed.hall.config, bookings(bed, MANY), bed.clock.now)
    again = take_in(bed.database, bed.hall.config, bookings(bed, MANY), bed.clock.now)
    assert [one.appointment.id for one in first] == [one.appointment.id for one in again]
    assert seen(bed) == MANY


def test_every_problem_of_a_file_is_named_with_its_row(bed: Bed) -> None:
    take_in(bed.database, bed.hall.config, bookings(bed, 1), bed.clock.now)
    wanted = bookings(bed, 5, person="one")  # the first of them was taken in before: it stays as it is
    wanted[4] = (6, bookings(bed, 1, queue="nowhere", reference="other")[0][1])
    with pytest.raises(NotBooked) as refused:
        take_in(bed.database, bed.hall.config, wanted, bed.clock.now)
    assert [(problem.row, problem.key) for problem in refused.value.problems] == [
        *((4, "person"), (5, "person"), (6, "queue"), (6, "person"))
    ]
    assert isinstance(bed.ledger.signer, Signer) and seen(bed) == 1
