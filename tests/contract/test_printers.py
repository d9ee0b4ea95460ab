"""What every ticket printer keeps to, each model on its emulator, over a real TCP connection.

`JIAOHAO_PRINTER=MODEL=ADDRESS` names a real printer, which prints two tickets.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image, ImageChops

from contract.configuration.hall import Device
from drivers import registry
from drivers.emulators.escpos import EscPosEmulator
from drivers.emulators.escpos_commands import Command
from drivers.emulators.serve import MemoryStream, PtyServer, TcpServer
from drivers.ports import DeviceError, NotFound, PrintFailed, Unreachable
from drivers.printer.escpos import EscPosPrinter
from drivers.printer.layout import PaperLine, compose
from drivers.printer.profile import PROFILES
from drivers.printer.ticket import PaperTicket, render
from drivers.registry import DeviceSite

TICKET = PaperTicket(
    hall="武山县政务服务中心",
    queue="社会保障",
    number="A012",
    ahead=3,
    windows=("03",),
    issued_at=datetime(2026, 11, 22, 9, 41, tzinfo=timezone(timedelta(hours=8))),
    url="http://10.0.0.2/t/20261122-a012-Zk3v",
)
SAYS = [model for model in PROFILES if PROFILES[model].status == "dle-eot"]


def device(model: str, address: str, **options: Any) -> Device:
    return Device(id="ticket-printer-1", kind="printer", model=model, address=address, options=options)


def patient(printer: Any) -> Any:
    """A printer that is well gets the time it needs on a busy machine, whose threads do not run for seconds."""
    printer.answer_s, printer.print_s = 10.0, 60.0
    return printer


@pytest.fixture(params=sorted(PROFILES))
def printer(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A driver of each model, not open, with its emulator as `.emulator`."""
    emulator = registry.emulator(request.param)(name="ticket-printer-1")
    server = TcpServer(emulator)
    server.open()
    driver = patient(registry.build(device(request.param, server.address)))
    driver.settle_s = 0.1
    driver.emulator = emulator
    yield driver
    driver.close()
    server.close()


def papers(emulator: Any) -> list[Image.Image]:
    with emulator.changed:  # what it has begun to print is printed
        hanging = emulator.hanging()
        return emulator.papers + ([hanging] if hanging else [])


def job(printer: Any) -> bytes:
    return render(TICKET, printer.profile)


def test_a_ticket_comes_out_once_and_can_be_read(printer: Any) -> None:
    printer.open()
    printer.print(job(printer))
    (paper,) = papers(printer.emulator)
    assert zxingcpp.read_barcodes(paper)[0].text == TICKET.url


def test_many_tickets_come_out_one_after_another(printer: Any) -> None:
    printer.open()
    for _ in range(3):
        printer.print(job(printer))
    assert len(papers(printer.emulator)) == 3


@pytest.mark.parametrize("condition", ["paper-out", "cover-open", "offline"])
def test_trouble_is_seen_printing_is_refused_and_it_recovers_by_itself(printer: Any, condition: str) -> None:
    printer.open()
    printer.emulator.fail(condition)
    assert printer.status() == condition
    with pytest.raises(PrintFailed) as failure:
        printer.print(job(printer))
    assert failure.value.state == condition and failure.value.remedy
    assert not failure.value.in_doubt, "the printer got nothing of the ticket"
    with pytest.raises(PrintFailed):
        printer.check()
    printer.emulator.repair()
    assert printer.status() == "ok"
    printer.print(job(printer))
    assert len(papers(printer.emulator)) == 1


def test_little_paper_is_seen_but_tickets_still_come_out(printer: Any) -> None:
    printer.open()
    printer.emulator.fail("paper-low")
    assert printer.status() == "paper-low"
    printer.check()
    printer.print(job(printer))
    assert len(papers(printer.emulator)) == 1


def test_paper_that_ends_within_the_ticket_is_a_failure(printer: Any) -> None:
    printer.open()
    printer.emulator.fail("paper-ends=40")
    with pytest.raises(PrintFailed) as failure:
        printer.print(job(printer))
    assert failure.value.state == "paper-out" and failure.value.in_doubt
    assert not printer.emulator.papers
    assert printer.status() == "paper-out"
    printer.emulator.repair()
    assert printer.status() == "ok"
    printer.print(job(printer))
    assert zxingcpp.read_barcodes(papers(printer.emulator)[-1])[0].text == TICKET.url


@pytest.mark.parametrize("model", [m for m in PROFILES if PROFILES[m].clears_buffer])
def test_the_rest_of_a_failed_ticket_is_not_printed_on_the_next_roll(model: str) -> None:
    emulator = registry.emulator(model)()
    printer = EscPosPrinter(MemoryStream(emulator), emulator.profile)
    printer.open()
    emulator.fail("paper-ends=40")
    with pytest.raises(PrintFailed):
        printer.print(job(printer))
    emulator.repair()
    assert not emulator.papers, "the rest came out"
    printer.print(job(printer))
    assert len(emulator.papers) == 1


