"""Taking a number: what was asked of the server, the ticket that came, what the printer is to do. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from contract.wire.messages import Estimate, TicketClass
from kiosk.flow.requests import Policy, ServerRequest

Trouble = Literal["print", "closed", "limit", "no-answer", "refused", "expired", "none-left"]
PRINTING_S = 40


@dataclass(frozen=True)
class IssuedTicket:
    """A number that the server has given, or `offline` the kiosk itself, which knows nothing of the line then."""

    id: str
    number: str
    queue: str
    class_: TicketClass
    issued_at: datetime
    token: str
    ahead: int
    estimate_s: Estimate | None
    windows: tuple[str, ...]
    opens_at: datetime | None = None
    language: str = "zh"
    offline: bool = False


@dataclass(frozen=True)
class Taking:
    """What the citizen has chosen (`theme`, `queue`, `class_`, the guide `item` that it is for), and what came of it.

    `wanted` is the id of what the citizen waits for: a request to the server, or one for a number on lease. What nobody
    waits for any more is followed to its end and given back. `jobs` are tickets at the printer, by their ids.
    """

    theme: str | None = None
    queue: str | None = None
    class_: TicketClass | None = None
    item: str | None = None
    wanted: str | None = None
    jobs: Mapping[str, IssuedTicket] = field(default_factory=dict)
    ticket: IssuedTicket | None = None
    on_paper: bool = False
    in_doubt: bool = False
    """Nobody knows how much of the ticket is on paper."""
    trouble: Trouble | None = None
    trouble_detail: str = ""

    @property
    def busy(self) -> bool:
        """Whether a number is already being taken."""
        return self.wanted is not None


# --- requests --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TicketRequest(ServerRequest):
    """A number; `terminal` prints it, without one it is shown. `appointment` is the code of the one that is checked in."""

    verb = "issue-ticket"
    policy = Policy(tries=3, until_answered=True)

    queue: str
    class_: TicketClass
    terminal: str | None = None
    item: str | None = None
    appointment: str | None = field(default=None, repr=False)

    @property
    def on_paper(self) -> bool:
        return self.terminal is not None

    def body(self) -> dict[str, object]:
        body: dict[str, object] = {"queue": self.queue, "class": self.class_, "channel": "kiosk" if self.on_paper else "phone"}
        named = {"terminal": self.terminal, "item": self.item, "appointment": self.appointment}
        return body | {name: value for name, value in named.items() if value is not None}


@dataclass(frozen=True)
class PrintReport(ServerRequest):
    """What became of the paper of a ticket; `detail` says why it did not come out."""

    verb = "confirm-print"
    policy = Policy(until_answered=True)

    ticket: str
    printed: bool
    detail: str = ""

    def body(self) -> dict[str, object]:
        body: dict[str, object] = {"ticket": self.ticket, "result": "printed" if self.printed else "failed"}
        return body | {"detail": self.detail} if self.detail else body


@dataclass(frozen=True)
class TicketReturn(ServerRequest):
    """A number on the screen that nobody has seen goes back."""

    verb = "cancel-ticket"
    policy = Policy(until_answered=True)

    token: str = field(repr=False)

    def body(self) -> dict[str, object]:
        return {"token": self.token, "reason": "given up"}


# --- effects, done by kiosk.ticket_kiosk.take_number.ticket_printer --------------------------------------------------


@dataclass(frozen=True)
class PrintTicket:
    """Print; Printed or PrintBroke comes back."""

    ticket: IssuedTicket
