"""An emulated RS-485 line with caller keypads and four-key raters: one may press their keys and look at their digits."""

from __future__ import annotations

import threading
from collections import Counter
from typing import ClassVar, Unpack, get_args

from drivers.emulators.base import EmulatedLine, Emulator, EmulatorArguments
from drivers.keypad import frames
from drivers.keypad.frames import Frame
from drivers.ports import Key

RETRY_S = 0.1
RETRIES = 3


class BoxEmulator(Emulator):
    """Boxes at any addresses. A box repeats what it sends three times, 100 ms apart, until it is answered."""

    FAULTS: ClassVar[dict[str, str]] = {"deaf": "receives no answer, so that everything is sent again"}

    def __init__(self, *, retry_s: float = RETRY_S, **given: Unpack[EmulatorArguments]) -> None:
        super().__init__(**given)
        self.retry_s = retry_s
        self.sent = 0
        self.answered = 0
        self._waiting: dict[int, tuple[Frame, bytes, int]] = {}
        """At each address: what was sent, the answer it waits for, and how often it may still be sent."""
        self._known: dict[int, bytes] = {}
        """At each address: the last answer. It comes again where the box repeated itself while the answer was on its way, and
        late where nobody listened before the last repetition."""

    @property
    def unanswered(self) -> bool:
        """Whether a box still waits for its answer."""
        return bool(self._waiting)

    def opened(self, line: EmulatedLine) -> None:
        line.state = frames.Parser()

    def receive(self, line: EmulatedLine, data: bytes) -> None:
        parser: frames.Parser = line.state
        before = parser.malformed
        for frame in parser.feed(data):
            if frame.encode() == self._known.get(frame.address):
                self.answered += 1
                if not self.faulty("deaf"):
                    self._waiting.pop(frame.address, None)
            else:
                self.obey(frame)
        self.malformed += parser.malformed - before

    def obey(self, frame: Frame) -> None:
        """Do what the host sends."""

    def say(self, frame: Frame, answer: Frame) -> None:
        """Send a frame until it is answered."""
        with self.changed:
            self._known[frame.address] = answer.encode()
            self._waiting[frame.address] = (frame, answer.encode(), RETRIES)
            self._send(frame)

    def stop(self) -> None:
        with self.changed:
            self._waiting.clear()

    def _send(self, frame: Frame) -> None:
        sent, answer, left = self._waiting.get(frame.address, (None, b"", 0))
        if sent is not frame:
            return  # answered, or something else was pressed meanwhile
        if left == 0:
            del self._waiting[frame.address]
            self.changed.notify_all()
            return
        self._waiting[frame.address] = (frame, answer, left - 1)
        self.sent += 1
        timer = threading.Timer(self.retry_s, self._again, (frame,))
        timer.daemon = True
        timer.start()
        self.emit(frame.encode())
        self.changed.notify_all()

    def _again(self, frame: Frame) -> None:
        with self.changed:
            self._send(frame)


class KeypadEmulator(BoxEmulator):
    """Keypads: `shown` holds the six digits at each address ("012045", blanks as spaces), `beeps` how often each beeped."""

    def __init__(self, *, retry_s: float = RETRY_S, **given: Unpack[EmulatorArguments]) -> None:
        super().__init__(retry_s=retry_s, **given)
        self.shown: dict[int, str] = {}
        self.beeps: Counter[int] = Counter()

    def press(self, key: Key, address: int = 1) -> None:
        """Press a key."""
        frame = Frame(address, frames.START_RATING, frames.CODES[key])
        self.say(frame, frame)

    def act(self, words: str) -> None:
        """What a person does: `next`, or `recall 3` on the keypad at address 3. Raise ValueError for no such key."""
        key, _, address = words.strip().partition(" ")
        known = [name for name in get_args(Key) if name in frames.CODES]
        if key not in known or not (address or "1").isdecimal():
            raise ValueError(f"{words!r} is no key; keys: {', '.join(known)}")
        self.press(key, int(address or 1))  # type: ignore[arg-type]

    def obey(self, frame: Frame) -> None:
        if frame.function == frames.DIGITS and len(frame.data) == 6:
            self.shown[frame.address] = "".join(" " if d > 9 else str(d) for d in frame.data)
        elif frame.function == frames.BEEP and not frame.data:
            self.beeps[frame.address] += 1
        else:
            self.malformed += 1


class RaterEmulator(BoxEmulator):
    """Raters: `asked` counts how often each address had to ask."""

    def __init__(self, *, retry_s: float = RETRY_S, **given: Unpack[EmulatorArguments]) -> None:
        super().__init__(retry_s=retry_s, **given)
        self.asked: Counter[int] = Counter()

    def press(self, key: int, address: int = 1) -> None:
        """Press one of the keys 0 to 3."""
        data = bytes((key,))
        self.say(Frame(address, frames.RATED, data), Frame(address, frames.RATED_REPLY, data))

    def act(self, words: str) -> None:
        """What a person does: press key `0` to `3`; `2 7` on the rater at address 7. Raise ValueError for no such key."""
        key, _, address = words.strip().partition(" ")
        if key not in ("0", "1", "2", "3") or not (address or "1").isdecimal():
            raise ValueError(f"{words!r} is no key; keys: 0 to 3, first to last")
        self.press(int(key), int(address or 1))

    def obey(self, frame: Frame) -> None:
        if frame == frames.start_rating(frame.address):
            self.asked[frame.address] += 1
        else:
            self.malformed += 1
