"""What callers need of a ticket printer."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from drivers.ports import DeviceError, Driver, PrinterCondition
from drivers.printer.profile import Profile


@runtime_checkable
class Printer(Driver, Protocol):
    """A ticket printer."""

    profile: Profile
    """What the layout of a ticket must know of it."""

    columns: int
    """Latin characters on a line in the normal font; a Chinese character takes two."""

    dots: int
    """Printable width in dots."""

    trouble: DeviceError | None
    """Why the printer was `unreachable` when it was last asked."""

    def status(self) -> PrinterCondition:
        """The condition now. Never raises: a printer that cannot be asked is `unreachable`."""

    def print(self, job: bytes) -> None:
        """Print; return only when the printer took everything and is still well. Raise PrintFailed otherwise."""
