"""What the technician's pages know and show: one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from contract.wire.messages import Text
from kiosk.flow.device_test import Result
from kiosk.flow.hall_view import Presence
from kiosk.flow.requests import PendingRequests
from kiosk.service_pages.gesture import Touch

PageName = Literal["hidden", "code", "menu", "devices", "network", "touch", "touched", "colours", "log"]
Verdict = Literal["", "asking", "wrong", "used", "no-secret"]
Order = Literal["restart", "reboot"]
CODE_S, MENU_S = 45, 300
"""How long the page for the code, and the others, stay untouched."""
FREE_TRIES = 4
FIRST_WAIT_S, LONGEST_WAIT_S = 30, 600
"""After one wrong code more than the free tries in a row the terminal waits, each time twice as long."""
SCAN_S = 30
"""How long the technician has to hold a code under a scanner."""
SPEAKER = "speaker"
"""The loudspeaker, under which its test goes: it is in no configuration."""


@dataclass(frozen=True)
class OwnDevice:
    """A device that this terminal opens itself, or its loudspeaker. `shows`: a scanner, tried by showing it a code."""

    id: str
    kind: str
    model: str = ""
    shows: bool = False


@dataclass(frozen=True)
class Own:
    """What does not change while the terminal runs."""

    id: str
    kind: str
    version: str
    devices: tuple[OwnDevice, ...] = ()


@dataclass(frozen=True)
class UnreportedActs:
    """What was done at this terminal and the server does not know yet, as `tell-technician-acts` takes it; an event."""

    diary: str = ""
    acts: tuple[Mapping[str, object], ...] = ()


@dataclass(frozen=True)
class Network:
    """The terminal in the network; times in ms, None for what could not be found out. `ends`: of the certificate."""

    broker: str
    secure: bool
    addresses: tuple[str, ...] = ()
    broker_ms: float | None = None
    server_ms: float | None = None
    ends: datetime | None = None
    temperature_c: float | None = None
    disk_free_mb: int = 0
    memory_free_mb: int = 0
    uptime_s: int = 0


@dataclass(frozen=True)
class Landing:
    """Where a tap at a mark was, from the mark: pixels to the right and upwards."""

    dx: float
    dy: float

    @property
    def error(self) -> float:
        """The distance from the mark in pixels."""
        return float((self.dx**2 + self.dy**2) ** 0.5)


MARKS = tuple((x, y) for y in (0.93, 0.5, 0.07) for x in (0.1, 0.5, 0.9))
"""Where the marks of the touch test are, in parts of the screen from its lower left corner."""
COLOURS = ("#FF0000", "#00FF00", "#0000FF", "#FFFFFF", "#808080", "#000000")


@dataclass(frozen=True)
class Technician:
    """Everything that the technician's pages know."""

    own: Own
    requests: PendingRequests
    language: str = "zh"
    page: PageName = "hidden"
    touches: tuple[Touch, ...] = ()
    now: float = 0
    clock: datetime | None = None
    idle_since: float = 0
    presence: Presence = field(default_factory=Presence)
    report_at: float = 0
    unreported: UnreportedActs = UnreportedActs()
    typed: str = field(default="", repr=False)
    verdict: Verdict = ""
    refusal: Text | None = None
    wrong: int = 0
    wait_until: float = 0
    results: Mapping[str, Result] = field(default_factory=dict)
    scanning: str | None = None
    scan_until: float = 0
    network: Network | None = None
    lines: tuple[str, ...] = ()
    warnings: bool = False
    sheet: int = 0
    landings: tuple[Landing, ...] = ()
    colour: int = 0
    armed: Order | None = None
    ordered: Order | None = None
    refused: Order | None = None

    def with_requests(self, requests: PendingRequests) -> Technician:
        return replace(self, requests=requests)

    @property
    def is_open(self) -> bool:
        """Whether a page of the technician covers the public's."""
        return self.page != "hidden"

    @property
    def served(self) -> bool:
        """Whether the server can be asked."""
        return self.presence.served

    @property
    def wait_s(self) -> int:
        """Seconds until a code may be typed again."""
        return max(0, round(self.wait_until - self.now))

    @property
    def left_s(self) -> int:
        """Seconds until the page closes by itself."""
        limit = CODE_S if self.page == "code" else MENU_S
        return max(0, round(limit - (self.now - self.idle_since)))

    def at(self, page: PageName) -> Technician:
        """Another page."""
        return replace(self, page=page, sheet=0, armed=None, refused=None, idle_since=self.now)
