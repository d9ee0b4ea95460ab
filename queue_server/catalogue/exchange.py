"""Items as files: CSV (one a sheet of `book`, in a zip) and JSON; Excel is `excel`'s."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import replace

from contract.guides.item import Item
from queue_server.catalogue.book import MAIN, NO_CHOICES, from_book, problem, to_book
from queue_server.catalogue.columns import SHEETS, SHORT
from queue_server.row_files.csv_text import csv_of, rows_of, text_of
from queue_server.row_files.problem import BadRows
from queue_server.row_files.reader import Choices, RowReader

LARGEST_MB = 100
JSON_ITEMS = RowReader(Item, "items", {}, unique="code")


def to_csv(items: Iterable[Item]) -> bytes:
    """A zip with one CSV a sheet, in UTF-8 with the mark that spreadsheets look for."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as folder:
        for sheet, table in to_book(items).items():
            folder.writestr(f"{sheet}.csv", csv_of(table))
    return file.getvalue()


def from_csv(content: bytes, choices: Mapping[str, Choices] = NO_CHOICES) -> list[Item]:
    """The items of such a zip; raise BadRows."""
    bearable(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as folder:
            texts = {sheet: _text(folder, f"{sheet}.csv") for sheet in SHEETS if f"{sheet}.csv" in folder.namelist()}
        tables = {sheet: list(rows_of(text)) for sheet, text in texts.items()}
    except (BadRows, MemoryError):
        raise
    except Exception:  # zip and CSV readers raise whatever they like on foreign bytes
        zh = "不是可以读取的 CSV 压缩包（每个工作表一个 UTF-8 的 .csv）"
        raise BadRows([problem(MAIN, 0, "", zh, "is no zip of CSV files, one in UTF-8 for each sheet")]) from None
    book = {sheet: [[cell.removeprefix("'") for cell in row] for row in table] for sheet, table in tables.items()}
    return from_book(book, choices=choices)


def _text(folder: zipfile.ZipFile, name: str) -> str:
    if folder.getinfo(name).file_size > LARGEST_MB * 1_000_000:
        raise ValueError(f"{name} is larger than {LARGEST_MB} MB")
    return text_of(folder.read(name))


def to_json(items: Iterable[Item]) -> bytes:
    return json.dumps([item.model_dump() for item in items], ensure_ascii=False, indent=1).encode()


def from_json(content: bytes, choices: Mapping[str, Choices] = NO_CHOICES) -> list[Item]:
    """The items of a JSON list; raise BadRows. Rows are counted from 1 in the list, columns are keys."""
    rows = replace(JSON_ITEMS, choices={key: known for key, known in choices.items() if key not in SHORT})
    try:
        return [item for _, item in rows.from_json(content)]
    except BadRows as error:
        raise BadRows([replace(p, sheet="JSON") for p in error.problems], error.count) from None


def bearable(content: bytes) -> None:
    if len(content) > LARGEST_MB * 1_000_000:
        raise BadRows([problem("", 0, "", f"文件大于{LARGEST_MB}MB", f"is larger than {LARGEST_MB} MB")])
