"""Prints A4 papers one after another, in a thread of its own, and remembers on disk how far each is.

A power cut never prints a paper twice, and never loses one without saying so: a job that was under way is looked for at the
printer by its name; where nobody can say whether it is on paper, it ends as `unknown` and the citizen is told.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from contract.configuration.hall import PrintRules
from contract.texts import texts
from contract.texts import unchanged as _
from contract.wire.device_state import WORKS
from drivers.a4.port import A4Printer, PrinterReport
from drivers.ports import Busy, DeviceError, DeviceRefused, NoPermission
from kiosk.ticket_kiosk.a4_print.job_store import JobStore, PrintJob

LOG = logging.getLogger(__name__)
IDLE_S = 5.0
"""How often an idle printer is asked how it is."""
POLL_S = 0.5
RETRY_S = 2.0
PATIENCE = timedelta(minutes=3)
"""A paper that the printer was not ready to take, or that lies at a printer in trouble, is given up: nobody is there any more,
and it is no one else's."""
MAX_COPIES = 99

WORDS = {
    "received": _("正在排队打印"),
    "sending": _("正在发送到打印机"),
    "checking": _("正在确认打印情况"),
    "sent": _("正在打印"),
    "done": _("打印完成，请取走文件"),
    "failed": _("没有打印出来，请重试或咨询导办台"),
    "cancelled": _("打印已取消"),
    "unknown": _("不能确定是否已经打印，请先看出纸口；没有的话，请重新打印"),
}
"""What is said of a job in each state."""
QUOTAS = {
    "job": _("一次打印的页数太多，请分次打印"),
    "person": _("您今天打印的张数已经到上限，请改日再来，或者咨询导办台"),
    "terminal": _("本机今天的打印张数已经用完，请咨询导办台"),
}


_ENDS: dict[str, Literal["done", "failed", "cancelled"]] = {"done": "done", "cancelled": "cancelled", "failed": "failed"}


class OverQuota(Exception):
    """More paper than is allowed; `which` quota."""

    def __init__(self, which: Literal["job", "person", "terminal"], allowed: int) -> None:
        super().__init__(f"quota of {allowed} sheets a {which}")
        self.which = which
        self.allowed = allowed

    def words(self, language: str) -> str:
        """Why, and what to do."""
        return texts(language)(QUOTAS[self.which])


@dataclass(frozen=True)
class Tray:
    """The tray as counted since it was filled; `today` is what came out today."""

    used: int
    left: int
    low: bool
    today: int


