"""The cases in the ledger's database. A name is masked and an ID number hashed before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, Row, false, func, select, true

from contract.wire import case_number
from contract.wire.case import ENDED, Case
from contract.wire.facts import DeadlineState
from queue_server.codes.seal import pseudonymised
from queue_server.codes.signer import Signer
from queue_server.domain.name_masking import masked_name
from queue_server.store import tables
from queue_server.store.database import upsert

C = tables.cases.c
PERSONS_CASES = 50
KEYS_AT_ONCE = 500
CaseRow = dict[str, object]
"""A case as it is kept: column → value."""
DeadlineDays = tuple[date, date, date]
"""Today, the last day that counts as reached, the last that counts as near (`queue_server.domain.deadline.last_days`)."""


@dataclass(frozen=True)
class Wanted:
    """Which cases a list should hold: with `text` in what is shown of them, in this state, their deadline in that one."""

    days: DeadlineDays
    text: str = ""
    state: str = ""
    deadline: DeadlineState | None = None


def put(connection: Connection, signer: Signer, cases: Iterable[Case], now: datetime) -> int:
    """Add a few cases, or replace those of the same number; how many. The caller opens and commits the transaction."""
    rows = prepare(signer, cases, now)
    write(connection, rows)
    return len(rows)


def prepare(signer: Signer, cases: Iterable[Case], now: datetime) -> list[CaseRow]:
    """The rows of cases, ready to be written."""
    return [_row(signer, case, now) for case in cases]


def write(connection: Connection, rows: Sequence[CaseRow]) -> None:
    """Add these rows, or replace those of the same number."""
    if rows:
        added = upsert(connection, tables.cases)
        kept = ("number_key", "person", "last_four", "content", "changed_at", "state", "binding_on")
        new = {name: added.excluded[name] for name in kept}
        connection.execute(added.on_conflict_do_update(index_elements=["number"], set_=new), rows)


def count_known(connection: Connection, rows: Sequence[CaseRow]) -> int:
    """How many of these have a number that is there already."""
    wanted = select(func.count()).select_from(tables.cases).where(C.number.in_([row["number"] for row in rows]))
    return int(connection.execute(wanted).scalar_one())


def find(connection: Connection, number: str) -> Case | None:
    """The case of this number, in any of its spellings; its applicant's name is masked. None where several may be meant."""
    meant = _meant(connection, number)
    same = [row for row in meant if case_number.meaning(row.number) == case_number.meaning(number)]
    found = [row for row in same if row.number == number] or same or meant
    return Case.stored(found[0].content) if len(found) == 1 else None


def of_applicant(connection: Connection, signer: Signer, number: str, last_four: str) -> list[Case]:
    """The cases that may be meant by this number and whose applicant's ID number, or an enterprise's credit code, ends so.

    They are several only where numbers differ in Chinese characters alone, which were left out.
    """
    meant = _meant(connection, number)
    return [Case.stored(r.content) for r in meant if r.last_four and r.last_four == _last_four(signer, r.number, last_four)]


def alike(connection: Connection, numbers: Iterable[str]) -> dict[str, str]:
    """Those of these numbers that differ from the number of a kept case in signs only → that number."""
    wanted = {case_number.meaning(number): number for number in numbers}
    keys, found = sorted({case_number.key(number) for number in wanted.values()}), {}
    for first in range(0, len(keys), KEYS_AT_ONCE):
        kept = select(C.number).where(C.number_key.in_(keys[first : first + KEYS_AT_ONCE]))
        for number in connection.execute(kept).scalars():
            given = wanted.get(case_number.meaning(number))
            if given is not None and given != case_number.spelling(number):
                found[given] = number
    return found


def of_person(connection: Connection, signer: Signer, person: str) -> list[Case]:
    """The cases of a holder of a service code, those that changed last first."""
    wanted = (
        select(C.content).where(C.person == pseudonymised(signer, "person", person)).order_by(C.changed_at.desc(), C.number)
    )
    return [Case.stored(content) for content in connection.execute(wanted.limit(PERSONS_CASES)).scalars()]


def listed(connection: Connection, wanted: Wanted, limit: int, skip: int) -> tuple[list[Case], int]:
    """One page of the cases that are wanted, the nearest binding day first, ended ones last; and how many there are."""
    condition = _condition(wanted)
    order = (C.state.in_(ENDED), C.binding_on.is_(None), C.binding_on, C.number)
    page = select(C.content).where(condition).order_by(*order).limit(limit).offset(skip)
    count = connection.execute(select(func.count()).select_from(tables.cases).where(condition)).scalar_one()
    return [Case.stored(content) for content in connection.execute(page).scalars()], count


def count_by_deadline(connection: Connection, days: DeadlineDays) -> dict[DeadlineState, int]:
    """How many open cases stand near, at and past their day."""
    states: tuple[DeadlineState, ...] = ("near", "reached", "exceeded")
    one = select(func.count()).select_from(tables.cases)
    return {state: connection.execute(one.where(_deadline_is(state, days))).scalar_one() for state in states}


def _condition(wanted: Wanted) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = true()
    if wanted.text:
        condition &= C.content.contains(wanted.text, autoescape=True) | _is_numbered(wanted.text)
    if wanted.state:
        condition &= C.state == wanted.state
    if wanted.deadline is not None:
        condition &= _deadline_is(wanted.deadline, wanted.days)
    return condition


def _deadline_is(state: DeadlineState, days: DeadlineDays) -> ColumnElement[bool]:
    """The condition for open cases whose deadline is in this state."""
    today, reached, near = (day.isoformat() for day in days)
    between = {
        "exceeded": C.binding_on < today,
        "reached": (C.binding_on >= today) & (C.binding_on <= reached),
        "near": (C.binding_on > reached) & (C.binding_on <= near),
        "far": C.binding_on > near,
    }
    return C.state.not_in(ENDED) & between[state]


def _is_numbered(text: str) -> ColumnElement[bool]:
    """The condition for cases in whose number `text` stands, in any spelling."""
    key = case_number.key(text)
    return C.number_key.contains(key) if len(key) >= case_number.LEAST_KEY else false()


def _meant(connection: Connection, number: str) -> list[Row[tuple[str, str | None, str]]]:
    """Number, last four and content of the cases that may be meant by a number. Earlier versions kept numbers in small letters
    and in capitals: of those of one spelling the last one counts."""
    kept = select(C.number, C.last_four, C.content).where(C.number_key == case_number.key(number)).order_by(C.changed_at.desc())
    meant = [row for row in connection.execute(kept) if case_number.may_mean(number, row.number)]
    return list({case_number.spelling(row.number): row for row in reversed(meant)}.values())


def _row(signer: Signer, case: Case, now: datetime) -> CaseRow:
    shown = case.model_copy(update={"applicant": masked_name(case.applicant), "id_last_four": "", "person": ""})
    return {
        "number": case.number,
        "number_key": case_number.key(case.number),
        "person": pseudonymised(signer, "person", case.person) if case.person else None,
        "last_four": _last_four(signer, case.number, case.id_last_four) if case.id_last_four else None,
        "content": shown.model_dump_json(exclude_defaults=True),
        "changed_at": now,
        "state": case.state,
        "binding_on": case.binding_on.isoformat() if case.binding_on else None,
    }


def _last_four(signer: Signer, number: str, last_four: str) -> str:
    return pseudonymised(signer, "last-four", f"{number}:{last_four.upper()}")
