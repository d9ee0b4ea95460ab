"""What callers need of each kind of device: small protocols, and the errors every driver raises.

Those of printers and cameras are in `printer/port.py`, `a4/port.py` and `scanner/port.py`.

A driver does no I/O before `open`. Every call may raise a `DeviceError`; after one, `close`, and `open` again when it
suits. Calls block, never longer than the time-outs of the driver: run each device in a thread of its own.

    DeviceError            what happened, and `remedy`: what to do about it
    ├── NotFound           no such port, host or device: check plug, name and configuration
    ├── NoPermission       the port exists but may not be opened: a matter of groups and udev rules
    ├── InUse              another program holds the port
    ├── Unreachable        refused, or the connection ended: may come back, try again later
    ├── NoReply            the line is open but the device does not answer
    │   └── GaveWay        it did not answer yet, and others on its line had news
    ├── BadReply           the device answers what nobody understands
    ├── DeviceRefused      the device understood and refused
    └── PrintFailed        a printer did not put everything on paper; `state` says why
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

from contract.wire.messages import Announce, DisplayDesired


class DeviceError(Exception):
    """A device did not do what it was asked; `remedy` says what a person can do about it."""

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what}; {self.remedy}" if self.remedy else self.what


class NotFound(DeviceError):
    """No such port, host or device."""


class NoPermission(DeviceError):
    """The port exists but this user may not open it."""


class InUse(DeviceError):
    """Another program holds the port."""


class Unreachable(DeviceError):
    """The device refuses the connection, or the connection ended."""


class NoReply(DeviceError):
    """The line is open but the device does not answer in time."""


class GaveWay(NoReply):
    """The device kept silent for `silent_s`, and was given up because others on its line have news."""

    def __init__(self, what: str, remedy: str, silent_s: float) -> None:
        super().__init__(what, remedy)
        self.silent_s = silent_s


class BadReply(DeviceError):
    """The device answers something that is no legal frame."""


class DeviceRefused(DeviceError):
    """The device understood the request and refused it."""


class Busy(DeviceRefused):
    """The device did nothing of what was asked, because it does something else just now; the same may be asked again."""


@runtime_checkable
class Driver(Protocol):
    """What every driver can do."""

    def open(self) -> None:
        """Take the port and make sure the device is there, as far as its protocol allows."""

    def close(self) -> None:
        """Give the port back. Closing twice, or what was never open, is no error."""

    def check(self) -> None:
        """Ask the device whether it is well; a device that never answers is believed. Raise DeviceError otherwise."""


@runtime_checkable
class Display(Driver, Protocol):
    """A LED strip, board or number display."""

    min_interval_s: float
    """The device takes no new content sooner than this after the last."""

    refresh_s: float
    """What is shown is written again after so long, because the device may have lost it unnoticed, in a power cut or with a
    broken wire; infinite where the device keeps it, or tells."""

    line_gap_s: float
    """How long the line stays silent after each frame, for every device on it."""

    blinks: bool
    """Whether the device blinks on its own; if not, its owner alternates text and blank."""

    answers: bool = True
    """Whether the device says that it took something; of others nobody knows more than that it was sent."""

    def show(self, desired: DisplayDesired) -> None:
        """Show these lines at this brightness; return when the device took it, or it is written where none answers."""

    def stays_lit(self, desired: DisplayDesired) -> bool:
        """Whether a blinking text must not be blanked by the owner: one that runs through the display would begin anew."""
        return False


@runtime_checkable
class SpeakingDisplay(Display, Protocol):
    """A LED strip with a voice of its own."""

    languages: list[str]
    """The languages that it speaks, as those of a Voice."""

    def say(self, announcement: Announce, shown: DisplayDesired) -> float:
        """Say it while `shown` stays on the display; return how many seconds that takes at most."""


PrinterCondition = Literal["ok", "paper-low", "paper-out", "cover-open", "cutter", "offline", "unreachable"]


class PrintFailed(DeviceError):
    """The paper did not come out as it should. `in_doubt`: some of it may be out, or may come when the printer is mended."""

    def __init__(self, state: PrinterCondition, what: str, remedy: str = "", *, in_doubt: bool = False) -> None:
        super().__init__(what, remedy)
        self.state, self.in_doubt = state, in_doubt


@runtime_checkable
class Voice(Driver, Protocol):
    """Speaks announcements in the hall."""

    languages: list[str]
    """The languages that it speaks, zh and en, in the order in which it says them; a text that is empty is left out."""

    def speak(self, announcement: Announce) -> None:
        """Say it to the end; return when it is said."""


@runtime_checkable
class ReadingVoice(Voice, Protocol):
    """A voice that reads any text aloud."""

    def read(self, text: str, language: str, *, slow: bool = False) -> None:
        """Read one piece to its end; `close` from another thread ends it in the middle of a word. `language` is zh or en."""


@runtime_checkable
class Scanner(Driver, Protocol):
    """Reads bar codes and QR codes."""

    always_on: bool
    """Whether it may always be open. Others film while they are open or shine while they are read: only when somebody scans."""

    def probe(self) -> None:
        """Make sure the device is there, with nothing filmed or lit; raise DeviceError. Codes from before are forgotten."""

    def read(self, timeout_s: float) -> str | None:
        """The next code, or None if none came in time."""


@dataclass(frozen=True)
class IdCard:
    """Name and number of an identity card. Never logged: the printed form shows neither."""

    name: str = field(repr=False)
    number: str = field(repr=False)


@runtime_checkable
class IdCardReader(Driver, Protocol):
    """Reads resident identity cards."""

    def read(self, timeout_s: float) -> IdCard | None:
        """The next card laid on the reader, or None. The same card is read again only after it was taken away."""


Key = Literal["next", "recall", "start", "finish", "no-show", "hold", "resume", "pause", "transfer", "evaluate", "cancel"]


class KeyBox(Driver, Protocol):
    """A box with keys, perhaps one of several on its line."""

    def listen(self, timeout_s: float) -> bytes:
        """What comes on the line, as soon as anything does; empty at the time-out."""

    def feed(self, data: bytes) -> None:
        """Take what came on the line, for whichever box: answer the frames of this one and keep what was pressed."""


@runtime_checkable
class Keypad(KeyBox, Protocol):
    """A clerk's caller keypad."""

    keys: deque[Key]
    """What was pressed and not taken yet, the oldest first."""

    def read(self, timeout_s: float) -> Key | None:
        """The next key, or None."""

    def show(self, waiting: int, number: str) -> None:
        """Show how many wait and which number is at the window."""

    def beep(self) -> None:
        """Draw the clerk's attention."""


@runtime_checkable
class Rater(KeyBox, Protocol):
    """A box with four or five keys for rating the service."""

    rated: deque[int]
    """The levels that were pressed and not taken yet, the oldest first."""

    def ask(self) -> None:
        """Invite the citizen to rate."""

    def read(self, timeout_s: float) -> int | None:
        """The level pressed, 5 very satisfied .. 1 very dissatisfied, or None."""


DoorState = Literal["open", "closed"]


@runtime_checkable
class Locker(Driver, Protocol):
    """A board of locks."""

    doors: int

    def unlock(self, door: int) -> None:
        """Open door `door`, counted from 1."""

    def state(self, door: int) -> DoorState:
        """Whether the door is open."""