class Spool:
    """The kiosk's A4 printing. Callbacks come from the spool's thread: `on_job` whenever a job has changed, `on_printer` with
    the printer's report whenever that has changed. `clock` gives the hall's local time."""

    def __init__(
        self,
        book: JobStore,
        printer: A4Printer,
        rules: PrintRules,
        *,
        clock: Callable[[], datetime],
        day_starts: time = time(0),
        on_job: Callable[[PrintJob], None] = lambda _job: None,
        on_printer: Callable[[PrinterReport], None] = lambda _r: None,
        poll_s: float = POLL_S,
        idle_s: float = IDLE_S,
        retry_s: float = RETRY_S,
        patience: timedelta = PATIENCE,
    ) -> None:
        self._book, self._printer, self._rules = book, printer, rules
        self._clock, self._day_starts = clock, day_starts
        self._on_job, self._on_printer = on_job, on_printer
        self._poll_s, self._idle_s, self._retry_s = poll_s, idle_s, retry_s
        self._patience = patience
        self._wake, self._stop = threading.Event(), threading.Event()
        self._report: PrinterReport | None = None
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        """Open the book and go on where the last run ended; what is somebody's own and was not sent yet is not printed any
        more. Raise sqlite3.Error or OSError for a disk that cannot be used."""
        self._book.open()
        for job in self._book.doubt():
            self._on_job(job)
        self._thread = threading.Thread(target=self._run, name="spool", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop; what is not printed yet goes on after the next start."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(90)
        self._book.close()

    def submit(self, document: bytes, *, title: str, pages: int, copies: int = 1, person: str = "") -> PrintJob:
        """Take a PDF to print; raise OverQuota. It is on disk when this returns."""
        if pages < 1 or not 1 <= copies <= MAX_COPIES:
            raise ValueError(f"{pages} pages, {copies} copies: at least one page, 1 to {MAX_COPIES} copies")
        day, wanted = self._day(), pages * copies
        if wanted > self._rules.sheets_a_job:
            raise OverQuota("job", self._rules.sheets_a_job)
        if person and self._book.sheets_of(day, person) + wanted > self._rules.sheets_a_person:
            raise OverQuota("person", self._rules.sheets_a_person)
        if self._book.sheets_of(day) + wanted > self._rules.sheets_a_day:
            raise OverQuota("terminal", self._rules.sheets_a_day)
        job = self._book.add(
            title=title, document=document, pages=pages, copies=copies, person=person, day=day, now=self._clock()
        )
        self._wake.set()
        return job

    def job(self, job_id: str) -> PrintJob | None:
        """How far a job is."""
        return self._book.job(job_id)

    def cancel(self, job_id: str) -> None:
        """The citizen does not want it any more; what has come out stays out. `on_job` reports the end."""
        job = self._book.want_stop(job_id)
        if job is not None and job.state == "cancelled":
            self._on_job(job)
        self._wake.set()

    def paper(self) -> Tray:
        """What the tray holds by our count."""
        used = self._book.used()
        left = max(0, self._rules.paper_capacity - used)
        return Tray(used, left, left <= self._rules.paper_low, self._book.printed_on(self._day()))

    def refilled(self) -> None:
        """Somebody has filled the tray."""
        self._book.refilled()
        self._wake.set()

    @property
    def report(self) -> PrinterReport | None:
        """What the printer last said of itself; None before it was asked."""
        return self._report

    def condition(self) -> str:
        """The printer's condition for the terminal's status: its own words, and paper-low by our count before it notices."""
        if self._report is None:
            return "init"
        return "paper-low" if self._report.condition in WORKS and self.paper().low else self._report.condition

    # --- the spool's thread -----------------------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            self._wake.clear()  # before the look at `_stop`: `close` sets both in the other order
            if self._stop.is_set():
                return
            try:
                pause = self._turn()
            except Exception:
                LOG.exception("the print spool failed; it goes on")
                pause = self._retry_s
            self._wake.wait(pause)

    def _turn(self) -> float:
        """Take the oldest job one step on; how long to wait for the next turn."""
        report = self._printer.status()
        if report != self._report:
            self._report = report
            self._on_printer(report)
        late = self._clock() - self._patience
        for old in self._book.give_up(late):
            self._tell(old)
        if report.condition not in WORKS:
            self._book.stop_late(late)
        jobs = self._book.active()
        if not jobs:
            return self._idle_s
        job = jobs[0]
        if report.condition == "unreachable" or (job.state == "received" and report.condition not in WORKS):
            return self._retry_s
        match job.state:
            case "received":
                return self._poll_s if self._send(job) else self._retry_s
            case "checking":
                self._check(job)
            case _:
                self._follow(job)
        return self._poll_s

    def _send(self, job: PrintJob) -> bool:
        """Whether the printer has made up its mind about the job; False when it is busy with somebody else's."""
        if not self._book.start_sending(job):
            return True
        self._tell(job)
        try:
            report = self._printer.print(self._book.document(job.id), title=job.name, copies=job.copies)
        except Busy as error:
            LOG.info("%s: %s", job.name, error)
            self._tell(self._book.wait(job))
            return False
        except (DeviceRefused, NoPermission) as error:
            self._end(job, "failed", str(error))
        except DeviceError as error:
            LOG.warning("%s: %s; the printer is asked whether it has the job", job.name, error)
            self._move(job, "checking", detail=str(error))
        else:
            self._move(job, "sent", printer_job=report.id)
        return True

    def _check(self, job: PrintJob) -> None:
        """Whether the printer has a job of which we do not know."""
        try:
            found = self._printer.find(job.name)
        except DeviceRefused as error:
            self._end(job, "unknown", str(error))
        except DeviceError as error:
            LOG.info("%s: %s", job.name, error)
        else:
            if found is None:
                self._end(job, "unknown", "the printer does not know the job")
            else:
                self._move(job, "sent", printer_job=found.id)

    def _follow(self, job: PrintJob) -> None:
        assert job.printer_job is not None, "a job that was sent has the printer's number"
        try:
            if job.stop:
                self._cancel(job.printer_job)
            report = self._printer.job(job.printer_job)
        except DeviceRefused as error:
            self._end(job, "unknown", str(error))
            return
        except DeviceError as error:
            LOG.info("%s: %s", job.name, error)
            return
        printed = job.sheets if report.state == "done" else report.sheets or report.pages  # not every printer counts sheets
        if printed > job.printed:
            job = self._book.came_out(job, printed)
            self._tell(job)
        if report.ended:
            self._end(job, _ENDS[report.state], ", ".join(report.reasons))

    def _cancel(self, printer_job: int) -> None:
        try:
            self._printer.cancel(printer_job)
        except DeviceRefused as error:
            LOG.info("job %d could not be cancelled: %s", printer_job, error)

    def _move(
        self, job: PrintJob, state: Literal["checking", "sent"], *, printer_job: int | None = None, detail: str = ""
    ) -> None:
        self._tell(self._book.move(job, state, printer_job=printer_job, detail=detail))

    def _end(self, job: PrintJob, state: Literal["done", "failed", "cancelled", "unknown"], detail: str) -> None:
        if state in ("failed", "unknown"):
            LOG.warning("%s ended as %s: %s", job.name, state, detail)
        self._tell(self._book.move(job, state, detail=detail))

    def _tell(self, job: PrintJob) -> None:
        self._on_job(self._book.job(job.id) or job)

    def _day(self) -> date:
        """The business day: it begins at `day_starts`, local time."""
        begins = timedelta(hours=self._day_starts.hour, minutes=self._day_starts.minute)
        return (self._clock() - begins).date()


def words(job: PrintJob, language: str) -> str:
    """The state of a job, in words for the citizen."""
    return texts(language)(WORDS[job.state])
