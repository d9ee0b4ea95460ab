"""What is wrong with a file that was handed over, in both languages, with its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pydantic import ValidationError

from contract.configuration import explain

LONGEST_QUOTE, LONGEST_REASON = 100, 1000
MAX_REPORTED = 200
"""Maximum number of problems that are named."""


def cut(text: str, most: int = LONGEST_QUOTE) -> str:
    """A text out of a file as it is quoted: its beginning."""
    return text if len(text) <= most else f"{text[:most]}…"


@dataclass(frozen=True)
class Problem:
    """What is wrong, where: `row` counts from 1 as a spreadsheet does (the titles are row 1), 0 is the whole file, or the whole
    `sheet` of a file that has some; `key` is a key or the title of a column. `reason` is English, `zh` the same in Chinese."""

    row: int
    key: str
    reason: str
    zh: str
    sheet: str = ""

    def shortened(self) -> Problem:
        """The problem with texts that fit on a page, whatever of the file they quote."""
        return replace(self, key=cut(self.key), reason=cut(self.reason, LONGEST_REASON), zh=cut(self.zh, LONGEST_REASON))

    def __str__(self) -> str:
        if self.sheet:
            return "，".join(filter(None, (self.sheet, f"第{self.row}行" if self.row else "", self.key))) + f"：{self.zh}"
        return ": ".join(part for part in (f"row {self.row}" if self.row else "", self.key, self.reason) if part)


class BadRows(ValueError):
    """Nothing was taken; `problems` says why, in the order of the file, at most MAX_REPORTED of all `count`."""

    def __init__(self, problems: Sequence[Problem], count: int = 0) -> None:
        self.problems, self.count = [problem.shortened() for problem in problems[:MAX_REPORTED]], count or len(problems)
        rest = self.count - len(self.problems)
        more = [f"还有{rest}个问题没有列出，请改好以上问题后再导入 ({rest} more)"] if rest else []
        super().__init__("\n".join([*map(str, self.problems), *more]))


@dataclass
class Problems:
    """The problems of one file while it is read: the first MAX_REPORTED are kept, the others counted. Of one place only the
    first counts: what follows from it is none of its own."""

    kept: list[Problem] = field(default_factory=list)
    count: int = 0
    _places: set[tuple[str, int, str]] = field(default_factory=set)

    def add(self, *problems: Problem) -> None:
        """Note problems, but for those whose place has one."""
        for problem in problems:
            place = (problem.sheet, problem.row, problem.key)
            if place in self._places:
                continue
            self.count += 1
            if len(self.kept) < MAX_REPORTED:
                self.kept.append(problem)
                self._places.add(place)

    def check(self, sheets: Sequence[str] = ()) -> None:
        """Raise BadRows where there is a problem, in the order of the file, whose sheets stand in the order of `sheets`."""
        if self.kept:
            order = {sheet: place for place, sheet in enumerate(sheets)}
            raise BadRows(sorted(self.kept, key=lambda p: (order.get(p.sheet, -1), p.row)), self.count)


def problems_of(error: ValidationError, row: int = 0) -> list[Problem]:
    """What pydantic found wrong in one row."""
    return [
        Problem(row, ".".join(map(str, found["loc"])), (said := explain.texts(found)).en, said.zh) for found in error.errors()
    ]
