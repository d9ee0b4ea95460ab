"""An emulated Onbon BX-K controller with its LED panel. It is as large as the areas that it has to show."""

from __future__ import annotations

import re
from datetime import datetime
from typing import ClassVar, Unpack

from PIL import Image

from drivers.display import bxk_frame as bxk
from drivers.display import dots, text
from drivers.display.bxk_area import Area, Areas
from drivers.display.onbon_line import BadFrame, Splitter
from drivers.emulators.base import EmulatedLine, EmulatorArguments
from drivers.emulators.panel import LedPanel

ALIGN = ("left", "right", "centre", "left")
TAG_COLOURS = {"1": "red", "2": "green", "3": "yellow"}
_TAG = re.compile(r"\\(?:F[OE][0-9]{3}|C([0-9])|n)")
PANEL = (64, 16)


class OnbonBxkEmulator(LedPanel):
    """Takes every address unless `address` names one."""

    FAULTS: ClassVar[dict[str, str]] = {
        "nack": "refuses everything: busy (nack=4: another error)",
        "off": "is switched off but answers",
    }
    LIMIT = 1024
    """Bytes of its receive buffer."""

    def __init__(self, **given: Unpack[EmulatorArguments]) -> None:
        self.address: int | None = None
        self.areas: dict[int, Area] = {}
        self.is_on = True
        self.levels: list[int] = [15]
        self.clock: datetime | None = None
        self.frames = 0
        """Frames understood so far."""
        super().__init__(**given)

    def fault_changed(self, name: str, on: bool) -> None:
        super().fault_changed(name, on)
        if name == "off" and on:
            self.is_on = False

    def power_cut(self) -> None:
        self.areas.clear()

    def opened(self, line: EmulatedLine) -> None:
        line.state = Splitter(self.LIMIT)

    def receive(self, line: EmulatedLine, data: bytes) -> None:
        splitter: Splitter = line.state
        before = splitter.malformed
        for content in splitter.feed(data):
            try:
                frame = bxk.decode(content)
                request = bxk.Request.decode(frame.data)
            except BadFrame:
                self.malformed += 1
                continue
            if frame.dst in (self.address, bxk.BROADCAST, bxk.BROADCAST_SILENT) or self.address is None:
                self._answer(line, frame, request)
        self.malformed += splitter.malformed - before

    def _answer(self, line: EmulatedLine, frame: bxk.Frame, request: bxk.Request) -> None:
        self.frames += 1
        reply = self._obey(request)
        if request.answer and frame.dst != bxk.BROADCAST_SILENT:
            line.send(bxk.encode(bxk.Frame(frame.src, reply.encode(), src=frame.dst)))
        if request.command in (bxk.DYNAMIC, bxk.CLEAR, bxk.POWER, bxk.BRIGHTNESS):
            self.changed_picture()

    def _obey(self, request: bxk.Request) -> bxk.Reply:
        if self.faulty("nack"):
            return bxk.Reply(bxk.NACK, int(self.fault_value("nack", 3)))
        try:
            return self._do(request)
        except BadFrame:
            self.malformed += 1
            return bxk.Reply(bxk.NACK, 2)

    def _do(self, request: bxk.Request) -> bxk.Reply:
        if request.command == bxk.STATUS:
            return bxk.Reply(bxk.STATUS, payload=self._status())
        if request.command == bxk.CLOCK:
            self.clock = bxk.read_clock(request.payload)
        elif request.command == bxk.POWER:
            self.is_on = request.payload[:1] == b"\1"
        elif request.command == bxk.BRIGHTNESS:
            self._dim(request.payload)
        elif request.command == bxk.DYNAMIC:
            self._set_areas(Areas.decode(request))
        elif request.command == bxk.CLEAR:
            self.areas.clear()
        elif request.command not in (bxk.PING, bxk.LOCK, bxk.FORMAT):
            return bxk.Reply(bxk.NACK, 2)
        return bxk.Reply(bxk.ACK)

    def _dim(self, payload: bytes) -> None:
        kind, levels = payload[:1], list(payload[1:] if payload[:1] == b"\1" else payload[2:])
        if (kind, len(levels)) not in ((b"\1", 1), (b"\2", 48)) or max(levels) > 15:
            raise BadFrame("brightness is one level or 48 of them, 0 to 15")
        self.levels = levels

    def _set_areas(self, update: Areas) -> None:
        if update.clear or update.delete is None:
            self.areas.clear()
        for number in update.delete or ():
            self.areas.pop(number, None)
        if any(len(area.text) > 1024 or area.id > 7 for area in update.areas):
            raise BadFrame("an area has at most 1024 bytes, ids go to 7")
        self.areas.update((area.id, area) for area in update.areas)

    def _status(self) -> bytes:
        areas = bytes(sorted(self.areas))
        return (
            bytes([1 if self.is_on else 2, self.levels[0]])
            + bytes(8)
            + b"\0"
            + b"P000"
            + b"\0\0"
            + bytes([len(areas)])
            + areas
            + bytes(16)
            + b"BX-K emulat."
        )

    # --- what can be seen -------------------------------------------------------------------------------------------------

    def texts(self) -> list[str]:
        if not self.is_on:
            return []
        shown = [_read(area.text)[0] for area in sorted(self.areas.values(), key=lambda area: (area.y, area.x))]
        return [line for line in shown if line.strip()]

    def dots(self) -> Image.Image:
        areas = self.areas.values()
        size = (max([PANEL[0], *(a.x + a.width for a in areas)]), max([PANEL[1], *(a.y + a.height for a in areas)]))
        panel = Image.new("RGB", (min(size[0], 1024), min(size[1], 512)))
        for area in areas if self.is_on else ():
            shown, colour = _read(area.text)
            field = dots.placed(shown, (max(1, area.width), max(1, area.height)), align=ALIGN[area.align & 3])
            panel.paste(self._lit(colour), (area.x, area.y), field)
        return panel

    def _lit(self, colour: str) -> tuple[int, int, int]:
        share = 0.45 + 0.55 * self.levels[datetime.now().hour * 2 if len(self.levels) == 48 else 0] / 15
        red, green, blue = (round(value * share) for value in text.COLOURS[colour])
        return red, green, blue


class OnbonBxkYyEmulator(OnbonBxkEmulator):
    """One with a voice: keeps what it said, also in `<out>/<name>.txt`."""

    def __init__(self, **given: Unpack[EmulatorArguments]) -> None:
        self.said: list[str] = []
        super().__init__(**given)

    def _set_areas(self, update: Areas) -> None:
        super()._set_areas(update)
        for area in update.areas:
            if area.sound is not None and area.sound.volume:
                self._say(area.sound.text if area.sound.text is not None else area.text)

    def _say(self, content: bytes) -> None:
        self.said.append(_read(content)[0])
        if self.out is not None:
            self.out.mkdir(parents=True, exist_ok=True)
            with (self.out / f"{self.name}.txt").open("a", encoding="utf-8") as file:
                file.write(self.said[-1] + "\n")


def _read(content: bytes) -> tuple[str, str]:
    """What can be read of an area's text, and its colour: tags are orders, not text."""
    decoded = text.decode(content)
    colours = [match for match in _TAG.findall(decoded) if match]
    return _TAG.sub("", decoded), TAG_COLOURS.get(colours[0] if colours else "1", "red")
