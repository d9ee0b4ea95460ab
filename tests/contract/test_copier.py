"""The kiosk's A4 part with a real IPP printer in software: from the flow's wish to paper, and over a power cut."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from contract.configuration.hall import Device, HallConfig
from contract.configuration.hall_files import load
from contract.wire.messages import TerminalAsk
from drivers.a4.ipp import IppPrinter
from kiosk.ticket_kiosk.a4_print.state import (
    A4PrinterIs,
    Document,
    DocumentIs,
    ForgetDocument,
    JobIs,
    MakeDocument,
    NotSubmitted,
    PrintDocument,
    StopJob,
    Submitted,
)
from kiosk.ticket_kiosk.a4_print.worker import A4Worker
from launcher.a4_printer import ExamplePrinter, printers
from launcher.ports import KeptPorts
from queue_server.catalogue.load import load as load_catalogue
from tests.facts import a_case
from tests.ports import free_port

WUSHAN = Path(__file__).parents[2] / "assets" / "halls" / "wushan"
ITEM = load_catalogue(WUSHAN).items[0]
WAIT_S = 60
CASE = a_case(
    "WS-2026-0001",
    item="老年人优待证",
    department="民政局",
    handler="0103",
    received_on="2026-11-20",
    contact="0938-0000000",
    promised_on="2026-12-04",
    materials=["身份证"],
    delivery="窗口",
    state="accepted",
    state_texts={"zh": "已受理", "en": "accepted"},
    code="JHC.wushan.WS-2026-0001.abcdefghijkl",
)
HELD = """#!/bin/sh
echo "ATTR: job-impressions-completed=1" >&2
while [ -e "{hold}" ]; do sleep 0.05; done
"""
CUT = """
    import sys, time
    from pathlib import Path
    from datetime import datetime
    from kiosk.ticket_kiosk.a4_print.job_store import JobStore
    book = JobStore(Path(sys.argv[1]) / "spool.sqlite")
    book.open()
    now = datetime.now().astimezone()
    for title, person in (("办事指南 甲", ""), ("受理凭证", "somebody")):
        job = book.add(title=title, document=b"%PDF-1.4", pages=1, copies=1, person=person, day=now.date(), now=now)
        if not person:
            book.start_sending(job)
    print("written", flush=True)
    time.sleep(600)
