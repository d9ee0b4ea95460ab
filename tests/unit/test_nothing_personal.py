"""Whoever books, checks in, asks after a case and rates leaves no name, identity number or telephone number behind."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from contract.wire.case import Case
from queue_server.appointments import booking as appointments
from queue_server.appointments.offer import Offer
from queue_server.appointments.repository import Booking
from queue_server.broker.publisher import Publisher
from queue_server.broker.retained import RetainedTopics
from queue_server.cases import repository as cases
from queue_server.codes.seal import code_of
from queue_server.upkeep.personal_data import REQUEST_DAYS, delete_expired, expiry, retention_rules
from tests.bed import Bed

NAME, NUMBER, TELEPHONE = "欧阳娜娜", "62052419900101002X", "13812345678"
SECRETS = (NAME.encode(), "娜娜".encode(), NUMBER.encode(), b"19900101", TELEPHONE.encode())


@pytest.fixture
def lived(bed: Bed) -> Bed:
    """A ledger in which somebody has had an appointment, a case and a bad rating."""
    now = bed.clock.now
    signer = bed.ledger.signer
    booking = Booking(queue="household", starts_at=now, ends_at=now + timedelta(minutes=30), name=NAME, person=NUMBER)
    case = Case.model_validate(
        {
            "number": "WS-1",
            "item": "食品经营许可",
            "state": "accepted",
            "department": "市场监管局",
            "applicant": NAME,
            "id_last_four": NUMBER[-4:],
            "person": NUMBER,
            "received_on": "2026-11-20",
            "handler": "工号0103",
        }
    )
    with bed.database.writer.begin() as connection:
        [made] = appointments.book(connection, signer, [booking], offer=Offer.of(bed.hall.config), now=now)
        cases.put(connection, signer, [case], now)
    code = code_of(signer, "appointment", "testhall", made.id)
    bed.ok("scan", code=code, terminal="kiosk-1")
    bed.ok("issue-ticket", queue="household", channel="web", appointment=code)
    bed.ok("find-case", number="WS-1", last_four=NUMBER[-4:], terminal="kiosk-1")
    bed.issue()
    service = bed.serve()
    bed.ok("rate", service=service, level=1, channel="tablet", reasons=["108"], text="态度不好")
    return bed


def test_the_ledger_and_what_is_published_hold_nothing_personal(lived: Bed, tmp_path: Path) -> None:
    sent: list[bytes] = []
    publisher = Publisher(
        lived.ledger,
        RetainedTopics(),
        lambda topic, payload, *_: sent.append(topic.encode() + b" " + payload),
        clock=lambda: lived.clock.now,
        monotonic=lambda: lived.clock.monotonic,
    )
    publisher.everything()
    lived.ask("call-next", window="01")
    publisher.publish(lived.changes)
    publisher.pass_time()
    assert len(sent) > 5
    written = b"\n".join(sent)
    for table in ("tickets", "periods", "services", "ratings", "events", "requests", "appointments", "cases", "wrong_guesses"):
        rows = lived.rows(f"SELECT * FROM {table}")
        written += repr([tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in rows]).encode()
    assert "欧阳".encode() in written, "the masked name is what is kept"
    for secret in SECRETS:
        assert secret not in written


def test_what_is_over_is_deleted_and_what_is_not_stays(lived: Bed) -> None:
    def left() -> list[int]:
        counted = ("requests", "appointments", "cases", "ratings WHERE text != ''", "ratings")
        return [lived.rows(f"SELECT count(*) FROM {what}")[0][0] for what in counted]

    days = lived.hall.config.privacy
    data = retention_rules(lived.hall.config)
    begun = lived.clock.now
    kept = left()
    assert kept[0] > 1 and kept[1:] == [1, 1, 1, 1]
    assert delete_expired(lived.database, data, begun + timedelta(days=REQUEST_DAYS - 1)) == 0
    assert delete_expired(lived.database, data, begun + timedelta(days=REQUEST_DAYS + 1)) == kept[0]
    assert left() == [0, 1, 1, 1, 1], "whether or not a ticket has expired meanwhile"
    assert delete_expired(lived.database, data, begun + timedelta(days=days.appointment_days - 1)) == 0
    delete_expired(lived.database, data, begun + timedelta(days=days.appointment_days + 1))
    assert left() == [0, 0, 1, 1, 1]
    delete_expired(lived.database, data, begun + timedelta(days=days.case_days + 1))
    assert left() == [0, 0, 0, 1, 1]
    delete_expired(lived.database, data, begun + timedelta(days=days.rating_text_days + 1))
    assert left() == [0, 0, 0, 0, 1], "level and reasons of the rating stay"


def test_expiry_goes_on_and_survives_a_database_in_trouble(lived: Bed) -> None:
    asked = threading.Semaphore(0)
    moments = [lived.clock.now, lived.clock.now + timedelta(days=4000)]

    def clock():  # type: ignore[no-untyped-def]
        asked.release()
        return moments.pop(0) if len(moments) > 1 else moments[0]

    with lived.database.writer.begin() as connection:
        connection.execute(text("ALTER TABLE cases RENAME TO hidden"))
    job = expiry(lived.database, lived.hall.config, clock, every_s=0.01)
    job.open()
    for _ in range(2):
        assert asked.acquire(timeout=60)
    with lived.database.writer.begin() as connection:
        connection.execute(text("ALTER TABLE hidden RENAME TO cases"))
    while asked.acquire(blocking=False):
        pass
    for _ in range(2):  # when the second round after the mend begins, the first has ended
        assert asked.acquire(timeout=60)
    job.close()
    assert lived.rows("SELECT count(*) FROM cases")[0][0] == 0
