"""What a scanner types that emulates a keyboard (HID): key events of Linux into codes. Pure.

An event is (key, value): `key` by its number in linux/input-event-codes.h, `value` 1 pressed, 0 released, 2 repeated. The
layout is that of US keyboards. Codes end with Enter or Tab. Characters that no key has come as Alt with the
digits of the number pad: the number of a byte, or of two bytes in GB 18030, as Windows takes them.
"""

from __future__ import annotations

from drivers.scanner.frames import text_of

LIMIT = 4096
SHIFT, ALT = frozenset({42, 54}), frozenset({56, 100})
CAPS = 58
ENDS = frozenset({28, 96, 15})
_ROWS = (  # first key, plain, shifted
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (55, "*", "*"),
    (57, " ", " "),
    (71, "789-456+1230.", "789-456+1230."),
    (98, "/", "/"),
)
PLAIN = {first + i: c for first, plain, _ in _ROWS for i, c in enumerate(plain)}
SHIFTED = {first + i: c for first, _, shifted in _ROWS for i, c in enumerate(shifted)}
PAD = {key: PLAIN[key] for key in range(71, 83) if PLAIN[key].isdigit()}


class KeyReader:
    """Puts key events together to codes. Holds at most LIMIT bytes."""

    def __init__(self) -> None:
        self.malformed = 0
        self.held = bytearray()
        self._down: set[int] = set()
        self._caps = False
        self._number: str | None = None

    @property
    def pending(self) -> bool:
        """Whether part of a code has come."""
        return bool(self.held)

    def give_up(self) -> None:
        """The rest of the code did not come."""
        self.malformed += bool(self.held)
        self.held.clear()
        self._number = None

    def feed(self, key: int, value: int) -> str | None:
        """The code that this event completes, or None."""
        if key in SHIFT | ALT:
            self._hold(key, value)
        elif value != 1:
            return None
        elif key == CAPS:
            self._caps = not self._caps
        elif key in ENDS:
            return self._end()
        elif self._number is not None and key in PAD:
            self._number = (self._number + PAD[key])[-6:]
        elif not self._down & ALT and key in PLAIN:
            self._add(self._character(key).encode())
        return None

    def _hold(self, key: int, value: int) -> None:
        if value:
            self._down.add(key)
        else:
            self._down.discard(key)
        if key in ALT and value == 1:
            self._number = ""
        elif key in ALT and value == 0:
            number, self._number = self._number, None
            if number and (code := int(number)) < 0x10000:
                self._add(code.to_bytes(1 if code < 256 else 2, "big"))

    def _character(self, key: int) -> str:
        plain = PLAIN[key]
        shifted = bool(self._down & SHIFT) != (self._caps and plain.isalpha())
        return SHIFTED[key] if shifted else plain

    def _add(self, data: bytes) -> None:
        self.held += data
        if len(self.held) > LIMIT:
            self.give_up()

    def _end(self) -> str | None:
        text = text_of(bytes(self.held))
        self.held.clear()
        return text or None
