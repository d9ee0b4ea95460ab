"""Reads the cases that an approval platform hands over, as JSON or CSV. All of them are sound, or none is taken.

JSON: a list of cases, or {"cases": [...]}, with the keys of `queue_server.api.cases.Case`.
CSV:  a header with the same keys; several materials or missing papers in one cell are parted by "；" or ";". UTF-8 or GB 18030.
"""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from queue_server.api.cases import Case
from queue_server.api.hall import nearest

MOST = 100_000
LARGEST = 64 * 1024 * 1024
TOLD = 200
"""So many problems are named at most."""
LISTS = ("missing", "materials")
COLUMNS = [name for name in Case.model_fields if name != "steps"]


@dataclass(frozen=True)
class Problem:
    """What is wrong, where: `row` counts from 1 (a CSV's header is row 1); 0 for the whole file."""

    row: int
    key: str
    reason: str

    def __str__(self) -> str:
        return ": ".join(part for part in (f"row {self.row}" if self.row else "", self.key, self.reason) if part)


class BadCases(ValueError):
    """The file was not taken; `problems` says why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def from_json(content: bytes) -> list[Case]:
    """The cases in a JSON text; raise BadCases."""
    _fits(content)
    try:
        given: Any = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BadCases([Problem(0, "", f"is not JSON: {error}")]) from None
    rows = given.get("cases") if isinstance(given, dict) else given
    if not isinstance(rows, list):
        raise BadCases([Problem(0, "", 'holds no list of cases; write [{"number": ...}, ...]')])
    return _checked(list(enumerate(rows, 1)))


def from_csv(content: bytes) -> list[Case]:
    """The cases in a CSV text; raise BadCases."""
    _fits(content)
    try:
        reader = csv.reader(io.StringIO(_text(content), newline=""), strict=True)
        header = [name.strip() for name in next(reader, [])]
        lines = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise BadCases([Problem(0, "", f"is not CSV: {error}")]) from None
    unknown = [Problem(1, name, f"unknown column; {nearest(name, COLUMNS)}") for name in header if name not in COLUMNS]
    if unknown or not header:
        raise BadCases(unknown or [Problem(0, "", f"is empty; its first row names columns of {', '.join(COLUMNS)}")])
    wide = [
        Problem(row, "", f"has {len(cells)} cells, the header {len(header)}")
        for row, cells in lines
        if len(cells) > len(header)
    ]
    if wide:
        raise BadCases(wide[:TOLD])
    return _checked([(row, _row(dict(zip(header, cells, strict=False)))) for row, cells in lines])


def _fits(content: bytes) -> None:
    if len(content) > LARGEST:
        raise BadCases([Problem(0, "", f"is larger than {LARGEST >> 20} MB; hand it over in parts")])


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadCases([Problem(0, "", "is neither UTF-8 nor GB 18030; save it as CSV UTF-8")])


def _row(cells: dict[str, str]) -> dict[str, Any]:
    given: dict[str, Any] = {key: cell.strip() for key, cell in cells.items() if cell.strip()}
    for key in LISTS:
        if key in given:
            given[key] = [part.strip() for part in re.split("[；;]", given[key]) if part.strip()]
    return given


def _checked(rows: list[tuple[int, Any]]) -> list[Case]:
    if len(rows) > MOST:
        raise BadCases([Problem(0, "", f"holds more than {MOST} cases; hand them over in parts")])
    cases: list[Case] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for row, given in rows:
        try:
            case = Case.model_validate(given)
        except ValidationError as error:
            problems += [
                Problem(row, ".".join(map(str, e["loc"])), e["msg"].removeprefix("Value error, ")) for e in error.errors()
            ]
            continue
        if case.number in seen:
            problems.append(Problem(row, "number", f"{case.number} stands in row {seen[case.number]} too"))
        seen[case.number] = row
        cases.append(case)
    if problems:
        raise BadCases(problems[:TOLD])
    return cases
