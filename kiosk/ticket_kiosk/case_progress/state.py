"""The progress of a case, asked by its number and the last four of the ID number: what is known, and the events."""

from __future__ import annotations

from dataclasses import dataclass, field

from contract.wire.facts import CaseFacts
from contract.wire.messages import Text
from kiosk.flow.requests import ServerRequest
from kiosk.ticket_kiosk.typed_number import NumberAndLastFour


@dataclass(frozen=True)
class CaseQuery(NumberAndLastFour):
    """What somebody has typed, and what came of it; kept out of every log. `failed`: no answer."""

    refusal: Text | None = None
    failed: bool = False
    case: CaseFacts | None = field(default=None, repr=False)


@dataclass(frozen=True)
class OpenCaseQuery:
    """The tile on the home page."""


@dataclass(frozen=True)
class SubmitCaseQuery:
    """Ask now."""


@dataclass(frozen=True)
class CaseRequest(ServerRequest):
    """The progress of the case, for those who know both."""

    verb = "find-case"

    terminal: str
    number: str = field(repr=False)
    last_four: str = field(repr=False)

    def body(self) -> dict[str, object]:
        return {"number": self.number, "last_four": self.last_four, "terminal": self.terminal}
