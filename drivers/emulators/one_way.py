"""Emulated displays that never answer: a line of QT strips and boards that show a number."""

from __future__ import annotations

from typing import ClassVar, Unpack

from PIL import Image

from drivers.display import dots, number_frame, qt_frame, text
from drivers.emulators.base import EmulatedLine, EmulatorArguments
from drivers.emulators.panel import LedPanel


class QtStripEmulator(LedPanel):
    """QT strips on one line, one below the other by their addresses."""

    FAULTS: ClassVar[dict[str, str]] = {"deaf": "receives nothing, as with a broken wire"}
    WIDTH = 192

    def __init__(self, **given: Unpack[EmulatorArguments]) -> None:
        self.strips: dict[int, str] = {}
        self.frames = 0
        super().__init__(**given)

    def power_cut(self) -> None:
        self.strips.clear()

    def opened(self, line: EmulatedLine) -> None:
        line.state = qt_frame.Parser()

    def receive(self, line: EmulatedLine, data: bytes) -> None:
        if self.faulty("deaf"):
            return
        parser: qt_frame.Parser = line.state
        before = parser.malformed
        for frame in parser.feed(data):
            self.frames += 1
            self.strips[frame.address] = text.decode(frame.text)
            self.changed_picture()
        self.malformed += parser.malformed - before

    def texts(self) -> list[str]:
        return [shown for _, shown in sorted(self.strips.items()) if shown.strip()]

    def dots(self) -> Image.Image:
        rows = [shown for _, shown in sorted(self.strips.items())] or [""]
        panel = Image.new("RGB", (self.WIDTH, len(rows) * dots.ROWS))
        for row, shown in enumerate(rows):
            panel.paste(text.COLOURS["red"], (0, row * dots.ROWS), dots.placed(shown, (self.WIDTH, dots.ROWS)))
        return panel


class NumberBoardEmulator(LedPanel):
    """A board with digits. Takes every address."""

    FAULTS: ClassVar[dict[str, str]] = {"deaf": "receives nothing, as with a broken wire"}
    XUNPENG = False

    def __init__(self, **given: Unpack[EmulatorArguments]) -> None:
        self.number: number_frame.Number | None = None
        self.frames = 0
        super().__init__(**given)

    def power_cut(self) -> None:
        self.number = None

    def opened(self, line: EmulatedLine) -> None:
        line.state = number_frame.Parser(xunpeng=self.XUNPENG)

    def receive(self, line: EmulatedLine, data: bytes) -> None:
        if self.faulty("deaf"):
            return
        parser: number_frame.Parser = line.state
        before = parser.malformed
        for number in parser.feed(data):
            self.frames += 1
            self.number = number
            self.changed_picture()
        self.malformed += parser.malformed - before

    def texts(self) -> list[str]:
        return [] if self.number is None or not self.number.value else [str(self.number.value)]

    def dots(self) -> Image.Image:
        panel = Image.new("RGB", (48, dots.ROWS))
        names = {code: name for name, code in number_frame.COLOURS.items()}
        colour = text.COLOURS[names.get(self.number.colour if self.number else 0, "red")]
        panel.paste(colour, (0, 0), dots.placed("".join(self.texts()), panel.size, align="right"))
        return panel


class XunpengEmulator(NumberBoardEmulator):
    """A Xunpeng board."""

    XUNPENG = True
