"""Makes backups by itself, tells the hall when they fail, and says on the server's page how they stand."""

from __future__ import annotations

import errno
import logging
import shutil
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from msgspec import Struct

from contract import durable
from contract.configuration.server_settings import Backups
from contract.wire import codec
from contract.wire.messages import Alert, Text
from queue_server.backup import kept_key
from queue_server.backup.make import BackupBusy, BackupSource, make, thin_out
from queue_server.backup.sealed_file import NotOpened, PassphraseKey
from queue_server.backup.snapshot import NotWhole
from queue_server.store import restores, way_back
from queue_server.store.database import ERRORS
from queue_server.upkeep.job import PeriodicJob

LOG = logging.getLogger(__name__)
STANDING = "backup.json"
LOOK_S = 300.0
DOWNLOAD = "download-"
"""Beginning of the folders in a state folder in which somebody has a backup made to take away."""
TROUBLES = (NotOpened, NotWhole, BackupBusy, OSError, *ERRORS)
AGAIN = timedelta(hours=1)
"""After a failure the next try is this much later."""


class BackupStanding(Struct, frozen=True):
    """How the backups stand: the latest good one, and when and why the latest try failed, if it did."""

    made_at: datetime | None = None
    file: str = ""
    size: int = 0
    tried_at: datetime | None = None
    failure: Text | None = None


class BackupSchedule:
    """The backups of a running server. `show(topic, payload)` publishes a retained state; `open` first."""

    def __init__(
        self,
        source: BackupSource,
        settings: Backups | None,
        show: Callable[[str, bytes], None],
        clock: Callable[[], datetime],
        settled: Callable[[], datetime],
    ) -> None:
        """`settled` is the time by which copies of earlier migrations are deleted."""
        self.settings = settings
        self._source, self._show, self._clock, self._settled = source, show, clock, settled
        self._up: dict[str, datetime] = {}
        self._asked = threading.Event()
        self._job = PeriodicJob("backup", self._look, LOOK_S, at_once=True, expected=TROUBLES, failure="no backup was made")

    def open(self) -> None:
        """Begin; what a power cut left of a backup that somebody wanted to take away is removed."""
        for left in self._source.state.glob(f"{DOWNLOAD}*"):
            shutil.rmtree(left)
        self._job.open()

    def close(self) -> None:
        """End; a backup that is being made comes to its end."""
        self._job.close()

    @property
    def standing(self) -> BackupStanding:
        """How the backups stand."""
        try:
            return codec.read((self._source.state / STANDING).read_bytes(), BackupStanding) or BackupStanding()
        except OSError:
            return BackupStanding()

    @property
    def sealed(self) -> bool:
        """Whether there is a passphrase to seal backups with."""
        return kept_key.kept(self._source.state) is not None

    @property
    def same_disk(self) -> bool:
        """Whether backups go to the disk that they are for."""
        try:
            folder = Path(self.settings.folder) if self.settings else self._source.state
            return folder.stat().st_dev == self._source.state.stat().st_dev
        except OSError:
            return False

    def set_passphrase(self, passphrase: str) -> None:
        """Seal with this passphrase from now on. Raise BadPassphrase, OSError."""
        kept_key.keep(self._source.state, passphrase)
        self._job.wake()

    def look_now(self) -> None:
        """See whether one is due, without waiting for it."""
        self._job.wake()

    def make_now(self) -> None:
        """Make one as soon as possible, without waiting for it."""
        self._asked.set()
        self._job.wake()

    def make_for(self, passphrase: str, folder: Path) -> Path:
        """Make one now under a passphrase of its own. Raise BadPassphrase or one of TROUBLES."""
        return make(self._source, PassphraseKey.of(kept_key.checked(passphrase)), folder, self._clock())

    def lost(self) -> tuple[restores.Restore, ...]:
        """The restores that nobody has read about yet. Raise one of store.database.ERRORS."""
        with self._source.database.look() as connection:
            return tuple(restore for restore in restores.all_of(connection) if not restore.read_by)

    def read(self, by: str) -> None:
        """Somebody has read what the restores mean. Raise one of store.database.ERRORS."""
        with self._source.database.writer.begin() as connection:
            restores.read(connection, by)
        self._tell()

    def _look(self) -> None:
        way_back.forget(self._source.state, self._settled())
        if self._due():
            self._asked.clear()
            self._make()
        self._tell()

    def _due(self) -> bool:
        settings, standing, now = self.settings, self.standing, self._clock()
        if settings is None or not self.sealed:
            return False
        if self._asked.is_set() or (standing.made_at is None and standing.failure is None):
            return True
        if standing.failure is not None and standing.tried_at is not None and now - standing.tried_at < AGAIN:
            return False
        return standing.made_at is None or abs(now - standing.made_at) >= timedelta(hours=settings.every_hours)

    def _make(self) -> None:
        settings, key, now, before = self.settings, kept_key.kept(self._source.state), self._clock(), self.standing
        assert settings is not None and key is not None, "it is due only then"
        folder = Path(settings.folder)
        try:
            made = make(self._source, key, folder, now)
            thin_out(folder, self._source.hall_id, settings.keep)
            standing = BackupStanding(now, made.name, made.stat().st_size, now)
            LOG.info("backup %s was made and read again", made)
        except TROUBLES as error:
            LOG.error("no backup was made in %s: %s", folder, error)
            standing = BackupStanding(before.made_at, before.file, before.size, now, why(error, folder))
        durable.replace_file(self._source.state / STANDING, codec.encode(standing), mode=0o600)

    def _tell(self) -> None:
        standing, settings, now = self.standing, self.settings, self._clock()
        failure = standing.failure if settings is not None else None
        self._alert(
            "backup-failed", failure and Text(f"备份没有做成：{failure.zh}", f"No backup was made: {failure.en}"), "error"
        )
        old = settings is not None and not self._young(standing, now, settings)
        self._alert("backup-old", TOO_OLD if old else None, "error")
        self._alert("backup-same-disk", SAME_DISK if settings is not None and self.same_disk else None, "warning")
        self._alert("restored", RESTORED if self.lost() else None, "error")

    @staticmethod
    def _young(standing: BackupStanding, now: datetime, settings: Backups) -> bool:
        return standing.made_at is not None and now - standing.made_at <= timedelta(hours=settings.alert_after_hours)

    def _alert(self, name: str, texts: Text | None, severity: Literal["warning", "error"]) -> None:
        """Publish an alert while it stands, or take it back, also one of an earlier run."""
        if texts is None:
            self._up.pop(name, None)
            self._show(f"alert/{name}", b"")
            return
        since = self._up.setdefault(name, self._clock())
        self._show(f"alert/{name}", codec.encode(Alert(name, severity, "server", since, texts)))


