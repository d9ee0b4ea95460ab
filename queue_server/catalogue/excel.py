"""Items as an Excel file and back; what a sheet holds is `exchange`'s to say."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from contract.guides.item import Item
from queue_server.catalogue.book import MOST_ROWS, NO_CHOICES, from_book, to_book
from queue_server.catalogue.columns import SHEETS
from queue_server.catalogue.exchange import bearable
from queue_server.row_files.problem import Problems
from queue_server.row_files.reader import Choices
from queue_server.row_files.spreadsheet import SheetForm, escaped, tables_of

READ = tuple(
    SheetForm(name, frozenset(c.header for c in columns if c.kind == "number")) for name, (_, columns) in SHEETS.items()
)


def to_excel(items: Iterable[Item]) -> bytes:
    """An .xlsx with a sheet for items, materials, steps and questions; every cell is text, so nothing runs as a formula."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    for sheet, table in to_book(items).items():
        page = workbook.create_sheet(sheet)
        page.freeze_panes = "B2"
        for row, cells in enumerate(table, 1):
            for number, cell in ((n, c) for n, c in enumerate(cells, 1) if c):
                made = page.cell(row, number, ILLEGAL_CHARACTERS_RE.sub("", escaped(cell)))
                made.data_type, made.number_format = "s", "@"
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def from_excel(content: bytes, choices: Mapping[str, Choices] = NO_CHOICES, *, most_rows: int = MOST_ROWS) -> list[Item]:
    """The items of an .xlsx whose sheets have at most `most_rows` rows; raise BadRows."""
    bearable(content)
    problems = Problems()
    book = tables_of(content, READ, problems, most_rows=most_rows)
    return from_book(book, problems, choices=choices, most_rows=most_rows)
