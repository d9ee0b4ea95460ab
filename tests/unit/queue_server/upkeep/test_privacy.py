"""Personal data at rest, on screens, in logs, and after its time."""

from __future__ import annotations

import io
import logging
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table, insert, select

from contract import number_masking
from queue_server import privacy
from queue_server.privacy import NoKey, NotReadable, Sealer, key
from queue_server.store.database import BadDatabase, Database, sqlite_url
from queue_server.store.hall_key import hall_key, seal_hall_key
from queue_server.store.tables import Instant
from queue_server.upkeep.personal_data import RetentionRule, delete_expired

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


def test_a_sealed_value_is_read_again_and_never_looks_the_same_twice() -> None:
    sealer = Sealer(b"k" * 32)
    first, second = (sealer.seal("620524199001011234", "cases.id_number") for _ in range(2))
    assert sealer.open(first, "cases.id_number") == sealer.open(second, "cases.id_number") == "620524199001011234"
    assert first != second and b"1990" not in first


@pytest.mark.parametrize("place", range(1 + 12 + 18 + 16))
def test_one_changed_byte_makes_a_value_unreadable(place: int) -> None:
    sealer = Sealer(b"k" * 32)
    sealed = bytearray(sealer.seal("620524199001011234", "cases.id_number"))
    sealed[place] ^= 1
    with pytest.raises(NotReadable, match=r"cases\.id_number"):
        sealer.open(bytes(sealed), "cases.id_number")


def test_a_value_cannot_be_moved_to_another_place_or_read_with_another_key() -> None:
    sealed = Sealer(b"k" * 32).seal("张三", "cases.name")
    with pytest.raises(NotReadable):
        Sealer(b"k" * 32).open(sealed, "appointments.name")
    with pytest.raises(NotReadable, match="another key"):
        Sealer(b"j" * 32).open(sealed, "cases.name")


def test_the_index_finds_the_same_number_however_it_was_typed_and_only_in_its_place() -> None:
    sealer = Sealer(b"k" * 32)
    assert sealer.index("62052419900101123x", "a") == sealer.index(" 620524 19900101 123X", "a")
    assert sealer.index("620524199001011234", "a") != sealer.index("620524199001011234", "b")
    assert sealer.index("620524199001011234", "a") != Sealer(b"j" * 32).index("620524199001011234", "a")


def test_the_key_is_made_once_and_nobody_else_can_read_it(tmp_path: Path) -> None:
    made = privacy.key(tmp_path, "")
    assert len(made) == 32 and privacy.key(tmp_path, "") == made
    assert (tmp_path / privacy.KEY_NAME).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [privacy.KEY_NAME]


def test_a_key_in_the_credentials_of_the_service_comes_first(tmp_path: Path) -> None:
    privacy.key(tmp_path, "")
    given = tmp_path / "credentials"
    given.mkdir()
    (given / privacy.KEY_NAME).write_bytes(b"c" * 32)
    assert privacy.key(tmp_path, str(given)) == b"c" * 32


def test_a_key_that_others_can_read_or_that_is_cut_short_is_refused_with_what_to_do(tmp_path: Path) -> None:
    privacy.key(tmp_path, "")
    path = tmp_path / privacy.KEY_NAME
    path.chmod(0o644)
    with pytest.raises(NoKey, match="chmod 600"):
        privacy.key(tmp_path, "")
    path.write_bytes(b"short")
    path.chmod(0o600)
    with pytest.raises(NoKey, match="holds 5"):
        privacy.key(tmp_path, "")
    with pytest.raises(NoKey, match="cannot be read"):
        privacy.key(tmp_path / "nowhere", "")


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("620524199001011234", "620***********1234"),
        ("62052419900101123X", "620***********123X"),
        ("620524900101123", "620********1123"),
        ("E12345678", "E******78"),
        ("12", "**"),
        ("", ""),
    ],
)
def test_an_identity_number_shows_its_ends_only(number: str, shown: str) -> None:
    assert number_masking.mask_id(number) == shown


@pytest.mark.parametrize(
    ("number", "shown"), [("13812345678", "138****5678"), ("138 1234 5678", "138****5678"), ("8812345", "*****45"), ("1", "*")]
)
def test_a_telephone_number_hides_its_middle(number: str, shown: str) -> None:
    assert number_masking.mask_phone(number) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("身份证620524199001011234，电话13812345678", "身份证620***********1234，电话138****5678"),
        ("id=62052419900101123x;", "id=620***********123x;"),
        ("call +86 138-1234-5678 now", "call +86 138****5678 now"),
        ("old card 620524900101123", "old card 620********1123"),
        ("ticket 20261122-a001 at 1763779200.123456", "ticket 20261122-a001 at 1763779200.123456"),
        ("seq 1763779200123 session 5f13812345678ab0", "seq 1763779200123 session 5f13812345678ab0"),
        ("reader CHN620190010112 or CHN 620190010112", "reader CHN********0112 or CHN********0112"),
        ("permit H12345678, M1234567890", "permit H******78, M********90"),
        ("证件EA1234567，E12345678，G12345678", "证件E******67，E******78，G******78"),
        ("card A123456(7) read", "card A*******7) read"),
        ("620524 19900101 1231 / 620524-19900101-123x", "620***********1231 / 620***********123x"),
        ("号码６２０５２４１９９００１０１１２３１，", "号码620***********1231，"),
        ("电话１３８１２３４５６７８", "电话138****5678"),
        ("wrong month 620524199013010027", "wrong month 620***********0027"),
        ("id 3f2504e0-4f89-41d3-9a0c-0305e82c3301 of A001", "id 3f2504e0-4f89-41d3-9a0c-0305e82c3301 of A001"),
        ("item 11620524MB1234567890000000000001", "item 11620524MB1234567890000000000001"),
    ],
)
def test_a_text_is_masked_where_it_names_a_person_and_nowhere_else(text: str, shown: str) -> None:
    assert number_masking.mask_in(text) == shown


