"""The print spool: a power cut at any moment prints nothing twice and loses nothing without a word."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
from datetime import datetime, time, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

import pytest

from contract.configuration.hall import PrintRules
from drivers.a4.port import JobReport, PrinterReport
from drivers.ports import Busy, DeviceRefused, NoReply, Unreachable
from kiosk.ticket_kiosk.a4_print.job_store import JobStore
from kiosk.ticket_kiosk.a4_print.spool import OverQuota, Spool, words

ZONE = ZoneInfo("Asia/Shanghai")
RULES = PrintRules(sheets_a_job=10, sheets_a_person=12, sheets_a_day=20, paper_capacity=30, paper_low=5)
WAIT_S = 60


class Paperwork:
    """A printer in memory: `jobs` are those that it took."""

    def __init__(self):
        self.condition = "ok"
        self.jobs = {}
        self.printed = []
        self.fail_print = None
        self.take_then_fail = None
        self.forgets = False
        self.holds = False

    def status(self):
        return PrinterReport(self.condition)

    def print(self, document, *, title, copies=1):
        if self.fail_print:
            raise self.fail_print
        number = len(self.jobs) + 1
        self.jobs[number] = [title, "printing", copies]
        self.printed.append(document)
        if self.take_then_fail:
            raise self.take_then_fail
        return JobReport(number, "printing")

    def job(self, number):
        if self.forgets:
            raise DeviceRefused("has forgotten this job")
        if not self.holds and self.jobs[number][1] == "printing":
            self.jobs[number][1] = "done"
        return JobReport(number, self.jobs[number][1])

    def find(self, title):
        found = [number for number, job in self.jobs.items() if job[0] == title]
        return JobReport(found[-1], self.jobs[found[-1]][1]) if found else None

    def cancel(self, number):
        self.jobs[number][1] = "cancelled"


class Desk:
    """A spool with a printer, and a way to wait for a job's state."""

    def __init__(self, folder, printer=None, **more):
        self.printer = printer or Paperwork()
        self.now = datetime(2026, 11, 23, 9, 0, tzinfo=ZONE)
        self.seen = []
        self.book = JobStore(folder / "spool.sqlite")
        self._told = threading.Condition()
        self.spool = Spool(
            self.book,
            self.printer,
            RULES,
            clock=lambda: self.now,
            on_job=self._hear,
            on_printer=self._hear,
            poll_s=0.005,
            idle_s=0.02,
            retry_s=0.01,
            **more,
        )

    def _hear(self, news):
        with self._told:
            self.seen.append(news)
            self._told.notify_all()

    def hears(self, condition):
        """Return when the spool has asked the printer."""
        with self._told:
            assert self._told.wait_for(lambda: PrinterReport(condition) in self.seen, WAIT_S)

    def until(self, job, *states):
        with self._told:
            assert self._told.wait_for(lambda: self.states(job)[-1:] and self.states(job)[-1] in states, WAIT_S), self.states(
                job
            )
        return self.spool.job(job.id)

    def book_until(self, job):
        """The job once the spool does not want it any more."""
        deadline = monotonic() + WAIT_S
        while not (found := self.spool.job(job.id)).stop and monotonic() < deadline:
            with self._told:
                self._told.wait(0.01)
        return found

    def states(self, job):
        return list(dict.fromkeys(news.state for news in self.seen if getattr(news, "id", None) == job.id))


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path)
    desk.spool.open()
    yield desk
    desk.spool.close()


def submit(desk, pages=2, **more):
    return desk.spool.submit(b"%PDF", title="办事指南", pages=pages, **more)


def test_a_busy_printer_is_asked_again_until_it_takes_the_paper(desk):
    desk.printer.fail_print = Busy("a4-1: is busy with another job")
    job = submit(desk)
    desk.until(job, "received")
    desk.printer.fail_print = None
    desk.until(job, "done")
    assert desk.printer.printed == [b"%PDF"]


def test_a_paper_that_waits_for_a_busy_printer_can_be_cancelled_and_is_given_up_in_time(desk):
    desk.printer.fail_print = Busy("a4-1: is busy with another job")
    job = submit(desk)
    desk.until(job, "received")
    desk.spool.cancel(job.id)
    desk.until(job, "cancelled")
    forgotten = submit(desk)
    desk.until(forgotten, "received")
    desk.now += timedelta(minutes=4)
    desk.until(forgotten, "failed")
    assert desk.printer.printed == []


def test_a_paper_is_printed_once_and_its_document_wiped(desk):
    job = submit(desk, copies=2)
    desk.until(job, "done")
    assert desk.states(job) == ["sending", "sent", "done"]
    assert desk.printer.printed == [b"%PDF"]
    with pytest.raises(TypeError):
        desk.book.document(job.id)
    assert desk.spool.paper().used == 4 and desk.spool.paper().today == 4


