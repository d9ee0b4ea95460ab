"""Caller keypads and four-key rater boxes, several of them on one RS-485 line, each with an address of its own.

Their protocol has no question that they answer, so that a silent box is taken to be well; only its keys show that it is there.
The answer to a key of a keypad is the same frame again. Behind an adapter that hears itself it would be taken for a press, and
answered without end: whether the adapter does is found out when the line is opened.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable

from contract.configuration.hall import Device
from drivers.connect import DeviceSite
from drivers.keypad import frames
from drivers.keypad.frames import Frame
from drivers.options import DeviceOptions
from drivers.ports import Key, KeyBox, Keypad, Rater
from drivers.stream import Stream

REPEAT_S = 0.5
"""A box that did not receive its answer sends again within this time: the same press."""
LOOK_S = 0.1
"""The line is read at least as often as this."""
ECHO_S = 0.1
"""What an adapter hears of itself is there by then."""
KEPT = 8
LEVELS = (5, 4, 3, 2)
"""What the four keys of a rater mean: very satisfied, satisfied, fairly satisfied, dissatisfied."""


class ButtonBox(KeyBox, ABC):
    """What keypad and rater share. `feed` may be given the bytes of a whole line: frames of other addresses are left alone."""

    def __init__(self, stream: Stream, address: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.stream, self.address, self._clock = stream, address, clock
        self._parser = frames.Parser()
        self._last: tuple[Frame, float] | None = None
        self._looked = 0.0

    def open(self) -> None:
        self._parser, self._last = frames.Parser(), None
        self.stream.open()
        self._looked = self._clock()

    def close(self) -> None:
        self.stream.close()

    def check(self) -> None:
        """Make sure that the port is there. Raise Unreachable."""
        self.feed(self.stream.read(0))

    def feed(self, data: bytes) -> None:
        """Take the bytes that came since the last call, none as well: answer the frames of this box, keep what was pressed."""
        since, self._looked = self._looked, self._clock()
        for frame in self._parser.feed(data):
            if frame.address == self.address and (answer := self.answer(frame)) is not None:
                self.stream.write(answer.encode())
                if not self._again(frame, since):
                    self.pressed(frame)

    def listen(self, timeout_s: float) -> bytes:
        return self.stream.read(timeout_s)

    @abstractmethod
    def answer(self, frame: Frame) -> Frame | None:
        """The answer that the box expects, None for a frame that is not from it."""

    @abstractmethod
    def pressed(self, frame: Frame) -> None:
        """Keep what was pressed."""

    def _again(self, frame: Frame, since: float) -> bool:
        """Whether it is the same press. It came after `since`, perhaps long before a paused program read it."""
        again = self._last is not None and self._last[0] == frame and since - self._last[1] < REPEAT_S
        self._last = (frame, self._clock())
        return again


class KeypadBox(ButtonBox, Keypad):
    """A clerk's keypad."""

    def __init__(self, stream: Stream, address: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(stream, address, clock=clock)
        self.keys: deque[Key] = deque(maxlen=KEPT)
        self.hears_itself = False
        self._own: deque[Frame] = deque(maxlen=KEPT)
        """Answers that will come back from an adapter that hears itself."""

    def open(self) -> None:
        """Open the line, and find out whether its adapter hears itself: the digits that are sent come back."""
        super().open()
        self._own.clear()
        question, heard = frames.digits(self.address, None, "").encode(), b""
        self.stream.discard()
        self.stream.write(question)
        while len(heard) < len(question) and (data := self.stream.read(ECHO_S)):
            heard += data
        self.hears_itself = heard.startswith(question)
        self.feed(heard.removeprefix(question))

    def answer(self, frame: Frame) -> Frame | None:
        if not 1 <= len(frame.data) <= 3 or frame.function == frames.RATED:
            return None
        if frame in self._own:
            self._own.remove(frame)
            return None
        if self.hears_itself:
            self._own.append(frame)
        return frame

    def pressed(self, frame: Frame) -> None:
        if frame.key is not None:
            self.keys.append(frame.key)

    def read(self, timeout_s: float) -> Key | None:
        """The next key, or None."""
        deadline = self._clock() + timeout_s
        while not self.keys and (left := deadline - self._clock()) > 0:
            self.feed(self.stream.read(min(left, LOOK_S)))
        return self.keys.popleft() if self.keys else None

    def show(self, waiting: int, number: str) -> None:
        """Show how many wait and the last three digits of the number at the window."""
        self.stream.write(frames.digits(self.address, waiting, number).encode())

    def beep(self) -> None:
        """Draw the clerk's attention."""
        self.stream.write(frames.beep(self.address).encode())


class RaterBox(ButtonBox, Rater):
    """A box with four keys for rating. `levels` are those of its keys from the first to the last."""

    def __init__(
        self,
        stream: Stream,
        address: int,
        levels: tuple[int, ...] = LEVELS,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(stream, address, clock=clock)
        self.levels = levels
        self.rated: deque[int] = deque(maxlen=KEPT)

    def answer(self, frame: Frame) -> Frame | None:
        if frame.function != frames.RATED or len(frame.data) != 1 or frame.data[0] >= len(self.levels):
            return None
        return Frame(frame.address, frames.RATED_REPLY, frame.data)

    def pressed(self, frame: Frame) -> None:
        self.rated.append(self.levels[frame.data[0]])

    def ask(self) -> None:
        """Invite the citizen to rate; what was pressed before does not count."""
        self.rated.clear()
        self.stream.write(frames.start_rating(self.address).encode())

    def read(self, timeout_s: float) -> int | None:
        """The level pressed, or None."""
        deadline = self._clock() + timeout_s
        while not self.rated and (left := deadline - self._clock()) > 0:
            self.feed(self.stream.read(min(left, LOOK_S)))
        return self.rated.popleft() if self.rated else None


def keypad(device: Device, site: DeviceSite) -> KeypadBox:
    """A keypad for one entry of devices.toml; option addr is its address, 1 to 255."""
    return KeypadBox(site.stream(device), DeviceOptions.of(device).number("addr", 1, 1, 255))


def rater(device: Device, site: DeviceSite) -> RaterBox:
    """A rater box; option levels are the levels of its keys, by default "5,4,3,2"."""
    options = DeviceOptions.of(device)
    return RaterBox(site.stream(device), options.number("addr", 1, 1, 255), levels_of(options))


def levels_of(options: DeviceOptions) -> tuple[int, ...]:
    """The option levels; raise BadOption."""
    parts = options.text("levels", "5,4,3,2").replace(" ", "").split(",")
    if len(parts) != 4 or any(part not in ("1", "2", "3", "4", "5") for part in parts):
        raise options.wrong("levels", 'write the levels of the four keys, such as "5,4,3,2"')
    return tuple(int(part) for part in parts)
