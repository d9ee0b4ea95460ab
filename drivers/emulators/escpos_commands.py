"""Cuts a stream of ESC/POS bytes into commands, as a printer's own firmware does. Pure; keeps an unfinished command only."""

from __future__ import annotations

from dataclasses import dataclass

LIMIT = 1 << 20
"""The longest command that is believed; a picture larger than this is taken for noise."""
FOUR_BYTE_TRAIL = range(0x30, 0x3A)


def _lengths(groups: dict[int, str]) -> dict[str, int]:
    return {command: length for length, commands in groups.items() for command in commands}


_ESC = _lengths({0: "@2LSim", 1: "!%-3 =?EGJKMRTUVaert{d", 2: "$\\c", 3: "p", 8: "W"})
_GS = _lengths({0: ":c", 1: "!/BHITabfhrw", 2: "$LPW\\", 3: "^"})
_FS = {"&": 0, ".": 0, "!": 1, "-": 1, "S": 2, "W": 1, "C": 1, "2": 74, "p": 2}
_DLE = {4: 1, 5: 1}
_DLE_DC4 = {1: 2, 2: 2, 3: 5, 7: 1, 8: 7}


@dataclass(frozen=True)
class Command:
    """A command: `name` such as "ESC a", "GS v", "LF"; its bytes behind the name. Text is "text"; what is no command "?"."""

    name: str
    data: bytes = b""


class EscPosReader:
    """An incremental reader."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> None:
        """Add bytes that arrived."""
        self._buffer += data

    def clear(self) -> None:
        """Forget what was not read."""
        self._buffer.clear()

    @property
    def waiting(self) -> int:
        """Bytes that were not read yet."""
        return len(self._buffer)

    def next(self, *, chinese: bool) -> Command | None:
        """The next command; with `chinese`, text is read as double bytes. None until more arrives."""
        if not self._buffer:
            return None
        taken = self._command() if self._buffer[0] < 0x20 else self._text(chinese)
        if taken is None:
            return None
        command, length = taken
        del self._buffer[:length]
        return command

    def _text(self, chinese: bool) -> tuple[Command, int] | None:
        """One character."""
        first = self._buffer[0]
        if not chinese or not 0x81 <= first <= 0xFE:
            return Command("text", bytes((first,))), 1
        if len(self._buffer) < 2:
            return None
        length = 4 if self._buffer[1] in FOUR_BYTE_TRAIL else 2
        if self._buffer[1] < 0x30:  # a lone lead byte before a control
            return Command("text", bytes((first,))), 1
        return (Command("text", bytes(self._buffer[:length])), length) if len(self._buffer) >= length else None

    def _command(self) -> tuple[Command, int] | None:
        first = self._buffer[0]
        simple = {0x0A: "LF", 0x0D: "CR", 0x09: "HT", 0x0C: "FF", 0x18: "CAN"}.get(first)
        if simple:
            return Command(simple), 1
        if first not in (0x10, 0x1B, 0x1C, 0x1D):
            return Command("?", bytes((first,))), 1
        if len(self._buffer) < 2:
            return None
        length = self._length(first, self._buffer[1])
        if length is None or length > LIMIT:
            return None if length is None else (Command("?", bytes(self._buffer[:2])), 2)
        if length < 0:
            return Command("?", bytes(self._buffer[:2])), 2
        if len(self._buffer) < 2 + length:
            return None
        prefix = {0x10: "DLE", 0x1B: "ESC", 0x1C: "FS", 0x1D: "GS"}[first]
        letter = {4: "EOT", 5: "ENQ", 0x14: "DC4"}[self._buffer[1]] if first == 0x10 else chr(self._buffer[1])
        return Command(f"{prefix} {letter}", bytes(self._buffer[2 : 2 + length])), 2 + length

    def _length(self, first: int, second: int) -> int | None:
        """How many bytes follow the two; -1 for an unknown command; None if more must arrive to know."""
        if first == 0x10:
            return self._dc4_length() if second == 0x14 else _DLE.get(second, -1)
        letter = chr(second)
        if first == 0x1B:
            return {"*": self._bit_image_length, "D": self._until_nul}[letter]() if letter in "*D" else _ESC.get(letter, -1)
        if first == 0x1C:
            return _FS.get(letter, -1)
        variable = {
            "v": self._raster_length,
            "(": self._block_length,
            "V": self._cut_length,
            "k": self._barcode_length,
            "*": self._download_length,
        }
        return variable[letter]() if letter in variable else _GS.get(letter, -1)

    def _at(self, index: int) -> int | None:
        return self._buffer[index] if index < len(self._buffer) else None

    def _word(self, index: int) -> int | None:
        return int.from_bytes(self._buffer[index : index + 2], "little") if index + 1 < len(self._buffer) else None

    def _dc4_length(self) -> int | None:
        function = self._at(2)
        return None if function is None else 1 + _DLE_DC4[function] if function in _DLE_DC4 else -1

    def _bit_image_length(self) -> int | None:
        mode, columns = self._at(2), self._word(3)
        return None if mode is None or columns is None else 3 + columns * (3 if mode in (32, 33) else 1)

    def _until_nul(self) -> int | None:
        end = self._buffer.find(0, 2, 2 + 33)
        return end - 1 if end >= 0 else -1 if len(self._buffer) >= 35 else None

    def _raster_length(self) -> int | None:
        if self._at(2) not in (None, 0x30):
            return -1
        width, height = self._word(4), self._word(6)
        return None if width is None or height is None else 6 + width * height

    def _block_length(self) -> int | None:
        size = self._word(3)
        return None if size is None else 3 + size

    def _cut_length(self) -> int | None:
        mode = self._at(2)
        return None if mode is None else 2 if mode in (65, 66, 97, 98, 103, 104) else 1

    def _barcode_length(self) -> int | None:
        system, size = self._at(2), self._at(3)
        if system is None:
            return None
        if system < 65:
            end = self._buffer.find(0, 3, 3 + 256)
            return end - 1 if end >= 0 else -1 if len(self._buffer) >= 259 else None
        return None if size is None else 2 + size

    def _download_length(self) -> int | None:
        across, down = self._at(2), self._at(3)
        return None if across is None or down is None else 2 + across * down * 8
