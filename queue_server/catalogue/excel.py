"""Items as an Excel file and back; what a sheet holds is `exchange`'s to say."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from contract.guides.item import Item
from queue_server.catalogue.columns import SHEETS
from queue_server.catalogue.exchange import MOST_ROWS, bearable, from_book, problem, to_book
from queue_server.row_files import BadRows, Problem


def to_excel(items: Iterable[Item]) -> bytes:
    """An .xlsx with a sheet for items, materials, steps and questions; every cell is text, so nothing runs as a formula."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    for sheet, table in to_book(items).items():
        page = workbook.create_sheet(sheet)
        page.freeze_panes = "B2"
        for row, cells in enumerate(table, 1):
            for number, cell in ((n, c) for n, c in enumerate(cells, 1) if c):
                made = page.cell(row, number, ILLEGAL_CHARACTERS_RE.sub("", cell))
                made.data_type, made.number_format = "s", "@"
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def from_excel(content: bytes, *, most_rows: int = MOST_ROWS) -> list[Item]:
    """The items of an .xlsx whose sheets have at most `most_rows` rows; raise BadRows."""
    bearable(content)
    problems: list[Problem] = []
    try:
        workbook = load_workbook(io.BytesIO(content), read_only=True)
        book = {name: list(_rows(name, workbook[name], problems, most_rows)) for name in workbook.sheetnames if name in SHEETS}
    except Exception:  # a foreign parser on foreign bytes raises whatever it likes
        raise BadRows([problem("事项", 0, "", "不是可以读取的 Excel（.xlsx）文件，请另存为 .xlsx 后再导入")]) from None
    if problems:
        raise BadRows(problems)
    return from_book(book, most_rows=most_rows)


def _rows(sheet: str, page: Any, problems: list[Problem], most_rows: int) -> Iterator[list[str]]:
    """The rows of a sheet, at most one more than `most_rows`; a formula is a problem, for nobody has read what it says."""
    for number, row in enumerate(islice(page.iter_rows(), most_rows + 1), 1):
        cells = [_cell(cell.value) for cell in row]
        for place, cell in enumerate(row):
            if cell.data_type in ("f", "e"):
                said = (
                    "是公式，请复制后选择性粘贴为数值" if cell.data_type == "f" else f"公式出错（{cells[place]}），请填写文字"
                )
                problems.append(problem(sheet, number, cell.column_letter, said))
        yield cells


def _cell(value: object) -> str:
    """A cell as text; a whole number that the spreadsheet keeps as 5.0 is 5."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