def test_a_power_cut_while_sending_finds_the_job_at_the_printer_and_prints_nothing_twice(tmp_path):
    printer = Paperwork()
    book = JobStore(tmp_path / "spool.sqlite")
    book.open()
    job = book.add(
        title="x",
        document=b"%PDF",
        pages=1,
        copies=1,
        person="",
        day=datetime(2026, 11, 23).date(),
        now=datetime(2026, 11, 23, 9, 0, tzinfo=ZONE),
    )
    book.start_sending(job)
    printer.print(b"%PDF", title=job.name)
    book.close()
    desk = Desk(tmp_path, printer)
    desk.spool.open()
    desk.until(job, "done")
    desk.spool.close()
    assert len(printer.printed) == 1 and desk.states(job) == ["sent", "done"]


def test_a_power_cut_while_sending_says_so_when_the_printer_knows_nothing(tmp_path):
    book = JobStore(tmp_path / "spool.sqlite")
    book.open()
    job = book.add(
        title="x",
        document=b"%PDF",
        pages=1,
        copies=1,
        person="",
        day=datetime(2026, 11, 23).date(),
        now=datetime(2026, 11, 23, 9, 0, tzinfo=ZONE),
    )
    book.start_sending(job)
    book.close()
    desk = Desk(tmp_path)
    desk.spool.open()
    desk.until(job, "unknown")
    desk.spool.close()
    assert desk.printer.printed == [] and "出纸口" in words(desk.seen[-1], "zh")


def test_a_job_that_was_only_received_is_printed_after_the_restart(tmp_path):
    printer = Paperwork()
    printer.condition = "paper-out"
    first = Desk(tmp_path, printer)
    first.spool.open()
    job = submit(first)
    first.spool.close()
    printer.condition = "ok"
    second = Desk(tmp_path, printer)
    second.spool.open()
    second.until(job, "done")
    second.spool.close()
    assert len(printer.printed) == 1


def test_a_paper_that_nobody_waits_for_any_more_is_given_up(tmp_path):
    printer = Paperwork()
    printer.condition = "unreachable"
    desk = Desk(tmp_path, printer)
    desk.spool.open()
    job = submit(desk)
    desk.now += timedelta(minutes=5)
    desk.until(job, "failed")
    desk.spool.close()
    assert printer.printed == []


@pytest.mark.parametrize("trouble", ["paper-out", "unreachable"])
def test_a_paper_at_a_printer_in_trouble_does_not_come_out_when_its_citizen_has_long_gone(desk, trouble):
    desk.printer.holds = True
    late = submit(desk)
    desk.until(late, "sent")
    desk.printer.condition = trouble
    desk.hears(trouble)
    desk.now += timedelta(minutes=4)
    if trouble == "unreachable":  # it can be cancelled only when the printer is back, and is before anything else
        assert desk.book_until(late).stop
        desk.printer.condition = "ok"
    assert desk.until(late, "cancelled").printed == 0
    assert desk.printer.jobs[1][1] == "cancelled"


def test_a_paper_of_somebody_that_is_at_the_printer_is_cancelled_when_the_kiosk_starts_again(tmp_path):
    first = Desk(tmp_path)
    first.printer.holds = True
    first.spool.open()
    own = submit(first, person="p")
    first.until(own, "sent")
    first.spool.close()
    again = Desk(tmp_path, first.printer)
    again.spool.open()
    try:
        assert again.until(own, "cancelled").printed == 0
        first.printer.holds = False
        again.until(submit(again), "done")
    finally:
        again.spool.close()


def test_an_answer_that_never_came_is_cleared_up_with_the_printer(desk):
    desk.printer.take_then_fail = NoReply("no answer")
    job = submit(desk)
    desk.until(job, "done")
    assert desk.states(job) == ["sending", "checking", "sent", "done"] and len(desk.printer.printed) == 1


def test_a_connection_that_broke_before_anything_came_over_is_never_sent_again_by_itself(desk):
    desk.printer.fail_print = Unreachable("gone")
    job = submit(desk)
    desk.until(job, "unknown")
    assert desk.printer.printed == []


def test_a_printer_that_says_no_is_believed(desk):
    desk.printer.fail_print = DeviceRefused("does not print documents of this kind")
    assert "does not print" in desk.until(submit(desk), "failed").detail
    assert desk.spool.paper().used == 0


def test_a_printer_that_has_forgotten_a_job_leaves_it_unknown(desk):
    desk.printer.forgets = True
    job = submit(desk)
    desk.until(job, "unknown")
    assert desk.states(job) == ["sending", "sent", "unknown"] and desk.printer.printed == [b"%PDF"]


def test_nothing_is_sent_to_a_printer_in_trouble_and_cancelling_is_certain(desk):
    desk.printer.condition = "paper-jam"
    desk.hears("paper-jam")
    job = submit(desk)
    desk.spool.cancel(job.id)
    assert desk.until(job, "cancelled").printed == 0 and desk.printer.printed == []