def test_nothing_personal_reaches_the_log_not_even_in_an_exception() -> None:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    log = logging.getLogger("test_privacy")
    log.propagate = False
    log.addHandler(handler)
    before = logging.getLogRecordFactory()
    number_masking.mask_logs()
    try:
        log.warning("%s rang from %s", "620524199001011234", 13812345678)
        try:
            raise ValueError("no case of 620524199001011234")
        except ValueError:
            log.exception("could not be found: %s", {"phone": "13812345678"})
        log.warning("%d is broken formatting", "13812345678")
    finally:
        logging.setLogRecordFactory(before)
        log.removeHandler(handler)
    written = out.getvalue()
    assert "620***********1234" in written and "138****5678" in written and "Traceback" in written
    assert "19900101" not in written and "13812345678" not in written


def test_personal_data_goes_when_its_time_is_over_and_not_before(tmp_path: Path) -> None:
    metadata = MetaData()
    cases = Table(
        "matters",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("closed_at", Instant),
        Column("name", LargeBinary),
        Column("state", String(8)),
    )
    visits = Table("visits", metadata, Column("id", Integer, primary_key=True), Column("at", Instant))
    database = Database(sqlite_url(tmp_path))
    database.open()
    metadata.create_all(database.writer)
    ages = [29, 30.5, 400]
    with database.writer.begin() as connection:
        for number, age in enumerate(ages):
            at = NOW - timedelta(days=age)
            connection.execute(
                insert(cases).values(id=number, closed_at=at, name=b"sealed", state="closed" if age > 30 else "open")
            )
            connection.execute(insert(visits).values(id=number, at=at))
        connection.execute(insert(cases).values(id=9, closed_at=NOW - timedelta(days=400), name=b"sealed", state="open"))
    kept = [
        RetentionRule(cases, cases.c.closed_at, 30, {"name": None}, cases.c.state == "closed"),
        RetentionRule(visits, visits.c.at, 365),
    ]
    assert delete_expired(database, kept, NOW) == 2 + 1
    assert delete_expired(database, kept, NOW) == 0
    with database.look() as connection:
        assert connection.execute(select(cases.c.id).where(cases.c.name.is_not(None)).order_by("id")).scalars().all() == [0, 9]
        assert connection.execute(select(visits.c.id)).scalars().all() == [0, 1]
    database.close()


def test_two_programs_that_start_together_use_one_key(tmp_path: Path) -> None:
    made = {privacy.key(tmp_path, "") for _ in range(3)}
    privacy.make_key(tmp_path / privacy.KEY_NAME)
    assert made == {privacy.key(tmp_path, "")}
    assert [path.name for path in tmp_path.iterdir()] == [privacy.KEY_NAME]


def opened(folder: Path, sealer: Sealer | None) -> Database:
    database = Database(sqlite_url(folder), sealer)
    database.open()
    return database


def kept_key(folder: Path) -> bytes:
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as connection:
        return bytes(connection.execute("SELECT value FROM secrets WHERE name = 'ticket-key'").fetchone()[0])


def test_the_halls_key_is_sealed_in_the_ledger_and_stays_the_same(tmp_path: Path) -> None:
    sealer = Sealer(key(tmp_path))
    with closing(opened(tmp_path, sealer)) as database, database.writer.begin() as connection:
        made = hall_key(connection)
    assert made.hex().encode() not in kept_key(tmp_path) and made not in kept_key(tmp_path)
    with closing(opened(tmp_path, sealer)) as database, database.look() as connection:
        assert hall_key(connection) == made


def test_a_plain_key_of_an_earlier_version_is_sealed_and_leaves_no_trace(tmp_path: Path) -> None:
    with closing(opened(tmp_path, None)) as database, database.writer.begin() as connection:
        made = hall_key(connection)
    assert kept_key(tmp_path) == made
    with closing(opened(tmp_path, Sealer(key(tmp_path)))) as database, database.writer.begin() as connection:
        seal_hall_key(connection)
        assert hall_key(connection) == made
    assert len(kept_key(tmp_path)) > len(made)
    assert made not in (tmp_path / "ledger.sqlite").read_bytes()


def test_a_lost_key_is_named_with_what_to_do(tmp_path: Path) -> None:
    with closing(opened(tmp_path, Sealer(key(tmp_path)))) as database, database.writer.begin() as connection:
        hall_key(connection)
    (tmp_path / "personal-data.key").unlink()
    for sealer in (Sealer(key(tmp_path)), None):
        with (
            closing(opened(tmp_path, sealer)) as database,
            database.look() as connection,
            pytest.raises(BadDatabase, match=r"personal-data\.key.*Put that key back from the backup"),
        ):
            hall_key(connection)
