"""What a citizen does at the ticket kiosk, and what its printer reports; events of all roles: kiosk.flow.event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from contract.wire.messages import TicketClass

Switchable = Literal["elder", "contrast", "low"]


@dataclass(frozen=True)
class TakeNumber:
    """The tile on the home page."""


@dataclass(frozen=True)
class OpenHelp:
    """The tile on the home page: whom to ask, and with whom to complain."""


@dataclass(frozen=True)
class Back:
    """One page back."""


@dataclass(frozen=True)
class GoHome:
    """The home button, or "done"."""


@dataclass(frozen=True)
class PickTheme:
    theme: str


@dataclass(frozen=True)
class PickQueue:
    queue: str


@dataclass(frozen=True)
class Turn:
    """Another sheet of a list that has several."""

    sheet: int


@dataclass(frozen=True)
class PickClass:
    """A class that the citizen claims; picked again it is taken back."""

    class_: TicketClass


@dataclass(frozen=True)
class Confirm:
    """Take the number now; only the first tap counts. `on_screen`: without paper."""

    on_screen: bool = False


@dataclass(frozen=True)
class SetLanguage:
    language: str


@dataclass(frozen=True)
class Switch:
    """Elder mode, high contrast or low reach, on or off."""

    what: Switchable


@dataclass(frozen=True)
class PrinterIs:
    """The printer's condition, whenever it changes."""

    condition: str


@dataclass(frozen=True)
class Printed:
    """The ticket is on paper, cut."""

    ticket: str


@dataclass(frozen=True)
class PrintBroke:
    """The ticket did not come out whole. `in_doubt`: its number may be on paper."""

    ticket: str
    condition: str
    detail: str = ""
    in_doubt: bool = False
