"""The event log cannot be changed afterwards without being found out."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import event, insert, text

from queue_server.logs.audit_log import AuditLog
from queue_server.logs.command import main as audit
from queue_server.logs.hash_chain import EVENTS, WEB_ACTIONS, first_hash, hash_of
from queue_server.logs.verify import Verdict, size, verify
from queue_server.store import tables
from queue_server.store.database import Database, Writer, migrations
from tests.bed import Bed
from tests.ledgers import ledger_in
from tests.web_hall import now


def verdict(bed: Bed, expect: str = "") -> Verdict:
    with bed.database.look() as connection:
        return verify(connection, expect=expect)


def tamper(bed: Bed, sql: str, **values: object) -> None:
    with bed.database.writer.begin() as connection:
        assert connection.execute(text(sql), values).rowcount == 1


def ids(bed: Bed) -> list[int]:
    return [row[0] for row in bed.rows("SELECT id FROM events ORDER BY id")]


@pytest.fixture
def busy(bed: Bed) -> Bed:
    """A ledger with a morning's events in two chains: the server was started twice."""
    bed.issue()
    bed.serve()
    bed = bed.again()
    bed.group(*[("issue-ticket", {"queue": "household", "channel": "web"})] * 5)
    bed.serve()
    return bed


def test_an_untouched_log_is_found_whole_over_a_restart(busy: Bed) -> None:
    found = verdict(busy)
    assert (found.broken, found.chains, found.older) == (None, 2, 0)
    assert found.rows == len(ids(busy)) > 10
    busy.close()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE events SET actor = 'nobody' WHERE id = :id",
        "UPDATE events SET at = at + 1 WHERE id = :id",
        "UPDATE events SET type = 'ticket-voided' WHERE id = :id",
        "UPDATE events SET body = '{}' WHERE id = :id",
        "UPDATE events SET hash = NULL WHERE id = :id",
        "UPDATE events SET chain = '0000000000000000-00000000' WHERE id = :id",
    ],
)
def test_every_changed_row_is_named(busy: Bed, change: str) -> None:
    for place in (0, 3, len(ids(busy)) - 1):
        row = ids(busy)[place]
        with busy.database.writer.connect() as connection:
            transaction = connection.begin()
            connection.execute(text(change), {"id": row})
            found = verify(connection.execution_options())
            transaction.rollback()
        assert found.broken == row, (place, found)
    assert verdict(busy).broken is None
    busy.close()


def test_a_removed_row_is_found_at_the_next_one(busy: Bed) -> None:
    before = ids(busy)
    tamper(busy, "DELETE FROM events WHERE id = :id", id=before[4])
    found = verdict(busy)
    assert found.broken == before[5] and "removed" in found.why
    busy.close()


def test_a_removed_chain_is_found_at_the_one_that_followed_it(busy: Bed) -> None:
    chains = [row[0] for row in busy.rows("SELECT DISTINCT chain, min(id) FROM events GROUP BY chain ORDER BY min(id)")]
    first_left = busy.rows(f"SELECT min(id) FROM events WHERE chain = '{chains[1]}'")[0][0]
    with busy.database.writer.begin() as connection:
        connection.execute(text("DELETE FROM events WHERE chain = :chain"), {"chain": chains[0]})
    found = verdict(busy)
    assert found.broken == first_left and "missing" in found.why
    busy.close()


def test_rows_cut_off_the_end_are_found_by_whoever_noted_the_end(busy: Bed) -> None:
    end = verdict(busy).end
    assert verdict(busy, end).broken is None
    tamper(busy, "DELETE FROM events WHERE id = :id", id=ids(busy)[-1])
    assert verdict(busy).broken is None
    assert verdict(busy, end).broken is None and not verdict(busy, end).found
    busy.close()


def test_an_inserted_row_is_found(busy: Bed) -> None:
    last = busy.rows("SELECT at, actor, chain FROM events ORDER BY id DESC LIMIT 1")[0]
    tamper(
        busy,
        "INSERT INTO events (at, type, actor, body, chain, hash) VALUES (:at, 'ticket-called', :actor, :body, :chain, :hash)",
        at=last[0],
        actor=last[1],
        chain=last[2],
        body=json.dumps({"ticket": "x"}),
        hash=b"\1" * 32,
    )
    assert verdict(busy).broken == ids(busy)[-1]
    busy.close()


@pytest.fixture
def grown(bed: Bed) -> Bed:
    """A ledger that was begun by a version without chains: two events of it have no hash."""
    with bed.database.writer.connect() as connection:
        command.downgrade(migrations(connection), "0020")
        connection.execute(text("DELETE FROM events"))
        for at in (1, 2):
            old = "INSERT INTO events (at, type, actor, body) VALUES (:at, 'ticket-issued', 'old', '{}')"
            connection.execute(text(old), {"at": at})
        connection.commit()
    bed = bed.again()
    bed.issue()
    return bed


