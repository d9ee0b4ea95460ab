"""Items as tables and back: a sheet for items, materials, steps and questions each.

Reading is pure: it gives all items of a file, or raises BadRows with every problem found, each with sheet, row, column and
reason. A file with one problem therefore changes nothing. Lengths are those of the item (GB/T 39046-2020).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from contract.characters import plain, trimmed
from contract.configuration import explain
from contract.configuration.explain import nearest
from contract.configuration.table import BrokenRule
from contract.guides.item import Item
from contract.identity_numbers import BY_SPREADSHEET, is_scientific
from queue_server.catalogue.columns import CODE, DEFAULTS, SHEETS, Column, cell, item_in_english, read
from queue_server.row_files.problem import Problem, Problems, cut
from queue_server.row_files.reader import Choices
from queue_server.row_files.titles import title_of

Table = list[list[str]]
Book = dict[str, Table]
"""Sheet name → rows of cells; the first row holds the headers."""

MOST_ROWS = 50_000
"""Of one sheet; what is read of a file is checked within two minutes and half a gigabyte (`sandboxed_import`)."""
NO_CHOICES: Mapping[str, Choices] = {}
CODE_COLUMN = "事项编码"
MAIN = next(iter(SHEETS))


def problem(sheet: str, row: int, column: str, zh: str, en: str) -> Problem:
    """One thing wrong in a file of items. `row` counts as the spreadsheet does (headers are row 1); 0 means the whole sheet."""
    return Problem(row, column, en, zh, sheet)


def to_book(items: Iterable[Item]) -> Book:
    """All items as tables."""
    book: Book = {sheet: [[column.header for column in columns]] for sheet, (_, columns) in SHEETS.items()}
    for item in items:
        content = item.model_dump()
        for sheet, (key, columns) in SHEETS.items():
            for entry in [content] if not key else content[key]:
                book[sheet].append([cell({**entry, "code": item.code}, column) for column in columns])
    return book


def from_book(
    book: Book, problems: Problems | None = None, *, choices: Mapping[str, Choices] = NO_CHOICES, most_rows: int = MOST_ROWS
) -> list[Item]:
    """The items of tables of at most `most_rows` rows; raise BadRows, also for tables without any item.

    `problems`: what was wrong with their cells before. `choices`: key → what may stand there, by id or by name.
    """
    problems = Problems() if problems is None else problems
    entries = {sheet: _entries(sheet, book, problems, most_rows) for sheet in SHEETS}
    if not entries[MAIN] and not problems.kept:
        problems.add(problem(MAIN, 0, "", "一个事项也没有", "holds no item at all"))
    found = _Found()
    for line in entries[MAIN]:
        found.add(line, problems)
    for sheet, (key, _) in list(SHEETS.items())[1:]:
        for line in entries[sheet]:
            found.add_to(sheet, key, line, problems)
    found.blame(problems)
    items = [item for code in found.tables if (item := _item(code, found, choices, problems))]
    problems.check(list(SHEETS))
    return items


@dataclass(frozen=True)
class Line:
    """A filled row of a sheet: nested tables, and what is wrong with its cells."""

    row: int
    entry: dict[str, Any]
    problems: list[Problem]


@dataclass
class _Found:
    """What the sheets hold, put together by the codes of the items."""

    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    rows: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    """Code and list of an item → the rows in which the list stands."""
    strays: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    """Sheet and code that is no item's → its rows."""

    def add(self, line: Line, problems: Problems) -> None:
        """An item itself."""
        row, entry = line.row, line.entry
        code = entry.get("code", "")
        if not code:
            problems.add(problem(MAIN, row, CODE_COLUMN, *NO_CODE))
        elif code in self.tables:
            twice = f"{code}重复，每个事项的编码只能出现一次", f"{code} stands twice; every item has a code of its own"
            problems.add(problem(MAIN, row, CODE_COLUMN, *twice))
        else:
            self.tables[code] = {**entry, **{key: [] for key, _ in SHEETS.values() if key}}
            self.rows[code, ""] = [row]
            problems.add(*line.problems)

    def add_to(self, sheet: str, key: str, line: Line, problems: Problems) -> None:
        """A row of one of an item's lists."""
        row, entry = line.row, line.entry
        code = entry.pop("code", "")
        if not code:
            problems.add(problem(sheet, row, CODE_COLUMN, *NO_CODE))
        elif code not in self.tables:
            self.strays.setdefault((sheet, code), []).append(row)
        else:
            self.tables[code][key].append(entry)
            self.rows.setdefault((code, key), []).append(row)
            problems.add(*line.problems)

    def blame(self, problems: Problems) -> None:
        """Rows of a code that is no item's are one mistake: the code's."""
        for (sheet, code), rows in self.strays.items():
            zh = f"“{cut(code)}”不在“{MAIN}”表中" + (f"（共{len(rows)}行）" if len(rows) > 1 else "")
            en = f"“{cut(code)}” is not in the sheet “{MAIN}”" + (f" ({len(rows)} rows)" if len(rows) > 1 else "")
            problems.add(problem(sheet, rows[0], CODE_COLUMN, zh, en))


