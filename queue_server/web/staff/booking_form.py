"""The form of a new appointment: what was filled in, all that is wrong with it, and the form as it was until it is right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from pydantic import ValidationError

from contract.texts import unchanged as N_  # noqa: N812 - the name that text extraction looks for
from queue_server.appointments.repository import Booking
from queue_server.row_files.problem import Problem, problems_of

FIELDS = ("queue", "day", "starts", "minutes", "name", "person", "item")
LABELS = {
    "queue": N_("业务"),
    "starts_at": N_("日期和时间"),
    "ends_at": N_("时长（分钟）"),
    "name": N_("姓名"),
    "person": N_("身份证号"),
    "item": N_("事项编码"),
}
"""What the page calls the keys of a booking: msgids."""
STAND_INS = {"name": "—", "person": "", "item": None}
"""What takes the place of a field that is wrong, while the others are looked at."""
KEPT_FOR = timedelta(minutes=10)
MOST_KEPT = 100


@dataclass(frozen=True)
class RefusedForm:
    """A form that was not taken, and why."""

    given: Mapping[str, str]
    problems: list[Problem]
    at: datetime


@dataclass
class RefusedForms:
    """The last refused form of each session, in memory and for a while: the page to which its sender is sent back shows it, as
    often as it is looked at. It may hold an ID number, which is written nowhere."""

    _kept: dict[str, RefusedForm] = field(default_factory=dict)

    def keep(self, session: str, form: RefusedForm) -> None:
        """Keep the form, and forget those that are over."""
        young = {one: kept for one, kept in self._kept.items() if one != session and kept.at > form.at - KEPT_FOR}
        self._kept = dict([*young.items(), (session, form)][-MOST_KEPT:])

    def of(self, session: str, now: datetime) -> RefusedForm | None:
        """The form of this session, if it is not too old."""
        kept = self._kept.get(session)
        return kept if kept is not None and kept.at > now - KEPT_FOR else None

    def forget(self, session: str) -> None:
        """What was wrong is right now."""
        self._kept.pop(session, None)


def booking_of(given: Mapping[str, str], zone: tzinfo) -> Booking:
    """The appointment of the form; raise ValidationError."""
    return Booking.model_validate(_values(given, zone))


def as_far_as_right(given: Mapping[str, str], zone: tzinfo, error: ValidationError) -> tuple[Booking | None, list[Problem]]:
    """What is wrong with the fields, and the appointment without them, for what else may be wrong; None where a time or the
    queue is missing."""
    problems = problems_of(error)
    wrong = {problem.key for problem in problems}
    try:
        rest = Booking.model_validate(_values(given, zone) | {key: STAND_INS[key] for key in wrong & STAND_INS.keys()})
    except ValidationError:
        return None, problems
    return rest, problems


def _values(given: Mapping[str, str], zone: tzinfo) -> dict[str, object]:
    values: dict[str, object] = {key: given[key] for key in ("queue", "name", "person")}
    starts: object = None
    ends: object = None
    try:
        starts = at = datetime.fromisoformat(f"{given['day']}T{given['starts']}").replace(tzinfo=zone)
        ends = at + timedelta(minutes=int(given["minutes"][:4]))
    except (ValueError, OverflowError):
        pass
    return values | {"item": given["item"] or None, "starts_at": starts, "ends_at": ends}
