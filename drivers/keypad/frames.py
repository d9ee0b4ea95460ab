"""Frames of the caller keypad and the four-key rater box on RS-485, 9600 8N1: `FF 68 L L 68 addr func data sum 16`. Pure.

L is 2 + the bytes of data, sum is that of addr, func and data. A keypad sends the key in the last byte of data and repeats the
frame until the host echoes it. A rater sends func 11 with the key 0 to 3; the host answers with func 01 and the same data.
The host shows six digits with func 02 (three for those who wait, three for the number, 0A blank), beeps with 03, starts a
rating with 01 0B. Source: one public program that runs in a hall (JackQChen, QueueSystem, CallSystem); no manual is public.
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.framing import FrameReader
from drivers.ports import Key

HEAD, MARK, END = 0xFF, 0x68, 0x16
START_RATING, DIGITS, BEEP, RATED, RATED_REPLY = 0x01, 0x02, 0x03, 0x11, 0x01
BLANK = 0x0A
LONGEST = 8
"""The largest L of any frame of this protocol: six digits."""
CONFIRM = 0x0F
KEYS: dict[bytes, Key] = {
    b"\x0b": "evaluate",
    b"\x0c": "next",
    b"\x0d": "recall",
    b"\x0e": "cancel",
    b"\x0f": "start",
    b"\x12": "pause",
    b"\x13": "transfer",
    b"\x06\x0f": "no-show",
    b"\x00\x0f": "hold",
    b"\x03\x0f": "resume",
}
"""What a keypad sends for each key; a digit before Confirm makes another one. Confirm alone, "the citizen is here", is ours."""
CODES: dict[Key, bytes] = {key: code for code, key in KEYS.items()}
_DOUBLE = {code[:-1]: key for code, key in KEYS.items() if len(code) == 2}


@dataclass(frozen=True)
class Frame:
    """One frame, either way."""

    address: int
    function: int
    data: bytes = b""

    def encode(self) -> bytes:
        """The bytes on the line; raise ValueError when the data is longer than six bytes."""
        length = 2 + len(self.data)
        if length > LONGEST:
            raise ValueError(f"a frame takes {LONGEST - 2} bytes of data, not {len(self.data)}")
        body = bytes((self.address, self.function)) + self.data
        return bytes((HEAD, MARK, length, length, MARK)) + body + bytes((sum(body) & 0xFF, END))

    @property
    def key(self) -> Key | None:
        """The key of a keypad, None for one that means nothing here."""
        if self.data[-1:] == bytes((CONFIRM,)) and len(self.data) > 1:
            return _DOUBLE.get(self.data[-2:-1])
        return KEYS.get(self.data[-1:])


def digits(address: int, waiting: int | None, number: str) -> Frame:
    """The frame that shows how many wait (at most 999) and the last three digits of a number; None and "" are blank."""
    left = "" if waiting is None else f"{min(max(waiting, 0), 999):03}"
    right = "".join(c for c in number if c in "0123456789")[-3:]
    shown = f"{left:>3}{right:>3}"
    return Frame(address, DIGITS, bytes(BLANK if c == " " else int(c) for c in shown))


def beep(address: int) -> Frame:
    """The frame that beeps."""
    return Frame(address, BEEP)


def start_rating(address: int) -> Frame:
    """The frame that invites to rate."""
    return Frame(address, START_RATING, b"\x0b")


class Parser(FrameReader):
    """Finds frames in a stream: noise before a head is skipped, a broken frame is counted and the search goes on."""

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that are complete now."""
        self.held += data
        found: list[Frame] = []
        while (head := self.held.find(HEAD)) >= 0:
            del self.held[:head]
            size = self._size()
            if size == 0:
                return found
            if size > 0:
                found.append(Frame(self.held[5], self.held[6], bytes(self.held[7 : size - 2])))
                del self.held[:size]
            else:
                self.malformed += 1
                del self.held[0]
        self.held.clear()
        return found

    def _size(self) -> int:
        """The size of the frame that begins here; 0 while it is not whole, negative where none begins."""
        held = self.held
        if len(held) > 1 and held[1] != MARK:
            return -1
        if len(held) < 5:
            return 0
        length = held[2]
        if held[3] != length or held[4] != MARK or not 2 <= length <= LONGEST:
            return -1
        size = length + 7
        if len(held) < size:
            return 0
        return size if held[size - 1] == END and sum(held[5 : size - 2]) & 0xFF == held[size - 2] else -1