@pytest.mark.parametrize("model", ["escpos-80", "epson-tm-t88"])
def test_a_jammed_cutter_is_a_failure_and_the_printer_goes_on_once_it_is_free(model: str) -> None:
    emulator = registry.emulator(model)(faults=["cutter"])
    printer = EscPosPrinter(MemoryStream(emulator), emulator.profile)
    printer.open()
    with pytest.raises(PrintFailed) as failure:
        printer.print(job(printer))
    assert failure.value.state == "cutter" and failure.value.in_doubt, "the whole ticket is out and hangs there"
    assert printer.status() == "cutter"
    emulator.repair()
    printer.status()
    assert printer.status() == "ok"
    printer.print(job(printer))


def test_a_printer_that_keeps_silent_is_unreachable_and_nothing_hangs(printer: Any) -> None:
    printer.answer_s = 0.25
    printer.emulator.fail("no-answer")
    begin = time.monotonic()
    assert printer.status() == "unreachable"
    with pytest.raises(PrintFailed) as failure:
        printer.print(job(printer))
    assert failure.value.state == "unreachable"
    assert time.monotonic() - begin < 60
    patient(printer)
    printer.emulator.repair()
    assert printer.status() == "ok"


@pytest.mark.parametrize("fault", ["garbage", "disconnects", "late=5", "noise"])
def test_nonsense_on_the_line_is_unreachable_never_a_printed_ticket(printer: Any, fault: str) -> None:
    printer.answer_s = 0.25
    printer.emulator.fail(fault)
    assert printer.status() == "unreachable"
    assert isinstance(printer.trouble, DeviceError) and printer.trouble.remedy
    with pytest.raises(PrintFailed):
        printer.print(job(printer))
    patient(printer)
    printer.emulator.repair()
    assert printer.status() == "ok"


def test_a_slow_printer_is_waited_for(printer: Any) -> None:
    printer.emulator.fail("late=0.05")
    assert printer.status() == "ok"
    printer.print(job(printer))
    assert len(papers(printer.emulator)) == 1


def test_a_printer_that_is_switched_off_and_on_is_found_again(printer: Any) -> None:
    printer.open()
    printer.emulator.hang_up()
    assert printer.status() in ("ok", "unreachable")
    assert printer.status() == "ok"
    printer.print(job(printer))


def test_the_plug_pulled_within_a_ticket_is_a_failure(printer: Any) -> None:
    printer.open()
    emulator = printer.emulator
    feed = emulator.receive

    def pull_the_plug(line: Any, data: bytes) -> None:
        if emulator.received > 1500:
            line.close()
        else:
            feed(line, data)

    emulator.receive = pull_the_plug
    with pytest.raises(PrintFailed) as failure:
        printer.print(job(printer))
    assert not emulator.papers and failure.value.in_doubt


def test_status_may_be_asked_while_another_thread_prints(printer: Any) -> None:
    printer.open()
    seen = []
    asking = threading.Thread(target=lambda: seen.extend(printer.status() for _ in range(10)))
    asking.start()
    for _ in range(3):
        printer.print(job(printer))
    asking.join()
    assert seen == ["ok"] * 10
    assert len(papers(printer.emulator)) == 3


def test_a_printer_that_does_not_confirm_is_a_failure_with_its_remedy() -> None:
    emulator = registry.emulator("escpos-80")(faults=["no-confirmation"])
    printer = EscPosPrinter(MemoryStream(emulator), emulator.profile, print_s=0.3)
    with pytest.raises(PrintFailed, match="confirms = false") as failure:
        printer.print(job(printer))
    assert failure.value.in_doubt


@pytest.mark.parametrize("condition", ["ok", "paper-out", "cover-open", "paper-low", "offline"])
def test_a_printer_that_tells_changes_by_itself_is_understood(condition: str) -> None:
    emulator = registry.emulator("escpos-80")()
    profile = registry.build(device("escpos-80", "loop://", status="asb")).profile
    printer = EscPosPrinter(MemoryStream(emulator), profile)
    assert printer.status() == "ok"
    if condition != "ok":
        emulator.fail(condition)
    assert printer.status() == condition
    if condition in ("ok", "paper-low"):
        printer.print(job(printer))
        assert len(emulator.papers) == 1


def test_tickets_come_out_over_a_serial_line_too() -> None:
    emulator = registry.emulator("escpos-80")()
    server = PtyServer(emulator)
    server.open()
    printer = patient(registry.build(device("escpos-80", f"{server.address}?baud=115200")))
    try:
        printer.open()
        printer.print(job(printer))
        assert zxingcpp.read_barcodes(emulator.papers[0])[0].text == TICKET.url
        emulator.fail("paper-out")
        assert printer.status() == "paper-out"
    finally:
        printer.close()
        server.close()