def test_a_job_at_the_printer_can_be_cancelled(desk):
    desk.printer.holds = True
    job = submit(desk)
    desk.until(job, "sent")
    desk.spool.cancel(job.id)
    desk.until(job, "cancelled")
    assert [state for _title, state, _copies in desk.printer.jobs.values()] == ["cancelled"]


def test_a_job_after_a_failed_one_is_printed(desk):
    desk.printer.fail_print = DeviceRefused("no")
    desk.until(submit(desk), "failed")
    desk.printer.fail_print = None
    desk.until(submit(desk), "done")
    assert desk.printer.printed == [b"%PDF"]


def test_quotas_hold_for_a_job_a_person_and_a_day_and_come_back_the_next_day(desk):
    with pytest.raises(OverQuota) as one:
        submit(desk, pages=11)
    submit(desk, pages=8, person="p")
    with pytest.raises(OverQuota) as person:
        submit(desk, pages=5, person="p")
    submit(desk, pages=10)
    with pytest.raises(OverQuota) as terminal:
        submit(desk, pages=5)
    assert [e.value.which for e in (one, person, terminal)] == ["job", "person", "terminal"]
    assert all(e.value.words("zh").endswith(("打印", "导办台")) for e in (one, person, terminal))
    desk.now += timedelta(days=1)
    assert submit(desk, pages=5, person="p").state == "received"


def test_what_was_refused_does_not_count_against_the_quota(desk):
    desk.printer.fail_print = DeviceRefused("no")
    for _ in range(RULES.sheets_a_day // 10 + 1):
        desk.until(submit(desk, pages=10, person="p"), "failed")
    assert desk.spool.paper().today == 0
    desk.printer.fail_print = None
    assert desk.until(submit(desk, pages=10, person="p"), "done").printed == 10


def test_the_business_day_may_begin_later_than_midnight(tmp_path):
    desk = Desk(tmp_path, day_starts=time(4, 0))
    desk.spool.open()
    desk.now = datetime(2026, 11, 23, 3, 0, tzinfo=ZONE)
    assert submit(desk).day == "2026-11-22"
    desk.spool.close()


def test_somebody_is_called_before_the_paper_runs_out(desk):
    for _ in range(2):
        desk.until(submit(desk, pages=10), "done")
    assert (desk.spool.paper().left, desk.spool.condition()) == (10, "ok")
    desk.now += timedelta(days=1)
    desk.until(submit(desk, pages=6), "done")
    paper = desk.spool.paper()
    assert (paper.left, paper.low, paper.today, desk.spool.condition()) == (4, True, 6, "paper-low")
    desk.spool.refilled()
    assert (desk.spool.paper().left, desk.spool.condition()) == (30, "ok")


@pytest.mark.parametrize(("pages", "copies"), [(0, 1), (1, 0), (1, 100)])
def test_senseless_numbers_of_pages_and_copies_are_refused(desk, pages, copies):
    with pytest.raises(ValueError, match="pages"):
        submit(desk, pages=pages, copies=copies)


def test_every_state_has_its_words_in_both_languages():
    from contract.texts import texts
    from kiosk.ticket_kiosk.a4_print.spool import QUOTAS, WORDS

    for text in [*WORDS.values(), *QUOTAS.values()]:
        assert texts("en")(text) != text, text


KILLED = """
    import sys, time
    from datetime import datetime
    from pathlib import Path
    from zoneinfo import ZoneInfo
    from kiosk.ticket_kiosk.a4_print.job_store import JobStore
    book = JobStore(Path(sys.argv[1]))
    book.open()
    now = datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    while True:
        job = book.add(title="x", document=b"%PDF" * 100, pages=1, copies=1, person="", day=now.date(), now=now)
        print("received", job.id, flush=True)
        book.start_sending(job)
        print("sending", job.id, flush=True)
        book.move(job, "sent", printer_job=7)
        print("sent", job.id, flush=True)
        book.came_out(job, 1)
        book.move(job, "done")
        print("done", job.id, flush=True)
"""


@pytest.mark.parametrize("lines", [1, 6, 23, 50])
def test_whatever_was_told_stands_after_the_program_is_killed(tmp_path, lines):
    path = tmp_path / "spool.sqlite"
    child = subprocess.Popen([sys.executable, "-c", textwrap.dedent(KILLED), path], stdout=subprocess.PIPE, text=True)
    told = {}
    for _ in range(lines):
        state, job_id = child.stdout.readline().split()
        told[job_id] = state
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    book = JobStore(path)
    book.open()
    order = ["received", "sending", "sent", "done"]
    for job_id, state in told.items():
        assert order.index(book.job(job_id).state) >= order.index(state)
    assert book.used() >= sum(state == "done" for state in told.values())
    book.close()
