"""A4 printing by IPP against ippeveprinter, a real IPP printer in software; and what its reasons are called."""

from __future__ import annotations

import contextlib
import gzip
import http.server
import itertools
import socket
import socketserver
import threading
import time
import tracemalloc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.configuration.hall import Device
from drivers import registry
from drivers.a4 import words
from drivers.a4.ipp import MOST_REASONS, IppPrinter
from drivers.a4.message import MOST_VALUES
from drivers.a4.port import JobReport
from drivers.address import BadAddress
from drivers.ports import BadReply, Busy, DeviceError, DeviceRefused, NoReply, Unreachable
from tests.contract.ippeve import IppPrinterRig, running_printer
from tests.programs import PATIENCE_S, wait_until

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IppPrinterRig]:
    with running_printer(tmp_path_factory.mktemp("ippeve")) as rig:
        yield rig


@pytest.fixture
def printer(rig: IppPrinterRig) -> Iterator[IppPrinter]:
    rig.release()
    rig.paper(25)
    rig.toner(80)
    printer = registry.build(Device(id="a4-1", kind="a4", model="ipp", address=rig.uri))
    wait_until(lambda: not printer.status().busy)
    yield printer
    rig.release()


def last(printer: IppPrinter, job: JobReport) -> JobReport:
    return list(printer.follow(job.id, poll_s=0.05))[-1]


def until(printer: IppPrinter, job: JobReport, state: str) -> JobReport:
    return next(report for report in printer.follow(job.id, poll_s=0.05) if report.state == state)


def test_a_document_is_printed_and_every_step_is_seen(printer: IppPrinter, rig: IppPrinterRig) -> None:
    rig.hold()
    job = printer.print(PDF, title="最低生活保障办事指南", copies=2)
    assert job.id > 0 and job.state in ("waiting", "printing")
    assert until(printer, job, "printing").words("zh") in (["正在打印"], [])
    assert printer.status().busy
    rig.release()
    done = last(printer, job)
    assert (done.state, done.ended) == ("done", True)
    (spooled,) = rig.spool.glob(f"{job.id}-*.pdf")
    assert spooled.read_bytes() == PDF


def test_without_paper_the_printer_says_so_and_goes_on_when_it_has_some(printer: IppPrinter, rig: IppPrinterRig) -> None:
    rig.paper(0)
    assert printer.status().condition == "paper-low", "idle, it only reports that a tray is empty"
    job = printer.print(PDF, title="申请表")
    until(printer, job, "printing")
    wait_until(lambda: printer.status().condition == "paper-out")
    report = printer.status()
    assert "打印机没有纸了，请联系工作人员加纸" in report.words("zh")
    with pytest.raises(DeviceRefused, match="paper-out"):
        printer.check()
    rig.paper(25)
    assert last(printer, job).state == "done"
    assert printer.status().condition == "ok"
    printer.check()


def test_a_second_document_is_refused_while_the_printer_is_busy(printer: IppPrinter, rig: IppPrinterRig) -> None:
    rig.hold()
    job = printer.print(PDF, title="一")
    until(printer, job, "printing")
    with pytest.raises(Busy, match="busy"):
        printer.print(PDF, title="二")
    rig.release()
    assert last(printer, job).state == "done"
    wait_until(lambda: not printer.status().busy)  # a moment after the job
    assert last(printer, printer.print(PDF, title="二")).state == "done"


def test_a_job_is_cancelled_while_it_waits_for_paper(printer: IppPrinter, rig: IppPrinterRig) -> None:
    rig.paper(0)
    job = printer.print(PDF, title="取消")
    until(printer, job, "printing")
    printer.cancel(job.id)
    rig.paper(25)
    report = last(printer, job)
    assert report.state == "cancelled"
    with pytest.raises(DeviceRefused):
        printer.cancel(job.id)


def test_little_paper_and_little_toner_do_not_stop_printing(printer: IppPrinter, rig: IppPrinterRig) -> None:
    rig.paper(5)
    assert printer.status().condition == "paper-low"
    rig.paper(25)
    rig.toner(3)
    assert printer.status().condition == "toner-low"
    printer.check()
    rig.toner(0)
    assert printer.status().condition == "toner-low", "as long as it does not stop"


def test_a_document_of_another_kind_is_refused(printer: IppPrinter) -> None:
    with pytest.raises(DeviceRefused, match="does not print"):
        printer.print(b"GIF89a", title="图", kind="image/gif")


def test_an_unknown_job_is_refused(printer: IppPrinter) -> None:
    with pytest.raises(DeviceRefused, match="no such job"):
        printer.job(99999)


