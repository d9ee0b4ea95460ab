"""Excel files as offices and other programs write them: read as a whole and as they mean it, or refused with place and remedy."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter

from contract.guides.item import Item
from queue_server.catalogue.book import from_book, to_book
from queue_server.catalogue.columns import DEFAULTS, SHEETS
from queue_server.catalogue.excel import from_excel, to_excel
from queue_server.catalogue.exchange import from_json
from queue_server.catalogue.load import load
from queue_server.row_files.problem import BadRows

ITEMS = list(load(Path(__file__).parents[4] / "assets/halls/wushan").items)[:3]
PLAIN = to_excel(ITEMS)


def rewritten(change: Callable[[str, str], str]) -> bytes:
    """The file with each sheet's XML changed, by its name."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(PLAIN)) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("xl/worksheets/sheet"):
                content = change(name, content.decode()).encode()
            new.writestr(name, content)
    return file.getvalue()


def workbook(change: Callable[[Workbook], None]) -> bytes:
    book, file = load_workbook(io.BytesIO(PLAIN)), io.BytesIO()
    change(book)
    book.save(file)
    return file.getvalue()


def cell(book: Workbook, sheet: str, header: str, row: int = 2) -> Any:
    headers = [found.value for found in book[sheet][1]]
    return book[sheet].cell(row, headers.index(header) + 1)


def refused(content: bytes) -> list[tuple[str, int, str, str]]:
    with pytest.raises(BadRows) as found:
        from_excel(content)
    assert all(problem.reason for problem in found.value.problems), "every reason is there in English too"
    return [(problem.sheet, problem.row, problem.key, problem.zh) for problem in found.value.problems]


@settings(max_examples=15, deadline=None)
@given(row=st.integers(1, 400), column=st.integers(1, 60))
def test_all_rows_are_read_whatever_a_file_says_of_its_used_area(row: int, column: int) -> None:
    area = f'<dimension ref="A1:{get_column_letter(column)}{row}"/>'
    spoilt = rewritten(lambda _, xml: re.sub(r'<dimension ref="[^"]*" */>', area, xml))
    assert spoilt != PLAIN and from_excel(spoilt) == ITEMS


def test_a_file_that_says_nothing_of_its_used_area_is_read() -> None:
    assert from_excel(rewritten(lambda _, xml: re.sub(r'<dimension ref="[^"]*" */>', "", xml))) == ITEMS


def test_rows_far_below_count_as_rows_and_empty_ones_between_do_not() -> None:
    def change(book: Workbook) -> None:
        for number, found in enumerate(book["事项"][4], 1):
            book["事项"].cell(5000, number).value = found.value
            found.value = None

    assert from_excel(workbook(change), most_rows=200) == ITEMS


@pytest.mark.parametrize("content", ["titles", "json"])
def test_a_file_without_any_item_is_never_a_success(content: str) -> None:
    with pytest.raises(BadRows) as found:
        from_excel(to_excel([])) if content == "titles" else from_json(b"[]")
    assert any("一个事项也没有" in p.zh or "一行数据也没有" in p.zh for p in found.value.problems) or content == "titles"


@pytest.mark.parametrize("area", ["AA2:AA4", "B2:C2", "A3:A4"])
def test_merged_cells_are_refused_with_their_place(area: str) -> None:
    problems = refused(workbook(lambda book: book["事项"].merge_cells(area)))
    title = SHEETS["事项"][1][load_workbook(io.BytesIO(PLAIN))["事项"][area.partition(":")[0]].column - 1].header
    wanted = ("事项", int(area.partition(":")[0].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")), title)
    assert [p for p in problems if p[:3] == wanted and "合并单元格" in p[3]], problems


def test_a_cell_whose_default_would_mean_something_is_never_left_empty() -> None:
    for sheet, (key, columns) in SHEETS.items():
        for column in (c for c in columns if c.key in DEFAULTS[key]):
            book = to_book(ITEMS)
            book[sheet][1][columns.index(column)] = ""
            with pytest.raises(BadRows) as found:
                from_book(book)
            assert [(p.sheet, p.row, p.key) for p in found.value.problems] == [(sheet, 2, column.header)]
            for row in book[sheet]:
                del row[columns.index(column)]
            with pytest.raises(BadRows, match="缺少这一列"):
                from_book(book)


def test_the_fee_is_among_the_cells_that_are_never_left_empty() -> None:
    assert {"fee.charged", "fee.amount", "complaints", "visits", "legal_limit.unit"} <= DEFAULTS[""].keys()
    assert {"originals", "copies", "required", "format"} <= DEFAULTS["materials"].keys() and "id" not in DEFAULTS["materials"]


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("咨询电话", 9383421111),
        ("投诉电话", 12345),
        ("收费标准", 0.5),
        ("办理时间", datetime(2026, 11, 24)),
        ("事项类型代码", 1),
        ("国家编码", 1.1620524e30),
    ],
)
def test_a_number_or_date_in_a_column_of_texts_is_refused_with_a_remedy(header: str, value: object) -> None:
    def change(book: Workbook) -> None:
        cell(book, "事项", header).value = value
        cell(book, "事项", header).number_format = "yyyy-mm-dd" if isinstance(value, datetime) else "General"

    problems = refused(workbook(change))
    assert [p[:3] for p in problems] == [("事项", 2, header)] and "设为文本" in problems[0][3]


