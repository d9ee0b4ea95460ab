"""Driver for Onbon BX-6E, 6M and 6Q graphic controllers: texts are drawn here and sent as pictures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PIL import Image

from contract.configuration.hall import Device
from contract.wire.messages import DisplayDesired, DisplayLine
from drivers.ask import Reader, ask
from drivers.connect import DeviceSite
from drivers.display import bx6_frame as bx6
from drivers.display import dots, text
from drivers.display.brightness import Night, level
from drivers.display.onbon_line import BadFrame, Splitter
from drivers.display.options import Size
from drivers.options import DeviceOptions
from drivers.ports import DeviceRefused, Display
from drivers.serial_device import SerialDevice

REPLY_S = 2.0
TRIES = 2
AREAS = 4
BLINK = 50
TURN = 200
"""Hundredths of a second: how long a blinking text is lit, and how long one part of a long text is shown."""
LINE_SHARE = 20
"""Writing everything again takes at most one part in so many of a serial line's time."""
LIVES_S = 600
"""So long a controller shows an area that nobody writes again: its program has ended."""


class Bx6Display(SerialDevice, Display):
    """A strip or board.

    What its status holds is not public, so that it cannot be asked whether it still has its areas: they are written again,
    not before every part of a long text was to be seen, and not so often that a slow line has time for nothing else.
    """

    min_interval_s = 1.0
    refresh_s = 0.0
    line_gap_s = 0.0
    blinks = True

    def __init__(self, device: Device, site: DeviceSite, *, now: Callable[[], datetime] | None = None) -> None:
        super().__init__(site.stream(device))
        options = DeviceOptions.of(device)
        self.address = options.number("addr", bx6.ANY, 1, 0xFFFE)
        self.size = Size.of(device, most_rows=AREAS)
        if self.size.width * self.size.height * 3 > bx6.PIXELS_LIMIT:
            raise options.bad(
                f"{self.size.width} by {self.size.height} dots are too many for one area",
                f"width times height may be {bx6.PIXELS_LIMIT // 3}",
            )
        self.night = Night.of(options)
        self.reply_s = site.answer_s or REPLY_S
        self._now = now or site.now
        self._sequence = 0
        self._areas: set[int] = set()
        self._levels: list[int] | None = None

    def greet(self) -> None:
        self._ask(bx6.Request(bx6.PING), {bx6.PING_REPLY, bx6.ACK})
        self._ask(bx6.clock(self._now()))
        self._levels, self._areas = None, set(range(AREAS))

    def check(self) -> None:
        self._ask(bx6.Request(bx6.STATUS), {bx6.STATUS_REPLY, bx6.ACK})

    def show(self, desired: DisplayDesired) -> None:
        places = self.size.places(min(len(desired.lines), AREAS))
        seen_s, written = 0.0, 0
        for i, (line, (top, height)) in enumerate(zip(desired.lines, places, strict=False)):
            pages = self.pages(line, height)
            area = bx6.Area(i, 0, top, self.size.width, height, pages, bx6.UNTIL_TIMEOUT, LIVES_S)
            self._ask(area.request(), dynamic=True)
            seen_s = max(seen_s, sum(page.stay for page in pages) / 100)
            written += sum(len(page.rgb) for page in pages)
        self.refresh_s = min(LIVES_S / 2, max(seen_s, LINE_SHARE * self.stream.transmit_s(written)))
        used = set(range(len(places)))
        if gone := sorted(self._areas - used):
            self._ask(bx6.delete(gone), dynamic=True)
        self._areas = used
        levels = [level(p, 15) for p in self.night.half_hours(desired.brightness)]
        if levels != self._levels:
            self._ask(bx6.brightness(levels))
            self._levels = levels

    def pages(self, line: DisplayLine, height: int) -> tuple[bx6.Page, ...]:
        """The pictures of one line: parts that fit, one after another; a blinking one takes turns with darkness."""
        rows = 32 if height >= 32 and dots.width(text.plain(line.text), 32) <= self.size.width else dots.ROWS
        room = max(1, bx6.PIXELS_LIMIT // (self.size.width * height * 3))
        parts = _parts(text.plain(line.text), self.size.width, rows)[:room]
        if line.effect == "blink" and room > 1:
            parts = [turn for part in parts for turn in (part, "")][:room]
        stay = BLINK if line.effect == "blink" else TURN
        colour = text.COLOURS.get(line.colour, text.COLOURS["red"])
        return tuple(bx6.Page(self._picture(part, height, rows, colour), stay=stay) for part in parts)

    def _picture(self, part: str, height: int, rows: int, colour: tuple[int, int, int]) -> bytes:
        field = dots.placed(part, (self.size.width, height), rows=rows)
        picture = Image.new("RGB", field.size)
        picture.paste(colour, (0, 0), field)
        return picture.tobytes()

    def _ask(self, request: bx6.Request, wanted: set[tuple[int, int]] | None = None, *, dynamic: bool = False) -> None:
        """Ask until the controller accepts. Raise NoReply, BadReply, DeviceRefused."""
        self._sequence = (self._sequence + 1) & 0xFFFF
        frame = bx6.encode(bx6.Frame(self.address, request.encode(), dynamic=dynamic, sequence=self._sequence))
        commands = (wanted or {bx6.ACK}) | {bx6.NACK}
        reply = ask(self.stream, frame, lambda: replies(commands), timeout_s=self.reply_s, tries=TRIES)
        if reply.command == bx6.NACK or reply.error:
            raise DeviceRefused(
                f"{self.stream.name}: the controller refuses: error {reply.error}", "check its model and the size of the screen"
            )


def replies(wanted: set[tuple[int, int]]) -> Reader[bx6.Reply]:
    """Finds replies with these commands to this host in what arrives."""
    splitter = Splitter()

    def read(data: bytes) -> list[bx6.Reply]:
        found = []
        for content in splitter.feed(data):
            try:
                frame = bx6.decode(content)
                reply = bx6.Reply.decode(frame.body)
            except BadFrame:
                continue
            if frame.dst == bx6.HOST and reply.command in wanted:
                found.append(reply)
        return found

    return read


def _parts(shown: str, width: int, rows: int) -> list[str]:
    """`shown` in pieces that fit into `width` dots."""
    parts = [""]
    for character in shown:
        if dots.width(parts[-1] + character, rows) > width:
            parts.append("")
        parts[-1] += character
    return parts
