"""Driver for Onbon BX-5K, 5MK and 6K controllers: the common window strip, with Chinese characters of its own.

Texts go into dynamic areas only: these live in memory, programs live in flash that wears out. Each line has its own area.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from contract.configuration.hall import Device
from contract.wire.messages import DisplayDesired, DisplayLine
from drivers.ask import Reader, ask
from drivers.connect import DeviceSite
from drivers.display import bxk_frame as bxk
from drivers.display import dots
from drivers.display.brightness import Night, level
from drivers.display.bxk_area import UNTIL_TIMEOUT, Area, Areas
from drivers.display.onbon_line import BadFrame, Splitter
from drivers.display.options import Size
from drivers.display.text import encode, simple
from drivers.options import DeviceOptions
from drivers.ports import BadReply, DeviceRefused, Display, GaveWay, NoReply
from drivers.serial_device import SerialDevice

REPLY_S = 2.0
"""The vendor's own time-out on a serial line."""
TRIES = 2
AREAS = 5
"""Areas of the smallest controller (6K); 5K has eight."""
AREA_BYTES = 512
SPEEDS = (9600, 57600)
COLOUR_TAGS = {"red": b"", "green": b"\\C2", "yellow": b"\\C3"}
CLOCK_EVERY_S = 6 * 3600.0
LIVES_S = 1200
"""So long a controller shows an area that nobody writes again: its program has ended."""


class BxkDisplay(SerialDevice, Display):
    """A strip or board. `now` gives the hall's local time."""

    min_interval_s = 1.0
    refresh_s = LIVES_S / 2
    line_gap_s = 0.0
    blinks = False

    def __init__(self, device: Device, site: DeviceSite, *, now: Callable[[], datetime] | None = None) -> None:
        super().__init__(site.stream(device))
        options = DeviceOptions.of(device)
        self.address = options.number("addr", 1, 1, 0xFFFE)
        self.size = Size.of(device, most_rows=AREAS)
        self.night = Night.of(options)
        self.speed = options.number("speed", 4, 0, 24)
        self.autobaud = options.flag("autobaud", False)
        self.reply_s = site.answer_s or REPLY_S
        self._now = now or site.now
        self._areas: set[int] | None = None
        self._levels: list[int] | None = None
        self._clock_set: datetime | None = None

    def greet(self) -> None:
        self._find()
        self._areas = self._levels = self._clock_set = None

    def show(self, desired: DisplayDesired) -> None:
        self._write(self.areas(desired.lines))
        self._set_brightness(desired.brightness)

    def stays_lit(self, desired: DisplayDesired) -> bool:
        return any(line.effect == "blink" and self._runs(line) for line in desired.lines)

    def _write(self, areas: list[Area]) -> None:
        used = {area.id for area in areas}
        gone = None if self._areas is None else tuple(sorted(self._areas - used))
        self._ask(Areas(areas, gone).request())
        self._areas = used

    def check(self) -> None:
        """The controller answers, is on, and still has what was sent: its memory does not outlast a power cut."""
        reply = self._ask(bxk.Request(bxk.STATUS))
        try:
            status = bxk.Status.decode(reply.payload)
        except BadFrame as error:
            raise BadReply(f"{self.stream.name}: {error}", "check the model in devices.toml") from None
        if not status.is_on:
            self._ask(bxk.power(True))
        if self._areas and not self._areas <= set(status.dynamic_areas):
            raise NoReply(f"{self.stream.name}: it was without power and is blank", "it is written again")
        if self._clock_set is None or abs((self._now() - self._clock_set).total_seconds()) > CLOCK_EVERY_S:
            self._set_clock()

    def areas(self, lines: list[DisplayLine]) -> list[Area]:
        """One dynamic area a line, the lines sharing the height; what is too wide runs to the left."""
        places = self.size.places(min(len(lines), AREAS))
        return [self._area(i, line, *place) for i, (line, place) in enumerate(zip(lines, places, strict=False))]

    def _area(self, number: int, line: DisplayLine, top: int, height: int) -> Area:
        runs = self._runs(line)
        text = COLOUR_TAGS.get(line.colour, b"") + (encode(line.text, AREA_BYTES - 8) or b" ")
        return Area(
            number,
            0,
            top,
            self.size.width,
            height,
            text,
            run_mode=UNTIL_TIMEOUT,
            timeout_s=LIVES_S,
            align=0 if runs else 2,
            single_line=1,
            display=3 if runs else 1,
            speed=self.speed,
            stay=0 if runs else 10,
        )

    def _runs(self, line: DisplayLine) -> bool:
        return line.effect == "scroll" or dots.width(simple(line.text)) > self.size.width

    def _find(self) -> None:
        """Ping, at both speeds when the speed is to be found out; then switch on."""
        for speed in SPEEDS if self.autobaud else (0,):
            if speed:
                self.stream.set_baud(speed)
            try:
                self._ask(bxk.Request(bxk.PING))
                return
            except GaveWay:
                raise
            except (NoReply, BadReply):
                if speed in (0, SPEEDS[-1]):
                    raise

    def _set_brightness(self, percent: int) -> None:
        levels = [level(p, 15) for p in self.night.half_hours(percent)]
        if len(set(levels)) == 1:
            levels = levels[:1]
        if levels != self._levels:
            if len(levels) > 1 and self._clock_set is None:
                self._set_clock()
            self._ask(bxk.brightness(levels))
            self._levels = levels

    def _set_clock(self) -> None:
        now = self._now()
        self._ask(bxk.clock(now))
        self._clock_set = now

    def _ask(self, request: bxk.Request) -> bxk.Reply:
        """Ask until the controller answers; raise NoReply, BadReply, DeviceRefused."""
        frame = bxk.encode(bxk.Frame(self.address, request.encode()))
        for _ in range(TRIES):
            reply = ask(self.stream, frame, lambda: self._replies(request), timeout_s=self.reply_s, tries=TRIES)
            if reply.command != bxk.NACK and reply.error == 0:
                return reply
        why = bxk.ERRORS.get(reply.error, f"error {reply.error}")
        raise DeviceRefused(f"{self.stream.name}: the controller refuses: {why}", "check its model and the size of the screen")

    def _replies(self, request: bxk.Request) -> Reader[bxk.Reply]:
        """Finds the replies to `request` in what arrives; a host's own echo on the bus is none."""
        splitter = Splitter()
        wanted = {request.command, bxk.ACK, bxk.NACK} if request.command != bxk.STATUS else {bxk.STATUS, bxk.NACK}

        def read(data: bytes) -> list[bxk.Reply]:
            found = []
            for content in splitter.feed(data):
                try:
                    frame = bxk.decode(content)
                    reply = bxk.Reply.decode(frame.data)
                except BadFrame:
                    continue
                if frame.dst == bxk.HOST and frame.src in (self.address, bxk.BROADCAST) and reply.command in wanted:
                    found.append(reply)
            return found

        return read