def test_following_a_job_ends_when_nobody_looks_any_more(printer: IppPrinter, rig: IppPrinterRig) -> None:
    rig.hold()
    job = printer.print(PDF, title="离开")
    stop = threading.Event()
    seen = []
    for report in printer.follow(job.id, stop=stop, poll_s=0.05):
        seen.append(report)
        stop.set()
    assert len(seen) == 1 and not seen[0].ended
    rig.release()
    assert last(printer, job).state == "done"


@pytest.mark.parametrize("copies", [0, -1, 100])
def test_no_number_of_copies_outside_1_to_99_reaches_a_printer(copies: int) -> None:
    with pytest.raises(ValueError, match="1 to 99"):
        IppPrinter("ipp://127.0.0.1:1/ipp/print").print(PDF, title="x", copies=copies)


def test_a_printer_that_is_switched_off_is_unreachable() -> None:
    printer = IppPrinter("ipp://127.0.0.1:1/ipp/print")
    assert printer.status().condition == "unreachable"
    assert isinstance(printer.trouble, Unreachable) and printer.trouble.remedy
    with pytest.raises(Unreachable):
        printer.open()


def test_a_printer_that_never_answers_does_not_hang_the_caller() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        printer = IppPrinter(f"ipp://127.0.0.1:{silent.getsockname()[1]}/ipp/print", timeout_s=0.3)
        begin = time.monotonic()
        with pytest.raises((NoReply, Unreachable)):
            printer.open()
        assert time.monotonic() - begin < 60


@contextmanager
def answering_raw(answer: Iterable[bytes]) -> Iterator[IppPrinter]:
    """Something at a printer's address that sends these bytes to everybody, for as long as somebody takes them."""

    class Anything(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.connection.recv(1 << 16)
            with contextlib.suppress(OSError):
                for part in answer:
                    self.connection.sendall(part)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Anything) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield IppPrinter(f"ipp://127.0.0.1:{server.server_address[1]}/ipp/print", timeout_s=PATIENCE_S)
        server.shutdown()


OK, CHUNKED = b"HTTP/1.1 200 OK\r\n", b"Transfer-Encoding: chunked\r\n\r\n"
PART = b"100000\r\n" + bytes(1 << 20) + b"\r\n"


def many_reasons(count: int) -> bytes:
    """An answer of a printer with so many reasons."""
    more = field(0x44, "", b"x") * (count - 1)
    return b"\2\0\0\0\0\0\0\1" + OPERATION + PRINTER + field(0x44, "printer-state-reasons", b"x") + more + b"\3"


def test_an_answer_without_end_is_given_up_before_it_fills_the_memory() -> None:
    tracemalloc.start()
    with answering_raw(itertools.chain((OK + CHUNKED,), itertools.repeat(PART))) as printer:
        assert printer.status().condition == "unreachable"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(printer.trouble, BadReply)
    assert peak < 64 << 20


def test_an_answer_is_not_unpacked() -> None:
    packed = gzip.compress(bytes(64 << 20))
    head = OK + f"Content-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n".encode()
    with answering_raw((head, packed)) as printer, pytest.raises(BadReply):
        printer.open()


def test_a_document_follows_nobody_to_another_machine() -> None:
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.settimeout(0)
        to = f"http://127.0.0.1:{elsewhere.getsockname()[1]}/"
        head = f"HTTP/1.1 307 Temporary Redirect\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"
        with answering_raw((head.encode(),)) as printer, pytest.raises(BadReply):
            printer.print(PDF, title="x")
        with pytest.raises(BlockingIOError):
            elsewhere.accept()


def test_a_printer_gives_some_dozen_reasons_and_no_million() -> None:
    with answering(many_reasons(5000)) as printer:
        assert len(printer.status().reasons) == MOST_REASONS
    with answering(many_reasons(MOST_VALUES)) as printer, pytest.raises(BadReply):
        printer.open()


