"""Tables of appointments and cases as offices hand them over: taken as they are meant, or refused with place and remedy."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from contract.identity_numbers import check_character
from queue_server.appointments.repository import Booking
from queue_server.appointments.row_format import bookings
from queue_server.cases.row_format import CASES
from queue_server.row_files.problem import BadRows, Problem
from tests.web_hall import CONFIG

ROWS = bookings(CONFIG)
TITLES = ["预约单号", "业务队列", "开始时间", "结束时间", "姓名", "身份证号"]
SOUND = ["1", "tax", "2026-11-30 09:30", "2026-11-30 10:00", "张三", ""]
NUMBER = "62052419900101002X"
CASE = {
    "办件编号": "WS-2026-0001", "事项名称": "食品经营许可", "状态": "已受理", "部门": "市场监管局", "申请人": "张三",
    "证件号码后四位": "001X", "收件日期": "2026-11-02", "承诺办结日期": "2026-11-24", "需补正的材料": "",
}  # fmt: skip


def table(*rows: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def booked(**changed: str) -> list[tuple[int, Booking]]:
    row = [changed.get(title, cell) for title, cell in zip(TITLES, SOUND, strict=True)]
    return ROWS.from_csv(table(TITLES, row))


def cases(*changed: dict[str, str]) -> list[tuple[int, Any]]:
    return CASES.from_csv(table(list(CASE), *[[*(CASE | row).values()] for row in changed]))


def refused(take: Any, *given: Any, **changed: Any) -> list[tuple[int, str, str]]:
    with pytest.raises(BadRows) as found:
        take(*given, **changed)
    assert all(problem.reason for problem in found.value.problems)
    return [(problem.row, problem.key, problem.zh) for problem in found.value.problems]


@pytest.mark.parametrize(
    ("starts", "ends"), [("20261130093000", "20261130100000"), ("2026年11月30日 9:30", "2026/11/30 10:00:00")]
)
def test_times_as_chinese_platforms_write_them_are_the_halls_own(starts: str, ends: str) -> None:
    expected = datetime(2026, 11, 30, 9, 30, tzinfo=CONFIG.zone), datetime(2026, 11, 30, 10, 0, tzinfo=CONFIG.zone)
    [(_, booking)] = booked(开始时间=starts, 结束时间=ends)
    assert (booking.starts_at, booking.ends_at) == expected
    given = [{"queue": "tax", "starts_at": starts, "ends_at": ends, "name": "张三"}]
    [(_, booking)] = ROWS.from_json(json.dumps(given).encode())
    assert (booking.starts_at, booking.ends_at) == expected


def test_numbers_are_never_times() -> None:
    assert refused(booked, 开始时间="46356.3958333333") == [
        (2, "starts_at", "“46356.3958333333”不是时间，请写成 2026-11-24 09:30")
    ]
    for number in (20261130093000, 1795998600, 0):
        given = [{"queue": "tax", "starts_at": number, "ends_at": "2026-11-30 10:00", "name": "张三"}]
        assert refused(ROWS.from_json, json.dumps(given).encode())[0][:2] == (1, "starts_at")
    assert refused(cases, {"承诺办结日期": "0"}) == [(2, "promised_on", "“0”不是日期，请写成 2026-11-24")]


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("6.20524E+17", "已被 Excel 改写"),
        ("6.20524199001011E+17", "已被 Excel 改写"),
        ("620524199001011000", "已被 Excel 改写"),
        ("620524199001010021", "最后一位与前面的数字不符"),
        ("62052419901301" + "002" + check_character("62052419901301002"), "不是出生日期"),
    ],
)
def test_an_identity_number_that_a_spreadsheet_or_a_slip_has_changed_is_refused(number: str, said: str) -> None:
    [(row, key, zh)] = refused(booked, 身份证号=number)
    assert ((row, key) == (2, "person") and said in zh and number not in zh) or "E+" in number


def test_other_long_numbers_that_a_spreadsheet_has_changed_are_refused() -> None:
    assert refused(cases, {"办件编号": "2.02611E+11"})[0][1:] == (
        "number",
        "“2.02611E+11”已被 Excel 改写，请把这一列设为文本后重新填写",
    )
    assert "已被 Excel 改写" in refused(booked, 预约单号="2.02611E+11")[0][2]


@pytest.mark.parametrize("number", ["WX-oaB3_xYz", "1001", "137846527384756224", "91620524MA1234567X", "EA1234567"])
def test_the_id_that_a_platform_has_for_a_person_may_be_anything(number: str) -> None:
    assert booked(身份证号=number)[0][1].person == number


@pytest.mark.parametrize(
    "number", [NUMBER.lower(), f" {NUMBER}\u200b", "６２０５２４１９９００１０１００２ｘ", "620524 19900101 002X"]
)
def test_one_person_in_any_spelling_is_the_same_person(number: str) -> None:
    assert booked(身份证号=number)[0][1].person == NUMBER


def test_two_columns_of_one_title_are_refused_and_so_are_two_names_of_one_column() -> None:
    for title in ("姓名", "name", "姓\n名"):
        [(row, key, zh)] = refused(ROWS.from_csv, table([*TITLES, title], [*SOUND, "李四"]))
        assert row == 1 and zh.endswith("这一列出现了两次，请删去一列") and key in (title, "姓\n名")


def test_empty_columns_behind_a_table_are_nothing_and_full_ones_without_a_title_are_refused() -> None:
    assert len(ROWS.from_csv(table([*TITLES, "", ""], [*SOUND, "", ""], ["", "", "", "", "", "", ""]))) == 1
    assert refused(ROWS.from_csv, table([*TITLES, ""], SOUND, [*SOUND, "备注"])) == [(3, "", "第7列有内容，但没有列名")]
    assert refused(ROWS.from_csv, table(TITLES, SOUND, [*SOUND, "备注"])) == [(3, "", "第7列有内容，但没有列名")]


def test_rows_are_counted_and_not_lines() -> None:
    long = {"状态": "待补正", "需补正的材料": "身份证\n租赁合同\n照片"}
    assert refused(cases, long, {"办件编号": "WS-2", "收件日期": "昨天"}) == [
        (3, "received_on", "“昨天”不是日期，请写成 2026-11-24")
    ]
    assert cases(long)[0][1].missing == ["身份证", "租赁合同", "照片"]


@pytest.mark.parametrize(
    "written", ["税费办理", CONFIG.queue[1].name.en, CONFIG.queue[1].name.en.upper(), "tax", "tax ", "ｔａｘ"]
)
def test_a_queue_may_be_named_as_people_know_it(written: str) -> None:
    assert booked(业务队列=written)[0][1].queue == "tax"


def test_an_unknown_queue_is_told_with_those_that_there_are() -> None:
    assert refused(booked, 业务队列="婚姻登记") == [(2, "queue", "“婚姻登记”不是业务队列，应为：社会保障、税费办理")]


@pytest.mark.parametrize(
    ("character", "becomes"), [("\ue863", "䶮"), ("\ue81e", "\u9fb4"), ("\ue816", "\U00020087"), ("𮯰", "𮯰"), ("〇", "〇")]
)
def test_a_rare_character_of_an_old_encoding_becomes_its_own(character: str, becomes: str) -> None:
    assert booked(姓名=f"曾{character}")[0][1].name == f"曾{becomes}"


@pytest.mark.parametrize("character", ["\ue000", "\uf8ff", "\ufffd", "\U000f0000", "\U0010fffd"])
def test_a_character_that_nothing_can_show_is_refused(character: str) -> None:
    [(row, key, zh)] = refused(booked, 姓名=f"曾{character}")
    assert (row, key) == (2, "name") and "含有不能显示的字符" in zh


def test_a_character_of_gb_18030_from_2022_is_read_from_its_bytes() -> None:
    assert (
        ROWS.from_csv(
            table(TITLES, SOUND).decode("utf-8-sig").replace("张三", "曾@").encode("gb18030").replace(b"@", b"\xfe\x59")
        )[0][1].name
        == "曾\u9fb4"
    )


def test_a_name_in_gbk_that_happens_to_be_utf8_is_not_guessed() -> None:
    text = "queue,starts_at,ends_at,name\ntax,2026-11-30 09:30,2026-11-30 10:00,薛学\n"
    assert text.encode("gbk").decode() != text
    assert "CSV UTF-8" in refused(ROWS.from_csv, text.encode("gbk"))[0][2]
    assert ROWS.from_csv(text.encode())[0][1].name == ROWS.from_csv(text.encode("utf-8-sig"))[0][1].name == "薛学"


@pytest.mark.parametrize("content", [b"[]", b'{"appointments": []}'])
def test_an_empty_list_is_never_a_success(content: bytes) -> None:
    assert refused(ROWS.from_json, content) == [(0, "", "文件里一行数据也没有")]
    assert refused(ROWS.from_csv, table(TITLES)) == [(0, "", "文件里一行数据也没有")]


def sheet(*rows: list[object]) -> bytes:
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    book.save(file)
    return file.getvalue()


def test_an_excel_file_is_taken_with_its_times_and_without_its_numbers() -> None:
    starts, ends = datetime(2026, 11, 30, 9, 30), datetime(2026, 11, 30, 10, 0)
    taken = ROWS.read(sheet(TITLES, ["1", "税费办理", starts, ends, "张三", NUMBER]), "预约.XLSX")
    assert taken == [(2, booked(身份证号=NUMBER)[0][1])]
    bad = sheet(TITLES, ["1", "tax", starts, ends, "张三", 620524199001011000], ["2", "tax", 46356.39, ends, "=A1", ""])
    problems = refused(ROWS.from_excel, bad)
    assert [problem[:2] for problem in problems] == [(2, "person"), (3, "starts_at"), (3, "name")]
    assert "设为文本" in problems[0][2] and "公式" in problems[2][2]
    assert "一行数据也没有" in refused(ROWS.from_excel, sheet(TITLES))[0][2]
    assert "Excel" in refused(ROWS.from_excel, b"PK")[0][2] and "只能导入" in refused(ROWS.read, b"MZ", "x.exe")[0][2]


def test_a_day_in_an_excel_file_is_a_day() -> None:
    row = [datetime(2026, 11, 2) if title == "收件日期" else value for title, value in CASE.items()]
    assert str(CASES.from_excel(sheet(list(CASE), row))[0][1].received_on) == "2026-11-02"


def test_last_four_of_cards_passports_and_enterprises_are_taken_and_made_plain() -> None:
    for written, kept in (("３４５Ｘ", "345X"), ("001x", "001X"), ("CD2K", "CD2K"), ("", "")):
        assert cases({"证件号码后四位": written})[0][1].id_last_four == kept
    assert "最后4个字母或数字" in refused(cases, {"证件号码后四位": NUMBER})[0][2]


def test_case_numbers_are_the_same_in_any_letters() -> None:
    assert (
        cases({"办件编号": "ws-2026-0001"})[0][1].number
        == cases({"办件编号": "ＷＳ－2026－0001"})[0][1].number
        == "WS-2026-0001"
    )
    assert refused(cases, {}, {"办件编号": "ws-2026-0001"}) == [(3, "number", "WS-2026-0001和第2行重复")]


def test_an_unknown_state_is_told_in_chinese_with_those_that_there_are() -> None:
    assert refused(cases, {"状态": "办结"})[0][2].startswith("“办结”不是办件状态，只能填已收件、待补正、已受理")


CELLS = st.text("0123456789-/:.,;+%（）〔〕号张三Ａ年月日EXx \u200b", max_size=20)
QUOTED = re.compile("“[^”]*”")


def in_one_language(problem: Problem) -> bool:
    """Whether the Chinese of a problem has no English word and the English no Chinese, but for what they quote."""
    zh, en = QUOTED.sub("", problem.zh), QUOTED.sub("", problem.reason)
    return set(re.findall("[A-Za-z]{3,}", zh)) <= {"Excel"} and not re.search("[\u3400-\u9fff]", en) and bool(zh and en)


@given(st.dictionaries(st.sampled_from(TITLES), CELLS, min_size=1), st.dictionaries(st.sampled_from(list(CASE)), CELLS))
def test_whatever_stands_in_a_row_each_sentence_about_it_is_in_one_language(
    booking: dict[str, str], case: dict[str, str]
) -> None:
    for take in (lambda: booked(**booking), lambda: cases(case)):
        try:
            take()
        except BadRows as found:
            assert [(problem.zh, problem.reason) for problem in found.problems if not in_one_language(problem)] == []


@given(st.dictionaries(st.sampled_from(TITLES), st.text(max_size=12), min_size=1))
def test_whatever_stands_in_a_cell_the_row_is_taken_or_refused_in_both_languages(changed: dict[str, str]) -> None:
    try:
        booked(**changed)
    except BadRows as found:
        assert all(problem.reason and problem.zh and not problem.zh.isascii() for problem in found.problems)
