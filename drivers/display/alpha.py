"""Driver for Alpha signs (BetaBrite and others). They do not answer; what is shown is sent again at every check, and their
memory is set up again with every new text and every minute: a sign that was switched on late, or replaced, has none.
"""

from __future__ import annotations

import time

from PIL import Image

from contract.configuration.hall import Device
from contract.wire.messages import DisplayDesired, DisplayLine
from drivers.connect import DeviceSite
from drivers.display import alpha_frame as alpha
from drivers.display import dots
from drivers.display.options import Size
from drivers.display.text import plain
from drivers.options import DeviceOptions
from drivers.ports import Display

PICTURE_PAUSE_S = 0.1
"""How long a sign needs between the size of a picture and its dots."""
MAX_WIDTH = 255
HEIGHTS = range(dots.ROWS, 32)


class AlphaSign(Display):
    """One sign. Latin text goes as text, everything else as a picture."""

    min_interval_s = 0.5
    refresh_s = 60.0
    line_gap_s = 0.0
    blinks = True
    answers = False

    def __init__(self, device: Device, site: DeviceSite) -> None:
        self.stream = site.stream(device)
        self.size = Size.of(device, width=120)
        options = DeviceOptions.of(device)
        if self.size.width > MAX_WIDTH or self.size.height not in HEIGHTS:
            raise options.bad(
                f"{self.size.width} by {self.size.height} dots are too many or too few",
                "write a width of at most 255 and a height of 16 to 31; signs with 7 rows cannot show Chinese",
            )
        self.address = b"%02X" % options.number("addr", 0, 0, 255)
        self.as_pictures = options.flag("pictures", False)
        self._last: list[alpha.Frame] = []

    def open(self) -> None:
        self.stream.open()

    def close(self) -> None:
        self.stream.close()

    def check(self) -> None:
        self.stream.discard()
        self._send(self._last)

    def show(self, desired: DisplayDesired) -> None:
        self._last = self.frames(desired.lines)
        width = max(self.size.width, self._width(desired.lines))
        # a sign forgets everything when its memory is set up: seen only where the text changes anyway
        self._send([self._frame(alpha.WRITE_SPECIAL, alpha.memory(width, self.size.height)), *self._last])

    def frames(self, lines: list[DisplayLine]) -> list[alpha.Frame]:
        """The frames that show the lines: a text file, and before it the picture that it names where one is needed."""
        mode = alpha.FLASH if any(line.effect == "blink" for line in lines) else alpha.HOLD
        if self._width(lines) > self.size.width:
            mode = alpha.ROTATE
        if len(lines) == 1 and not self.as_pictures and lines[0].text.isascii():
            line = lines[0]
            shown = plain(line.text).encode("ascii", "replace")
            colour = alpha.COLOURS.get(line.colour, alpha.COLOURS["red"])
            return [self._frame(alpha.WRITE_TEXT, alpha.text(colour + shown, mode))]
        picture = self._frame(alpha.WRITE_DOTS, alpha.picture(self._rows(lines)))
        return [picture, self._frame(alpha.WRITE_TEXT, alpha.text(alpha.SHOW_DOTS + alpha.DOTS_FILE, mode))]

    def _rows(self, lines: list[DisplayLine]) -> list[bytes]:
        width = max(self.size.width, self._width(lines))
        panel = Image.new("L", (width, self.size.height), ord("0"))
        for line, (top, height) in zip(lines, self.size.places(len(lines)), strict=False):
            field = dots.placed(plain(line.text), (width, height))
            panel.paste(ord(alpha.DOT_COLOURS.get(line.colour, b"1")), (0, top), field)
        data = panel.tobytes()
        return [data[at : at + width] for at in range(0, len(data), width)]

    def _width(self, lines: list[DisplayLine]) -> int:
        """How wide a picture of the lines is; what is wider than the sign runs through it."""
        return min(MAX_WIDTH, max([0, *(dots.width(plain(line.text)) for line in lines)]))

    def _frame(self, command: bytes, data: bytes) -> alpha.Frame:
        return alpha.Frame(command, data, self.address)

    def _send(self, frames: list[alpha.Frame]) -> None:
        for frame in frames:
            first, *more = frame.pieces()
            self.stream.write(first)
            for piece in more:
                time.sleep(PICTURE_PAUSE_S)
                self.stream.write(piece)
