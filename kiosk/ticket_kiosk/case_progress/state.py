"""The progress of a case, asked by its number and the last four of the ID number: what is known, and the events."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from contract.wire import case_number
from contract.wire.facts import CaseFacts
from contract.wire.messages import Text
from kiosk.flow.requests import ServerRequest

Field = Literal["number", "last_four"]
LENGTHS: dict[Field, int] = {"number": case_number.LONGEST, "last_four": 4}
HIDDEN = "●"


@dataclass(frozen=True)
class CaseQuery:
    """What somebody has typed (`chosen` is typed now), and what came of it; kept out of every log. `failed`: no answer."""

    number: str = field(default="", repr=False)
    last_four: str = field(default="", repr=False)
    chosen: Field = "number"
    refusal: Text | None = None
    failed: bool = False
    case: CaseFacts | None = field(default=None, repr=False)

    @property
    def numbered(self) -> bool:
        """Whether the number may be whole."""
        return len(case_number.key(self.number)) >= case_number.LEAST_KEY

    @property
    def complete(self) -> bool:
        """Whether it can be asked."""
        return self.numbered and len(self.last_four) == LENGTHS["last_four"]


def shown_value(query: CaseQuery, field: Field) -> str:
    """What a field shows: of the last four only the one that was typed last, while it is being typed."""
    if field == "number":
        return query.number
    clear = query.last_four[-1:] if query.chosen == field and len(query.last_four) < LENGTHS[field] else ""
    return HIDDEN * (len(query.last_four) - len(clear)) + clear


@dataclass(frozen=True)
class OpenCaseQuery:
    """The tile on the home page."""


@dataclass(frozen=True)
class PickField:
    """Which of the two is typed now."""

    field: Field


@dataclass(frozen=True)
class FieldTyped:
    """A key for the chosen field, or several. Not the text after it: who types faster than pages are drawn would lose keys."""

    keys: str = field(repr=False)


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