"""


@pytest.fixture(scope="module")
def printer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ExamplePrinter]:
    folder = tmp_path_factory.mktemp("a4")
    made = ExamplePrinter("a4-1", free_port(), folder / "printer", folder / "log", sheet_s=0.2)
    made.start()
    yield made
    made.stop()


class Kiosk:
    """A copier with what it told."""

    def __init__(self, folder: Path, port: int, **rules: int) -> None:
        hall = load(WUSHAN)
        self.hall: HallConfig = hall.model_copy(update={"printing": hall.printing.model_copy(update=rules)})
        device = Device(id="a4-1", kind="a4", model="ipp", address=f"ipp://localhost:{port}/ipp/print")
        self.copier = A4Worker(device, self.hall, folder, web="http://10.0.0.2")
        self.told: list[Any] = []
        self._news = threading.Condition()

    def __enter__(self) -> Kiosk:
        self.copier.open(self._hear)
        return self

    def __exit__(self, *_: object) -> None:
        self.copier.close()

    def _hear(self, event: Any) -> None:
        with self._news:
            self.told.append(event)
            self._news.notify_all()

    def does(self, effect: Any) -> None:
        self.copier.perform(effect, self._hear)

    def hears(self, wanted: Callable[[Any], bool]) -> Any:
        """The first event that is wanted, as soon as it has come."""
        with self._news:
            assert self._news.wait_for(lambda: any(wanted(event) for event in self.told), WAIT_S), self.told
            return next(event for event in self.told if wanted(event))

    def is_(self, condition: str) -> A4PrinterIs:
        found = self.hears(lambda event: isinstance(event, A4PrinterIs) and event.a4.condition == condition)
        assert isinstance(found, A4PrinterIs)
        return found

    def prints(self, ask: MakeDocument, copies: int = 1) -> Submitted:
        """From the wish to the job."""
        self.does(ask)
        made = self.hears(lambda event: isinstance(event, DocumentIs) and event.ref == ask.ref)
        assert made.sheets, "there is something to look at"
        self.does(PrintDocument(ask.ref, copies))
        job = self.hears(lambda event: isinstance(event, Submitted) and event.ref == ask.ref)
        assert isinstance(job, Submitted)
        return job

    def ends(self, job: str) -> JobIs:
        found = self.hears(lambda event: isinstance(event, JobIs) and event.job.id == job and event.job.ended)
        assert isinstance(found, JobIs)
        return found


def on_paper(printer: ExamplePrinter) -> int:
    """How many documents the printer has kept."""
    return len(list((printer.folder / "spool").glob("*.pdf")))


def test_a_guide_is_seen_as_it_is_printed_and_comes_out_page_for_page(printer: ExamplePrinter, tmp_path: Path) -> None:
    before = on_paper(printer)
    with Kiosk(tmp_path, printer.port) as kiosk:
        kiosk.is_("ok")
        job = kiosk.prints(MakeDocument(1, Document("guide"), item=ITEM), copies=2)
        sheets = next(event for event in kiosk.told if isinstance(event, DocumentIs)).sheets
        assert all(len(sheet.pixels) == sheet.width * sheet.height * 3 for sheet in sheets)
        end = kiosk.ends(job.job.id).job
        assert (end.state, end.printed, end.sheets) == ("done", 2 * len(sheets), 2 * len(sheets))
        counted = kiosk.hears(
            lambda event: isinstance(event, A4PrinterIs) and event.a4.paper.printed == 2 * len(sheets)
        ).a4.paper
        assert (counted.today, counted.left) == (2 * len(sheets), kiosk.hall.printing.paper_capacity - 2 * len(sheets))
        assert kiosk.told.index(job) < next(i for i, event in enumerate(kiosk.told) if isinstance(event, JobIs))
    assert on_paper(printer) == before + 1


def test_a_receipt_says_nothing_of_its_owner_to_the_printer(printer: ExamplePrinter, tmp_path: Path) -> None:
    with Kiosk(tmp_path, printer.port) as kiosk:
        kiosk.is_("ok")
        job = kiosk.prints(MakeDocument(1, Document("receipt"), case=CASE))
        assert kiosk.ends(job.job.id).job.state == "done"
    names = " ".join(path.name for path in (printer.folder / "spool").iterdir())
    written = (tmp_path / "spool.sqlite").read_bytes()
    assert "WS-2026-0001" not in names
    assert "王*".encode() not in written and b"WS-2026-0001" not in written


@pytest.fixture
def held(printer: ExamplePrinter) -> Iterator[Path]:
    """A job waits behind its first sheet for as long as this file is there."""
    hold, command = printer.folder / "hold", printer.folder / "print"
    usual = command.read_text(encoding="utf-8")
    hold.touch()
    command.write_text(HELD.format(hold=hold), encoding="utf-8")
    yield hold
    hold.unlink(missing_ok=True)
    command.write_text(usual, encoding="utf-8")


def test_a_job_that_is_stopped_while_sheets_come_out_ends_as_cancelled(
    printer: ExamplePrinter, held: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped, cancel = threading.Event(), IppPrinter.cancel

    def cancelled(driver: IppPrinter, job: int) -> None:
        cancel(driver, job)
        stopped.set()

    monkeypatch.setattr(IppPrinter, "cancel", cancelled)
    with Kiosk(tmp_path, printer.port) as kiosk:
        kiosk.is_("ok")
        job = kiosk.prints(MakeDocument(1, Document("guide"), item=ITEM), copies=6)
        kiosk.hears(lambda event: isinstance(event, JobIs) and event.job.printed > 0)
        kiosk.does(StopJob(job.job.id))
        assert stopped.wait(WAIT_S)
        held.unlink()  # the printer ends the sheet that it has begun
        end = kiosk.ends(job.job.id).job
        assert (end.state, end.printed) == ("cancelled", 1)


def test_more_than_a_day_allows_is_refused_in_both_languages_and_printed_by_nobody(
    printer: ExamplePrinter, tmp_path: Path
) -> None:
    before = on_paper(printer)
    with Kiosk(tmp_path, printer.port, sheets_a_day=1) as kiosk:
        kiosk.is_("ok")
        kiosk.does(MakeDocument(1, Document("guide"), item=ITEM))
        kiosk.hears(lambda event: isinstance(event, DocumentIs))
        kiosk.does(PrintDocument(1, 1))
        why = kiosk.hears(lambda event: isinstance(event, NotSubmitted)).why
        assert "用完" in why.zh and why.en and why.en != why.zh
    assert on_paper(printer) == before


def test_a_paper_that_was_forgotten_is_not_printed(printer: ExamplePrinter, tmp_path: Path) -> None:
    with Kiosk(tmp_path, printer.port) as kiosk:
        kiosk.is_("ok")
        kiosk.does(MakeDocument(1, Document("receipt"), case=CASE))
        kiosk.does(ForgetDocument())
        kiosk.does(PrintDocument(1, 1))
        kiosk.prints(MakeDocument(2, Document("notice"), item=ITEM))
        assert [event.ref for event in kiosk.told if isinstance(event, Submitted)] == [2]


def test_the_tray_counts_down_says_so_in_time_and_begins_anew_when_the_desk_says_it_is_full(
    printer: ExamplePrinter, tmp_path: Path
) -> None:
    with Kiosk(tmp_path, printer.port, paper_capacity=4, paper_low=3) as kiosk:
        kiosk.is_("ok")
        job = kiosk.prints(MakeDocument(1, Document("receipt"), case=CASE))
        kiosk.ends(job.job.id)
        low = kiosk.is_("paper-low").a4
        assert (low.paper.left, low.well) == (3, True)
        kiosk.told.clear()
        kiosk.copier.refilled(TerminalAsk("o1", "refilled", device="a4-1"))
        assert kiosk.is_("ok").a4.paper.left == 4


def test_after_a_power_cut_the_desk_is_told_what_is_in_doubt_and_nothing_of_it_is_printed(
    printer: ExamplePrinter, tmp_path: Path
) -> None:
    before = on_paper(printer)
    child = subprocess.Popen([sys.executable, "-c", textwrap.dedent(CUT), tmp_path], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None and child.stdout.readline().strip() == "written"
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    with Kiosk(tmp_path, printer.port) as kiosk:
        told = kiosk.hears(lambda event: isinstance(event, A4PrinterIs) and event.a4.doubt)
        assert (told.a4.doubt, told.a4.state) == ("办事指南 甲", "print-in-doubt")
        ends = {event.job.state for event in kiosk.told if isinstance(event, JobIs) and event.job.ended}
        assert ends == {"unknown", "cancelled"}, "the guide nobody is sure of, the receipt nobody waits for"
        job = kiosk.prints(MakeDocument(1, Document("notice"), item=ITEM))
        kiosk.ends(job.job.id)
        kiosk.hears(lambda event: isinstance(event, A4PrinterIs) and event is not told and not event.a4.doubt)
    assert on_paper(printer) == before + 1


def test_what_cannot_be_done_does_not_end_the_printing(printer: ExamplePrinter, tmp_path: Path) -> None:
    with Kiosk(tmp_path, printer.port) as kiosk:
        kiosk.is_("ok")
        kiosk.does(StopJob("no-such-job"))
        kiosk.does(MakeDocument(1, Document("denial"), case=CASE))
        assert kiosk.hears(lambda event: isinstance(event, DocumentIs) and event.ref == 1).sheets == ()
        kiosk.does(PrintDocument(1, 1))
        job = kiosk.prints(MakeDocument(2, Document("progress"), case=CASE))
        assert kiosk.ends(job.job.id).job.state == "done"
        assert [event.ref for event in kiosk.told if isinstance(event, Submitted)] == [2]


def test_a_printer_that_is_away_is_told_as_such_and_found_again(tmp_path: Path) -> None:
    port = free_port()
    with Kiosk(tmp_path / "state", port) as kiosk:
        assert not kiosk.is_("unreachable").a4.well
        late = ExamplePrinter("a4-1", port, tmp_path / "printer", tmp_path / "log")
        late.start()
        try:
            kiosk.is_("ok")
        finally:
            late.stop()


def test_the_hall_starts_a_printer_for_an_address_of_its_own_and_leaves_another_halls_alone(
    printer: ExamplePrinter, tmp_path: Path
) -> None:
    def device(name: str, kind: str, address: str) -> Device:
        return Device.model_validate({"id": name, "kind": kind, "model": "ipp", "address": address})

    devices = [
        device("another-halls", "a4", f"ipp://localhost:{printer.port}/ipp/print"),
        device("real", "a4", "ipp://10.0.0.9:631/ipp/print"),
        device("other", "printer", "socket://localhost:9100"),
        device("ours", "a4", f"ipp://localhost:{(free := free_port())}/ipp/print"),
    ]
    made = {one.name: one.port for one in printers(devices, tmp_path, KeptPorts(tmp_path, print))}
    assert made.keys() == {"another-halls", "ours"} and made["ours"] == free
    assert made["another-halls"] not in (printer.port, free)
