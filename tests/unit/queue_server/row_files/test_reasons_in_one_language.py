"""Whatever is wrong with what an office hands over is said wholly in the reader's language, but for what it quotes."""

from __future__ import annotations

import copy
import csv
import io
import re
from pathlib import Path

import pytest

from queue_server.appointments.row_format import bookings
from queue_server.cases.row_format import CASES
from queue_server.catalogue.book import from_book, to_book
from queue_server.catalogue.columns import SHEETS
from queue_server.catalogue.load import load
from queue_server.row_files.problem import BadRows, Problem
from tests.web_hall import CONFIG

CHINESE = re.compile("[\u3400-\u9fff]")
QUOTED = re.compile("“[^”]*”|\"[^\"]*\"|'[^']*'")
NAMES = re.compile(
    r"https?://[!-~]+|\b(?:Excel|PDF|CSV|JSON|UTF-8|GB/T|GB|XLSX|ZIP|https?|devices\.toml|hall\.toml|[A-Z0-9]*[A-Z]{2}-[A-Z0-9-]*[0-9]+|[0-9]{3}X|xlsx|csv|json)\b"
)
WRONG = [
    "",
    "x",
    "很" * 3000,
    "6.20524E+17",
    "2026-13-45",
    "-1",
    "0",
    "99999999999",
    "on fire",
    "62052419900101123",
    "<b>",
    "是",
    "\t\n",
    "|",
]


def told(problems: list[Problem]) -> None:
    """Each problem is in one language at a time."""
    assert problems
    for problem in problems:
        zh, en = QUOTED.sub("", problem.zh), QUOTED.sub("", problem.reason)
        assert CHINESE.search(zh), problem
        assert not re.search("[A-Za-z]{2,}", NAMES.sub("", zh)), problem
        assert en and not CHINESE.search(en), problem


def table(cells: dict[str, str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([list(cells), list(cells.values())])
    return text.getvalue().encode("utf-8-sig")


BOOKING = {
    "预约单号": "1",
    "业务队列": "tax",
    "开始时间": "2026-11-30 09:30",
    "结束时间": "2026-11-30 10:00",
    "姓名": "张三",
    "身份证号": "",
    "事项编码": "",
}
CASE = {
    "办件编号": "WS-2026-0001",
    "事项名称": "食品经营许可",
    "状态": "已受理",
    "部门": "市场监管局",
    "申请人": "张三",
    "证件号码后四位": "001X",
    "收件日期": "2026-11-02",
    "承诺办结日期": "2026-11-24",
    "需补正的材料": "",
}


@pytest.mark.parametrize(("rows", "sound"), [(bookings(CONFIG), BOOKING), (CASES, CASE)])
def test_rows_of_appointments_and_cases(rows, sound) -> None:
    refused = 0
    for title in [*sound, "没有的列", "nobody"]:
        for wrong in WRONG:
            try:
                rows.from_csv(table(sound | {title: wrong}))
            except BadRows as error:
                told(error.problems)
                refused += 1
    assert refused > 30
    for content in (b"", b"{}", b"[1]", b'[{"a": 1}]', b"\xff\xfe\x00", b"null", b'[{"queue": []}]'):
        with pytest.raises(BadRows) as found:
            rows.from_json(content)
        told(found.value.problems)


ITEMS = list(load(Path(__file__).parents[4] / "assets/halls/wushan").items)[:1]


@pytest.mark.parametrize("sheet", SHEETS)
def test_sheets_of_items(sheet: str) -> None:
    book, refused = to_book(ITEMS), 0
    for column in range(len(book[sheet][0])):
        for wrong in WRONG:
            spoilt = copy.deepcopy(book)
            if len(spoilt[sheet]) < 2:
                continue
            spoilt[sheet][1][column] = wrong
            try:
                from_book(spoilt)
            except BadRows as error:
                told(error.problems)
                refused += 1
    assert refused > 5 or len(book[sheet]) < 2
