"""An emulated identity card reader: lay cards on it and take them away."""

from __future__ import annotations

from typing import ClassVar, Unpack

from contract.identity_numbers import check_character
from drivers.emulators.base import EmulatedLine, Emulator, EmulatorArguments
from drivers.idcard import frames
from drivers.idcard.frames import FIND, FOUND, NO_CARD, OK, READ, RESET, SELECT, SELECT_FAILED, STATUS, Command, Reply
from drivers.idcard.text import area

PHOTO = bytes(1024)
EXAMPLE = ("演示", "62052419900101001" + check_character("62052419900101001"))
"""A name and a number that belong to nobody."""


class SdtEmulator(Emulator):
    """A reader with at most one card on it. A card that was read is not found again before it is taken away."""

    FAULTS: ClassVar[dict[str, str]] = {
        "card-not-removed": "a card is found again and again while it lies there, as by older modules",
        "sam": "the security module is not authorised",
        "select-fails": "cards are found but cannot be selected",
        "read-fails": "cards can be selected but not read",
        "read-fails-once": "the first reading of a card fails",
        "foreign": "the card is a foreigner's permit",
    }

    def __init__(self, **given: Unpack[EmulatorArguments]) -> None:
        super().__init__(**given)
        self.reads = 0
        """How often a card was read to the end."""
        self._card: tuple[str, str] | None = None
        self._selected = self._read = self._failed = False

    def lay(self, name: str = EXAMPLE[0], number: str = EXAMPLE[1]) -> None:
        """Lay a card on the reader."""
        with self.changed:
            self._card = (name, number)
            self._selected = self._read = self._failed = False

    def take_away(self) -> None:
        """Take the card away."""
        with self.changed:
            self._card = None

    def act(self, words: str) -> None:
        """What a person does: `lay`, `lay NAME NUMBER`, `take`. Raise ValueError for anything else."""
        what, *rest = words.split()
        if what == "lay" and len(rest) in (0, 2):
            self.lay(*rest)
        elif what == "take" and not rest:
            self.take_away()
        else:
            raise ValueError(f"{words!r} is nothing to do; say lay, lay NAME NUMBER or take")

    def opened(self, line: EmulatedLine) -> None:
        line.state = frames.Parser()

    def receive(self, line: EmulatedLine, data: bytes) -> None:
        parser: frames.Parser = line.state
        before = parser.malformed
        for body in parser.feed(data):
            command = frames.command(body)
            if command is None:
                self.malformed += 1
            elif command.code not in (0x00, 0x01):
                line.send(self._answer(command).encode())
        self.malformed += parser.malformed - before

    def _answer(self, command: Command) -> Reply:
        what = (command.code, command.parameter)
        if self.faulty("sam"):
            return Reply(0x66)
        if what in (STATUS, RESET):
            return Reply(OK)
        if what == FIND:
            return self._find()
        if what == SELECT:
            return self._select()
        return self._text() if what == READ else Reply(0x21)

    def _find(self) -> Reply:
        hidden = self._card is None or (self._read and not self.faulty("card-not-removed"))
        return Reply(NO_CARD) if hidden else Reply(FOUND, bytes(4))

    def _select(self) -> Reply:
        hidden = self._card is None or (self._read and not self.faulty("card-not-removed"))
        self._selected = not hidden and not self.faulty("select-fails")
        return Reply(OK, bytes(8)) if self._selected else Reply(SELECT_FAILED)

    def _text(self) -> Reply:
        first_fails = self.faulty("read-fails-once") and not self._failed
        if self._card is None or not self._selected or self.faulty("read-fails") or first_fails:
            self._failed = True
            return Reply(0x41)
        self._selected, self._read = False, True
        self.reads += 1
        text = area(*self._card, kind="I" if self.faulty("foreign") else "")
        return Reply(OK, b"\x01\x00\x04\x00" + text + PHOTO)
