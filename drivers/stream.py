"""A line to a device: bytes out, bytes in, with time-outs and errors that say what to do. Nothing is opened before `open`."""

from __future__ import annotations

from abc import ABC, abstractmethod

WRITE_S = 3.0
"""What does not go out within this time does not go out at all."""


class Stream(ABC):
    """A line to a device. Used by one thread at a time."""

    def __init__(self, name: str) -> None:
        self.name = name
        """How errors call the line: device and address."""

    @property
    @abstractmethod
    def is_open(self) -> bool:
        """Whether the line is open, as far as is known."""

    @abstractmethod
    def open(self) -> None:
        """Open the line; opening what is open does nothing. Raise DeviceError."""

    @abstractmethod
    def close(self) -> None:
        """Close the line; closing twice is no error."""

    @abstractmethod
    def write(self, data: bytes) -> None:
        """Write everything. Raise Unreachable when it does not go out in time."""

    @abstractmethod
    def read(self, timeout_s: float) -> bytes:
        """Whatever has arrived, as soon as anything has; empty at the time-out. Raise Unreachable when the line ended."""

    def discard(self) -> None:
        """Throw away what arrived until now: answers to questions of before."""
        for _ in range(64):
            if not self.read(0):
                return

    def transmit_s(self, size: int) -> float:
        """How long the line needs for so many bytes; 0 where that is no matter."""
        return 0.0 * size

    def set_baud(self, baud: int) -> None:  # noqa: B027
        """Change the speed of a serial line; other lines have none."""
