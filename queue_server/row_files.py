"""Rows that another system or an office hands over, as JSON or CSV. All of them are sound, or none is taken.

JSON: a list of objects, or {"<name>": [...]}, with the keys of the model.
CSV:  a header with the same keys or their Chinese titles, UTF-8 or GB 18030; several values in a cell are parted by ";".
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence, Sized
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import islice
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from contract.configuration import explain
from contract.configuration.explain import nearest

M = TypeVar("M", bound=BaseModel)
MAX_ROWS = 100_000
LARGEST = 64 * 1024 * 1024
MAX_REPORTED = 200
"""Maximum number of problems that are named."""
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]+(\d{1,2}):(\d{2})(?::00)?)?")
"""A day, or a day and a time, as spreadsheets write them."""


@dataclass(frozen=True)
class Problem:
    """What is wrong, where: `row` counts from 1 (a CSV's header is row 1), 0 is the whole file, or the whole `sheet` of a file
    that has some; `key` is a key or the header of a column. `zh` is the Chinese reason, `reason` the English one; "" in files
    whose headers are Chinese."""

    row: int
    key: str
    reason: str
    zh: str
    sheet: str = ""

    def __str__(self) -> str:
        if self.reason:
            return ": ".join(part for part in (f"row {self.row}" if self.row else "", self.key, self.reason) if part)
        return "，".join(filter(None, (self.sheet, f"第{self.row}行" if self.row else "", self.key))) + f"：{self.zh}"


class BadRows(ValueError):
    """Nothing was taken; `problems` says why, in the order of the file, at most MAX_REPORTED of all `count`."""

    def __init__(self, problems: Sequence[Problem], count: int = 0) -> None:
        self.problems, self.count = list(problems[:MAX_REPORTED]), count or len(problems)
        rest = self.count - len(self.problems)
        more = [f"还有{rest}个问题没有列出，请改好以上问题后再导入 ({rest} more)"] if rest else []
        super().__init__("\n".join([*map(str, self.problems), *more]))


@dataclass(frozen=True)
class RowReader(Generic[M]):
    """How rows of one kind are read.

    `name` is their key in JSON; `titles` holds the columns of a CSV with their Chinese titles, `lists` those that hold several
    values; in the column `unique` nothing may stand twice. A time in a CSV is the hall's own, of its `zone`.
    """

    model: type[M]
    name: str
    titles: Mapping[str, str]
    lists: tuple[str, ...] = ()
    unique: str = ""
    zone: tzinfo | None = None

    def from_json(self, content: bytes) -> list[tuple[int, M]]:
        """The rows in a JSON text with their numbers; raise BadRows."""
        _fits(content)
        try:
            given: object = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise BadRows([Problem(0, "", f"is not JSON: {error}", "不是 JSON 文件")]) from None
        rows = given.get(self.name) if isinstance(given, dict) else given
        if not isinstance(rows, list):
            reason = f'holds no list of {self.name}; write [{{"{next(iter(self.model.model_fields))}": ...}}, ...]'
            raise BadRows([Problem(0, "", reason, "文件里没有列表")])
        self._few(rows)
        return self._checked(list(enumerate(rows, 1)))

    def from_csv(self, content: bytes) -> list[tuple[int, M]]:
        """The rows in a CSV text with their numbers; raise BadRows."""
        _fits(content)
        try:
            reader = csv.reader(io.StringIO(_text(content), newline=""), strict=True)
            titles = [name.strip() for name in next(reader, [])]
            filled = ((reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells))
            lines = list(islice(filled, MAX_ROWS + 1))
        except csv.Error as error:
            raise BadRows([Problem(0, "", f"is not CSV: {error}", "不是 CSV 文件")]) from None
        self._few(lines)
        header = self._header(titles)
        wide = [
            Problem(row, "", f"has {len(cells)} cells, the header {len(header)}", f"有{len(cells)}格，表头只有{len(header)}格")
            for row, cells in lines
            if len(cells) > len(header)
        ]
        if wide:
            raise BadRows(wide)
        return self._checked([(row, self._row(dict(zip(header, cells, strict=False)))) for row, cells in lines])

    def template(self, example: Mapping[str, str]) -> bytes:
        """A CSV to fill in, for spreadsheets: the Chinese titles and one row."""
        text = io.StringIO()
        csv.writer(text).writerows([list(self.titles.values()), [example.get(key, "") for key in self.titles]])
        return text.getvalue().encode("utf-8-sig")

    def _header(self, titles: list[str]) -> list[str]:
        keys = {title: key for key, title in self.titles.items()} | {key: key for key in self.titles}
        known = list(self.titles)
        unknown = [
            Problem(
                1, name, f"unknown column; {nearest(name, known)}", f"没有这一列，可用的列：{'、'.join(self.titles.values())}"
            )
            for name in titles
            if name not in keys
        ]
        if unknown or not titles:
            empty = f"is empty; its first row names columns of {', '.join(known)}"
            raise BadRows(unknown or [Problem(0, "", empty, "文件是空的")])
        return [keys[title] for title in titles]

    def _row(self, cells: dict[str, str]) -> dict[str, object]:
        given: dict[str, Any] = {key: self._plain(cell.strip()) for key, cell in cells.items() if cell.strip()}
        for key in self.lists:
            if key in given:
                given[key] = [part.strip() for part in re.split("[；;]", given[key]) if part.strip()]
        return given

    def _plain(self, cell: str) -> str:
        """A day or a time as ISO 8601; anything else as it is."""
        found = _DAY.fullmatch(cell)
        if found is None:
            return cell
        year, month, day, hour, minute = found.groups()
        if hour is None:
            return f"{year}-{month:0>2}-{day:0>2}"
        try:
            return datetime(int(year), int(month), int(day), int(hour), int(minute), tzinfo=self.zone).isoformat()
        except ValueError:
            return cell

    def _few(self, rows: Sized) -> None:
        if len(rows) > MAX_ROWS:
            reason = f"holds more than {MAX_ROWS} {self.name}; hand them over in parts"
            raise BadRows([Problem(0, "", reason, f"超过{MAX_ROWS}行，请分成几个文件")])

    def _checked(self, rows: list[tuple[int, object]]) -> list[tuple[int, M]]:
        sound: list[tuple[int, M]] = []
        problems: list[Problem] = []
        seen: dict[str, int] = {}
        for number, given in rows:
            try:
                row = self.model.model_validate(given)
            except ValidationError as error:
                problems += problems_of(error, number)
                continue
            mark = str(getattr(row, self.unique) or "") if self.unique else ""
            if mark and mark in seen:
                reason = f"{mark} stands in row {seen[mark]} too"
                problems.append(Problem(number, self.unique, reason, f"{mark}和第{seen[mark]}行重复"))
            seen[mark] = number
            sound.append((number, row))
        if problems:
            raise BadRows(problems)
        return sound


def _fits(content: bytes) -> None:
    if len(content) > LARGEST:
        size = LARGEST >> 20
        raise BadRows([Problem(0, "", f"is larger than {size} MB; hand it over in parts", f"超过{size} MB，请分成几个文件")])


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadRows(
        [Problem(0, "", "is neither UTF-8 nor GB 18030; save it as CSV UTF-8", "无法识别文字编码，请另存为 CSV UTF-8")]
    )


def problems_of(error: ValidationError, row: int = 0) -> list[Problem]:
    """What pydantic found wrong in one row."""
    return [
        Problem(row, ".".join(map(str, found["loc"])), explain.message(found), explain.chinese(found))
        for found in error.errors()
    ]
