"""What callers need of an A4 printer: reports about the printer and its jobs, and the protocol of its driver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from drivers.a4.words import A4Condition, sentences
from drivers.ports import Driver

PrinterJobState = Literal["waiting", "held", "printing", "stopped", "cancelled", "failed", "done"]
ENDED: tuple[PrinterJobState, ...] = ("cancelled", "failed", "done")


@dataclass(frozen=True)
class PrinterReport:
    """How the printer is. `reasons` are IPP keywords."""

    condition: A4Condition
    busy: bool = False
    reasons: tuple[str, ...] = ()

    def words(self, language: str) -> list[str]:
        """The reasons in words."""
        return sentences(self.reasons, language)


@dataclass(frozen=True)
class JobReport:
    """How far a job is. `pages` and `sheets` are what came out, as far as the printer counts them."""

    id: int
    state: PrinterJobState
    pages: int = 0
    sheets: int = 0
    reasons: tuple[str, ...] = ()

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    def words(self, language: str) -> list[str]:
        """The reasons in words."""
        return sentences(self.reasons, language)


@runtime_checkable
class A4Printer(Driver, Protocol):
    """An A4 printer, which goes on by itself with a job that it took."""

    def status(self) -> PrinterReport:
        """How the printer is. Never raises: one that cannot be asked is `unreachable`."""

    def print(self, document: bytes, *, title: str, copies: int = 1) -> JobReport:
        """Send a PDF; return its job as soon as the printer took all of it. Raise DeviceRefused when it does not take it,
        Busy when it does not take it yet."""

    def job(self, job_id: int) -> JobReport:
        """How far a job is. Raise DeviceRefused when the printer does not know it (any more)."""

    def find(self, title: str) -> JobReport | None:
        """The newest job of this title that the printer still knows, ended or not, or None. Raise DeviceError."""

    def cancel(self, job_id: int) -> None:
        """Stop a job. Raise DeviceRefused when it has ended already."""
