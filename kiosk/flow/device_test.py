"""The test of one device, asked for from the service pages: the part that holds the device open does it. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from kiosk.flow.event import Send


@dataclass(frozen=True)
class Result:
    """What came of the test of a device: `well` is None while it is under way; `text` is the trouble in one
    word (`drivers.device_health.reason`, or one of the tests' own), for a scanner the length of the code."""

    well: bool | None
    text: str = ""


@dataclass(frozen=True)
class TryDevice:
    """An effect: test the device; `Tried` comes back."""

    device: str


@dataclass(frozen=True)
class Tried:
    """An event: what came of it."""

    device: str
    result: Result


class DeviceTester(Protocol):
    """Holds a device open, so that nobody else can open it for a test."""

    def try_device(self, send: Send) -> None:
        """Begin the test; `send` gets Tried, from any thread."""