def test_events_from_before_there_was_a_chain_are_counted_and_not_blamed(grown: Bed) -> None:
    found = verdict(grown)
    assert (found.broken, found.older, found.rows) == (None, 2, 3)
    grown.close()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("INSERT INTO events (id, at, type, actor, body) VALUES (0, 1, 'ticket-cancelled', 'admin', '{}')", "added"),
        ("DELETE FROM events WHERE at = 1", "added"),
        ("UPDATE events SET hash = NULL, chain = NULL, actor = 'admin' WHERE hash IS NOT NULL", "no-hash"),
        ("DELETE FROM log_beginnings WHERE log = 'events'", "no-beginning"),
        ("UPDATE log_beginnings SET first = first + 1, older = older + 1 WHERE log = 'events'", "no-beginning"),
        ("UPDATE log_beginnings SET keyed = keyed + 9 WHERE log = 'events'", "no-beginning"),
        ("UPDATE log_beginnings SET first = 99, mac = x'' WHERE log = 'events'", "no-beginning"),
    ],
)
def test_a_proof_that_is_not_there_is_a_fault_also_after_a_restart(grown: Bed, change: str, reason: str) -> None:
    if grown.database.shared:
        change = change.replace("x''", "''::bytea")
    tamper(grown, change)
    for bed in (grown, grown.again()):
        assert verdict(bed).broken is not None and verdict(bed).reason == reason
    bed.close()


def test_whoever_has_no_key_makes_no_row(busy: Bed) -> None:
    """Everything that stands in the database and in the program is known to whoever writes this row, but the key."""
    last = busy.rows("SELECT at, actor, chain, hash FROM events ORDER BY id DESC LIMIT 1")[0]
    row = {"at": now(), "type": "ticket-cancelled", "actor": "admin", "body": {}}
    fresh = f"{bytes(last[3])[:8].hex()}-00000000"
    for chain, before in (
        (last[2], bytes(last[3])),
        (fresh, first_hash(fresh, b"")),
        (f"{fresh}k", first_hash(f"{fresh}k", b"")),
    ):
        with busy.database.writer.connect() as connection:
            forged = row | {"chain": chain, "hash": hash_of(before, chain, EVENTS.content(row), b"")}
            connection.execute(insert(tables.events), forged)
            assert verify(connection).reason in ("changed", "no-hash"), chain
            connection.rollback()
    busy.close()


def test_after_a_failed_commit_the_log_goes_on_in_another_chain(bed: Bed, monkeypatch: pytest.MonkeyPatch) -> None:
    before = verdict(bed).rows
    transaction = Writer.transaction
    monkeypatch.setattr(Writer, "transaction", _lost_answer(transaction))
    assert bed.refused("issue-ticket", queue="household", channel="web") == "internal"
    monkeypatch.setattr(Writer, "transaction", transaction)
    bed.issue()
    found = verdict(bed)
    assert (found.broken, found.chains, found.rows) == (None, 2, before + 2)


def _lost_answer(transaction: Callable[..., object]) -> Callable[..., object]:
    """Commits, and then the connection is lost before the answer came."""
    from contextlib import contextmanager

    @contextmanager
    def lost(writer: Writer):  # type: ignore[no-untyped-def]
        with transaction(writer) as connection:  # type: ignore[attr-defined]
            yield connection
        raise ConnectionError("the answer to COMMIT was lost")

    return lost


