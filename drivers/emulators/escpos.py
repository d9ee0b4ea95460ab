"""An emulated ESC/POS ticket printer: parses what arrives as firmware does, prints on paper one can look at, reports its state.

Real-time commands (DLE) act when they arrive, all others in their turn; a printer that cannot print keeps what it has not
printed and goes on with it when it can. Every ticket is kept as PNG in `out` (NAME-0001.png, ..., going on from what is
there) and in `papers`.
"""

from __future__ import annotations

from typing import ClassVar, Unpack

from PIL import Image

from drivers.emulators.base import EmulatedLine, Emulator, EmulatorArguments
from drivers.emulators.escpos_commands import Command, EscPosReader
from drivers.emulators.escpos_print import PrintState
from drivers.emulators.paper import PaperStrip
from drivers.printer.profile import PROFILES

KEPT = 50
BUFFER = 1 << 18
"""What a printer that cannot print takes in before it stops listening."""
DLE = 0x10


class EscPosEmulator(Emulator):
    """The printer of model `MODEL`."""

    MODEL: ClassVar[str] = "escpos-80"
    PAPER_MM: ClassVar[float] = 80
    FAULTS: ClassVar[dict[str, str]] = {
        "paper-low": "the roll is nearly used up",
        "paper-out": "there is no paper",
        "paper-ends": "the roll ends after this many millimetres (paper-ends=40)",
        "cover-open": "the cover is open",
        "cutter": "the cutter jams at the next cut",
        "offline": "the printer takes data but does not print",
        "starts-latin": "powers on with Chinese characters off",
        "no-confirmation": "does not answer GS r",
    }

    def __init__(self, **given: Unpack[EmulatorArguments]) -> None:
        self.profile = PROFILES[self.MODEL]
        self.papers: list[Image.Image] = []
        """The last tickets, in grey."""
        self.drawer_opened = 0
        self._reader = EscPosReader()
        self._arriving = b""
        self._jammed = False
        self._reports = 0
        self._strip = PaperStrip(self.profile, margin_mm=(self.PAPER_MM - self.profile.dots * 25.4 / self.profile.dpi) / 2)
        self._state = PrintState(self._strip, self.profile)
        self._count = 0
        self._asking: EmulatedLine | None = None
        super().__init__(**given)
        self._state.reset(chinese=not self.faulty("starts-latin"))

    @property
    def waiting(self) -> int:
        """Bytes that have arrived and were not taken as commands yet."""
        return self._reader.waiting

    # --- what arrives ------------------------------------------------------------------------------------------------

    def receive(self, line: EmulatedLine, data: bytes) -> None:
        self._asking = line
        if self._reader.waiting + len(data) > BUFFER:
            self.malformed += 1
            return
        done = 0
        for end, code in self._real_time(data):
            self._print(data[done:end])
            self._at_once(line, code)
            done = max(done, end)  # one may be within another
        self._print(data[done:])

    def _print(self, data: bytes) -> None:
        self._reader.feed(data)
        self._work()

    def _real_time(self, data: bytes) -> list[tuple[int, bytes]]:
        """The real-time commands in a piece of data, and where in it they end; one that is cut is completed by the next piece.

        What is before one has arrived before it, however the line has cut the bytes into pieces.
        """
        held = len(self._arriving)
        data = self._arriving + data
        found: list[tuple[int, bytes]] = []
        at = data.find(DLE)
        while at >= 0:
            length = {b"\x04": 3, b"\x05": 3, b"\x14": 10}.get(data[at + 1 : at + 2], 2)
            if len(data) < at + length:
                self._arriving = data[at:]
                return found
            found.append((at + length - held, data[at : at + length]))
            at = data.find(DLE, at + (length if length == 3 else 1))
        self._arriving = b""
        return found

    def _at_once(self, line: EmulatedLine, code: bytes) -> None:
        if code[1] == 0x04 and 1 <= code[2] <= 4:
            line.send(bytes((self.real_time_status()[code[2] - 1],)))
        elif code[1] == 0x05 and code[2] in (1, 2) and self._jammed and not self.faulty("cutter"):
            self._jammed = False
            if code[2] == 2:
                self._reader.clear()
            self._report()
        elif code[1] == 0x14 and code[2:] == b"\x08\x01\x03\x14\x01\x06\x02\x08" and self.profile.clears_buffer:
            self._reader.clear()
            self._state.forget_line()
            line.send(b"\x37\x25\x00")

    # --- what it sends ------------------------------------------------------------------------------------------------

    @property
    def is_out_of_paper(self) -> bool:
        return self.faulty("paper-out") or self._strip.ended

    @property
    def can_print(self) -> bool:
        return not (self.is_out_of_paper or self.faulty("cover-open") or self._jammed or self.faulty("offline"))

    def real_time_status(self) -> tuple[int, int, int, int]:
        """The answers to DLE EOT 1 to 4."""
        low = self.faulty("paper-low") or self.is_out_of_paper
        return (
            0x12 | (not self.can_print) << 3,
            0x12 | self.faulty("cover-open") << 2 | self.is_out_of_paper << 5 | self._jammed << 6,
            0x12 | self._jammed << 3,
            0x12 | low * 0x0C | self.is_out_of_paper * 0x60,
        )

    def automatic_status(self) -> bytes:
        """The four bytes of an ASB."""
        low = self.faulty("paper-low") or self.is_out_of_paper
        first = 0x10 | (not self.can_print) << 3 | self.faulty("cover-open") << 5
        return bytes((first, self._jammed << 3, low * 0x03 | self.is_out_of_paper * 0x0C, 0))

    def _report(self) -> None:
        if self._reports:
            self.emit(self.automatic_status())

    def fault_changed(self, name: str, on: bool) -> None:
        if name == "paper-ends":
            self._strip.left = self.profile.mm(self.fault_value(name, 40)) if on else None
        if name == "starts-latin":
            self._state.reset(chinese=not on)
        if name == "paper-out" and not on:
            self._strip.left = None
        self._report()
        if not on:
            self._work()

    # --- what it does ------------------------------------------------------------------------------------------------

    def _work(self) -> None:
        """Do what can be done of what has arrived."""
        while self.can_print:
            command = self._reader.next(chinese=self._state.chinese)
            if command is None:
                return
            self._do(command)
            if self._strip.ended:
                self._report()

    def _do(self, command: Command) -> None:
        name, data = command.name, command.data
        if name == "GS r":
            low, out = self.faulty("paper-low"), self.is_out_of_paper
            if self._asking is not None and not self.faulty("no-confirmation"):
                self._asking.send(bytes((low * 0x03 | out * 0x0C,)))
        elif name == "GS a":
            self._reports = data[0]
            self._report()
        elif name in ("GS V", "ESC i", "ESC m"):
            self._cut(data)
        elif name == "ESC p":
            self.drawer_opened += 1
        elif name == "ESC @":
            if not self.profile.cutter and self._strip.printed:
                self._keep()  # torn off by hand between two jobs
            self._state.reset(chinese=not self.faulty("starts-latin"))
        elif not name.startswith("DLE") and not self._state.do(command):
            self.malformed += 1

    def _cut(self, data: bytes) -> None:
        if data[:1] and data[0] in (65, 66, 97, 98, 103, 104):
            self._strip.feed(self._strip.lead + data[1])
        if self.faulty("cutter"):
            self._jammed = True
            self._report()
        else:
            self._keep()

    def _keep(self, *, whole: bool = True) -> None:
        sheet = self._strip.cut(whole=whole)
        self._count += 1
        self.papers = [*self.papers, sheet][-KEPT:]
        if self.out is not None:
            self.out.mkdir(parents=True, exist_ok=True)
            while (self.out / f"{self.name}-{self._count:04}.png").exists():
                self._count += 1  # from before a restart
            unfinished = self.out / f".{self.name}-{self._count:04}.png"
            sheet.save(unfinished)
            unfinished.replace(self.out / f"{self.name}-{self._count:04}.png")

    def hanging(self) -> Image.Image | None:
        """What hangs out of the printer uncut; None if nothing is printed there."""
        if not self._strip.printed:
            return None
        self._keep(whole=False)
        return self.papers.pop()

    def stop(self) -> None:
        if self._strip.printed:
            self._keep(whole=False)


class EscPos58Emulator(EscPosEmulator):
    MODEL = "escpos-58"
    PAPER_MM = 58


class EscPosLatinEmulator(EscPosEmulator):
    MODEL = "escpos-80-latin"


class EscPosBasicEmulator(EscPosEmulator):
    MODEL = "escpos-80-basic"


class EpsonTmT88Emulator(EscPosEmulator):
    MODEL = "epson-tm-t88"


class EpsonTmT20Emulator(EscPosEmulator):
    MODEL = "epson-tm-t20"
