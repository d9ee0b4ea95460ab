"""The print spool with a real IPP printer in software, and a power cut while a paper is on its way to it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from contract.configuration.hall import PrintRules
from drivers.a4.ipp import IppPrinter
from kiosk.ticket_kiosk.a4_print.job_store import JobStore, PrintJob
from kiosk.ticket_kiosk.a4_print.spool import Spool
from tests.contract.ippeve import IppPrinterRig, running_printer

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
WAIT_S = 60
KILLED = """
    import sys
    from datetime import datetime
    from pathlib import Path
    from zoneinfo import ZoneInfo
    from drivers.a4.ipp import IppPrinter
    from kiosk.ticket_kiosk.a4_print.job_store import JobStore
    book = JobStore(Path(sys.argv[1]))
    book.open()
    now = datetime.now(ZoneInfo("Asia/Shanghai"))
    job = book.add(title="办事指南", document=Path(sys.argv[3]).read_bytes(), pages=1, copies=1, person="", day=now.date(), now=now)
    book.start_sending(job)
    if sys.argv[4] == "after":
        IppPrinter(sys.argv[2]).print(book.document(job.id), title=job.name)
    print(job.id, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IppPrinterRig]:
    with running_printer(tmp_path_factory.mktemp("ippeve")) as rig:
        yield rig


def finished(folder: Path, rig: IppPrinterRig, job_id: str) -> list[str]:
    """Start the spool again and follow the job to its end; the states it went through."""
    told = threading.Condition()
    states = []

    def hear(job: PrintJob) -> None:
        with told:
            states.append(job.state)
            told.notify_all()

    def now() -> datetime:
        return datetime.now(ZoneInfo("Asia/Shanghai"))

    spool = Spool(JobStore(folder / "spool.sqlite"), IppPrinter(rig.uri), PrintRules(), clock=now, on_job=hear, poll_s=0.05)
    spool.open()
    with told:
        assert told.wait_for(lambda: spool.job(job_id).ended and spool.job(job_id).state in states, WAIT_S), states
    spool.close()
    return states


@pytest.mark.parametrize(("cut", "end"), [("after", "done"), ("before", "unknown")])
def test_a_power_cut_while_sending_prints_nothing_twice_and_says_what_is_known(
    rig: IppPrinterRig, tmp_path: Path, cut: str, end: str
) -> None:
    (tmp_path / "paper.pdf").write_bytes(PDF)
    arguments = [tmp_path / "spool.sqlite", rig.uri, tmp_path / "paper.pdf", cut]
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(KILLED), *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    job_id = child.stdout.readline().strip()
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    printer = IppPrinter(rig.uri)
    before = printer.find(f"{job_id} 办事指南")
    assert finished(tmp_path, rig, job_id)[-1] == end
    after = printer.find(f"{job_id} 办事指南")
    assert (before and before.id) == (after and after.id)


def test_a_paper_comes_out_and_the_tray_is_counted(rig: IppPrinterRig, tmp_path: Path) -> None:
    book = JobStore(tmp_path / "spool.sqlite")
    book.open()
    now = datetime.now(ZoneInfo("Asia/Shanghai"))
    job = book.add(title="空白表", document=PDF, pages=1, copies=2, person="", day=now.date(), now=now)
    book.close()
    assert finished(tmp_path, rig, job.id)[-1] == "done"
    book.open()
    assert (book.used(), book.job(job.id).printed) == (2, 2)
    book.close()
