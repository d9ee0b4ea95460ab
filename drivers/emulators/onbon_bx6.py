"""An emulated Onbon BX-6 controller: keeps the pictures of its dynamic areas; the first page of each can be seen."""

from __future__ import annotations

import struct
from datetime import datetime
from typing import ClassVar, Unpack

from PIL import Image

from drivers.display import bx6_frame as bx6
from drivers.display.onbon_line import BadFrame, Splitter
from drivers.emulators.base import EmulatedLine, EmulatorArguments
from drivers.emulators.panel import LedPanel

PANEL = (64, 16)


class OnbonBx6Emulator(LedPanel):
    """A controller that takes every address."""

    FAULTS: ClassVar[dict[str, str]] = {"nack": "refuses everything (nack=4: with that error)"}

    def __init__(self, **given: Unpack[EmulatorArguments]) -> None:
        self.areas: dict[int, bx6.Area] = {}
        self.levels: list[int] = [15] * 48
        self.is_on = True
        self.clock: datetime | None = None
        self.frames = 0
        super().__init__(**given)

    def power_cut(self) -> None:
        self.areas.clear()

    def opened(self, line: EmulatedLine) -> None:
        line.state = Splitter(bx6.LIMIT)

    def receive(self, line: EmulatedLine, data: bytes) -> None:
        splitter: Splitter = line.state
        before = splitter.malformed
        for content in splitter.feed(data):
            try:
                frame = bx6.decode(content)
                request = bx6.Request.decode(frame.body)
            except BadFrame:
                self.malformed += 1
                continue
            self.frames += 1
            reply = self._obey(request)
            line.send(bx6.encode(bx6.Frame(frame.src, reply.encode(), frame.dst, frame.dynamic, frame.sequence)))
            if request.command not in (bx6.PING, bx6.STATUS, bx6.CLOCK):
                self.changed_picture()
        self.malformed += splitter.malformed - before

    def _obey(self, request: bx6.Request) -> bx6.Reply:
        if self.faulty("nack"):
            return bx6.Reply(bx6.NACK, int(self.fault_value("nack", 3)))
        try:
            return self._do(request)
        except (BadFrame, struct.error, IndexError):
            self.malformed += 1
            return bx6.Reply(bx6.NACK, 2)

    def _do(self, request: bx6.Request) -> bx6.Reply:
        if request.command == bx6.PING:
            return bx6.Reply(bx6.PING_REPLY)
        if request.command == bx6.STATUS:
            return bx6.Reply(bx6.STATUS_REPLY, data=bytes([self.is_on, self.levels[0]]))
        if request.command == bx6.UPDATE_AREA:
            area = bx6.Area.decode(request.data)
            if (
                not area.pages
                or len(self.areas | {area.id: area}) > 32
                or area.x + area.width > 2048
                or area.y + area.height > 1024
            ):
                raise BadFrame("an area without picture, beyond the screen, or one too many")
            self.areas[area.id] = area
        elif request.command == bx6.DELETE_AREAS:
            for number in request.data[1 : 1 + request.data[0]]:
                self.areas.pop(number, None)
        elif request.command == bx6.BRIGHTNESS:
            if len(request.data) != 49 or max(request.data[1:]) > 15:
                raise BadFrame("brightness is 48 levels, 0 to 15")
            self.levels = list(request.data[1:])
        elif request.command == bx6.POWER:
            self.is_on = request.data[0] == 1
        elif request.command == bx6.CLOCK:
            self.clock = bx6.read_clock(request.data)
        else:
            return bx6.Reply(bx6.NACK, 2)
        return bx6.Reply(bx6.ACK)

    def texts(self) -> list[str]:
        """Pictures have no text: one mark for each area that has lit dots."""
        areas = sorted(self.areas.values(), key=lambda area: (area.y, area.x)) if self.is_on else []
        return ["▦" for area in areas if any(area.pages[0].rgb)]

    def dots(self) -> Image.Image:
        areas = self.areas.values()
        width = max([PANEL[0], *(area.x + area.width for area in areas)])
        panel = Image.new("RGB", (width, max([PANEL[1], *(area.y + area.height for area in areas)])))
        for area in areas if self.is_on else ():
            panel.paste(Image.frombytes("RGB", (area.width, area.height), area.pages[0].rgb), (area.x, area.y))
        share = 0.45 + 0.55 * self.levels[datetime.now().hour * 2] / 15
        return panel.point(lambda value: round(value * share))
