"""What stands on each paper. Every text is plain text: a template sets it as it is and never reads it as a command.

The fields of receipts and notices follow the service rules for halls: what was applied for, who received it and when, what
is missing and until when, why something is refused, whom to ask, and a place for the seal.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from contract.configuration.dates import Day, Instant
from contract.configuration.table import Table, TextConfig
from contract.guides.item import Item

Words = Annotated[str, Field(max_length=2000)]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class Letterhead(Table):
    """Where a paper comes from."""

    hall: TextConfig
    address: str = ""
    telephone: str
    complaints: str = "12345"
    example: bool = Field(default=False, description="marks papers made from example data as not valid")


class Paper(Table):
    """What all papers have. `code` is what the QR code holds, none without it; `printed_at` is the hall's local time. Guides,
    notices and forms are there in both languages; letters about a case are Chinese."""

    head: Letterhead
    language: Literal["zh", "en"] = "zh"
    printed_at: Instant
    code: str = Field(default="", max_length=300)
    code_note: str = Field(default="", max_length=40, description="what the QR code is for, printed below it")


class GuidePaper(Paper):
    """The whole guide of an item (办事指南)."""

    kind: Literal["guide"] = "guide"
    item: Item
    windows: str = Field(default="", description="numbers of the windows, for example 01、02")
    forms: dict[str, str] = Field(default={}, description="blank form → its title")


class NoticePaper(Paper):
    """The one-time notice of everything to bring (一次性告知书)."""

    kind: Literal["notice"] = "notice"
    item: Item
    windows: str = ""
    forms: dict[str, str] = Field(default={})


class FormLine(Table):
    label: Name
    english: Words = ""
    value: Words = ""
    lines: int = Field(default=1, ge=1, le=12)


class FormPaper(Paper):
    """A form: blank, or filled in as an example."""

    kind: Literal["form"] = "form"
    title: TextConfig
    fields: list[FormLine] = Field(min_length=1)
    declaration: Words = ""
    declaration_english: Words = ""
    signed_by: str = "申请人"
    signed_by_english: str = ""
    filled_in: bool = False
    item: str = ""


class CasePaper(Paper):
    """What every answer about a case says: the item, the applicant (masked), the number and who has it in hand."""

    number: Name
    item: Name
    item_code: str = ""
    applicant: Name
    department: Name
    received_on: Day
    handler: str = Field(default="", description="who received the application (受理人)")
    contact: str = Field(default="", description="telephone for questions")


class ReceiptPaper(CasePaper):
    """受理凭证: the application is accepted."""

    kind: Literal["receipt"] = "receipt"
    promised_on: Day | None = None
    materials: list[Name] = Field(default=[])
    delivery: str = ""


class SupplementPaper(CasePaper):
    """补正通知书: everything that is missing, said once, and until when to bring it."""

    kind: Literal["supplement"] = "supplement"
    missing: list[Words] = Field(min_length=1)
    due_on: Day | None = None


class RejectionPaper(CasePaper):
    """不予受理通知书: not accepted, and why."""

    kind: Literal["rejection"] = "rejection"
    reason: Annotated[str, Field(min_length=1, max_length=2000)]
    basis: Words = ""


class DenialPaper(CasePaper):
    """不予许可通知书: the application was examined and is not granted."""

    kind: Literal["denial"] = "denial"
    reason: Annotated[str, Field(min_length=1, max_length=2000)]
    basis: Words = ""


class Mark(Table):
    """One step a case has taken."""

    on: Day
    text: Name


class ProgressPaper(CasePaper):
    """How far a case is (办件进度单)."""

    kind: Literal["progress"] = "progress"
    state: Name
    promised_on: Day | None = None
    deadline: str = ""
    marks: list[Mark] = Field(default=[])


class CommitmentPaper(Paper):
    """容缺受理承诺书: accepted now, and these papers come later. Left empty, it is filled in by hand."""

    kind: Literal["commitment"] = "commitment"
    item: str = ""
    applicant: str = ""
    id_number: str = Field(default="", description="masked")
    telephone: str = ""
    missing: list[Words] = Field(default=[])
    due_on: Day | None = None


class TrialPaper(Paper):
    """The page that a technician prints to see whether an A4 printer is set up rightly."""

    kind: Literal["trial"] = "trial"
    terminal: str
    device: str


AnyPaper = (
    GuidePaper
    | NoticePaper
    | FormPaper
    | ReceiptPaper
    | SupplementPaper
    | RejectionPaper
    | DenialPaper
    | ProgressPaper
    | CommitmentPaper
    | TrialPaper
)
TITLES: dict[str, TextConfig] = {
    "guide": TextConfig(zh="办事指南", en="Service guide"),
    "notice": TextConfig(zh="一次性告知书", en="What to bring"),
    "form": TextConfig(zh="申请表", en="Form"),
    "receipt": TextConfig(zh="受理凭证", en="Receipt of acceptance"),
    "supplement": TextConfig(zh="补正通知书", en="Notice of missing papers"),
    "rejection": TextConfig(zh="不予受理通知书", en="Notice of non-acceptance"),
    "denial": TextConfig(zh="不予许可通知书", en="Notice of refusal"),
    "progress": TextConfig(zh="办件进度单", en="Progress of a case"),
    "commitment": TextConfig(zh="容缺受理承诺书", en="Commitment to hand in missing papers"),
    "trial": TextConfig(zh="打印测试页", en="Test page"),
}
"""What each kind of paper is called."""
