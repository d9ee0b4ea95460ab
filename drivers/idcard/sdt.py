"""Identity card readers with an SDT module on a serial line: find, select, read.

Name and number are kept for the one call that returns them, and are never logged; the photo stays undecoded. A card is read
once while it lies there: it must be taken away before it is read again.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from contract.configuration.hall import Device
from drivers.ask import Reader, ask
from drivers.connect import DeviceSite
from drivers.idcard import frames
from drivers.idcard.frames import FIND, FOUND, NO_CARD, OK, READ, SELECT, SELECT_FAILED, STATUS, Command, Parser, Reply
from drivers.idcard.text import LENGTH, OtherCard, Unreadable, card
from drivers.ports import BadReply, DeviceRefused, IdCard, IdCardReader
from drivers.serial_device import SerialDevice
from drivers.stream import Stream

ANSWER_S = 1.0
READ_S = 3.0
"""Text and photo take up to two seconds from the card, and 0.12 s on the line."""
POLL_S = 0.3
TRIES = 3


class SdtReader(SerialDevice, IdCardReader):
    """A reader; `read` asks for a card three times a second."""

    def __init__(
        self,
        stream: Stream,
        *,
        answer_s: float = ANSWER_S,
        read_s: float = READ_S,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(stream)
        self.answer_s, self.read_s, self._wait = answer_s, read_s, wait
        self._last = ""

    def close(self) -> None:
        self._last = ""
        super().close()

    def check(self) -> None:
        """Ask for the status. Raise NoReply, BadReply or DeviceRefused."""
        status = self._ask(STATUS).status
        if status != OK:
            raise self._broken(status)

    def read(self, timeout_s: float) -> IdCard | None:
        """The next card, or None. Raise DeviceRefused for a card that lies there and cannot be read."""
        deadline = time.monotonic() + timeout_s
        while True:
            status = self._ask(FIND).status
            if status == FOUND:
                if (found := self._take()) is not None:
                    return found
            elif status == NO_CARD:
                self._last = ""
            else:
                raise self._broken(status)
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            self._wait(min(POLL_S, left))

    def _take(self) -> IdCard | None:
        """Read the card that was found; None when it is gone again or was read before. Raise DeviceRefused."""
        status = OK
        for _ in range(TRIES):
            status = self._ask(SELECT).status
            if status == OK:
                reply = self._ask(READ, self.read_s)
                status = reply.status
                if status == OK:
                    return self._new(reply)
            elif status != SELECT_FAILED:
                raise self._broken(status)
            elif self._last:
                return None  # it has lain there since it was read
            if self._ask(FIND).status != FOUND:
                return None
        raise DeviceRefused(f"{self.stream.name}: {meaning(status)}", "lay the card flat on the reader and keep it there")

    def _broken(self, status: int) -> DeviceRefused:
        """The error for what the reader itself refuses, whatever card lies there."""
        return DeviceRefused(
            f"{self.stream.name}: {meaning(status)}", "switch the reader off and on; if it stays so, replace it"
        )

    def _new(self, reply: Reply) -> IdCard | None:
        try:
            found = card(text_area(reply))
        except OtherCard as error:
            raise DeviceRefused(f"{self.stream.name}: {error} cannot be read", "type the number instead") from None
        except Unreadable as error:
            raise BadReply(f"{self.stream.name}: {error}", "lay the card on the reader again") from None
        if found.number == self._last:
            return None
        self._last = found.number
        return found

    def _ask(self, what: tuple[int, int], timeout_s: float | None = None) -> Reply:
        """Ask until a sound answer comes."""
        return ask(self.stream, Command(*what).encode(), _replies, timeout_s=timeout_s or self.answer_s, tries=TRIES)


def _replies() -> Reader[Reply]:
    parser = Parser()
    return lambda data: [found for body in parser.feed(data) if (found := frames.reply(body)) is not None]


def text_area(reply: Reply) -> bytes:
    """The text area in the answer to READ: length of text, length of photo, text, photo. Raise Unreadable."""
    data = reply.data
    if len(data) < 4 or int.from_bytes(data[:2], "big") != LENGTH or len(data) < 4 + LENGTH:
        raise Unreadable("the answer holds no text area")
    return data[4 : 4 + LENGTH]


def meaning(status: int) -> str:
    """The meaning of a status word."""
    return frames.MEANINGS.get(status, f"the reader answers 0x{status:02X}")


def sdt(device: Device, site: DeviceSite) -> SdtReader:
    """A reader for one entry of devices.toml; a serial address has ?baud=115200."""
    return SdtReader(site.stream(device), answer_s=site.answer_s or ANSWER_S, read_s=site.answer_s or READ_S)
