"""Printing on A4 at the kiosk: what can be printed, how the printer is, how far a job is. Data only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from contract.guides.english import English
from contract.guides.item import Form, Item
from contract.wire import messages
from contract.wire.case import PaperKind
from contract.wire.device_state import WORKS
from contract.wire.facts import CaseFacts
from contract.wire.messages import Text

CASE_DOCUMENTS: tuple[PaperKind, ...] = ("receipt", "supplement", "rejection", "denial", "progress")
"""Papers about somebody's case, in the order in which they are offered."""
ENDED = ("done", "failed", "cancelled", "unknown")
MOST_COPIES = 9
Source = Literal["guide", "case", "blank"]
"""What is printed of: the guide or the case that is open, or one blank form."""


@dataclass(frozen=True)
class Document:
    """One document that can be printed; of a blank form or its filled-in example also which."""

    kind: Literal["guide", "notice", "form", "example"] | PaperKind
    form: str = ""

    @property
    def personal(self) -> bool:
        """Whether it is about somebody: it is never printed when that person has gone."""
        return self.kind in CASE_DOCUMENTS


@dataclass(frozen=True)
class PrinterState:
    """The A4 printer. `words` say what is wrong; `paper` is the count of its tray; `doubt` names what of which, after a power
    cut, nobody can say whether it was printed."""

    condition: str = "init"
    words: Text | None = None
    paper: messages.PaperUse | None = None
    doubt: str = ""

    @property
    def known(self) -> bool:
        """Whether the printer has said how it is."""
        return self.condition != "init"

    @property
    def well(self) -> bool:
        return self.condition in WORKS

    @property
    def state(self) -> str:
        """For the terminal's status: the condition; of a printer that is well also that something is in doubt."""
        return "print-in-doubt" if self.well and self.doubt else self.condition


@dataclass(frozen=True)
class Sheet:
    """One page as it will come out, ready to draw: RGB, the top row first."""

    width: int
    height: int
    pixels: bytes = field(repr=False)


@dataclass(frozen=True)
class Job:
    """How far a job is. `words` say so; `printed` of `sheets` have come out."""

    id: str
    state: str
    words: Text
    printed: int
    sheets: int

    @property
    def ended(self) -> bool:
        return self.state in ENDED


@dataclass(frozen=True)
class A4Printing:
    """What the citizen prints. `ref` numbers the previews; `theme` is where the form `blank` was picked; `sent`: printing
    was asked for, with or without a `job` yet; `stopped`: it is not wanted any more; `refusal`: why nothing is printed;
    `failed`: it could not be set."""

    ref: int = 0
    source: Source = "guide"
    theme: str = ""
    blank: str = ""
    document: Document | None = None
    sheets: tuple[Sheet, ...] = field(default=(), repr=False)
    failed: bool = False
    copies: int = 1
    sent: bool = False
    stopped: bool = False
    job: Job | None = None
    refusal: Text | None = None

    @property
    def active(self) -> bool:
        """Whether something may still come out."""
        return self.sent and self.refusal is None and not (self.job and self.job.ended)

    @property
    def printed(self) -> bool:
        """Whether all of it is out."""
        return self.sent and self.job is not None and self.job.state == "done"

    @property
    def personal(self) -> bool:
        return self.document is not None and self.document.personal


# --- events ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OpenBlanks:
    """The tile on the home page: every blank form there is."""


@dataclass(frozen=True)
class PickBlankTheme:
    """The forms of a theme, by its id; "" for those of none."""

    theme: str


@dataclass(frozen=True)
class TakeNumberForPrinted:
    """Take a number for the item whose form or guide has been printed."""


@dataclass(frozen=True)
class PickBlankForm:
    """One of them, by its id."""

    form: str


@dataclass(frozen=True)
class OpenDocuments:
    """What can be printed of the guide or the case that is open."""


@dataclass(frozen=True)
class PickDocument:
    document: Document


@dataclass(frozen=True)
class SetCopies:
    copies: int


@dataclass(frozen=True)
class Print:
    """Print what is shown now."""


@dataclass(frozen=True)
class CancelPrint:
    """It is not wanted any more."""


@dataclass(frozen=True)
class A4PrinterIs:
    """The printer or its tray has changed."""

    a4: PrinterState


@dataclass(frozen=True)
class DocumentIs:
    """The preview asked for; no sheets when it could not be made."""

    ref: int
    sheets: tuple[Sheet, ...] = field(repr=False)


@dataclass(frozen=True)
class Submitted:
    """The job is on disk; it is the printer's turn."""

    ref: int
    job: Job


@dataclass(frozen=True)
class NotSubmitted:
    """It is not printed, and why."""

    ref: int
    why: Text


@dataclass(frozen=True)
class JobIs:
    """A job is further on than before."""

    job: Job


# --- effects, done by kiosk.ticket_kiosk.a4_print.worker -------------------------------------------------------------


@dataclass(frozen=True)
class MakeDocument:
    """Set a document; DocumentIs comes back. `forms`: those of the item, or the one that is printed; `example`: of example
    data; `english`: of the sentences of item or form, for those who read English; `working`: the windows that work now."""

    ref: int
    document: Document
    item: Item | None = None
    forms: tuple[Form, ...] = ()
    case: CaseFacts | None = field(default=None, repr=False)
    example: bool = False
    english: English | None = None
    working: frozenset[str] = frozenset()


@dataclass(frozen=True)
class PrintDocument:
    """Print what was made for `ref`; Submitted or NotSubmitted comes back."""

    ref: int
    copies: int


@dataclass(frozen=True)
class StopJob:
    job: str


@dataclass(frozen=True)
class ForgetDocument:
    """Nobody looks at it any more."""


@dataclass(frozen=True)
class Refilled:
    """Somebody has filled the tray, and has seen what lay at the printer."""


A4Effect = MakeDocument | PrintDocument | StopJob | ForgetDocument | Refilled