def why(error: Exception, folder: Path) -> Text:
    """Why no backup was made and what to do, for staff."""
    match error:
        case OSError(errno=errno.ENOSPC | errno.EDQUOT):
            return Text("磁盘已满，请换大些的备份盘或清理。", "The disk is full; make room or use a larger one.")
        case FileNotFoundError() | NotADirectoryError():
            return Text(
                f"找不到文件夹{folder}，请检查备份盘或共享是否接好。",
                f"There is no folder {folder}; look at the disk or share.",
            )
        case PermissionError() | OSError(errno=errno.EROFS):
            return Text(f"写不进{folder}，请检查权限。", f"{folder} cannot be written; look at its rights.")
        case BackupBusy():
            return Text("另一份备份正在制作。", "Another one is being made.")
        case NotOpened() | NotWhole():
            return Text(
                "做好后读不回来，磁盘可能有问题，请换一块。", "It could not be read again; the disk may be bad, use another."
            )
    return Text("服务器日志里有原因。", "The server's log says why.")


TOO_OLD = Text(
    "大厅没有新的备份。请到“服务器与备份”页查看。", "The hall has no recent backup. See the page “Server and backups”."
)
SAME_DISK = Text(
    "备份和数据在同一块磁盘上，磁盘坏了就都没有了。请接上备份盘或共享。",
    "Backups lie on the same disk as the data: a dead disk takes both. Connect the second disk or the share.",
)
RESTORED = Text(
    "系统已从备份恢复，恢复前当天发出的部分号票查不到了。请到“服务器与备份”页查看要做什么。",
    "The hall was restored from a backup and does not know some of today's numbers. See the page “Server and backups”.",
)
