"""Files of items, appointments and cases, spoilt as offices and accidents spoil them: a list of problems, and nothing is taken."""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from contract.configuration import hall_files as halls
from contract.guides.item import Item
from queue_server.appointments.row_format import bookings
from queue_server.cases.row_format import CASES
from queue_server.catalogue import excel, exchange
from queue_server.catalogue.book import MOST_ROWS, from_book, to_book
from queue_server.catalogue.load import load
from queue_server.row_files.problem import MAX_REPORTED, BadRows
from queue_server.row_files.reader import LARGEST, MAX_ROWS, RowReader

HALL = Path(__file__).parents[2] / "assets/halls/wushan"
ITEMS = list(load(HALL).items)[:3]
READ: dict[str, Callable[[bytes], list[Item]]] = {
    "xlsx": excel.from_excel,
    "zip": exchange.from_csv,
    "json": exchange.from_json,
}
REAL = {"xlsx": excel.to_excel(ITEMS), "zip": exchange.to_csv(ITEMS), "json": exchange.to_json(ITEMS)}
CASE = {
    "number": "WS-1",
    "item": "食品经营许可",
    "state": "examining",
    "department": "市场监管局",
    "applicant": "张三",
    "id_last_four": "001X",
    "received_on": "2026-11-18",
    "promised_on": "2026-11-27",
}
BOOKING = {"queue": "tax", "starts_at": "2026-11-24T09:00:00+08:00", "ends_at": "2026-11-24T09:30:00+08:00", "name": "张三"}
KINDS: dict[str, tuple[RowReader[Any], dict[str, str]]] = {
    "cases": (CASES, CASE),
    "appointments": (bookings(halls.load(HALL)), BOOKING),
}
FORBIDDEN = ["\0", "\x07", "\x1b", "\x7f", "\u202e", "\ufffe"]


def problems(content: bytes, kind: str) -> list[str]:
    """What is said of a file of items, which is not taken."""
    with pytest.raises(BadRows) as refused:
        READ[kind](content)
    assert refused.value.problems, "a refusal says why"
    return [str(problem) for problem in refused.value.problems]


def workbook(change: Callable[[Workbook], None]) -> bytes:
    """The real Excel file after a change."""
    book, file = load_workbook(io.BytesIO(REAL["xlsx"])), io.BytesIO()
    change(book)
    book.save(file)
    return file.getvalue()


def cell(book: Workbook, sheet: str, header: str, row: int = 2) -> Any:
    headers = [found.value for found in book[sheet][1]]
    return book[sheet].cell(row, headers.index(header) + 1)


