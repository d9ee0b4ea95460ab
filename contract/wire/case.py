"""Cases (办件) as the approval platform hands them over, and the states they go through. Pure.

Of the applicant's ID number only the last four characters may be handed over; they are kept as a hash and never shown.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from contract.characters import trimmed
from contract.configuration.dates import Day
from contract.configuration.table import BrokenRule, Capitals, PersonNumber, Plain, Table, TextConfig, is_stored
from contract.wire import case_number

CaseState = Literal[
    "received", "supplement", "accepted", "rejected", "examining", "decided", "denied", "delivered", "withdrawn"
]
STATES: dict[CaseState, TextConfig] = {
    "received": TextConfig(zh="已收件", en="received"),
    "supplement": TextConfig(zh="待补正", en="papers are missing"),
    "accepted": TextConfig(zh="已受理", en="accepted"),
    "rejected": TextConfig(zh="不予受理", en="not accepted"),
    "examining": TextConfig(zh="审查中", en="being examined"),
    "decided": TextConfig(zh="已办结", en="decided"),
    "denied": TextConfig(zh="不予许可", en="refused"),
    "delivered": TextConfig(zh="已送达", en="delivered"),
    "withdrawn": TextConfig(zh="已撤回", en="withdrawn"),
}
ENDED: frozenset[CaseState] = frozenset(("rejected", "decided", "denied", "delivered", "withdrawn"))
"""No deadline runs any more."""
PaperKind = Literal["progress", "receipt", "supplement", "rejection", "denial"]
PAPERS: dict[CaseState, tuple[PaperKind, ...]] = {
    "received": ("progress",),
    "supplement": ("supplement", "progress"),
    "accepted": ("receipt", "progress"),
    "rejected": ("rejection",),
    "examining": ("receipt", "progress"),
    "decided": ("receipt", "progress"),
    "denied": ("denial",),
    "delivered": ("progress",),
    "withdrawn": ("progress",),
}
"""What the kiosk may print of a case in each state."""


def _checked(number: str, info: ValidationInfo) -> str:
    return number if is_stored(info) else case_number.checked(number)


CaseNumber = Annotated[str, AfterValidator(_checked)]
"""As the department writes it: `contract.wire.case_number`."""
LastFour = Annotated[str, Capitals, Field(pattern="^([0-9A-Z]{4})?$")]
"""Of an identity card, a passport, a permit, or an enterprise's credit code."""
Short = Annotated[str, Field(min_length=1, max_length=200)]


class CaseStep(Table):
    """One thing that happened to a case."""

    on: Day
    text: Short


class Case(Table):
    """One case. Empty texts are unknown."""

    number: CaseNumber
    item: Short
    item_code: str = Field(default="", max_length=64)
    state: CaseState
    department: Short
    applicant: Short
    id_last_four: LastFour = ""
    person: PersonNumber = Field(
        default="", max_length=64, description="the platform's id, as service codes carry it, or the ID number"
    )
    received_on: Day
    promised_on: Day | None = None
    legal_on: Day | None = Field(default=None, description="the day by the law's own limit; the earlier of both binds")
    handler: str = Field(default="", max_length=60)
    contact: Annotated[str, Plain] = Field(default="", max_length=40)
    reason: str = Field(default="", max_length=2000, description="of a refusal")
    basis: str = Field(default="", max_length=2000)
    missing: list[Short] = Field(default=[], max_length=50)
    due_on: Day | None = Field(default=None, description="until when missing papers are to be brought")
    materials: list[Short] = Field(default=[], max_length=100)
    delivery: str = Field(default="", max_length=60)
    steps: list[CaseStep] = Field(default=[], max_length=200)

    @property
    def binding_on(self) -> date | None:
        """The day that binds: the promised one, unless the law's is earlier."""
        return min((day for day in (self.promised_on, self.legal_on) if day is not None), default=None)

    @field_validator("state", mode="before")
    @classmethod
    def _in_words(cls, value: object) -> object:
        """A state may be given by its Chinese name: spreadsheets are filled in by people."""
        known = {name: state for state, text in STATES.items() for name in (text.zh, text.en)}
        if isinstance(value, str) and (state := known.get(trimmed(value), trimmed(value))) in STATES:
            return state
        names = "、".join(text.zh for text in STATES.values())
        raise BrokenRule(f"is no state of a case; write one of {', '.join(STATES)}", f"不是办件状态，只能填{names}")

    @model_validator(mode="after")
    def _a_no_has_its_reason(self) -> Self:
        if self.state in ("rejected", "denied") and not self.reason:
            text = f"a case that is {self.state} needs reason: whoever is refused is told why"
            raise BrokenRule(text, "不予受理或不予许可的办件必须写明理由")
        if self.state == "supplement" and not self.missing:
            text = "a case in state supplement needs missing: everything is said at once"
            raise BrokenRule(text, "待补正的办件必须一次写明需补正的材料")
        return self
