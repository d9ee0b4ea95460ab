"""The print jobs of one kiosk on its disk: every step is written, with fsync, before the next is taken.

received ←→ sending ─→ sent ─→ done          back to received: the printer is busy and took none of it
    │          │         ├───→ failed        the printer gave it up
    │          │         └───→ unknown       the printer has forgotten it: nobody can say
    │          └→ checking ──→ sent          the printer has it after all
    │                    └───→ unknown       it may be on paper or not: never printed again by itself
    └→ cancelled                             by the citizen; after sending, the printer is asked to stop
"""

from __future__ import annotations

import sqlite3
import threading
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

JobState = Literal["received", "sending", "checking", "sent", "done", "failed", "cancelled", "unknown"]
ENDED: frozenset[JobState] = frozenset(("done", "failed", "cancelled", "unknown"))
KEPT = timedelta(days=60)
SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, document BLOB, pages INTEGER NOT NULL, copies INTEGER NOT NULL,
    person TEXT NOT NULL, day TEXT NOT NULL, made_at TEXT NOT NULL, state TEXT NOT NULL, printer_job INTEGER,
    detail TEXT NOT NULL DEFAULT '', printed INTEGER NOT NULL DEFAULT 0, stop INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS jobs_day ON jobs (day, state);
CREATE TABLE IF NOT EXISTS paper (id INTEGER PRIMARY KEY CHECK (id = 1), used INTEGER NOT NULL);
INSERT OR IGNORE INTO paper VALUES (1, 0);
"""
_COLUMNS = "id, title, pages, copies, person, day, made_at, state, printer_job, detail, printed, stop"


@dataclass(frozen=True)
class PrintJob:
    """One job. `person` is the key of whoever showed a service code, or ""; `printed` counts sheets that came out; `detail`
    says what went wrong, for the log; `stop` that the citizen does not want it any more."""

    id: str
    title: str
    pages: int
    copies: int
    person: str
    day: str
    made_at: datetime
    state: JobState
    printer_job: int | None = None
    detail: str = ""
    printed: int = 0
    stop: bool = False

    @property
    def sheets(self) -> int:
        """Sheets of paper it takes, printed on one side."""
        return self.pages * self.copies

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    @property
    def name(self) -> str:
        """What the printer knows it by: after a power cut it is found again by this."""
        return f"{self.id} {self.title}"


class JobStore:
    """The jobs in one SQLite file. May be used from several threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._file: sqlite3.Connection | None = None

    def open(self) -> None:
        """Open the file or make it; raise sqlite3.Error or OSError when the disk does not let us."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
            self._file.execute(f"PRAGMA {pragma}")
        self._file.executescript(SCHEMA)

    def close(self) -> None:
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None

    def add(self, *, title: str, document: bytes, pages: int, copies: int, person: str, day: date, now: datetime) -> PrintJob:
        """A new job, received."""
        job = PrintJob(uuid.uuid4().hex[:12], title, pages, copies, person, day.isoformat(), now, "received")
        values = (job.id, title, document, pages, copies, person, job.day, now.isoformat(), job.state)
        columns = "id, title, document, pages, copies, person, day, made_at, state"
        self._do(f"INSERT INTO jobs ({columns}) VALUES (?,?,?,?,?,?,?,?,?)", *values)  # noqa: S608
        self._do("DELETE FROM jobs WHERE day < ? AND document IS NULL", (day - KEPT).isoformat())
        return job

    def job(self, job_id: str) -> PrintJob | None:
        found = self._jobs("id = ?", job_id)
        return found[0] if found else None

    def active(self) -> list[PrintJob]:
        """The jobs that have not ended, the oldest first."""
        return self._jobs("document IS NOT NULL")

    def document(self, job_id: str) -> bytes:
        return bytes(self._do("SELECT document FROM jobs WHERE id = ?", job_id)[0][0])

    def move(self, job: PrintJob, state: JobState, *, printer_job: int | None = None, detail: str = "") -> PrintJob:
        """Write the job's next state; the document of a job that ended is wiped."""
        wipe = ", document = NULL" if state in ENDED else ""
        self._do(
            f"UPDATE jobs SET state = ?, printer_job = COALESCE(?, printer_job), detail = ?{wipe} WHERE id = ?",  # noqa: S608
            state,
            printer_job,
            detail,
            job.id,
        )
        if wipe:
            self._scrub()
        return self._again(job)

    def came_out(self, job: PrintJob, printed: int) -> PrintJob:
        """`printed` sheets of the job have come out so far: they are taken from the tray, each once."""
        assert self._file is not None, "the book is open"
        with self._lock, self._file:
            self._do("BEGIN IMMEDIATE")
            before = self._do("SELECT printed FROM jobs WHERE id = ?", job.id)[0][0]
            more = max(0, min(printed, job.sheets) - before)
            self._do("UPDATE jobs SET printed = printed + ? WHERE id = ?", more, job.id)
            self._do("UPDATE paper SET used = used + ?", more)
        return self._again(job)

    def want_stop(self, job_id: str) -> PrintJob | None:
        """The citizen does not want it: a job that was not sent yet ends here and now."""
        self._do("UPDATE jobs SET stop = 1 WHERE id = ? AND document IS NOT NULL", job_id)
        self._do("UPDATE jobs SET state = 'cancelled', document = NULL WHERE id = ? AND state = 'received'", job_id)
        self._scrub()
        return self.job(job_id)

    def give_up(self, before: datetime) -> list[PrintJob]:
        """Jobs that were never sent and have waited since before: they end as failed, for whoever wanted them has gone."""
        old = [job for job in self.active() if job.state == "received" and job.made_at < before]
        return [self.move(job, "failed", detail="the printer was not ready in time") for job in old]

    def stop_late(self, before: datetime) -> None:
        """Jobs from before at a printer in trouble are not wanted any more: they would come out when nobody is there."""
        for job in self.active():
            if job.state != "received" and job.made_at < before and not job.stop:
                self.want_stop(job.id)

    def start_sending(self, job: PrintJob) -> bool:
        """From received to sending; False when it was cancelled in the meantime."""
        self._do("UPDATE jobs SET state = 'sending' WHERE id = ? AND state = 'received'", job.id)
        return self._again(job).state == "sending"

    def wait(self, job: PrintJob) -> PrintJob:
        """From sending back to received: the printer took none of it. One that was cancelled in the meantime ends here."""
        self._do("UPDATE jobs SET state = 'received' WHERE id = ? AND state = 'sending'", job.id)
        return (self.want_stop(job.id) if self._again(job).stop else None) or self._again(job)

    def doubt(self) -> list[PrintJob]:
        """After a start: what was being sent when the power went may be at the printer or not; what is somebody's own is
        not wanted any more, for whoever waited has gone: not sent yet, it ends as cancelled. Return the jobs that ended."""
        self._do("UPDATE jobs SET state = 'checking' WHERE state = 'sending'")
        self._do("UPDATE jobs SET stop = 1 WHERE state IN ('checking', 'sent') AND person != ''")
        left = self._jobs("state = 'received' AND person != ''")
        return [self.move(job, "cancelled", detail="the kiosk started again, nobody waits for it") for job in left]

    def sheets_of(self, day: date, person: str | None = None) -> int:
        """Sheets asked for on a day, by one person or by all; what was cancelled or failed counts as far as it came out."""
        counted = "SUM(CASE WHEN state IN ('cancelled', 'failed') THEN printed ELSE pages * copies END)"
        query, values = f"SELECT {counted} FROM jobs WHERE day = ?", [day.isoformat()]  # noqa: S608
        if person is not None:
            query, values = f"{query} AND person = ?", [*values, person]
        return int(self._do(query, *values)[0][0] or 0)

    def printed_on(self, day: date) -> int:
        """Sheets that came out on a day."""
        return int(self._do("SELECT SUM(printed) FROM jobs WHERE day = ?", day.isoformat())[0][0] or 0)

    def used(self) -> int:
        """Sheets that came out since the tray was filled."""
        return int(self._do("SELECT used FROM paper")[0][0])

    def refilled(self) -> None:
        """The tray is full again."""
        self._do("UPDATE paper SET used = 0")

    def _scrub(self) -> None:
        """What was wiped is overwritten in the file, and gone from its write-ahead log."""
        self._do("PRAGMA wal_checkpoint(TRUNCATE)")

    def _again(self, job: PrintJob) -> PrintJob:
        found = self.job(job.id)
        assert found is not None, "a job is kept for weeks"
        return found

    def _jobs(self, where: str, *values: str) -> list[PrintJob]:
        rows = self._do(f"SELECT {_COLUMNS} FROM jobs WHERE {where} ORDER BY made_at, id", *values)  # noqa: S608
        return [_job(*row) for row in rows]

    def _do(self, statement: str, *values: object) -> list[Any]:
        with self._lock:
            assert self._file is not None, "the book is open"
            return self._file.execute(statement, values).fetchall()


def _job(*row: object) -> PrintJob:
    values: dict[str, Any] = dict(zip(_COLUMNS.split(", "), row, strict=True))
    values.update(made_at=datetime.fromisoformat(values["made_at"]), stop=bool(values["stop"]))
    return PrintJob(**values)
