"""Drivers for displays that never answer: QT strips and number boards. What was sent is sent again all the time, so that a
display that was without power, or missed a frame, shows the truth again.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from contract.configuration.hall import Device
from contract.wire.messages import DisplayDesired
from drivers.connect import DeviceSite
from drivers.display import number_frame, qt_frame
from drivers.display.text import encode
from drivers.options import DeviceOptions
from drivers.ports import Display


class OneWayDisplay(Display, ABC):
    """Writes frames and reads nothing."""

    min_interval_s = 0.1
    refresh_s = 0.0
    line_gap_s = 0.1
    """QT strips need this silence between two frames, whoever they are for."""
    blinks = False
    answers = False

    def __init__(self, device: Device, site: DeviceSite) -> None:
        self.stream = site.stream(device)

    def open(self) -> None:
        self.stream.open()

    def close(self) -> None:
        self.stream.close()

    def check(self) -> None:
        self.stream.discard()

    def show(self, desired: DisplayDesired) -> None:
        self.stream.write(self.frame(desired))

    @abstractmethod
    def frame(self, desired: DisplayDesired) -> bytes:
        """The bytes that show it."""


class QtStrip(OneWayDisplay):
    """A QT strip: one line, as many characters as it has modules for."""

    def __init__(self, device: Device, site: DeviceSite) -> None:
        super().__init__(device, site)
        self.address = DeviceOptions.of(device).number("addr", 1, 1, 254)

    def frame(self, desired: DisplayDesired) -> bytes:
        shown = "  ".join(line.text for line in desired.lines)
        return qt_frame.Frame(self.address, encode(shown, qt_frame.LIMIT) or b" ").encode()


class FourByteBoard(OneWayDisplay):
    """A board with four digits, which shows the number in the text."""

    def __init__(self, device: Device, site: DeviceSite) -> None:
        super().__init__(device, site)
        self.address = DeviceOptions.of(device).number("addr", 1, 0, 255)

    def frame(self, desired: DisplayDesired) -> bytes:
        return number_frame.encode_four(number_frame.Number(_number(desired), self.address))


class XunpengBoard(OneWayDisplay):
    """A Xunpeng board, which shows the number in the text in the colour of the line."""

    def frame(self, desired: DisplayDesired) -> bytes:
        colour = number_frame.COLOURS.get(desired.lines[0].colour, 0) if desired.lines else 0
        return number_frame.encode_xunpeng(number_frame.Number(_number(desired), colour=colour))


def _number(desired: DisplayDesired) -> int:
    return number_frame.number_in(" ".join(line.text for line in desired.lines))
