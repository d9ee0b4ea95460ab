"""What devices on a line of their own share: opening one includes finding out that it is there."""

from __future__ import annotations

from abc import ABC, abstractmethod

from drivers.stream import Stream


class SerialDevice(ABC):
    """A device behind a stream, mostly a serial port."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream

    def open(self) -> None:
        """Open the line and greet the device; the line is closed again when that fails. Raise DeviceError."""
        self.stream.open()
        try:
            self.greet()
        except Exception:
            self.stream.close()
            raise

    def close(self) -> None:
        """Close the line."""
        self.stream.close()

    def greet(self) -> None:
        """What the device is asked right after its line was opened."""
        self.check()

    @abstractmethod
    def check(self) -> None:
        """Ask the device whether it is well."""