def test_a_slow_serial_line_is_spared_the_picture_of_the_number() -> None:
    def length(baud: int) -> int:
        printer = registry.build(device("escpos-80", f"/dev/ttyS0?baud={baud}"))
        return len(render(TICKET, printer.profile))

    assert length(9600) < 0.6 * length(115200)
    assert registry.build(device("escpos-80", "/dev/ttyS0?baud=9600", large_as_picture=True)).profile.large_as_picture


def test_a_printer_device_of_the_kernel_is_written_to_and_asked(tmp_path: Path) -> None:
    emulator = registry.emulator("escpos-80")()
    server = PtyServer(emulator, link=tmp_path / "lp0")
    server.open()
    printer = patient(registry.build(device("escpos-80", f"file://{tmp_path}/lp0")))
    try:
        printer.open()
        printer.print(job(printer))
        assert len(emulator.papers) == 1
        emulator.fail("cover-open")
        assert printer.status() == "cover-open"
    finally:
        printer.close()
        server.close()


class Stubborn(MemoryStream):
    """A line that takes no more data after so many bytes, as TCP does to a printer that stopped reading."""

    room = 3000

    def write(self, data: bytes) -> None:
        self.room -= len(data)
        if self.room < 0:
            self.room = 1 << 30
            self.emulator.fail("paper-out")
            self.close()
            raise Unreachable("the device takes no more data")
        super().write(data)


def test_a_line_that_blocks_because_the_paper_ended_is_reported_as_paper_out() -> None:
    emulator = registry.emulator("escpos-80")()
    printer = EscPosPrinter(Stubborn(emulator), emulator.profile)
    with pytest.raises(PrintFailed) as failure:
        printer.print(job(printer))
    assert failure.value.state == "paper-out"


class JamsAfterConfirming(EscPosEmulator):
    """A printer whose cutter is stuck as soon as it has confirmed a job."""

    def _do(self, command: Command) -> None:
        super()._do(command)
        if command.name == "GS r":
            self._jammed = True


def test_the_cutter_jam_within_a_confirmed_job_is_never_taken_for_printed() -> None:
    """The confirmation may come before the cutter is stuck: the condition is asked again after it."""
    emulator = JamsAfterConfirming()
    printer = EscPosPrinter(MemoryStream(emulator), emulator.profile)
    with pytest.raises(PrintFailed) as failure:
        printer.print(job(printer))
    assert failure.value.state == "cutter"


def test_a_file_takes_the_job_byte_for_byte(tmp_path: Path) -> None:
    path = tmp_path / "paper.bin"
    printer = registry.build(device("escpos-80", f"file://{path}", status="none", confirms=False))
    printer.open()
    printer.print(job(printer))
    printer.close()
    assert path.read_bytes() == job(printer)


def test_an_emulated_printer_of_the_configuration_leaves_its_tickets_in_the_folder(tmp_path: Path) -> None:
    printer = patient(registry.build(device("escpos-80", "emulator://escpos-80"), DeviceSite(folder=tmp_path)))
    printer.open()
    printer.print(job(printer))
    printer.close()
    assert [path.name for path in tmp_path.rglob("*.png")] == ["ticket-printer-1-0001.png"]


def test_a_missing_printer_says_what_to_do() -> None:
    printer = registry.build(device("escpos-80", "/dev/hall-no-such-printer?baud=19200"))
    with pytest.raises(NotFound, match="plug"):
        printer.open()
    assert printer.status() == "unreachable"
    with pytest.raises(NotFound):
        printer.check()


def test_a_refused_connection_is_unreachable() -> None:
    printer = registry.build(device("escpos-80", "socket://127.0.0.1:1"))
    with pytest.raises(Unreachable):
        printer.open()
    with pytest.raises(PrintFailed) as failure:
        printer.print(b"x")
    assert failure.value.state == "unreachable"


def test_emphasis_and_alignment_reach_the_paper() -> None:
    def paper(line: Any) -> Image.Image:
        emulator = registry.emulator("escpos-80")()
        printer = EscPosPrinter(MemoryStream(emulator), emulator.profile)
        printer.print(compose([line], emulator.profile))
        return emulator.papers[0]

    plain = paper(PaperLine("号", align="left"))
    boxes = [
        ImageChops.invert(paper(PaperLine("号", align=a))).point(lambda d: 255 * (d > 100)).getbbox()
        for a in ("left", "center", "right")
    ]
    assert boxes[0][0] < boxes[1][0] < boxes[2][0]
    bold = paper(PaperLine("号", align="left", bold=True))
    assert sum(d < 128 for d in bold.get_flattened_data()) > sum(d < 128 for d in plain.get_flattened_data())


@pytest.mark.hardware
@pytest.mark.skipif(
    "JIAOHAO_PRINTER" not in os.environ, reason="JIAOHAO_PRINTER names no printer, such as escpos-80=/dev/usb/lp0"
)
def test_a_real_printer_prints_and_confirms() -> None:
    model, _, address = os.environ["JIAOHAO_PRINTER"].partition("=")
    printer = registry.build(device(model, address))
    printer.open()
    assert printer.status() in ("ok", "paper-low")
    for _ in range(2):
        printer.print(job(printer))
    printer.close()
