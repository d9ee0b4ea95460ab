"""An emulated Alpha sign: shows its text file, in letters or as the picture that the file names."""

from __future__ import annotations

import re
from typing import ClassVar, Unpack

from PIL import Image

from drivers.display import alpha_frame as alpha
from drivers.display import dots, text
from drivers.emulators.base import EmulatedLine, EmulatorArguments
from drivers.emulators.panel import LedPanel

DOT_COLOURS = {b"1"[0]: "red", b"2"[0]: "green", b"3"[0]: "yellow"}


class AlphaEmulator(LedPanel):
    """A sign that takes every address."""

    FAULTS: ClassVar[dict[str, str]] = {"deaf": "receives nothing, as with a broken wire"}

    def __init__(self, **given: Unpack[EmulatorArguments]) -> None:
        self.size: tuple[int, int] | None = None
        """Width and height of its picture memory, once that was set up."""
        self.content = b""
        self.mode = alpha.HOLD
        self.rows: list[bytes] = []
        self.frames = 0
        super().__init__(**given)

    def power_cut(self) -> None:
        """As a sign that was replaced, or whose battery is empty: its memory is not set up."""
        self.size, self.content, self.rows = None, b"", []

    def opened(self, line: EmulatedLine) -> None:
        line.state = alpha.Parser()

    def receive(self, line: EmulatedLine, data: bytes) -> None:
        if self.faulty("deaf"):
            return
        parser: alpha.Parser = line.state
        before = parser.malformed
        for frame in parser.feed(data):
            self.frames += 1
            self._obey(frame)
            self.changed_picture()
        self.malformed += parser.malformed - before

    def _obey(self, frame: alpha.Frame) -> None:
        if frame.command == alpha.WRITE_SPECIAL and frame.data[:1] == b"$":
            picture = re.search(rb"PD[UL]([0-9A-F]{2})([0-9A-F]{2})[1248]000", frame.data)
            self.size = (int(picture[2], 16), int(picture[1], 16)) if picture else None
            self.content, self.rows = b"", []
        elif frame.command == alpha.WRITE_TEXT and len(frame.data) >= 4 and frame.data[1:2] == alpha.ESC:
            self.mode, self.content = frame.data[3:4], frame.data[4:]
        elif frame.command == alpha.WRITE_DOTS:
            rows = alpha.read_picture(frame.data)
            if rows is None or not rows or (len(rows[0]), len(rows)) != self.size:
                self.malformed += 1
            else:
                self.rows = rows

    @property
    def _shows_picture(self) -> bool:
        return self.content.startswith(alpha.SHOW_DOTS)

    def texts(self) -> list[str]:
        """The letters; a picture has no text: one mark if any of its dots is lit."""
        if self._shows_picture:
            return ["▦"] if any(row.strip(b"0") for row in self.rows) else []
        shown = re.sub(rb"\x1c.", b"", self.content).decode("ascii", "replace")
        return [shown] if shown.strip() else []

    def dots(self) -> Image.Image:
        panel = Image.new("RGB", self.size or (120, dots.ROWS))
        if self._shows_picture:
            for y, row in enumerate(self.rows):
                for x, dot in enumerate(row):
                    if dot in DOT_COLOURS:
                        panel.putpixel((x, y), text.COLOURS[DOT_COLOURS[dot]])
            return panel
        colour = self.content[1] if self.content[:1] == b"\x1c" and len(self.content) > 1 else 0x31
        field = dots.placed("".join(self.texts()), panel.size)
        panel.paste(text.COLOURS[DOT_COLOURS.get(colour, "red")], (0, 0), field)
        return panel
