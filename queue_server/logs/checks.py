"""Checks both logs as `jiaohao-server audit verify` does, in the background, and keeps the latest result in the ledger.

Every check also expects the end that the one before it has seen, so that rows cut off the very end are found without
anybody having noted a hash. Half of the time is left to the rest of the server: it must not wait for a check of ten years.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from sqlalchemy import delete, insert, select

from contract.wire import codec
from contract.wire.messages import Alert, Text
from queue_server.logs.hash_chain import ChainedLog
from queue_server.logs.verify import Verdict, size, verify
from queue_server.store.database import ERRORS, Database
from queue_server.store.tables import log_checks
from queue_server.upkeep.job import PeriodicJob

LOG = logging.getLogger(__name__)
LOOK_S = 900.0
NIGHT = range(1, 5)
A_NIGHT, MISSED = timedelta(hours=12), timedelta(hours=48)
BY_ITSELF = ""
"""Who began a check that nobody has asked for."""
CUT = "cut"
"""The reason when every row that is there is as it was written, but the end that was seen before is not among them."""


class Ended(Exception):
    """The server stops: a check under way is given up."""


@dataclass(frozen=True)
class LogCheckResult:
    """What the latest check of a log has found. `reason` is empty when all is well, else one of audit.WHY (`broken` is the
    row) or CUT; `expected` is the hash that must be in the log next time; `found_at` is when this trouble was found first."""

    log: str
    by: str
    started_at: datetime
    ended_at: datetime
    rows: int
    older: int
    chains: int
    first: datetime | None
    last: datetime | None
    end: str
    expected: str
    reason: str
    broken: int | None
    broken_at: datetime | None
    found_at: datetime | None


@dataclass(frozen=True)
class LogCheckProgress:
    """How far the check is: which log, how many of its rows."""

    log: str
    rows: int
    of: int


class LogChecks:
    """Checks the logs on request. `open` first; `show(topic, payload)` publishes a retained state."""

    def __init__(
        self,
        database: Database,
        logs: Mapping[str, ChainedLog],
        show: Callable[[str, bytes], None],
        clock: Callable[[], datetime],
        zone: tzinfo = UTC,
    ) -> None:
        """`logs` by the names under which their results are kept; `zone` is the hall's, in which it is night."""
        self._database, self._logs, self._show, self._clock = database, logs, show, clock
        failure = "the logs could not be checked to their end"
        self._zone = zone
        self._job = PeriodicJob("log-check", self._look, every_s=LOOK_S, expected=ERRORS, failure=failure)
        self._lock = threading.Lock()
        self._by = ""
        self.progress: LogCheckProgress | None = None
        """None while no check is under way."""
        self.failed = False
        """Whether the database was in trouble during the last check."""

    def open(self) -> None:
        """Raise again what is known to be broken: the broker forgets."""
        try:
            for checked in self.latest().values():
                self._show(*alert_of(checked))
        except ERRORS as error:
            LOG.error("what the latest check of the logs has found cannot be read: %s", error)
        self._job.open()

    def close(self) -> None:
        """Give a check that is under way up."""
        self._job.close()

    @property
    def ended(self) -> bool:
        """Whether `close` was called."""
        return self._job.ended

    def begin(self, by: str) -> bool:
        """Begin a check for an account; False while one is under way."""
        with self._lock:
            if self._job.ended or self.progress is not None:
                return False
            self._by, self.failed, self.progress = by, False, LogCheckProgress(next(iter(self._logs)), 0, 0)
        self._job.wake()
        return True

    def look_now(self) -> None:
        """See whether a check is due, without waiting for it."""
        self._job.wake()

    def latest(self) -> dict[str, LogCheckResult]:
        """The latest result of each log that was ever checked. One short look; call it off the event loop."""
        with self._database.look() as connection:
            rows = connection.execute(select(log_checks)).mappings().all()
        found = {row["log"]: LogCheckResult(**row) for row in rows}
        return {name: found[name] for name in self._logs if name in found}

    def _look(self) -> None:
        if self.progress is not None or (self._due() and self.begin(BY_ITSELF)):
            self._check_all()

    def _due(self) -> bool:
        """Every night, or as soon as two nights were missed."""
        now, ended = self._clock(), [checked.ended_at for checked in self.latest().values()]
        if len(ended) < len(self._logs):
            return True
        since = now - min(ended)
        return since > MISSED or (since > A_NIGHT and now.astimezone(self._zone).hour in NIGHT)

    def _check_all(self) -> None:
        try:
            for name, log in self._logs.items():
                checked = self._check(name, log, self._by)
                self._keep(checked)
                _note(checked)
                self._show(*alert_of(checked))
        except Ended:
            pass
        except ERRORS:
            self.failed = True
            raise
        finally:
            self.progress = None

    def _check(self, name: str, log: ChainedLog, by: str) -> LogCheckResult:
        started, before = self._clock(), self.latest().get(name)
        expected = before.expected if before is not None else ""
        with self._database.look() as connection:
            of = size(connection, log)
            self.progress = LogCheckProgress(name, 0, of)
            worked = time.monotonic()

            def progress(rows: int) -> None:
                nonlocal worked
                self.progress = LogCheckProgress(name, rows, of)
                if self._job.rest(time.monotonic() - worked):
                    raise Ended
                worked = time.monotonic()

            verdict = verify(connection, log, expected, progress)
        return result(name, by, (started, self._clock()), verdict, before)

    def _keep(self, checked: LogCheckResult) -> None:
        with self._database.writer.begin() as connection:
            connection.execute(delete(log_checks).where(log_checks.c.log == checked.log))
            connection.execute(insert(log_checks).values(asdict(checked)))


