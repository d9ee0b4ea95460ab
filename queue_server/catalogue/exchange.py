"""Items as tables and back: CSV (one file a sheet, in a zip), JSON, and the sheets of `excel`.

Reading is pure: it gives all items of a file, or raises BadRows with every problem found, each with sheet, row, column and
reason. A file with one problem therefore changes nothing. Lengths are those of the item (GB/T 39046-2020).
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from contract.configuration import explain
from contract.configuration.explain import nearest
from contract.guides.item import Item
from queue_server.catalogue.columns import SHEETS, Column, read, written
from queue_server.row_files import MAX_REPORTED, BadRows, Problem, RowReader

Table = list[list[str]]
Book = dict[str, Table]
"""Sheet name → rows of cells; the first row holds the headers."""

LARGEST_MB = 100
MOST_ROWS = 200_000
"""Of one sheet; what is read of a file is checked within two minutes and two gigabytes (`apart`)."""
FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")
"""A CSV cell that begins so would run in a spreadsheet; it is written behind an apostrophe, which reading takes away."""


JSON_ITEMS = RowReader(Item, "items", {}, unique="code")


def problem(sheet: str, row: int, column: str, zh: str) -> Problem:
    """One thing wrong in a file of items. `row` counts as the spreadsheet does (headers are row 1); 0 means the whole sheet."""
    return Problem(row, column, "", zh, sheet)


def to_book(items: Iterable[Item]) -> Book:
    """All items as tables."""
    book: Book = {sheet: [[column.header for column in columns]] for sheet, (_, columns) in SHEETS.items()}
    for item in items:
        content = item.model_dump()
        for sheet, (key, columns) in SHEETS.items():
            for entry in [content] if not key else content[key]:
                book[sheet].append([written(at({**entry, "code": item.code}, c.key), c) for c in columns])
    return book


def from_book(book: Book, *, most_rows: int = MOST_ROWS) -> list[Item]:
    """The items of tables of at most `most_rows` rows; raise BadRows."""
    problems: list[Problem] = []
    entries: dict[str, list[tuple[int, dict[str, Any]]]] = {
        sheet: _entries(sheet, book, problems, most_rows) for sheet in SHEETS
    }
    main = next(iter(SHEETS))
    tables: dict[str, dict[str, Any]] = {}
    rows: dict[tuple[str, str], list[int]] = {}
    for row, entry in entries[main]:
        code = entry.get("code", "")
        if not code:
            problems.append(problem(main, row, "事项编码", MERGED))
            continue
        if code in tables:
            problems.append(problem(main, row, "事项编码", f"{code}重复，每个事项的编码只能出现一次"))
            continue
        tables[code] = {**entry, **{key: [] for key, _ in SHEETS.values() if key}}
        rows[code, ""] = [row]
    for sheet, (key, _) in list(SHEETS.items())[1:]:
        for row, entry in entries[sheet]:
            code = entry.pop("code", "")
            if code not in tables:
                said = f"“{code}”不在“{main}”表中" if code else MERGED
                problems.append(problem(sheet, row, "事项编码", said))
                continue
            tables[code][key].append(entry)
            rows.setdefault((code, key), []).append(row)
    items = [item for code, table in tables.items() if (item := _item(code, table, rows, problems))]
    if problems:
        raise BadRows(sorted(problems, key=lambda p: (list(SHEETS).index(p.sheet), p.row)))
    return items


def _entries(sheet: str, book: Book, problems: list[Problem], most_rows: int) -> list[tuple[int, dict[str, Any]]]:
    """The rows of a sheet as (row number, nested tables); empty rows are left out."""
    if sheet not in book or not book[sheet]:
        problems.append(problem(sheet, 0, "", f"缺少工作表“{sheet}”"))
        return []
    if len(book[sheet]) > most_rows:
        problems.append(problem(sheet, 0, "", f"超过{most_rows}行，请分成几个文件导入"))
        return []
    known = {column.header: column for column in SHEETS[sheet][1]}
    headers = book[sheet][0]
    named = Counter(filter(None, headers))
    problems += [problem(sheet, 1, header, "这一列出现了两次") for header, times in named.items() if times > 1]
    for header in islice((header for header in named if header not in known), MAX_REPORTED):
        problems.append(problem(sheet, 1, header, f"没有这一列；{nearest(header, list(known))}"))
    numbered = [(row, cells) for row, cells in enumerate(book[sheet][1:], 2) if any(cells)]
    return [(row, _entry(sheet, row, headers, cells, known, problems)) for row, cells in numbered]


def _entry(
    sheet: str, row: int, headers: list[str], cells: list[str], known: dict[str, Column], problems: list[Problem]
) -> dict[str, object]:
    entry: dict[str, object] = {}
    for header, cell in zip(headers, cells, strict=False):
        column = known.get(header)
        if column is None or cell == "":
            continue
        try:
            put(entry, column.key, read(cell, column))
        except ValueError as error:
            problems.append(problem(sheet, row, header, str(error)))
    return entry


def _item(code: str, table: dict[str, object], rows: dict[tuple[str, str], list[int]], problems: list[Problem]) -> Item | None:
    try:
        return Item.model_validate(table)
    except ValidationError as error:
        problems += [_problem(code, e, rows) for e in error.errors()]
        return None


def _problem(code: str, error: ErrorDetails, rows: dict[tuple[str, str], list[int]]) -> Problem:
    """Where in the file a problem of the item stands."""
    where = list(error["loc"])
    main = next(iter(SHEETS))
    sheet, row = main, rows[code, ""][0]
    for name, (key, _) in list(SHEETS.items())[1:]:
        if len(where) > 1 and where[0] == key and isinstance(where[1], int):
            sheet, row, where = name, rows[code, key][where[1]], where[2:]
    path = ".".join(str(part) for part in where)
    columns = SHEETS[sheet][1]
    column = next(
        (c.header for c in columns if path == c.key or path.startswith(c.key + ".") or c.key.startswith(path + ".")), path
    )
    return problem(sheet, row, column, explain.chinese(error))


MERGED = "没有填写事项编码；合并的单元格请先取消合并，每一行都填写"


def at(table: dict[str, Any], key: str) -> Any:
    """The value at a dotted key."""
    for part in key.split("."):
        table = table[part]
    return table


def put(table: dict[str, Any], key: str, value: Any) -> None:
    """Set the value at a dotted key; tables on the way are made."""
    *parents, last = key.split(".")
    for part in parents:
        table = table.setdefault(part, {})
    table[last] = value


# --- CSV and JSON ----------------------------------------------------------------------------------------------------


def to_csv(items: Iterable[Item]) -> bytes:
    """A zip with one CSV a sheet, in UTF-8 with the mark that spreadsheets look for."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as folder:
        for sheet, table in to_book(items).items():
            text = io.StringIO(newline="")
            csv.writer(text).writerows([f"'{c}" if c.startswith(FORMULA) else c for c in row] for row in table)
            folder.writestr(f"{sheet}.csv", text.getvalue().encode("utf-8-sig"))
    return file.getvalue()