def csvs(change: Callable[[str], bytes]) -> bytes:
    """The real zip after a change of each text in it."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(REAL["zip"])) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name).decode("utf-8-sig")))
    return file.getvalue()


@pytest.mark.parametrize("kind", READ)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_a_file_that_was_cut_off_is_refused(kind: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(REAL[kind]) - 2))
    assert problems(REAL[kind][:at], kind)


def test_a_formula_is_named_with_its_place_for_nobody_has_read_what_it_says() -> None:
    def change(book: Workbook) -> None:
        cell(book, "事项", "事项名称").value = "=CONCATENATE(A2)"
        cell(book, "材料", "材料名称", 3).value = "#REF!"
        cell(book, "材料", "材料名称", 3).data_type = "e"

    said = problems(workbook(change), "xlsx")
    assert any("事项，第2行" in line and "公式" in line for line in said)
    assert any("材料，第3行" in line and "#REF!" in line for line in said)


def test_merged_codes_are_told_to_be_filled_into_every_row() -> None:
    def change(book: Workbook) -> None:
        letter = cell(book, "材料", "事项编码").column_letter
        book["材料"].merge_cells(f"{letter}2:{letter}3")

    assert "材料，第2行，事项编码：是合并单元格，请取消合并，每一格都填写" in problems(workbook(change), "xlsx")


def test_a_row_that_stands_twice_is_named() -> None:
    def change(book: Workbook) -> None:
        book["事项"].append([found.value for found in book["事项"][2]])

    assert problems(workbook(change), "xlsx") == [f"事项，第5行，事项编码：{ITEMS[0].code}重复，每个事项的编码只能出现一次"]


def test_a_huge_cell_is_too_long_and_its_place_is_named() -> None:
    def change(book: Workbook) -> None:
        cell(book, "事项", "事项名称").value = "长" * 32_767

    assert any(line.startswith("事项，第2行") and "有32767个字" in line for line in problems(workbook(change), "xlsx"))


def test_more_rows_than_are_checked_are_refused_in_one_sentence() -> None:
    book = to_book(ITEMS)
    book["材料"] += [[ITEMS[0].code]] * MOST_ROWS
    with pytest.raises(BadRows) as refused:
        from_book(book)
    assert [str(p) for p in refused.value.problems] == [f"材料：超过{MOST_ROWS}行，请分成几个文件导入"]


def test_reading_a_sheet_without_end_stops_at_the_most_rows() -> None:
    def change(book: Workbook) -> None:
        for _ in range(200):
            book["材料"].append(["x"])

    with pytest.raises(BadRows) as refused:
        excel.from_excel(workbook(change), most_rows=50)
    assert "材料：超过50行，请分成几个文件导入" in [str(problem) for problem in refused.value.problems]


def test_of_a_file_full_of_problems_the_first_are_named_and_the_rest_counted() -> None:
    book = to_book(ITEMS)
    book["材料"] += [[f"gone-{number}"] for number in range(1_000)]
    with pytest.raises(BadRows) as refused:
        from_book(book)
    assert (len(refused.value.problems), refused.value.count) == (MAX_REPORTED, 1_000)
    assert "还有800个问题" in str(refused.value)


def test_texts_as_spreadsheets_in_china_save_them_are_read_and_other_encodings_are_refused() -> None:
    assert exchange.from_csv(csvs(lambda text: text.encode("gb18030"))) == ITEMS
    for encoding in ("utf-16", "utf-32", "big5"):
        assert problems(csvs(lambda text, to=encoding: text.encode(to, "replace")), "zip")  # type: ignore[misc]


@pytest.mark.parametrize("character", [*FORBIDDEN, "\ud800"])
def test_unprintable_characters_in_an_item_are_refused_with_their_place(character: str) -> None:
    tables = json.loads(REAL["json"])
    tables[1]["name"]["zh"] += character
    assert any(
        line.startswith("JSON，第2行，name：含有不能显示的字符") for line in problems(json.dumps(tables).encode(), "json")
    )
    if character != "\ud800":
        name = ITEMS[1].name.zh
        spoilt = csvs(lambda text: text.replace(name, name + character, 1).encode())
        assert any("事项，第3行，事项名称：含有不能显示的字符" in line for line in problems(spoilt, "zip"))


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value that holds no others."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if inside is None:
        yield path
    else:
        for key, each in inside:
            yield from leaves(each, (*path, key))


LEAVES = list(leaves(json.loads(REAL["json"])))
STRANGE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.just("x" * 100_000),
    st.just([[]]),
    st.just({}),
)


@settings(max_examples=60, deadline=None)
@given(path=st.sampled_from(LEAVES), value=STRANGE)
def test_a_strange_value_anywhere_gives_whole_items_or_a_problem_with_its_row(path: tuple[Any, ...], value: Any) -> None:
    tables = json.loads(REAL["json"])
    inner: Any = tables
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    try:
        found = exchange.from_json(json.dumps(tables).encode())
    except BadRows as refused:
        assert all("第" in str(problem) or "重复" in str(problem) for problem in refused.problems)
    else:
        assert len(found) == len(ITEMS)
        assert exchange.from_json(exchange.to_json(found)) == found, "what was taken can be handed on"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("character", FORBIDDEN)
def test_unprintable_characters_in_a_row_are_refused_with_row_and_key(kind: str, character: str) -> None:
    rows, row = KINDS[kind]
    key = "applicant" if kind == "cases" else "name"
    for read, content in (
        (rows.from_json, json.dumps([row, {**row, key: f"张{character}三", rows.unique: "WS-2"}]).encode()),
        (rows.from_csv, (",".join(row) + "\n" + ",".join({**row, key: f"张{character}三"}.values())).encode()),
    ):
        with pytest.raises(BadRows) as refused:
            read(content)
        assert [(p.row, p.key) for p in refused.value.problems] == [(2, key)]
        assert "不能显示的字符" in refused.value.problems[0].zh


@pytest.mark.parametrize("kind", KINDS)
def test_a_million_rows_are_refused_in_one_sentence(kind: str) -> None:
    rows, _ = KINDS[kind]
    title = next(iter(rows.titles))
    for read, content in (
        (rows.from_csv, f"{title}\n".encode() + b"x\n" * 1_000_000),
        (rows.from_json, b"[" + b"1," * 999_999 + b"1]"),
    ):
        with pytest.raises(BadRows) as refused:
            read(content)
        assert [p.zh for p in refused.value.problems] == [f"超过{MAX_ROWS}行，请分成几个文件"]


@pytest.mark.parametrize("piece", [b"{},", b"[],", b"0,", b'{"":[]},'])
@pytest.mark.parametrize("kind", KINDS)
def test_a_text_of_millions_of_values_is_refused_before_they_fill_the_memory(kind: str, piece: bytes) -> None:
    rows, _ = KINDS[kind]
    content = b"[" + piece * (LARGEST // len(piece) - 2) + b"0]"
    tracemalloc.start()
    with pytest.raises(BadRows) as refused:
        rows.from_json(content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [p.zh for p in refused.value.problems] == [f"超过{MAX_ROWS}行，请分成几个文件"]
    assert peak < 1 << 20


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_damaged_csv_gives_sound_rows_or_problems_in_both_languages(kind: str, data: st.DataObject) -> None:
    rows, row = KINDS[kind]
    content = bytearray(
        (",".join(row) + "\n" + "\n".join([",".join(row.values())] * 2)).encode(
            data.draw(st.sampled_from(["utf-8", "gb18030"]))
        )
    )
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = rows.from_csv(bytes(content))
    except BadRows as refused:
        assert all(problem.reason and problem.zh for problem in refused.problems)
    else:
        assert len(found) <= 2
