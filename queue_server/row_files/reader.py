"""Reads rows of one kind from a file.

JSON: a list of objects, or {"<name>": [...]}, with the keys of the model.
CSV and Excel: titles, the same keys or their Chinese names; several values in a cell are parted by ";", "、" or a line break.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass, field
from datetime import tzinfo
from itertools import islice
from pathlib import PurePath
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from contract.characters import plain, trimmed
from contract.configuration.explain import nearest
from contract.configuration.table import TextConfig
from contract.identity_numbers import BY_SPREADSHEET, is_scientific
from queue_server.row_files.csv_text import rows_of, text_of
from queue_server.row_files.json_text import parsed
from queue_server.row_files.problem import BadRows, Problem, Problems, cut, problems_of
from queue_server.row_files.sandbox import read_apart
from queue_server.row_files.titles import title_of

M = TypeVar("M", bound=BaseModel)
MAX_ROWS = 100_000
LARGEST = 20 * 1024 * 1024
MOST_VALUES = 20 * MAX_ROWS
"""In one JSON text: a byte or two make a value of a hundred bytes, and while they are read nothing else of the server runs."""
EXAMPLE = "示例"
"""So begins, in the column that is unique, the row of a template that shows how the others are written."""
Row = tuple[int, object]
"""The number of a row and what stands in it."""


@dataclass(frozen=True)
class Choices:
    """What a column may name: the ids with the names that people know. `what` it is, in both languages."""

    what: TextConfig
    named: Mapping[str, TextConfig]

    def id_of(self, written: str) -> str | None:
        """The id that is meant by an id or a name; None for neither, and for a name that several have."""
        text = plain(written)
        if text in self.named:
            return text
        found = [
            one for one, name in self.named.items() if text.casefold() in (plain(name.zh).casefold(), plain(name.en).casefold())
        ]
        return found[0] if len(found) == 1 else None

    def refusal(self, written: str) -> tuple[str, str]:
        """Why something else is refused, in English and in Chinese, with what may be written."""
        ids, names = ", ".join(self.named), "、".join(dict.fromkeys(name.zh for name in self.named.values()))
        written = cut(written)
        return f"“{written}” is no {self.what.en}; write one of {ids}", f"“{written}”不是{self.what.zh}，应为：{names}"


@dataclass(frozen=True)
class RowReader(Generic[M]):
    """How rows of one kind are read.

    `name` is their key in JSON; `titles` holds the columns of a table with their Chinese titles, `lists` those that hold
    several values, `times` those of days and times; in the column `unique` nothing may stand twice, and `compared` says what
    of it counts; of `choices` one may be written. A time without an offset is the hall's own, of its `zone`.
    """

    model: type[M]
    name: str
    titles: Mapping[str, str]
    lists: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    unique: str = ""
    compared: Callable[[str], str] = str
    zone: tzinfo | None = None
    choices: Mapping[str, Choices] = field(default_factory=dict)

    def from_json(self, content: bytes) -> list[tuple[int, M]]:
        """The rows in a JSON text with their numbers; raise BadRows, also for a list without any."""
        _fits(content)
        if sum(map(content.count, (b",", b"[", b"{"))) > MOST_VALUES:
            raise _too_many(self.name)
        try:
            given = parsed(content)
        except ValueError as error:
            raise BadRows([Problem(0, "", f"is not JSON: {error}", "不是 JSON 文件")]) from None
        rows = given.get(self.name) if isinstance(given, dict) else given
        if not isinstance(rows, list):
            reason = f'holds no list of {self.name}; write [{{"{next(iter(self.model.model_fields))}": ...}}, ...]'
            raise BadRows([Problem(0, "", reason, "文件里没有列表")])
        self._some(rows)
        return self._checked(list(enumerate(rows, 1)), Problems())

    def from_csv(self, content: bytes) -> list[tuple[int, M]]:
        """The rows in a CSV text with their numbers; raise BadRows, also for titles alone."""
        _fits(content)
        try:
            return self.from_table(rows_of(text_of(content)), Problems())
        except csv.Error as error:
            raise BadRows([Problem(0, "", f"is not CSV: {error}", "不是 CSV 文件")]) from None

    def from_excel(self, content: bytes) -> list[tuple[int, M]]:
        """The rows of the first sheet of an .xlsx with their numbers, read in a process of its own; raise BadRows."""
        keys = {title_of(title): key for key, title in self.titles.items()}
        times = [title for title, key in keys.items() if key in self.times] + list(self.times)
        given = {"times": times, "keys": keys, "most_rows": MAX_ROWS + 1}
        return self.from_table(read_apart("queue_server.row_files", [], content, ".xlsx", given)["rows"], Problems())

    def read(self, content: bytes, name: str) -> list[tuple[int, M]]:
        """The rows of a file, whose name says what it is; raise BadRows."""
        ways = {".xlsx": self.from_excel, ".csv": self.from_csv, ".json": self.from_json}
        way = ways.get(PurePath(name).suffix.lower())
        if way is None:
            kinds = "only .xlsx, .csv and .json files can be taken in", "只能导入 .xlsx、.csv 或 .json 文件"
            raise BadRows([Problem(0, "", *kinds)])
        return way(content)

    def from_table(self, table: Iterable[Sequence[str]], problems: Problems) -> list[tuple[int, M]]:
        """The rows of a table with their numbers, titles first; raise BadRows. What was wrong before is in `problems`."""
        cells = ((number, [trimmed(cell) for cell in row]) for number, row in enumerate(table, 1))
        filled = ((number, row) for number, row in cells if any(row))
        number, titles = next(filled, (0, []))
        lines = list(islice(filled, MAX_ROWS + 1))
        width = max(
            (place + 1 for row in [titles, *(row for _, row in lines)] for place, cell in enumerate(row) if cell), default=0
        )
        keys = self._keys(number, [*titles, *[""] * (width - len(titles))][:width], lines)
        self._some(lines)
        rows = [(row, self._row(keys, given)) for row, given in lines]
        own = [(row, given) for row, given in rows if not str(given.get(self.unique, "")).startswith(EXAMPLE)]
        if not own:
            reason = "holds nothing but the example; write your rows below it"
            raise BadRows([Problem(0, "", reason, "文件里只有示例行，请把内容填在示例行下面")])
        return self._checked(own, problems)

    def template(self, example: Mapping[str, str]) -> bytes:
        """A CSV to fill in, for spreadsheets: the Chinese titles, and one row, marked as an example, that is never taken in."""
        marked = {**example, self.unique: f"{EXAMPLE} {example[self.unique]}"}
        text = io.StringIO()
        csv.writer(text).writerows([list(self.titles.values()), [marked.get(key, "") for key in self.titles]])
        return text.getvalue().encode("utf-8-sig")

    def _keys(self, number: int, titles: list[str], lines: Sequence[tuple[int, list[str]]]) -> list[str]:
        """The key of every column, "" for one without title and values; raise BadRows."""
        if not titles:
            empty = f"is empty; its first row names columns of {', '.join(self.titles)}"
            raise BadRows([Problem(0, "", empty, "文件是空的")])
        known = {title_of(title): key for key, title in self.titles.items()} | {key: key for key in self.titles}
        keys: list[str] = []
        problems = Problems()
        for place, title in enumerate(titles):
            key = known.get(title_of(title), "")
            if key and key in keys:
                zh = f"“{cut(title)}”这一列出现了两次，请删去一列"
                problems.add(Problem(number, title, f"column {cut(title)} stands twice; take one of them out", zh))
            elif not key and title:
                zh = f"没有“{cut(title)}”这一列，可用的列：{'、'.join(self.titles.values())}"
                problems.add(Problem(number, title, f"unknown column; {nearest(cut(title), list(self.titles))}", zh))
            elif not key and (stray := next((row for row, cells in lines if place < len(cells) and cells[place]), 0)):
                zh = f"第{place + 1}列有内容，但没有列名"
                problems.add(Problem(stray, "", f"column {place + 1} holds something, but has no title", zh))
            keys.append(key)
        problems.check()
        return keys

    def _row(self, keys: Sequence[str], cells: Sequence[str]) -> dict[str, object]:
        given: dict[str, object] = {key: cell for key, cell in zip(keys, cells, strict=False) if key and cell}
        for key in self.lists:
            if key in given:
                given[key] = [part for piece in re.split("[；;、\n]", str(given[key])) if (part := trimmed(piece))]
        return given

    def _chosen(self, number: int, row: dict[str, object], problems: Problems) -> dict[str, object]:
        """`row` with the ids of what it names; names of nothing are problems, and numbers that a spreadsheet has changed."""
        for key, value in row.items():
            if isinstance(value, str) and is_scientific(value):
                problems.add(Problem(number, key, f"“{cut(value)}”: {BY_SPREADSHEET[0]}", f"“{cut(value)}”{BY_SPREADSHEET[1]}"))
        for key, choices in self.choices.items():
            value = row.get(key)
            if not isinstance(value, str) or not value:
                continue
            chosen = choices.id_of(value)
            if chosen is None:
                problems.add(Problem(number, key, *choices.refusal(value)))
            row = {**row, key: chosen or value}
        return row

    def _some(self, rows: Sized) -> None:
        """An empty list is never what somebody wanted to hand over; neither is one without end."""
        if not rows:
            raise BadRows([Problem(0, "", f"holds no {self.name} at all", "文件里一行数据也没有")])
        if len(rows) > MAX_ROWS:
            raise _too_many(self.name)

    def _checked(self, rows: Sequence[Row], problems: Problems) -> list[tuple[int, M]]:
        sound: list[tuple[int, M]] = []
        seen: dict[str, tuple[int, str]] = {}
        for number, given in rows:
            given = self._chosen(number, given, problems) if isinstance(given, dict) else given
            try:
                row = self.model.model_validate(given, context={"zone": self.zone})
            except ValidationError as error:
                for problem in problems_of(error, number):
                    problems.add(problem)
                continue
            mark = str(getattr(row, self.unique) or "") if self.unique else ""
            if mark and (first := seen.setdefault(self.compared(mark), (number, mark)))[0] != number:
                problems.add(Problem(number, self.unique, *_twice(mark, *first)))
            sound.append((number, row))
        problems.check()
        return sound


def _twice(mark: str, row: int, before: str) -> tuple[str, str]:
    """That `mark` stands in an earlier row too, there written `before`: in English and in Chinese."""
    if mark == before:
        return f"{mark} stands in row {row} too", f"{mark}和第{row}行重复"
    zh = f"{mark}和第{row}行的{before}只差括号、横线这类符号，算同一个编号。是同一件就删去一行，不是就换一个编号"
    return f"{mark} differs from {before} of row {row} in signs only; take one out, or give it a number of its own", zh


def _too_many(name: str) -> BadRows:
    reason = f"holds more than {MAX_ROWS} {name}; hand them over in parts"
    return BadRows([Problem(0, "", reason, f"超过{MAX_ROWS}行，请分成几个文件")])


def _fits(content: bytes) -> None:
    if len(content) > LARGEST:
        size = LARGEST >> 20
        raise BadRows([Problem(0, "", f"is larger than {size} MB; hand it over in parts", f"超过{size} MB，请分成几个文件")])
