"""The kiosk's A4 printer: sets papers in a thread of its own, gives them to the spool, reports to the flow how far they are.

Typst, the driver and the spool are loaded in that thread, behind the first frame.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from contract.configuration.hall import Device, HallConfig
from contract.wire.device_state import WORKS
from contract.wire.messages import PaperUse, TerminalAsk, Text
from kiosk.flow.device_test import Result, Tried, TryDevice
from kiosk.flow.event import Send
from kiosk.ticket_kiosk.a4_print.state import (
    A4Effect,
    A4PrinterIs,
    DocumentIs,
    ForgetDocument,
    Job,
    JobIs,
    MakeDocument,
    NotSubmitted,
    PrintDocument,
    PrinterState,
    Refilled,
    StopJob,
    Submitted,
)
from kiosk.worker import Worker
from link.orders import OrderFailed, OrderResult

if TYPE_CHECKING:
    from kiosk.ticket_kiosk.a4_print.job_store import PrintJob
    from kiosk.ticket_kiosk.a4_print.spool import Spool
    from kiosk.ticket_kiosk.a4_print.typesetting import Made

LOG = logging.getLogger(__name__)
LANGUAGES = ("zh", "en")
REFRESH_S = 60.0
"""How often the count of sheets is looked at when nothing happens: a new day begins at zero."""


class A4Worker(Worker[A4Effect, A4Effect | TryDevice]):
    """Owns the A4 printer `device`; its jobs are kept in `folder`. `web` is where phones reach the server.

    A paper that is at the printer when it is closed comes out all the same.
    """

    handles = get_args(A4Effect)
    name = "a4 worker"

    def __init__(self, device: Device, hall: HallConfig, folder: Path, web: str | None = None) -> None:
        super().__init__()
        self.device, self.hall, self.folder, self.web = device, hall, folder, web
        self._told: PrinterState | None = None
        self._doubt = ""
        self._made: Made | None = None
        self._order = threading.RLock()
        """Two threads report: what is reported of a job comes after the report that there is one, the newest last."""

    def perform(self, effect: A4Effect, send: Send) -> None:
        """Do it in the worker's thread."""
        self.put(effect)

    def try_device(self, send: Send) -> None:
        """Print the technician's test page."""
        if self.alive:
            self.put(TryDevice(self.device.id))
        else:
            send(Tried(self.device.id, Result(False, "misconfigured")))

    def refilled(self, _ask: TerminalAsk) -> OrderResult:
        """Begin to count anew; raise OrderFailed when the printer cannot be used."""
        if not self.alive:
            raise OrderFailed("misconfigured")
        self.put(Refilled())
        return OrderResult()

    # --- the worker's thread ---

    def run(self, send: Send) -> None:
        """Print; `send` gets A4Is, PaperIs, Submitted, NotSubmitted, JobIs and Tried."""
        try:
            spool = self._opened(send)
        except Exception as error:
            LOG.exception("the A4 printer %s cannot be used", self.device.id)
            send(A4PrinterIs(PrinterState("misconfigured", doubt=str(error)[:200])))
            return
        try:
            self._serve(spool, send)
        finally:
            spool.close()

    def _serve(self, spool: Spool, send: Send) -> None:
        """Do what is asked, one after another; what cannot be done (a full disk, say) must not end the printing for the day."""
        for asked in self.work_or_none(REFRESH_S):
            try:
                self._do(asked, spool, send)
            except Exception:
                LOG.exception("%s was not done", type(asked).__name__)

    def _do(self, asked: A4Effect | TryDevice | None, spool: Spool, send: Send) -> None:
        match asked:
            case MakeDocument():
                self._made = None
                self._made = self._make(asked, send)
            case PrintDocument(ref) if self._made is not None and self._made.ref == ref:
                self._submit(spool, self._made, asked.copies, send)
            case StopJob(job):
                spool.cancel(job)
            case ForgetDocument():
                self._made = None
            case TryDevice():
                send(Tried(self.device.id, self._try(spool)))
            case Refilled():
                with self._order:
                    spool.refilled()
                    self._doubt = ""
                    self._tell(spool, send)
            case None:
                self._tell(spool, send)

    def _opened(self, send: Send) -> Spool:
        """The spool at work. Raise DeviceError for a device described wrongly, OSError or sqlite3.Error for a bad disk."""
        from drivers import registry
        from kiosk.ticket_kiosk.a4_print.job_store import JobStore
        from kiosk.ticket_kiosk.a4_print.spool import Spool

        self.folder.mkdir(parents=True, exist_ok=True)
        spool = Spool(
            JobStore(self.folder / "spool.sqlite"),
            registry.a4(self.device),
            self.hall.printing,
            clock=self._now,
            day_starts=self.hall.rules.day_starts,
            on_job=lambda job: self._job(spool, job, send),
            on_printer=lambda _report: self._tell(spool, send),
        )
        spool.open()
        return spool

    def _make(self, ask: MakeDocument, send: Send) -> Made | None:
        from kiosk.ticket_kiosk.a4_print.typesetting import made

        try:
            paper = made(self.hall, self.web, ask, self._now())
        except Exception:
            LOG.exception("the %s could not be set", ask.document.kind)
            send(DocumentIs(ask.ref, ()))
            return None
        send(DocumentIs(ask.ref, paper.sheets))
        return paper

    def _try(self, spool: Spool) -> Result:
        """Give the technician's test page to a printer that is well."""
        from contract.documents import make, render
        from drivers.device_health import reason

        if spool.report is None or spool.report.condition not in WORKS:
            return Result(False, spool.condition())
        try:
            paper = make.trial(make.letterhead(self.hall), terminal=self._terminal(), device=self.device.id, at=self._now())
            spool.submit(render.pdf(paper), title=f"打印测试页 {self.device.id}", pages=1)
        except Exception as error:
            LOG.exception("the test page could not be printed")
            return Result(False, reason(error))
        return Result(True)

    def _submit(self, spool: Spool, made: Made, copies: int, send: Send) -> None:
        from kiosk.ticket_kiosk.a4_print.spool import OverQuota

        with self._order:
            try:
                job = spool.submit(made.pdf, title=made.title, pages=len(made.sheets), copies=copies, person=made.person)
            except OverQuota as over:
                LOG.info("%s is not printed: %s", made.title, over)
                send(NotSubmitted(made.ref, _text(over.words)))
            except Exception:
                LOG.exception("%s could not be taken into the spool", made.title)
                send(NotSubmitted(made.ref, _text(_cannot)))
            else:
                send(Submitted(made.ref, _job(job)))

    # --- the spool's thread ---

    def _job(self, spool: Spool, job: PrintJob, send: Send) -> None:
        """The next paper that comes out ends the doubt about the one before: by then somebody has seen the tray."""
        with self._order:
            send(JobIs(_job(job)))
            if job.state in ("unknown", "done"):
                self._doubt = job.title if job.state == "unknown" else ""
            self._tell(spool, send)

    def _tell(self, spool: Spool, send: Send) -> None:
        from contract.texts import texts
        from drivers.a4.words import CONDITIONS

        report = spool.report
        if report is None:
            return

        def words(language: str) -> str:
            said = report.words(language)
            return said[0] if said else texts(language)(CONDITIONS[report.condition])

        with self._order:
            tray = spool.paper()
            paper = PaperUse(tray.used, tray.today, tray.left)
            a4 = PrinterState(spool.condition(), None if report.condition in WORKS else _text(words), paper, self._doubt)
            if a4 != self._told:
                self._told = a4
                send(A4PrinterIs(a4))

    def _terminal(self) -> str:
        """The terminal that has this printer."""
        return next((terminal.id for terminal in self.hall.terminal if self.device.id in terminal.devices), "")

    def _now(self) -> datetime:
        return datetime.now(self.hall.zone)


def _cannot(language: str) -> str:
    from contract.texts import texts
    from contract.texts import unchanged as _

    return texts(language)(_("本机现在不能打印，请咨询导办台"))


def _text(say: Callable[[str], str]) -> Text:
    return Text(*(say(language) for language in LANGUAGES))


def _job(job: PrintJob) -> Job:
    from kiosk.ticket_kiosk.a4_print.spool import words

    return Job(job.id, job.state, _text(lambda language: words(job, language)), job.printed, job.sheets)
