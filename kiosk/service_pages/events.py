"""What happens on the technician's pages (events), what they ask the server, and what they may want done (effects)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from contract.wire.messages import TechnicianDid
from kiosk.flow.device_test import TryDevice
from kiosk.flow.event import Ask
from kiosk.flow.requests import ServerRequest
from kiosk.service_pages.state import Landing, Network, Order, PageName
from kiosk.ticket_kiosk.scan.state import NextPicture, Watch

# --- events ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class KeyTyped:
    """A key of the pad: a digit, BACK or CLEAR. The eighth digit is checked at once."""

    key: str = field(repr=False)


@dataclass(frozen=True)
class Checked:
    """What the terminal itself says of a time-based code."""

    what: Literal["right", "wrong", "used", "no-secret"]


@dataclass(frozen=True)
class Open:
    """One of the pages behind the menu, or the menu again."""

    page: PageName


@dataclass(frozen=True)
class Leave:
    """Back to what the public sees."""


@dataclass(frozen=True)
class SetWords:
    """The other language, for the technician's pages only."""

    language: str


@dataclass(frozen=True)
class Try:
    """Try a device."""

    device: str


@dataclass(frozen=True)
class Looked:
    """The terminal in the network, as it is now."""

    network: Network


@dataclass(frozen=True)
class Lines:
    """The latest lines of the program's log, the oldest first."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class OnlyWarnings:
    """Show warnings and errors only, or everything again."""


@dataclass(frozen=True)
class Landed:
    """A tap of the touch test, and where the mark was from it."""

    landing: Landing


@dataclass(frozen=True)
class NextColour:
    """A tap on a colour."""


@dataclass(frozen=True)
class PressOrder:
    """A tap on one of the two orders; the second one in a row counts."""

    order: Order


@dataclass(frozen=True)
class NotOrdered:
    """The machine may not be restarted from here."""

    order: Order


# --- requests --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CodeCheck(ServerRequest):
    """Is this code right? It is used up then."""

    verb = "check-technician-code"

    code: str = field(repr=False)

    def body(self) -> dict[str, object]:
        return {"code": self.code}


@dataclass(frozen=True)
class SecretFetch(ServerRequest):
    """The secret by which this terminal knows time-based codes."""

    verb = "fetch-technician-secret"

    def body(self) -> dict[str, object]:
        return {}


@dataclass(frozen=True)
class ActsReport(ServerRequest):
    """What was done at this terminal, as its diary numbers it."""

    verb = "tell-technician-acts"

    diary: str
    acts: tuple[Mapping[str, object], ...]

    def body(self) -> dict[str, object]:
        return {"diary": self.diary, "acts": list(self.acts)}


# --- effects ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class KeepSecret:
    """Keep the secret of the time-based codes, in hexadecimal digits."""

    secret: str = field(repr=False)


@dataclass(frozen=True)
class CheckOffline:
    """Is this a time-based code that was not used? `Checked` comes back."""

    code: str = field(repr=False)


@dataclass(frozen=True)
class LookAround:
    """Find out how the terminal is connected; `Looked` comes back."""


@dataclass(frozen=True)
class ReadLog:
    """`Lines` comes back."""


@dataclass(frozen=True)
class Do:
    """End the program, or restart the machine; `NotOrdered` comes back if that is not allowed."""

    order: Order


@dataclass(frozen=True)
class Pointer:
    """Show the mouse's pointer, or hide it again."""

    on: bool


@dataclass(frozen=True)
class Note:
    """Write down an act, with the time."""

    act: TechnicianDid
    subject: str = ""
    result: str = ""


@dataclass(frozen=True)
class Forget:
    """The server knows the acts of this diary up to this number."""

    diary: str
    number: int


Effect = Ask | KeepSecret | CheckOffline | TryDevice | LookAround | ReadLog | Do | Pointer | Watch | NextPicture | Note | Forget
"""Everything that these pages may want done."""
Effects = tuple[Effect, ...]
