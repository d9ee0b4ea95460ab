"""What the kiosk knows of its scanners and of the code it was shown, with events and effects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from contract.wire.answers import HolderScan
from contract.wire.device_state import WORKS
from contract.wire.facts import AppointmentFacts
from contract.wire.messages import Text
from kiosk.flow.requests import Policy, ServerRequest
from kiosk.ticket_kiosk.typed_number import NumberAndLastFour

Why = Literal["nonsense", "unknown-guide", "away", "no-answer"]
"""Why the kiosk itself makes nothing of a code; every other reason comes as a sentence from the server."""


@dataclass(frozen=True)
class CameraPicture:
    """What a camera sees: `pixels` are RGB bytes, row by row from below; `found` the corners of the codes in it, x and y as
    parts of width and height from the lower left."""

    width: int
    height: int
    pixels: bytes = field(repr=False)
    found: tuple[tuple[tuple[float, float], ...], ...] = ()


@dataclass(frozen=True)
class ScannerStatus:
    """One scanner of this terminal; `films` when it is a camera with a picture to show."""

    condition: str = "init"
    films: bool = False
    detail: str = ""


@dataclass(frozen=True)
class ScanState:
    """The scanners by their ids, and what came of the last code. Codes and whom they stand for are kept out of every log.

    `seen` is the digest of the last code, which was in sight at `seen_at`; `check_in` is the code of the appointment that a
    number is being taken with; `holder` is what the server knows of the holder of a service code; `typed` is what
    somebody without a code types of an appointment.
    """

    scanners: Mapping[str, ScannerStatus] = field(default_factory=dict)
    picture: CameraPicture | None = field(default=None, repr=False)
    seen: str = ""
    seen_at: float = 0
    guide: str | None = None
    refusal: Text | Why | None = None
    check_in: str | None = field(default=None, repr=False)
    appointment: AppointmentFacts | None = field(default=None, repr=False)
    holder: HolderScan | None = field(default=None, repr=False)
    typed: NumberAndLastFour = field(default_factory=NumberAndLastFour)

    @property
    def known(self) -> bool:
        """Whether some scanner has said how it is."""
        return any(scanner.condition != "init" for scanner in self.scanners.values())

    @property
    def able(self) -> bool:
        """Whether any scanner is well."""
        return any(scanner.condition in WORKS for scanner in self.scanners.values())

    @property
    def films(self) -> bool:
        """Whether a camera is well, so that there will be a picture."""
        return any(scanner.condition in WORKS and scanner.films for scanner in self.scanners.values())


# --- events ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OpenScan:
    """The tile on the home page, or the way among the guides."""


@dataclass(frozen=True)
class ScannerIs:
    """A scanner's condition, whenever it changes: ok, or what is wrong with it."""

    scanner: str
    condition: str
    films: bool = False
    detail: str = ""


@dataclass(frozen=True)
class Pictured:
    """The camera's picture."""

    picture: CameraPicture = field(repr=False)


@dataclass(frozen=True)
class Scanned:
    """A code was held under a scanner."""

    code: str = field(repr=False)


@dataclass(frozen=True)
class PickAppointment:
    """One of the appointments of the holder of a service code."""

    id: str


@dataclass(frozen=True)
class PickCase:
    """One of the cases of the holder of a service code."""

    number: str = field(repr=False)


@dataclass(frozen=True)
class OpenCheckIn:
    """An appointment by its number: the tile on the home page of a kiosk without a scanner, or the way from the scan page."""


@dataclass(frozen=True)
class SubmitCheckIn:
    """Look for the appointment now."""


@dataclass(frozen=True)
class CheckIn:
    """Take a number with the appointment that is shown."""


# --- requests --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ScanRequest(ServerRequest):
    """What is asked about a code, from a page: elsewhere the answer is of no use any more. Its repetitions keep their id: a
    code for a single use may be used up already, and the answer is kept."""

    policy = Policy(tries=3, timeout_s=5)

    page: str


@dataclass(frozen=True)
class CodeLookup(ScanRequest):
    """What a code is for."""

    verb = "scan"

    terminal: str
    code: str = field(repr=False)

    def body(self) -> dict[str, object]:
        return {"code": self.code, "terminal": self.terminal}


@dataclass(frozen=True)
class AppointmentLookup(ScanRequest):
    """The appointment, for those who know its number and the last four of the ID number."""

    verb = "find-appointment"

    terminal: str
    number: str = field(repr=False)
    last_four: str = field(repr=False)

    def body(self) -> dict[str, object]:
        return {"number": self.number, "last_four": self.last_four, "terminal": self.terminal}


@dataclass(frozen=True)
class CheckedInLookup(ScanRequest):
    """The ticket that an appointment was checked in with before: checking in once more gives the same one."""

    verb = "issue-ticket"

    queue: str
    appointment: str = field(repr=False)

    def body(self) -> dict[str, object]:
        return {"queue": self.queue, "channel": "phone", "appointment": self.appointment}


# --- effects, done by kiosk.ticket_kiosk.scan.scanners ---------------------------------------------------------------


@dataclass(frozen=True)
class Watch:
    """Somebody wants to scan, from now on, or not any longer: cameras and lamps are on only in between."""

    on: bool


@dataclass(frozen=True)
class NextPicture:
    """The last picture is on the screen; one more. A camera whose pictures nobody asks for is switched off."""