@contextmanager
def answering(content: bytes) -> Iterator[IppPrinter]:
    """A printer that gives the same answer to everything."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"] or 0))
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield IppPrinter(f"ipp://127.0.0.1:{server.server_port}/ipp/print")
        server.shutdown()


@pytest.mark.parametrize(
    "answer", [b"", b"<html>a router</html>", b"\x02\x00\x00\x00\x00\x00\x00\x01\x01\x47\x00", b"\x02\x00\x00\x00\0\0\0\1\3"]
)
def test_something_that_is_no_printer_gets_a_clear_error(answer: bytes) -> None:
    with answering(answer) as printer, pytest.raises(BadReply):
        printer.open()


def field(tag: int, name: str, value: bytes) -> bytes:
    return bytes((tag,)) + len(name).to_bytes(2, "big") + name.encode() + len(value).to_bytes(2, "big") + value


OPERATION = b"\1" + field(0x47, "attributes-charset", b"utf-8") + field(0x48, "attributes-natural-language", b"zh-cn")
PRINTER = b"\4" + field(0x23, "printer-state", b"\0\0\0\3") + field(0x22, "printer-is-accepting-jobs", b"\1")
JOB = b"\2" + field(0x21, "job-id", b"\0\0\0\7") + field(0x23, "job-state", b"\0\0\0\5")
NOTICES = b"\6" + field(0x21, "notify-subscription-id", b"\0\0\0\1")


def test_empty_groups_and_groups_of_other_kinds_are_no_fault_of_a_printer() -> None:
    reason = field(0x44, "printer-state-reasons", b"media-empty-warning")
    for groups in (
        OPERATION + b"\5" + PRINTER,
        OPERATION + PRINTER + b"\5",
        OPERATION + b"\2" + PRINTER + b"\4",
        OPERATION + NOTICES + PRINTER,
        OPERATION + b"\5\5" + PRINTER,
    ):
        with answering(b"\2\0\0\0\0\0\0\1" + groups + b"\3") as printer:
            assert printer.status().condition == "ok"
        with answering(b"\2\0\0\0\0\0\0\1" + groups.replace(PRINTER, PRINTER + reason) + b"\3") as printer:
            assert printer.status().condition == "paper-low"


def test_a_paper_that_comes_out_is_known_though_the_answer_has_an_empty_group() -> None:
    with answering(b"\2\0\0\1\0\0\0\1" + OPERATION + b"\5" + JOB + b"\3") as printer:
        assert printer.job(7).state == "printing"


@pytest.mark.parametrize("address", ["socket://10.0.0.9:9100", "ipp://", "/dev/usb/lp0"])
def test_an_address_of_another_kind_is_refused_with_an_example(address: str) -> None:
    with pytest.raises((BadAddress, DeviceError), match="ipp://"):
        registry.build(Device(id="a4-1", kind="a4", model="ipp", address=address))


@pytest.mark.parametrize(
    ("reasons", "stopped", "condition"),
    [
        ([], False, "ok"),
        ([], True, "offline"),
        (["media-empty-report", "media-needed-warning"], False, "paper-out"),
        (["media-empty-report"], False, "paper-low"),
        (["media-empty-report", "media-needed-warning"], True, "paper-out"),
        (["media-empty-warning"], False, "paper-low"),
        (["media-empty-error"], False, "paper-out"),
        (["media-empty"], False, "paper-out"),
        (["marker-supply-empty-warning"], False, "toner-low"),
        (["marker-supply-empty-warnin"], False, "toner-low"),
        (["media-low-warning"], False, "paper-low"),
        (["input-tray-missing-report"], False, "paper-low"),
        *(([f"{word}-report"], False, "ok") for word in ("cover-open", "offline", "spool-area-full", "media-jam")),
        *(([f"{word}-warning"], False, "ok") for word in ("timed-out", "door-open", "media-jam")),
        (["timed-out-report"], True, "offline"),
        (["toner-low-warning", "marker-waste-almost-full-warnin"], False, "toner-low"),
        (["media-jam-error", "toner-low"], True, "paper-jam"),
        (["cover-open"], True, "cover-open"),
        (["com.example-strange-error"], False, "ok"),
    ],
)
def test_the_gravest_reason_stands_for_all(reasons: list[str], stopped: bool, condition: str) -> None:
    assert words.condition(reasons, stopped=stopped) == condition


def test_every_keyword_has_words_in_chinese_and_english() -> None:
    known = [*words.PRINTER, *words.JOB]
    for reason in known:
        assert words.sentences([reason], "zh"), reason
        (english,) = words.sentences([reason], "en")
        assert english.isascii(), reason
    assert set(dict(words.PRINTER.values())) <= set(words.CONDITIONS)


@given(st.lists(st.text()), st.booleans())
@settings(deadline=None)
def test_any_reason_whatsoever_is_survived(reasons: list[str], stopped: bool) -> None:
    assert words.condition(reasons, stopped=stopped) in words.CONDITIONS
    words.sentences(reasons, "zh")


def test_a_job_is_found_again_by_its_title_while_it_waits_and_when_it_is_done(rig: IppPrinterRig, printer: IppPrinter) -> None:
    rig.hold()
    sent = printer.print(PDF, title="k7m3q9 办事指南")
    assert printer.find("k7m3q9 办事指南").id == sent.id
    assert printer.find("another title") is None
    rig.release()
    assert list(printer.follow(sent.id))[-1].state == "done"
    found = printer.find("k7m3q9 办事指南")
    assert (found.id, found.state) == (sent.id, "done")
