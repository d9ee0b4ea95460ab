"""The driver of ESC/POS printers: asks how they are, prints, and makes sure that it was printed.

A job counts as printed only when the printer has worked through all of it (it answers GS r 1 from behind the job) and is well
then. Whatever else happens is `PrintFailed` with the reason. No call blocks longer than the time-outs below allow.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator

from contract.configuration.hall import Device
from contract.wire.device_state import WORKS, worst
from drivers.ask import arriving
from drivers.connect import DeviceSite
from drivers.options import DeviceOptions, Value
from drivers.ports import BadReply, DeviceError, NoReply, PrinterCondition, PrintFailed
from drivers.printer import commands as esc
from drivers.printer import status as printer_status
from drivers.printer.lines import line_to
from drivers.printer.port import Printer
from drivers.printer.profile import Profile, profile
from drivers.serial_stream import SerialStream
from drivers.stream import Stream

LOG = logging.getLogger(__name__)
ANSWER_S = 3.0
"""A printer answers DLE EOT within this time, whatever it is doing."""
PRINT_S = 12.0
"""A ticket is printed within this time after its last byte."""
SETTLE_S = 2.0
"""How long a printer that does not confirm is watched after the last byte."""
POLL_S = 0.15
PIECE = 512
SLOW_BAUD = 38400
"""On a slower serial line the big number is not sent as a picture: that alone would take seconds."""

REMEDIES: dict[PrinterCondition, tuple[str, str]] = {
    "ok": ("the printer is well", ""),
    "paper-low": ("the paper is nearly used up", "have a new roll at hand"),
    "paper-out": ("there is no paper", "put in a new roll"),
    "cover-open": ("the cover is open", "close the cover"),
    "cutter": ("the cutter is stuck", "open the cover, remove the paper, close it again"),
    "offline": ("the printer does not print", "look at its lamps, switch it off and on"),
    "unreachable": ("the printer cannot be reached", "check power and cable"),
}
"""What each condition means, and what to do."""


def from_device(device: Device, site: DeviceSite, *, print_s: float = PRINT_S, settle_s: float = SETTLE_S) -> EscPosPrinter:
    """The driver for one entry of devices.toml, not yet open. Raise BadOption, BadAddress or NotFound."""
    line = line_to(device, site)
    habits: dict[str, Value] = {"large_as_picture": False} if isinstance(line, SerialStream) and line.baud < SLOW_BAUD else {}
    return EscPosPrinter(
        line,
        profile(device.model, DeviceOptions(device.id, habits | device.options)),
        name=device.id,
        answer_s=site.answer_s or ANSWER_S,
        print_s=print_s,
        settle_s=settle_s,
    )


class EscPosPrinter(Printer):
    """A ticket printer. May be called from several threads, which then wait for each other."""

    def __init__(
        self,
        stream: Stream,
        profile: Profile,
        *,
        name: str = "printer",
        answer_s: float = ANSWER_S,
        print_s: float = PRINT_S,
        settle_s: float = SETTLE_S,
    ) -> None:
        self.profile = profile
        self.columns = profile.columns
        self.dots = profile.dots
        self.name = name
        self.trouble: DeviceError | None = None
        """Why the printer is unreachable, while it is."""
        self._stream = stream
        self.answer_s, self.print_s, self.settle_s = answer_s, print_s, settle_s
        self._parser = printer_status.StatusParser()
        self._last_automatic: bytes | None = None
        self._awaiting = False
        self._confirmation: int | None = None
        self._sent = 0
        """How many pieces of the job the line has taken."""
        self._lock = threading.RLock()

    def open(self) -> None:
        """Take the line and ask how the printer is. Raise DeviceError when it cannot be asked."""
        with self._lock:
            try:
                self._open()
                self._ask()
            except DeviceError:
                self._stream.close()
                raise

    def close(self) -> None:
        """Give the line back."""
        with self._lock:
            self._stream.close()

    def check(self) -> None:
        """Raise DeviceError unless the printer could print now."""
        condition = self.status()
        if condition in WORKS:
            return
        if condition == "unreachable" and self.trouble is not None:
            raise self.trouble
        raise self._failed(condition)

    def status(self) -> PrinterCondition:
        """The condition now; opens the line again where it was lost. Never raises."""
        with self._lock:
            for attempt in (1, 2):  # a disturbed line deserves a second question
                try:
                    self._open()
                    condition = self._ask()
                    self.trouble = None
                    break
                except DeviceError as error:
                    self._stream.close()
                    self.trouble = error
                    if attempt == 2 or not isinstance(error, BadReply):
                        return "unreachable"
            if condition == "cutter":
                self._try(esc.RECOVER)  # works once the jam is gone; until then the printer reports cutter again
            return condition

    def print(self, job: bytes) -> None:
        """Print; return when it is on paper. Raise PrintFailed otherwise, in doubt as soon as the printer has got anything of
        the job; the rest of it is thrown away where possible."""
        with self._lock:
            condition = self.status()
            if condition not in WORKS:
                raise self._failed(condition)
            self._sent = 0
            try:
                self._send(job)
                self._wait_until_printed(len(job))
            except PrintFailed as failure:
                self._forget(failure.state)
                failure.in_doubt = True
                raise
            except DeviceError as error:
                LOG.warning("%s: %s", self.name, error)
                condition = self.status()
                self._forget(condition)
                failed = self._failed("offline" if condition in WORKS else condition)
                failed.in_doubt = self._sent > 0
                raise failed from error

    def open_drawer(self) -> None:
        """Open the drawer that is wired to the printer. Raise DeviceError."""
        with self._lock:
            self._open()
            self._stream.write(esc.DRAWER)

    def _open(self) -> None:
        if not self._stream.is_open:
            self._stream.open()
            self._stream.discard()
            self._parser.reset()
            self._last_automatic = None

    def _ask(self) -> PrinterCondition:
        if self.profile.status == "none":
            return "ok"
        self._take_in()
        if self.profile.status == "asb":
            return self._ask_automatic()
        return printer_status.from_real_time(*(self._ask_real_time(which) for which in (1, 2, 3, 4)))

    def _ask_real_time(self, which: int) -> int:
        self._stream.write(esc.ask_status(which))
        for reply in self._replies(self.answer_s):
            if isinstance(reply, printer_status.RealTime):
                return reply.value
        raise NoReply(
            f"{self.name}: does not report its state", 'check power and cable; set status = "none" for a one-way line'
        )

    def _ask_automatic(self) -> PrinterCondition:
        """Switching ASB on makes the printer report at once; one that is offline has reported before."""
        self._stream.write(esc.report_changes(on=True))
        for reply in self._replies(self.answer_s):
            if isinstance(reply, printer_status.Automatic):
                return printer_status.from_automatic(reply.data)
        if self._last_automatic is not None and printer_status.from_automatic(self._last_automatic) not in WORKS:
            return printer_status.from_automatic(self._last_automatic)
        raise NoReply(f"{self.name}: does not report its state", "check power and cable")

    def _take_in(self) -> None:
        """Read what came unasked, so that the next answer is the answer to the next question."""
        for _ in range(64):
            data = self._stream.read(0)
            if not data:
                return
            self._note(self._parser.feed(data))

    def _replies(self, timeout_s: float) -> Iterator[printer_status.Reply]:
        for data in arriving(self._stream, timeout_s):
            yield from self._note(self._parser.feed(data))

    def _note(self, replies: list[printer_status.Reply]) -> list[printer_status.Reply]:
        """Keep what is new; raise BadReply for what no printer sends at this moment."""
        for reply in replies:
            if isinstance(reply, printer_status.Automatic):
                self._last_automatic = reply.data
            elif isinstance(reply, printer_status.Queued) and self._awaiting:
                self._confirmation = reply.value
            elif isinstance(reply, (printer_status.Nonsense, printer_status.Queued)):
                raise BadReply(f"{self.name}: {reply.value:#04x} is no state of a printer", "check cable and speed of the line")
        return replies

    def _send(self, job: bytes) -> None:
        for start in range(0, len(job), PIECE):
            self._stream.write(job[start : start + PIECE])
            self._sent += 1

    def _wait_until_printed(self, length: int) -> None:
        seconds = self.print_s
        if isinstance(self._stream, SerialStream):
            seconds += length * 11 / self._stream.baud
        if self.profile.confirms:
            self._wait_for_confirmation(seconds)
        elif self.profile.status != "none":
            self._watch(self.settle_s)

    def _wait_for_confirmation(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        self._confirmation, self._awaiting = None, True
        try:
            self._stream.write(esc.CONFIRM)
            while True:
                self._listen(POLL_S)
                confirmed = self._confirmation  # looked at before asking: the condition must be younger than the confirmation
                condition = self._ask()
                if condition in WORKS and confirmed is not None:
                    condition = worst((condition, printer_status.from_queued(confirmed)))
                if condition not in WORKS:
                    raise self._failed(condition)
                if confirmed is not None:
                    return
                if time.monotonic() > deadline:
                    remedy = "look at the printer; set confirms = false if it does print"
                    raise PrintFailed("offline", f"{self.name}: does not confirm that it printed", remedy)
        finally:
            self._awaiting = False

    def _listen(self, timeout_s: float) -> None:
        """Wait for the confirmation, for a moment."""
        for _ in self._replies(timeout_s):
            if self._confirmation is not None:
                return

    def _watch(self, seconds: float) -> None:
        """The printer must stay well for this time, and still be well at its end."""
        deadline = time.monotonic() + seconds
        over = False
        while not over:
            self._listen(POLL_S)
            over = time.monotonic() >= deadline  # looked at before asking: the last answer must be younger than the time
            condition = self._ask()
            if condition not in WORKS:
                raise self._failed(condition)

    def _forget(self, condition: PrinterCondition) -> None:
        """Keep the rest of a failed job off the next roll of paper."""
        if self.profile.clears_buffer:
            self._try(esc.CLEAR_BUFFER)
        elif condition == "cutter":
            self._try(esc.RECOVER)
        self._stream.close()

    def _try(self, command: bytes) -> None:
        try:
            if self._stream.is_open:
                self._stream.write(command)
        except DeviceError as error:
            LOG.info("%s: %s", self.name, error)

    def _failed(self, condition: PrinterCondition) -> PrintFailed:
        what, remedy = REMEDIES[condition]
        if condition == "unreachable" and self.trouble is not None:
            what, remedy = self.trouble.what, self.trouble.remedy
        return PrintFailed(condition, f"{self.name}: {what}", remedy)
