"""When its time is over, what people left behind is in no file any more: not in a row, a free page or a write-ahead log."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from contract.wire.case import Case
from kiosk.ticket_kiosk.a4_print.job_store import ENDED, JobState, JobStore
from queue_server.appointments.intake import take_in
from queue_server.appointments.repository import Booking
from queue_server.backup.make import BackupSource, make
from queue_server.backup.sealed_file import PassphraseKey
from queue_server.cases import intake as cases
from queue_server.codes.seal import code_of
from queue_server.privacy import key
from queue_server.store.tables.columns import metadata
from queue_server.upkeep.personal_data import delete_expired, retention_rules
from tests.bed import MONDAY_MORNING, Bed

RATING, ITEM, HANDLER, REASON = "请回电给标记人戊", "标记事项甲", "标记经办人乙", "标记理由丙"
NAME, NUMBER = "欧阳娜娜", "620524199001010011"
MARKS = [mark.encode() for mark in (RATING, ITEM, HANDLER, REASON, "欧阳", "YY-标记", "WS-MARKED")]
"""What is in the files as long as it is needed: masked names, words of a rating, the contents and the number of a case."""
FILLING = 60
"""Others beside the one who is marked, so that rows are moved from page to page."""


def found(folder: Path) -> set[str]:
    """The marks that some file below a folder holds, with the files."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {f"{mark.decode()} in {path.name}" for path in files for mark in MARKS if mark in path.read_bytes()}


def kept(bed: Bed, folder: Path) -> set[str]:
    """The marks that some file below a folder holds, or some row of the database, wherever that keeps its files."""
    rows = set()
    with bed.database.look() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)):
                text = b" ".join(value if isinstance(value, bytes) else str(value).encode() for value in row)
                rows |= {f"{mark.decode()} in {table.name}" for mark in MARKS if mark in text}
    return found(folder) | rows


def test_nothing_that_people_left_is_in_any_file_or_row_of_the_server_when_its_time_is_over(bed: Bed, tmp_path: Path) -> None:
    leave_everything(bed)
    assert {mark.partition(" in ")[0] for mark in kept(bed, tmp_path)} == {mark.decode() for mark in MARKS}
    disk, before = tmp_path / "second disk", found(tmp_path)
    disk.mkdir()
    source = BackupSource("testhall", tmp_path / "hall", tmp_path, key(tmp_path), bed.database)
    make(source, PassphraseKey.of("four words are easy", log_n=4), disk, bed.clock.now)
    assert found(tmp_path) == before, "a backup is sealed, and nothing is left of the folder in which it was made"
    bed.pass_time(days=1)
    bed.clock.advance(days=400)
    delete_expired(bed.database, retention_rules(bed.hall.config), bed.clock.now)
    assert bed.database.scrub()
    assert kept(bed, tmp_path) == set()
    assert bed.rows("SELECT count(*) FROM ratings")[0][0] == FILLING + 1, "level and reasons of a rating stay"


def leave_everything(bed: Bed) -> None:
    """Go through every door: book, check in, ask after a case, scan, rate; one who is marked among others."""
    for number in range(FILLING + 1):
        marked, at = number == FILLING // 2, bed.clock.now
        booking = {
            "queue": "household",
            "starts_at": at,
            "ends_at": at + timedelta(minutes=30),
            "name": NAME if marked else "张三",
            "person": NUMBER if marked else f"person {number}",
            "reference": "YY-标记" if marked else f"YY-{number}",
        }
        [made] = take_in(bed.database, bed.hall.config, [(0, Booking.model_validate(booking))], bed.clock.now)
        case = case_of("WS-MARKED" if marked else f"WS-{number}", marked)
        cases.take_in(bed.database, [(0, case)], bed.clock.now)
        bed.ok("scan", code=made.code, terminal="kiosk-1")
        bed.ok("issue-ticket", queue="household", channel="web", appointment=made.code)
        bed.ok("find-case", number=case.number, last_four=NUMBER[-4:], terminal="kiosk-1")
        bed.ok("scan", code=code_of(bed.ledger.signer, "case", "testhall", case.number), terminal="kiosk-1")
        bed.clock.advance(seconds=1)
        service = bed.serve(minutes=0.2)
        bed.ok("rate", service=service, level=1, channel="tablet", reasons=["108"], text=RATING if marked else "太慢")


def case_of(number: str, marked: bool) -> Case:
    """A case; one that is marked says so in every text."""
    more = {"item": ITEM, "handler": HANDLER, "reason": REASON, "applicant": NAME} if marked else {}
    fields: dict[str, Any] = {
        "number": number,
        "item": "食品经营许可",
        "state": "accepted",
        "department": "市场监管局",
        "applicant": "张三",
        "id_last_four": NUMBER[-4:],
        "person": NUMBER,
        "received_on": "2026-11-20",
        "handler": "工号0103",
    }
    return Case.model_validate(fields | more)


@pytest.mark.parametrize("end", sorted(ENDED))
def test_a_paper_is_in_no_file_of_the_kiosk_when_its_job_has_ended(tmp_path: Path, end: JobState) -> None:
    store = JobStore(tmp_path / "spool.sqlite")
    store.open()
    document = b"%PDF " + MARKS[0] * 5000
    for number in range(5):
        job = store.add(
            title=f"{number}", document=document, pages=1, copies=1, person="", day=date(2026, 11, 23), now=MONDAY_MORNING
        )
        assert found(tmp_path)
        if end == "cancelled" and number % 2:
            store.want_stop(job.id)
        else:
            store.move(job, end)
        assert found(tmp_path) == set()
    store.close()
    assert found(tmp_path) == set()