def _entries(sheet: str, book: Book, problems: Problems, most_rows: int) -> list[Line]:
    """The rows of a sheet; empty ones are left out."""
    filled = [(row, cells) for row, cells in enumerate(book.get(sheet, []), 1) if any(cells)]
    if not filled:
        problems.add(problem(sheet, 0, "", f"缺少工作表“{sheet}”", f"the sheet {sheet} is missing"))
        return []
    if len(filled) > most_rows:
        parts = f"超过{most_rows}行，请分成几个文件导入", f"holds more than {most_rows} rows; import it in several files"
        problems.add(problem(sheet, 0, "", *parts))
        return []
    (first, titles), *lines = filled
    key, columns = SHEETS[sheet]
    known = {column.header: column for column in columns}
    headers = [title_of(title) for title in titles]
    named = Counter(filter(None, headers))
    for header, times in named.items():
        if times > 1:
            problems.add(problem(sheet, first, header, "这一列出现了两次，请删去一列", "stands twice; take one out"))
        if header not in known:
            near = get_close_matches(header, known, n=1)
            zh = f"没有这一列，是不是“{near[0]}”？" if near else f"没有这一列，可用的列：{'、'.join(known)}"
            en = f"there is no such column; {nearest(header, list(known))}"
            problems.add(problem(sheet, first, header, zh, en))
    for column in columns:
        if column.key in DEFAULTS[key] and column.header not in named:
            problems.add(problem(sheet, first, column.header, "缺少这一列", "this column is missing"))
    return [_line(sheet, row, headers, cells, known) for row, cells in lines]


def _line(sheet: str, row: int, headers: list[str], cells: list[str], known: dict[str, Column]) -> Line:
    line = Line(row, {}, [])
    defaults = DEFAULTS[SHEETS[sheet][0]]
    for place, header in enumerate(headers):
        column, cell = known.get(header), trimmed(cells[place]) if place < len(cells) else ""
        if column is None:
            continue
        if cell == "" and column.key in defaults:
            usual = defaults[column.key]
            said = f"没有填写，通常填“{usual}”", f"is not filled in; usually “{usual}”"
            line.problems.append(problem(sheet, row, header, *said))
        elif is_scientific(cell):
            en, zh = BY_SPREADSHEET
            line.problems.append(problem(sheet, row, header, f"“{cell}”{zh}", f"“{cell}”: {en}"))
        elif cell:
            try:
                put(line.entry, column.key, plain(cell) if column is CODE else read(cell, column))
            except BrokenRule as error:
                line.problems.append(problem(sheet, row, header, error.zh, str(error)))
    return line


def _item(code: str, found: _Found, choices: Mapping[str, Choices], problems: Problems) -> Item | None:
    table = found.tables[code]
    for key, known in choices.items():
        table = _named(table, key, known, found.rows[code, ""][0], problems)
    try:
        return Item.model_validate(item_in_english(table))
    except ValidationError as error:
        for each in error.errors():
            _note(code, each, found, problems)
        return None


def _named(table: dict[str, Any], key: str, choices: Choices, row: int, problems: Problems) -> dict[str, Any]:
    """`table` with ids where names of the hall are written."""
    given = table.get(key)
    written_names = given if isinstance(given, list) else [given] if given else []
    header = next(column.header for column in SHEETS[MAIN][1] if column.key == key)
    ids: list[str] = []
    for name in written_names:
        one = choices.id_of(name)
        if one is None:
            en, zh = choices.refusal(name)
            problems.add(problem(MAIN, row, header, zh, en))
        ids.append(one or "unknown")
    return {**table, key: ids if isinstance(given, list) else ids[0]} if ids else table


def _note(code: str, error: ErrorDetails, found: _Found, problems: Problems) -> None:
    """Add a problem of the item where it stands in the file."""
    where = list(error["loc"])
    sheet, row = MAIN, found.rows[code, ""][0]
    said = explain.texts(error)
    for name, (key, _) in list(SHEETS.items())[1:]:
        if where == [key]:
            if not any(stray == name for stray, _ in found.strays):  # else its rows are those of the wrong code
                problems.add(problem(name, 0, "", f"{code}：{said.zh}", f"{code}: {said.en}"))
            return
        if len(where) > 1 and where[0] == key and isinstance(where[1], int):
            sheet, row, where = name, found.rows[code, key][where[1]], where[2:]
    path = ".".join(str(part) for part in where)
    columns = SHEETS[sheet][1]
    column = next(
        (c.header for c in columns if path == c.key or path.startswith(c.key + ".") or c.key.startswith(path + ".")), path
    )
    problems.add(problem(sheet, row, column, said.zh, said.en))


NO_CODE = (
    "没有填写事项编码；合并的单元格请先取消合并，每一行都填写",
    "has no item code; unmerge merged cells and fill in every row",
)


def put(table: dict[str, Any], key: str, value: Any) -> None:
    """Set the value at a dotted key; tables on the way are made."""
    *parents, last = key.split(".")
    for part in parents:
        table = table.setdefault(part, {})
    table[last] = value