def test_a_number_in_a_column_of_numbers_is_taken() -> None:
    def change(book: Workbook) -> None:
        cell(book, "事项", "承诺办结时限").value = 7.0
        cell(book, "事项", "承诺办结时限").number_format = "0"

    assert from_excel(workbook(change))[0].promised_limit.days == 7


def test_a_carriage_return_written_by_its_code_is_a_line_break_and_other_codes_are_characters() -> None:
    def change(book: Workbook) -> None:
        cell(book, "事项", "受理条件").value = "第一条_x000D_\n第二条"
        cell(book, "事项", "办理时间").value = "_x0041_班"

    item = from_excel(workbook(change))[0]
    assert item.conditions == ["第一条", "第二条"] and item.hours == "A班"


def test_a_text_that_looks_like_such_a_code_comes_back_as_it_left() -> None:
    item = ITEMS[0].model_copy(update={"hours": "_x0041_ 和 _x005F_"})
    assert from_excel(to_excel([item])) == [item]


def test_full_width_codes_and_blanks_behind_cells_make_no_other_item() -> None:
    def change(book: Workbook) -> None:
        wide = {ord(c): ord(c) + 0xFEE0 for c in "0123456789-"}
        for sheet in book:
            for row in sheet.iter_rows(min_row=2):
                row[0].value = str(row[0].value).translate(wide) + "\u200b"
        cell(book, "事项", "是否收费").value = "否\u200b "
        cell(book, "事项", "法定办结时限").value = "３０"
        cell(book, "事项", "国家编码", 1).value = "国家\n编码"

    items = from_excel(workbook(change))
    assert [item.code for item in items] == [item.code for item in ITEMS]
    assert not items[0].fee.charged and items[0].legal_limit.days == 30


def test_a_long_number_as_a_spreadsheet_shows_it_is_refused() -> None:
    problems = refused(workbook(lambda book: setattr(cell(book, "事项", "国家编码"), "value", "1.16205E+30")))
    assert problems == [("事项", 2, "国家编码", "“1.16205E+30”已被 Excel 改写，请把这一列设为文本后重新填写")]


def test_one_wrong_code_is_one_problem_for_each_sheet_and_a_formula_hides_nothing() -> None:
    def change(book: Workbook) -> None:
        cell(book, "事项", "事项编码").value = "62052400MZ-JF-9999"
        cell(book, "事项", "结果名称", 3).value = "=A1"
        cell(book, "事项", "办理地点", 3).value = "点"

    problems = refused(workbook(change))
    assert {(p[0], p[2]) for p in problems} == {
        ("事项", "结果名称"), ("事项", "办理地点"), ("材料", "事项编码"), ("流程", "事项编码"), ("常见问题", "事项编码"),
    }  # fmt: skip
    assert len(problems) == 5 and any(f"“{ITEMS[0].code}”不在“事项”表中（共" in p[3] for p in problems)


ADDRESS = "https://zwfw.example.gov.cn/gs/info?" + "&".join(f"code{n}=11620524MB1234567X4000123456789" for n in range(7))


def test_an_address_as_provinces_have_them_fits_and_a_link_that_runs_something_does_not() -> None:
    assert len(ADDRESS) > 250
    assert Item.model_validate(ITEMS[0].model_dump() | {"online_address": ADDRESS}).online_address == ADDRESS
    bare = Item.model_validate(ITEMS[0].model_dump() | {"online_address": "www.example.gov.cn/a?b=1"})
    assert bare.online_address == "http://www.example.gov.cn/a?b=1"
    for address in ("javascript:alert(1)", "JavaScript:alert(1)//www.example.cn/", "data:text/html,x", "见官网", 'http://x" y'):
        with pytest.raises(ValueError, match="web address"):
            Item.model_validate(ITEMS[0].model_dump() | {"online_address": address})
        kept = Item.stored(ITEMS[0].model_copy(update={"online_address": address}).model_dump_json())
        assert not kept.has_link and kept.online_address == address, "what was taken in before can still be read"
