"""A hall that is lost and put back: nothing of it is missing, and it gives nothing a second time. On a ledger of either kind."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from queue_server.backup import kept_key
from queue_server.backup.make import BackupSource, list_of, make, thin_out
from queue_server.backup.restore import NotRestored, Restored, RestoreTarget, restore, used, waiting
from queue_server.backup.sealed_file import NotOpened, PassphraseKey, SealedWriter
from queue_server.enrolment import authority
from queue_server.logs.hash_chain import EVENTS
from queue_server.logs.verify import verify
from queue_server.privacy import Sealer, key
from queue_server.store import tables
from queue_server.store.database import Database, sqlite_url
from tests.bed import Bed, Clock
from tests.ledgers import ledger_in
from tests.postgres import PrivatePostgres
from tests.small_hall import write_hall

PASSPHRASE = "four words are easy"
QUICK = PassphraseKey.of(PASSPHRASE, log_n=4)


@dataclass
class Lost:
    """A hall at work, and where its backups go."""

    bed: Bed
    hall: Path
    state: Path
    disk: Path
    beds: list[Bed]

    def backup(self) -> Path:
        source = BackupSource("testhall", self.hall, self.state, key(self.state), self.bed.database)
        return make(source, QUICK, self.disk, self.bed.clock.now)

    def restored(self, backup: Path, state: Path, database: str | None = None) -> tuple[Bed, Restored]:
        """The hall on another machine."""
        target = RestoreTarget(state / "hall", state, database)
        done = restore(backup, PASSPHRASE, target, self.bed.clock.now)
        again = Bed(target.hall, database or sqlite_url(state), clock=self.bed.clock, sealer=Sealer(key(state)))
        self.beds.append(again.open())
        return again, done


@pytest.fixture
def lost(tmp_path: Path, database_url: str) -> Iterator[Lost]:
    state, disk = tmp_path / "state", tmp_path / "disk"
    for folder in (state, disk):
        folder.mkdir()
    hall = write_hall(tmp_path / "hall-of-it")
    url = ledger_in(state, Sealer(key(state))) if database_url.startswith("sqlite") else database_url
    bed = Bed(hall, url, clock=Clock(), sealer=Sealer(key(state))).open()
    bed.ok("open-window", window="01", clerk="0101")
    there = Lost(bed, hall, state, disk, [bed])
    yield there
    for one in there.beds:
        one.close()


def given(bed: Bed, count: int) -> list[dict[str, Any]]:
    return [bed.issue() for _ in range(count)]


def test_everything_comes_back(lost: Lost, tmp_path: Path):
    authority.make(lost.state / "ca", "testhall", lost.bed.clock.now)
    (lost.state / "metrics-token.txt").write_text("a token")
    (lost.state / "bundles").mkdir()
    (lost.state / "bundles/large").write_bytes(b"0")
    before = given(lost.bed, 3)
    lost.bed.serve()
    rows = {table.name: lost.bed.rows(f"SELECT count(*) FROM {table.name}") for table in tables.metadata.sorted_tables}
    backup = lost.backup()
    again, done = lost.restored(backup, tmp_path / "new")
    assert done.about.tickets == 3 and not done.own_hall
    rows |= {"restores": [(1,)], "marks": [(1,)]}
    assert {table.name: again.rows(f"SELECT count(*) FROM {table.name}") for table in tables.metadata.sorted_tables} == rows
    assert [again.ok("lookup", token=t["token"])["ticket"]["state"] for t in before] == ["finished", "waiting", "waiting"]
    for kept in ("ca/ca.key", "ca/ca.crt", "metrics-token.txt", "personal-data.key"):
        assert (tmp_path / "new" / kept).read_bytes() == (lost.state / kept).read_bytes(), kept
        assert (tmp_path / "new" / kept).stat().st_mode & 0o077 == 0
    assert not (tmp_path / "new/bundles").exists()
    for file in lost.hall.iterdir():
        assert (tmp_path / "new/hall" / file.name).read_bytes() == file.read_bytes()
    with again.database.look() as connection:
        assert verify(connection, EVENTS).broken is None


def test_no_number_and_no_token_is_given_twice(lost: Lost, tmp_path: Path):
    early = given(lost.bed, 2)
    backup = lost.backup()
    late = given(lost.bed, 5)
    leased = lost.bed.ok("lease-numbers", queue="household", terminal="kiosk-1", count=4)["numbers"]
    seen = [*early, *late, *leased]
    numbers, tokens = {t["number"] for t in seen}, {t["token"] for t in seen}
    for life in range(1, 4):
        lost.bed.clock.advance(minutes=6)
        again, done = lost.restored(backup, tmp_path / f"life-{life}")
        fresh = given(again, 5) + again.ok("lease-numbers", queue="household", terminal="kiosk-1", count=4)["numbers"]
        assert not numbers & {t["number"] for t in fresh} and not tokens & {t["token"] for t in fresh}
        assert all(int(t["number"][1:]) > done.first for t in fresh)
        numbers |= {t["number"] for t in fresh}
        tokens |= {t["token"] for t in fresh}
        assert again.ok("lookup", token=early[0]["token"])["ticket"]["number"] == early[0]["number"]
        assert again.refused("lookup", token=late[0]["token"]) == "unknown-ticket"
    assert len(numbers) == len(tokens) == 11 + 3 * 9


def test_a_token_from_before_never_opens_a_ticket_of_the_same_number(lost: Lost, tmp_path: Path):
    backup = lost.backup()
    one, _ = lost.restored(backup, tmp_path / "one")
    lost.bed.clock.advance(seconds=30)  # sooner than any hall is put back twice: the numbers are the same
    other, _ = lost.restored(backup, tmp_path / "other")
    first, second = one.issue(), other.issue()
    assert first["number"] == second["number"] and first["token"] != second["token"]
    assert other.refused("lookup", token=first["token"]) == "not-authorised"


def test_the_next_day_counts_from_one_again(lost: Lost, tmp_path: Path):
    again, _ = lost.restored(lost.backup(), tmp_path / "new")
    assert int(again.issue()["number"][1:]) > 10_000
    again.pass_time(days=1)
    assert again.issue()["number"] == "A001"


def test_a_backup_of_a_restored_hall_keeps_what_it_must_not_do(lost: Lost, tmp_path: Path):
    again, _ = lost.restored(lost.backup(), tmp_path / "new")
    given(again, 2)
    lost.bed, lost.state, lost.hall = again, tmp_path / "new", tmp_path / "new/hall"
    backup = lost.backup()
    lost_ones = given(again, 3)
    lost.bed.clock.advance(minutes=10)
    third, _ = lost.restored(backup, tmp_path / "third")
    assert not {t["number"] for t in lost_ones} & {t["number"] for t in given(third, 4)}


def test_what_a_kiosk_gave_out_while_the_hall_was_away_stands_in_line(lost: Lost, tmp_path: Path):
    backup = lost.backup()
    lease = lost.bed.ok("lease-numbers", queue="household", terminal="kiosk-1", count=3)["numbers"]
    again, _ = lost.restored(backup, tmp_path / "new")
    told = [
        {"ticket": lease[0]["ticket"], "issued_at": lost.bed.clock.now.isoformat(), "result": "printed"},
        {"ticket": "20261123-a001", "issued_at": lost.bed.clock.now.isoformat(), "result": "printed"},
        {"ticket": "20261122-a901", "issued_at": lost.bed.clock.now.isoformat(), "result": "printed"},
        {"ticket": "20261123-x901", "issued_at": lost.bed.clock.now.isoformat(), "result": "printed"},
    ]
    for _ in range(2):
        states = again.ok("merge-tickets", terminal="kiosk-1", tickets=told)["tickets"]
        assert [t["state"] for t in states] == ["waiting", "refused", "refused", "refused"]
    again.ok("open-window", window="01", clerk="0101") if again.refused("call-next", window="02") else None
    assert again.ok("lookup", token=lease[0]["token"])["ticket"]["state"] == "waiting"


def test_a_ledger_moves_to_the_other_kind_of_database(lost: Lost, tmp_path: Path, postgres: PrivatePostgres):
    given(lost.bed, 2)
    lost.bed.serve()
    to_postgres = not lost.bed.database.shared
    database = postgres.new_database() if to_postgres else None
    again, _ = lost.restored(lost.backup(), tmp_path / "new", database)
    ticket = again.issue()
    assert again.state(ticket) == "waiting"
    with again.database.look() as connection:
        verdict = verify(connection, EVENTS)
    assert verdict.broken is None and verdict.chains == 2
    if database is not None:
        with pytest.raises(Exception, match="rows already"):
            restore(lost.backup(), PASSPHRASE, RestoreTarget(tmp_path / "h", tmp_path / "s", database), lost.bed.clock.now)


def test_the_hall_goes_on_while_it_is_copied_and_its_deleted_rows_are_not_in_the_copy(lost: Lost, tmp_path: Path):
    given(lost.bed, 1)
    with lost.bed.database.writer.begin() as connection:
        connection.exec_driver_sql("UPDATE tickets SET item = 'a name nobody may know any more'")
    with lost.bed.database.writer.begin() as connection:
        connection.exec_driver_sql("UPDATE tickets SET item = NULL")
    with lost.bed.database.look() as connection:
        connection.exec_driver_sql("SELECT 1")  # somebody reads meanwhile
        backup = lost.backup()
    lost.restored(backup, tmp_path / "new")
    assert b"nobody may know" not in (tmp_path / "new/ledger.sqlite").read_bytes()
    assert [path.name for path in lost.disk.iterdir()] == [backup.name] and not (lost.state / ".backup-work").exists()


def test_a_backup_that_cannot_be_read_again_leaves_no_file(lost: Lost, monkeypatch: pytest.MonkeyPatch):
    write = SealedWriter.finish

    def half(self: SealedWriter) -> None:
        write(self)
        write(self)

    monkeypatch.setattr(SealedWriter, "finish", half)
    with pytest.raises(NotOpened):
        lost.backup()
    assert list(lost.disk.iterdir()) == []


def test_a_wrong_passphrase_or_a_damaged_backup_changes_nothing(lost: Lost, tmp_path: Path):
    backup = lost.backup()
    target = RestoreTarget(tmp_path / "new/hall", tmp_path / "new")
    with pytest.raises(NotOpened):
        restore(backup, "another one", target, lost.bed.clock.now)
    content = bytearray(backup.read_bytes())
    content[-20] ^= 1
    (tmp_path / "spoilt.backup").write_bytes(content)
    with pytest.raises(NotOpened, match="damaged"):
        restore(tmp_path / "spoilt.backup", PASSPHRASE, target, lost.bed.clock.now)
    assert [path.name for path in (tmp_path / "new").iterdir()] == [".backup-lock"]


def test_nothing_is_put_back_over_a_ledger_and_a_configuration_that_is_there_stays(lost: Lost, tmp_path: Path):
    backup = lost.backup()
    (tmp_path / "used").mkdir()
    (tmp_path / "used/ledger.sqlite").write_bytes(b"")
    with pytest.raises(NotRestored, match="is there already"):
        restore(backup, PASSPHRASE, RestoreTarget(tmp_path / "h", tmp_path / "used"), lost.bed.clock.now)
    shutil.copytree(lost.hall, tmp_path / "own")
    (tmp_path / "own/queues.toml").write_text((tmp_path / "own/queues.toml").read_text() + "# mine\n")
    done = restore(backup, PASSPHRASE, RestoreTarget(tmp_path / "own", tmp_path / "new"), lost.bed.clock.now)
    assert done.own_hall and "# mine" in (tmp_path / "own/queues.toml").read_text()


def test_a_backup_waits_in_the_state_folder_for_the_first_start(lost: Lost, tmp_path: Path):
    new = tmp_path / "new"
    (new / "restore").mkdir(parents=True)
    assert waiting(lost.state) is None
    with pytest.raises(NotRestored, match=r"passphrase\.txt"):
        waiting(new)
    (new / "restore/passphrase.txt").write_text(PASSPHRASE + "\n")
    with pytest.raises(NotRestored, match="no file"):
        waiting(new)
    backup = lost.backup()
    shutil.copy(backup, new / "restore")
    assert waiting(new) == (new / "restore" / backup.name, PASSPHRASE)
    lost.restored(*waiting(new)[:1], new)
    assert waiting(new) is None
    used(new)
    assert not (new / "restore").exists()


def test_old_ones_are_thinned_out_and_those_of_another_hall_stay(lost: Lost, make_bed: Callable[..., Bed]):
    made = []
    for _ in range(4):
        made.append(lost.backup())
        lost.bed.clock.now += timedelta(hours=25)
    other = lost.disk / "jiaohao-testhall-2-20261123T010000Z.backup"
    other.write_bytes(b"")
    assert thin_out(lost.disk, "testhall", 2) == 2
    assert list_of(lost.disk, "testhall") == made[:1:-1]
    assert other.exists()


def test_the_kept_key_opens_what_the_passphrase_opens_and_does_not_tell_it(tmp_path: Path):
    with pytest.raises(kept_key.BadPassphrase):
        kept_key.keep(tmp_path, "too short")
    assert kept_key.kept(tmp_path) is None
    made = kept_key.keep(tmp_path, PASSPHRASE)
    assert kept_key.kept(tmp_path) == made == PassphraseKey.of(PASSPHRASE, made.salt)
    content = (tmp_path / kept_key.NAME).read_bytes()
    assert PASSPHRASE.encode() not in content and (tmp_path / kept_key.NAME).stat().st_mode & 0o077 == 0


def test_a_ledger_of_another_key_is_not_needed_to_open_a_backup(lost: Lost, tmp_path: Path):
    """The key of the personal data travels in the backup: the passphrase is all that a person has to keep."""
    lost.restored(lost.backup(), tmp_path / "new")
    assert key(tmp_path / "new") == key(lost.state)
    database = Database(sqlite_url(tmp_path / "new"), Sealer(key(tmp_path / "new")))
    database.open()
    database.close()