def from_csv(content: bytes) -> list[Item]:
    """The items of such a zip; raise BadRows."""
    bearable(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as folder:
            texts = {sheet: _text(folder, f"{sheet}.csv") for sheet in SHEETS if f"{sheet}.csv" in folder.namelist()}
        tables = {sheet: list(csv.reader(io.StringIO(text, newline=""))) for sheet, text in texts.items()}
    except Exception:  # so do zip and CSV readers
        raise BadRows([problem("事项", 0, "", "不是可以读取的 CSV 压缩包（每个工作表一个 UTF-8 的 .csv）")]) from None
    return from_book({sheet: [[cell.removeprefix("'") for cell in row] for row in table] for sheet, table in tables.items()})


def _text(folder: zipfile.ZipFile, name: str) -> str:
    if folder.getinfo(name).file_size > LARGEST_MB * 1_000_000:
        raise ValueError(f"{name} is larger than {LARGEST_MB} MB")
    content = folder.read(name)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")  # as spreadsheets in China write it


def to_json(items: Iterable[Item]) -> bytes:
    return json.dumps([item.model_dump() for item in items], ensure_ascii=False, indent=1).encode()


def from_json(content: bytes) -> list[Item]:
    """The items of a JSON list; raise BadRows. Rows are counted from 1 in the list, columns are keys."""
    try:
        return [item for _, item in JSON_ITEMS.from_json(content)]
    except BadRows as error:
        raise BadRows([problem("JSON", p.row, p.key, p.zh) for p in error.problems], error.count) from None


def bearable(content: bytes) -> None:
    if len(content) > LARGEST_MB * 1_000_000:
        raise BadRows([problem("", 0, "", f"文件大于{LARGEST_MB}MB")])