def test_two_servers_on_one_postgresql_write_chains_that_hold_together(hall_folder: Path, postgres: object) -> None:
    url = postgres.new_database()  # type: ignore[attr-defined]
    beds = [Bed(hall_folder, url).open() for _ in range(2)]
    beds[0].issue()

    def work(bed: Bed) -> None:
        for _ in range(15):
            bed.issue()

    threads = [threading.Thread(target=work, args=(bed,)) for bed in beds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = verdict(beds[0])
    assert (found.broken, found.chains, found.rows) == (None, 2, 31)
    for bed in beds:
        bed.close()


def test_the_command_names_the_first_broken_row_and_ends_with_1(
    hall_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bed = Bed(hall_folder, ledger_in(tmp_path)).open()
    for _ in range(3):
        bed.issue()
    assert audit(["verify", "--state", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "3 events in 1 chains are as they were written" in said
    end = said.split("the log of events ends at ")[1].split()[0]
    assert audit(["verify", "--state", str(tmp_path), "--expect", end]) == 0
    assert audit(["verify", "--state", str(tmp_path), "--expect", "0" * 64]) == 1
    assert "rows are missing" in capsys.readouterr().out
    second = ids(bed)[1]
    tamper(bed, "UPDATE events SET actor = 'x' WHERE id = :id", id=second)
    bed.close()
    assert audit(["verify", "--state", str(tmp_path)]) == 1
    assert f"BROKEN at event {second}: " in capsys.readouterr().out


def test_the_command_says_where_there_is_no_ledger(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit(["verify", "--state", str(tmp_path)]) == 2
    assert "--state DIR" in capsys.readouterr().err
    assert not (tmp_path / "ledger.sqlite").exists()


def test_a_chain_reads_the_database_only_when_it_begins(bed: Bed) -> None:
    bed = bed.again()
    looked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith("SELECT events.hash"):
            looked.append(statement)

    event.listen(bed.database.writer, "before_cursor_execute", note)
    for _ in range(3):
        bed.issue()
    assert len(looked) == 1
    bed.close()


def test_the_database_is_left_open_for_nobody(tmp_path: Path) -> None:
    database = Database(ledger_in(tmp_path))
    database.open()
    database.close()
    assert audit(["verify", "--state", str(tmp_path)]) == 0


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(ledger_in(tmp_path))
    database.open()
    yield database
    database.close()


@pytest.fixture
def office(database: Database) -> AuditLog:
    """The audit of a hall in which five things were done on the web pages."""
    log = AuditLog(database, now)
    for number in range(5):
        log.append("admin", "account-create", f"010{number}", detail="角色", address="10.0.0.9")
    return log


def web_verdict(database: Database) -> Verdict:
    with database.reader.connect() as connection:
        return verify(connection, WEB_ACTIONS)


def test_what_is_done_on_the_web_pages_is_chained_from_any_thread(office: AuditLog, database: Database) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: office.append("supervisor", "take-alert", f"alert-{n}"), range(40)))
    found = web_verdict(database)
    assert (found.rows, found.older, found.chains, found.broken) == (45, 0, 1, None)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET account = 'somebody' WHERE id = 3",
        "UPDATE audit SET at = at - 60 WHERE id = 3",
        "UPDATE audit SET subject = '0199' WHERE id = 3",
        "UPDATE audit SET detail = '' WHERE id = 3",
        "UPDATE audit SET hash = NULL WHERE id = 3",
        "DELETE FROM audit WHERE id = 2",
    ],
)
def test_a_deed_that_is_changed_or_taken_out_is_named(
    office: AuditLog, database: Database, tmp_path: Path, statement: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with database.writer.begin() as connection:
        connection.execute(text(statement))
    assert web_verdict(database).broken == 3
    assert audit(["verify", "--state", str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert "BROKEN at web action 3: " in said and "0 events in 0 chains are as they were written" in said


def test_deeds_of_an_earlier_version_have_no_hash_and_are_counted(office: AuditLog, database: Database) -> None:
    with database.writer.connect() as connection:
        command.downgrade(migrations(connection), "0020")
        connection.execute(text("UPDATE audit SET hash = NULL, chain = NULL"))
        connection.commit()
    database.close()
    database.open()
    AuditLog(database, now).append("admin", "log-in", "")
    found = web_verdict(database)
    assert (found.rows, found.older, found.broken) == (6, 5, None)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE events SET body = 'no JSON' WHERE id = :id",
        "UPDATE events SET at = 'yesterday' WHERE id = :id",
        "UPDATE events SET at = 9000000000000000000 WHERE id = :id",
        "UPDATE events SET actor = CAST(x'ff' AS TEXT) WHERE id = :id",
        "UPDATE events SET hash = 1000000000000 WHERE id = :id",
        "UPDATE events SET chain = x'ff' WHERE id = :id",
    ],
)
def test_a_row_that_cannot_even_be_read_is_named_and_ends_nothing_in_a_crash(
    hall_folder: Path, tmp_path: Path, change: str
) -> None:
    bed = Bed(hall_folder, ledger_in(tmp_path)).open()
    for _ in range(9):
        bed.issue()
    row = ids(bed)[5]
    tamper(bed, change, id=row)
    found = verdict(bed)
    assert (found.broken, found.reason, found.rows) == (row, "unreadable", 6)
    bed.close()


def test_the_verdict_says_from_when_to_when_and_when_the_broken_row_was_written(busy: Bed) -> None:
    found = verdict(busy)
    moments = [row[0] for row in busy.rows("SELECT at FROM events ORDER BY id")]
    stamps = [None if at is None else round(at.timestamp() * 1e6) for at in (found.first, found.last, found.broken_at)]
    assert stamps == [moments[0], moments[-1], None]
    tamper(busy, "UPDATE events SET actor = 'nobody' WHERE id = :id", id=ids(busy)[4])
    found = verdict(busy)
    stamps = [None if at is None else round(at.timestamp() * 1e6) for at in (found.first, found.last, found.broken_at)]
    assert stamps == [moments[0], moments[3], moments[4]]
    busy.close()


def test_a_long_log_is_read_in_parts_and_tells_how_far_it_is(bed: Bed) -> None:
    bed.group(*[("issue-ticket", {"queue": "household", "channel": "web"})] * (11 - len(ids(bed))))
    told: list[int] = []
    with bed.database.look() as connection:
        found = verify(connection, progress=told.append, batch=4)
        assert size(connection, EVENTS) == found.rows == 11
    assert told == [4, 8] and found.broken is None
    for row in ids(bed):
        with bed.database.writer.connect() as connection:
            transaction = connection.begin()
            connection.execute(text("UPDATE events SET at = 9000000000000000000 WHERE id = :id"), {"id": row})
            assert verify(connection).broken == row
            transaction.rollback()
    bed.close()
