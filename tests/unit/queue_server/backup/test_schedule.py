"""Backups that the server makes by itself: when, where, under which passphrase, and who is told when they fail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from contract.configuration.server_settings import Backups
from contract.wire import codec
from contract.wire.messages import Alert
from queue_server.backup.kept_key import BadPassphrase
from queue_server.backup.make import BackupBusy, BackupSource, working_folder
from queue_server.backup.schedule import BackupSchedule
from queue_server.privacy import Sealer, key
from queue_server.store import restores
from tests.bed import Bed
from tests.ledgers import ledger_in
from tests.programs import wait_until
from tests.small_hall import write_hall

PASSPHRASE = "four words are easy"


class Scheduled:
    """A hall with a schedule whose looks are awaited. `alerts` are those that stand."""

    def __init__(self, tmp_path: Path) -> None:
        self.state, self.disk = tmp_path / "state", tmp_path / "disk"
        self.state.mkdir()
        hall = write_hall(tmp_path / "hall")
        self.bed = Bed(hall, ledger_in(self.state, Sealer(key(self.state))), sealer=Sealer(key(self.state))).open()
        self.alerts: dict[str, Alert] = {}
        self.looks = 0
        self.settings = Backups(folder=str(self.disk), keep=2)
        source = BackupSource("testhall", hall, self.state, key(self.state), self.bed.database)
        clock = lambda: self.bed.clock.now  # noqa: E731
        self.schedule = BackupSchedule(source, self.settings, self._show, clock, clock)
        self.schedule.open()
        self.looked(0)

    def _show(self, topic: str, payload: bytes) -> None:
        name = topic.removeprefix("alert/")
        if payload:
            self.alerts[name] = codec.decode(payload, Alert)
        else:
            self.alerts.pop(name, None)
        self.looks += name == "restored"  # the last that a look tells

    def looked(self, before: int) -> None:
        wait_until(lambda: self.looks > before)

    def later(self, **duration: float) -> None:
        """Time passes, and the schedule looks."""
        before = self.looks
        self.bed.clock.now += timedelta(**duration)
        self.schedule.look_now()
        self.looked(before)

    def set_passphrase(self) -> None:
        before = self.looks
        self.schedule.set_passphrase(PASSPHRASE)
        self.looked(before)

    def made(self) -> list[str]:
        return sorted(path.name for path in self.disk.iterdir())

    def close(self) -> None:
        self.schedule.close()
        self.bed.close()


@pytest.fixture
def scheduled(tmp_path: Path) -> Iterator[Scheduled]:
    scheduled = Scheduled(tmp_path)
    yield scheduled
    scheduled.close()


def test_one_is_made_every_day_and_old_ones_go(scheduled: Scheduled):
    scheduled.disk.mkdir()
    scheduled.set_passphrase()
    assert scheduled.made() == ["jiaohao-testhall-20261123T010000Z.backup"]
    scheduled.later(hours=23)
    assert len(scheduled.made()) == 1
    scheduled.later(hours=1)
    scheduled.later(hours=24)
    assert scheduled.made() == [f"jiaohao-testhall-202611{day}T010000Z.backup" for day in (24, 25)]
    standing = scheduled.schedule.standing
    assert standing.file == scheduled.made()[-1] and standing.size > 0 and standing.failure is None
    assert "backup-failed" not in scheduled.alerts and "backup-old" not in scheduled.alerts


def test_without_a_passphrase_none_is_made_and_that_is_told(scheduled: Scheduled):
    scheduled.disk.mkdir()
    scheduled.later(hours=1)
    assert scheduled.made() == [] and "backup-old" in scheduled.alerts
    with pytest.raises(BadPassphrase):
        scheduled.schedule.set_passphrase("too short")


def test_a_share_that_is_away_is_told_and_tried_again(scheduled: Scheduled):
    scheduled.set_passphrase()
    alert = scheduled.alerts["backup-failed"]
    assert str(scheduled.disk) in alert.texts.zh and str(scheduled.disk) in alert.texts.en
    scheduled.disk.mkdir()
    scheduled.later(minutes=10)
    assert scheduled.made() == [] and scheduled.alerts["backup-failed"].since == alert.since
    scheduled.later(minutes=51)
    assert len(scheduled.made()) == 1 and "backup-failed" not in scheduled.alerts


def test_one_that_is_too_old_is_told_until_there_is_another(scheduled: Scheduled):
    scheduled.disk.mkdir()
    scheduled.set_passphrase()
    scheduled.disk.rename(scheduled.disk.with_name("away"))
    scheduled.later(hours=30)
    assert "backup-old" not in scheduled.alerts and "backup-failed" in scheduled.alerts
    scheduled.later(hours=7)
    assert "backup-old" in scheduled.alerts
    scheduled.disk.mkdir()
    scheduled.schedule.make_now()
    wait_until(lambda: "backup-old" not in scheduled.alerts)


def test_a_folder_on_the_same_disk_is_told(scheduled: Scheduled):
    scheduled.disk.mkdir()
    scheduled.later(hours=1)
    assert scheduled.alerts["backup-same-disk"].severity == "warning"


def test_two_are_never_made_at_once(scheduled: Scheduled, tmp_path: Path):
    with working_folder(scheduled.state), pytest.raises(BackupBusy):
        scheduled.schedule.make_for(PASSPHRASE, tmp_path)


def test_a_restore_is_told_until_somebody_has_read_it(scheduled: Scheduled):
    now = scheduled.bed.clock.now
    with scheduled.bed.database.writer.begin() as connection:
        restores.note(connection, now.date(), 10_000, now, now)
    scheduled.later(minutes=1)
    assert "restored" in scheduled.alerts and len(scheduled.schedule.lost()) == 1
    scheduled.schedule.read("admin")
    assert "restored" not in scheduled.alerts and scheduled.schedule.lost() == ()
