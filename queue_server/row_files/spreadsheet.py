"""Spreadsheets (.xlsx) as rows of cells. Nothing is believed that the maker of a file only hints at, and nothing is guessed.

The used area that a file names is not looked at (ECMA-376 §18.3.1.35: it is optional). Merged cells are refused, for only the
upper left one holds the value (§18.3.1.55). A number in a column of texts is refused: its zeros in front and its digits behind
the fifteenth are lost. Formulas are refused: a program may have written them without what they give.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.cell import get_column_letter, range_boundaries
from openpyxl.xml.functions import iterparse

from queue_server.row_files.problem import BadRows, Problem, Problems
from queue_server.row_files.titles import title_of

_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
"""ECMA-376 §22.9.2.19 (ST_Xstring): a character of a text by its code."""
_NO_ROW: list[str] = []
LONGEST_CELL = 32_767
"""Characters: no spreadsheet program holds more in a cell, though a file may say so, once for many cells."""


@dataclass(frozen=True)
class SheetForm:
    """What is read: the sheet of this name, or where there is no name the first one; in which columns (by their titles) numbers
    are numbers, and in which there are days and times. `keys`: what a title is called in problems, where not by itself."""

    name: str = ""
    numbers: frozenset[str] = frozenset()
    times: frozenset[str] = frozenset()
    keys: Mapping[str, str] = field(default_factory=dict)

    def place(self, titles: Sequence[str], column: int) -> str:
        """What a column is called in problems: by its title, or by its letter where it has none."""
        title = titles[column - 1] if column <= len(titles) else ""
        return self.keys.get(title, title) or str(get_column_letter(column))


def tables_of(content: bytes, sheets: Sequence[SheetForm], problems: Problems, *, most_rows: int) -> dict[str, list[list[str]]]:
    """Name of a sheet → its rows, titles first, empty ones as empty lists; a sheet that is not there is left out. Of more than
    `most_rows` filled rows one more is read. What is wrong with cells is added to `problems`; raise BadRows for what is no
    spreadsheet at all, MemoryError for one that is too large."""
    try:
        workbook = load_workbook(io.BytesIO(content), read_only=True)
        found: dict[str, list[list[str]]] = {}
        for sheet in sheets:
            name = sheet.name or workbook.sheetnames[0]
            if name in workbook.sheetnames:
                found[sheet.name] = _table(sheet, workbook[name], problems, most_rows)
    except MemoryError:
        raise
    except Exception:  # a foreign parser on foreign bytes raises whatever it likes
        reason = "is no Excel file (.xlsx) that can be read; save it as .xlsx"
        raise BadRows([Problem(0, "", reason, "不是可以读取的 Excel（.xlsx）文件，请另存为 .xlsx 后再导入")]) from None
    return found


def unescaped(text: str) -> str:
    """The text of a cell: `_x000D_` is a character by its code. A line ends with a line feed alone."""
    return _ESCAPE.sub(lambda code: chr(int(code[1], 16)), text).replace("\r\n", "\n").replace("\r", "\n")


def escaped(text: str) -> str:
    """A text as a cell: what looks like the code of a character stays what it is."""
    return _ESCAPE.sub(lambda code: f"_x005F_{code[0][1:]}", text)


def _table(sheet: SheetForm, page: Any, problems: Problems, most_rows: int) -> list[list[str]]:
    page.reset_dimensions()
    rows: list[list[str]] = []
    titles: list[str] = []
    filled = 0
    for number, row in enumerate(page.iter_rows(), 1):
        cells = [_text(sheet, number, cell, titles, problems) for cell in row]
        if not any(cells):
            rows.append(_NO_ROW)
            continue
        titles = titles or [title_of(cell) for cell in cells]
        rows.append(cells)
        filled += 1
        if filled > most_rows:
            break
    for top, column in _merged(page):
        zh, en = "是合并单元格，请取消合并，每一格都填写", "is merged; unmerge the cells and fill in each of them"
        problems.add(Problem(top, sheet.place(titles, column), en, zh, sheet.name))
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _merged(page: Any) -> Iterator[tuple[int, int]]:
    """Row and column of every cell at which merged cells begin. openpyxl does not tell while it reads row by row."""
    with page._get_source() as source:
        for _, element in iterparse(source):
            if element.tag.endswith("}mergeCell"):
                left, top, *_ = range_boundaries(element.get("ref", ""))
                yield int(top), int(left)
            element.clear()


def _text(sheet: SheetForm, number: int, cell: Any, titles: Sequence[str], problems: Problems) -> str:
    """A cell as text, "" for one that is refused; a whole number that the spreadsheet keeps as 5.0 is 5."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str) and len(value) > LONGEST_CELL:
        zh, en = f"超过{LONGEST_CELL}个字，请缩短", f"holds more than {LONGEST_CELL} characters; shorten it"
        problems.add(Problem(number, sheet.place(titles, cell.column), en, zh, sheet.name))
        return ""
    if isinstance(value, str) and cell.data_type not in ("f", "e"):
        return unescaped(value)
    title = titles[cell.column - 1] if cell.column <= len(titles) else ""
    if cell.data_type == "f":
        said = "is a formula; copy it and paste the values", "是公式，请复制后选择性粘贴为数值"
    elif cell.data_type == "e":
        said = f"is a formula that fails ({value}); fill in a text", f"公式出错（{value}），请填写文字"
    elif isinstance(value, bool):
        return "是" if value else "否"
    elif isinstance(value, datetime | date) and title in sheet.times:
        return value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()
    elif isinstance(value, int | float) and title in sheet.numbers:
        return str(int(value)) if float(value).is_integer() else str(value)
    elif isinstance(value, datetime | date | time):
        said = "is a date; format the cell as text and fill it in again", "是日期格式，请把这一格设为文本后重新填写"
    else:
        zh = f"是数字格式（{value}），开头的0和15位以后的数字会丢失，请把这一格设为文本后重新填写"
        said = f"is a number ({value}), which loses zeros and digits; format the cell as text and fill it in again", zh
    problems.add(Problem(number, sheet.place(titles, cell.column), *said, sheet.name))
    return ""
