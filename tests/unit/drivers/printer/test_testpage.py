"""The page a technician prints."""

from datetime import UTC, datetime

import pytest
import zxingcpp

from drivers import registry
from drivers.emulators.serve import MemoryStream
from drivers.printer import testpage
from drivers.printer.escpos import EscPosPrinter
from drivers.printer.profile import PROFILES


@pytest.mark.parametrize("model", sorted(PROFILES))
def test_the_page_names_the_device_and_shows_what_the_printer_can(model):
    emulator = registry.emulator(model)()
    printer = EscPosPrinter(MemoryStream(emulator), emulator.profile, settle_s=0)
    printer.print(testpage.render(printer.profile, name="ticket-printer-1", now=datetime(2026, 11, 22, tzinfo=UTC)))
    paper = emulator.papers[-1] if emulator.papers else emulator.hanging()
    assert zxingcpp.read_barcodes(paper)[0].text == "JIAOHAO PRINT TEST ticket-printer-1"
    assert emulator.malformed == 0
