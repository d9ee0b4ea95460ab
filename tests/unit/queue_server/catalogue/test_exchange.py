"""Items leave and enter as Excel, CSV and JSON; a bad file gives a list of problems and no items."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from contract.characters import trimmed
from contract.configuration.table import TextConfig
from contract.guides.item import Item
from queue_server.catalogue.book import from_book, to_book
from queue_server.catalogue.columns import SHEETS
from queue_server.catalogue.excel import from_excel, to_excel
from queue_server.catalogue.exchange import from_csv, from_json, to_csv, to_json
from queue_server.catalogue.load import load
from queue_server.row_files.problem import BadRows

ITEMS = list(load(Path(__file__).parents[4] / "assets/halls/wushan").items)
FEW = ITEMS[:4]
WAYS = {"excel": (to_excel, from_excel), "csv": (to_csv, from_csv), "json": (to_json, from_json)}


@pytest.mark.parametrize("way", WAYS)
def test_all_items_come_back_as_they_left(way):
    write, read = WAYS[way]
    assert read(write(ITEMS)) == ITEMS


def test_the_columns_cover_every_element_of_an_item():
    def leaves(table, path=""):
        for key, value in table.items():
            nested = isinstance(value, dict)
            yield from leaves(value, f"{path}{key}.") if nested else [f"{path}{key}"]

    content = ITEMS[0].model_dump()
    subs = {key for key, _ in SHEETS.values() if key}
    assert set(leaves(content)) - subs == {c.key for c in SHEETS["事项"][1]}
    for sheet in ("材料", "流程", "常见问题"):
        key, columns = SHEETS[sheet]
        assert set(leaves(content[key][0])) == {c.key for c in columns} - {"code"}


def spoilt(sheet, row, header, cell):
    book = to_book(FEW)
    book[sheet][row - 1][book[sheet][0].index(header)] = cell
    with pytest.raises(BadRows) as refused:
        from_book(book)
    return [(p.sheet, p.row, p.key, p.zh) for p in refused.value.problems]


@pytest.mark.parametrize(
    ("sheet", "row", "header", "cell", "said"),
    [
        ("事项", 3, "事项名称", "很" * 201, "GB/T 39046"),
        ("事项", 2, "办理地点", "很" * 101, "最多100个字"),
        ("事项", 2, "办件类型", "急件", "不在可选值中：即办件、承诺件"),
        ("事项", 2, "是否收费", "也许", "是、否"),
        ("事项", 2, "法定办结时限", "三", "不是整数"),
        ("事项", 2, "法定办结时限", "٣", "不是整数"),
        ("事项", 2, "咨询电话", "call me", "格式不对"),
        ("事项", 2, "结果名称", "", "没有填写"),
        ("事项", 3, "事项编码", FEW[0].code, "重复"),
        ("材料", 3, "原件份数", "100", "不能大于99"),
        ("材料", 2, "材料标识", "Not An Id", "格式不对"),
        ("材料", 2, "事项编码", "62052400MZ-XK-9999", "不在“事项”表中"),
        ("流程", 2, "内容", "很" * 41, "最多40个字"),
        ("常见问题", 2, "回答", "", "没有填写"),
    ],
)
def test_a_bad_cell_is_named_with_sheet_row_column_and_reason(sheet, row, header, cell, said):
    problems = spoilt(sheet, row, header, cell)
    assert any(p[:2] == (sheet, row) and said in p[3] for p in problems), problems
    if "GB/T" not in said:
        assert any(p[2] == header for p in problems), problems


def test_an_unknown_column_is_named_with_the_nearest_one():
    book = to_book(FEW)
    book["事项"][0][2] = "事项名"
    with pytest.raises(BadRows) as refused:
        from_book(book)
    assert any(p.row == 1 and "事项名称" in p.zh for p in refused.value.problems)


def test_a_missing_sheet_is_named():
    book = to_book(FEW)
    del book["流程"]
    with pytest.raises(BadRows, match="缺少工作表“流程”"):
        from_book(book)


def test_all_problems_come_at_once_in_the_order_of_the_file():
    book = to_book(FEW)
    for row in (2, 4):
        book["事项"][row - 1][book["事项"][0].index("办件类型")] = "急件"
    book["材料"][1][book["材料"][0].index("原件份数")] = "许多"
    with pytest.raises(BadRows) as refused:
        from_book(book)
    places = [(p.sheet, p.row) for p in refused.value.problems]
    assert {("事项", 2), ("事项", 4), ("材料", 2)} <= set(places)
    assert places == sorted(places, key=lambda p: (list(SHEETS).index(p[0]), p[1]))


def test_nothing_in_a_file_for_spreadsheets_runs_as_a_formula():
    item = FEW[0].model_copy(update={"result": "=1+1", "summary": TextConfig(zh="@SUM(A1)", en="+1")})
    workbook = load_workbook(io.BytesIO(to_excel([item])))
    assert all(cell.data_type in ("s", "n") for page in workbook for row in page for cell in row)
    assert from_excel(to_excel([item])) == [item]
    assert from_csv(to_csv([item])) == [item]
    assert b"'=1+1" in zipfile.ZipFile(io.BytesIO(to_csv([item]))).read("事项.csv")


PRINTED = st.text(
    st.characters(exclude_categories=("C", "Z"), include_characters=" =+'\",_x041"), min_size=1, max_size=30
).filter(lambda text: trimmed(text) == text)
"""Nothing invisible at an end, which is taken off."""


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(zh=PRINTED, result=PRINTED, note=PRINTED, way=st.sampled_from(list(WAYS)))
def test_any_printable_text_comes_back(zh, result, note, way):
    write, read = WAYS[way]
    item = FEW[0].model_copy(update={"name": TextConfig(zh=zh, en="x"), "result": result, "no_material_note": note})
    assert read(write([item])) == [item]


@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=300) | st.just(b"PK\x03\x04" + b"\0" * 60), way=st.sampled_from(list(WAYS)))
def test_any_bytes_are_refused_with_a_reason(content, way):
    with pytest.raises(BadRows) as refused:
        if WAYS[way][1](content) == []:
            raise BadRows([])
    assert all(p.zh for p in refused.value.problems)


@settings(max_examples=40, deadline=None)
@given(place=st.integers(0, 10**6), bits=st.integers(1, 255), way=st.sampled_from(list(WAYS)))
def test_a_damaged_file_is_refused_or_gives_whole_items(place, bits, way):
    write, read = WAYS[way]
    content = bytearray(write(FEW[:1]))
    content[place % len(content)] ^= bits
    try:
        assert all(isinstance(item, Item) for item in read(bytes(content)))
    except BadRows as refused:
        assert refused.problems


@pytest.mark.parametrize("content", ["{", "{}", "[1]", "[null]", '[{"code": 1}]', "[" * 100_000, '"text"'])
def test_json_of_another_shape_is_refused(content):
    with pytest.raises(BadRows):
        from_json(content.encode())


def test_a_repeated_code_in_json_is_refused():
    tables = json.loads(to_json(FEW)) + json.loads(to_json(FEW[:1]))
    with pytest.raises(BadRows, match="重复"):
        from_json(json.dumps(tables).encode())