def result(
    name: str, by: str, took: tuple[datetime, datetime], verdict: Verdict, before: LogCheckResult | None
) -> LogCheckResult:
    """The result of a check that began and ended at `took`, after the one `before`."""
    expected = before.expected if before is not None else ""
    cut = verdict.broken is None and bool(expected) and not verdict.found
    reason = CUT if cut else verdict.reason
    known = before is not None and (before.reason, before.broken) == (reason, verdict.broken)
    return LogCheckResult(
        name,
        by,
        *took,
        verdict.rows,
        verdict.older,
        verdict.chains,
        verdict.first,
        verdict.last,
        verdict.end,
        expected=verdict.end if not reason else expected,
        reason=reason,
        broken=verdict.broken,
        broken_at=verdict.broken_at,
        found_at=None if not reason else before.found_at if known and before is not None else took[1],
    )


def _note(checked: LogCheckResult) -> None:
    """Into the program's own log: another place than the ledger, which keeps the ends as they were seen."""
    if checked.reason:
        LOG.error("the log %s is broken at row %s: %s", checked.log, checked.broken, checked.reason)
    else:
        LOG.info("the log %s is whole, %d rows, and ends at %s", checked.log, checked.rows, checked.end)


def alert_of(checked: LogCheckResult) -> tuple[str, bytes]:
    """Topic and payload of the alert that is up while the latest check has found trouble; otherwise the payload is empty."""
    topic = f"alert/log-{checked.log}"
    if not checked.reason or checked.found_at is None:
        return topic, b""
    zh, en = {"events": ("大厅事件", "hall events"), "web": ("操作记录", "actions on the web pages")}[checked.log]
    if checked.reason == CUT:
        what = Text(f"{zh}的日志末尾少了记录。", f"Rows are missing at the end of the log of {en}.")
    else:
        what = Text(
            f"{zh}的日志从第{checked.broken}条起与写下时不一致。",
            f"The log of {en} is not as it was written from row {checked.broken} on.",
        )
    texts = Text(f"{what.zh}请到“日志检查”页查看并处理。", f"{what.en} See the page “Check of the logs”.")
    return topic, codec.encode(Alert("log-broken", "error", checked.log, checked.found_at, texts))
