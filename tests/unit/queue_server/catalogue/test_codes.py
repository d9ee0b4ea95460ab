"""Codes of items, organisations and persons. The vectors are real codes taken apart, or computed by the published rules."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queue_server.catalogue.codes import (
    USCC_ALPHABET,
    BadCode,
    LocalCode,
    NationalCode,
    organisation_check,
    region_code,
    region_level,
    uscc_check,
    uscc_problem,
)


def test_a_local_code_falls_into_region_department_type_and_serial():
    assert LocalCode.parse("62052400MZ-XK-0001") == LocalCode("62052400", "MZ", "XK", 1)
    assert LocalCode.parse("62052400GS-DL-0003") == LocalCode("62052400", "GS", "DL", 3)


@settings(deadline=None)
@given(st.from_regex(r"\A(62|11)(05|31)(24|01)(00|03)[A-Z]{2}-[A-Z]{2}-[0-9]{3}[1-9]\Z"))
def test_a_local_code_reads_back_as_it_was_written(text):
    assert str(LocalCode.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "62052400MZ-XK-1",
        "62052400mz-XK-0001",
        "62052400MZXK0001",
        "62052400MZ-XK-0000",
        "62002400MZ-XK-0001",
        "00000000MZ-XK-0001",
        "٦٢٠٥٢٤٠٠MZ-XK-0001",
        "62052400MZ-XK-0001\n",
    ],
)
def test_a_malformed_local_code_is_refused(text):
    with pytest.raises(BadCode):
        LocalCode.parse(text)


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_text_as_a_local_code_is_read_or_refused(text):
    with contextlib.suppress(BadCode):
        assert str(LocalCode.parse(text)) == text


def test_a_region_is_padded_with_zeros_behind_its_last_level():
    assert region_code("62") == "62000000"
    assert region_code("62", "05") == "62050000"
    assert region_code("62", "05", "24") == "62052400"
    assert region_code("62", "05", "24", "03") == "62052403"
    assert [region_level(c) for c in ("62000000", "62050000", "62052400", "62052403")] == ["province", "city", "county", "town"]


@pytest.mark.parametrize("parts", [("62", "", "24"), ("6",), ("62", "5"), ("", "05")])
def test_a_region_with_a_gap_or_a_wrong_length_is_refused(parts):
    with pytest.raises(BadCode):
        region_code(*parts)


@pytest.mark.parametrize(
    ("text", "agency", "level", "basic", "handled"),
    [
        ("11370800MB285591843370118009001", "11370800MB28559184", "3", "370118009001", None),
        ("11370800MB2855918430001171120000" + "1", "11370800MB28559184", "3", "000117112000", "01"),
        ("11310000MB2F30661Y231200356400001", "11310000MB2F30661Y", "2", "312003564000", "01"),
        ("3370118009001", None, "3", "370118009001", None),
        ("370118009001", None, None, "370118009001", None),
        ("511A0138000000-511602000000-000-11511301008778183N-1-00", "11511301008778183N", None, "511A0138000000", None),
        ("512B0053300006-511602000000-000-083372204-1-00", None, None, "512B0053300006", None),
        ("G-000007-001-511602000000-000-115113010833722043-1-00", "115113010833722043", None, "G-000007-001", None),
        ("511A0138000000-511602000000-000", None, None, None, None),
        ("511A0138000000-5116-000-11511301008778183N-1-00", None, None, None, None),
    ],
)
def test_national_codes_in_use_fall_into_their_parts_or_stay_opaque(text, agency, level, basic, handled):
    code = NationalCode.parse(text)
    assert (code.text, code.agency, code.level, code.basic, code.handled) == (text, agency, level, basic, handled)


def test_the_type_stands_inside_the_basic_code():
    assert NationalCode.parse("11310000MB2F30661Y231200356400001").type == "20"
    assert NationalCode.parse("370118009001").type == "01"


@pytest.mark.parametrize(
    ("basic", "type"),
    [
        ("511A0138000000", "01"),
        ("511F33033003", "07"),
        ("511Z07001006", "10"),
        ("512C0053300008", "20"),
        ("G-000007-001", None),
    ],
)
def test_a_code_with_hyphens_names_region_and_type_where_its_province_says_it(basic, type):
    code = NationalCode.parse(f"{basic}-511602000000-000-11511301008778183N-1-00")
    assert (code.type, code.region, code.built_locally) == (type, "511602000000", False)


def test_a_code_with_eight_zeros_was_built_locally():
    assert NationalCode.parse("3370100000000").built_locally
    assert not NationalCode.parse("3370118009001").built_locally


GOOD_USCC = ["91350100M000100Y43", "11370800MB28559184", "11310000MB2F30661Y", "11511301008778183N"]


@pytest.mark.parametrize("code", GOOD_USCC)
def test_real_social_credit_codes_hold(code):
    assert uscc_problem(code) is None
    assert uscc_problem(code.lower()) is None
    assert uscc_check(code) == code[17]
    assert organisation_check(code[8:16]) == code[16]


def test_an_agency_code_known_to_fail_is_found():
    assert uscc_problem("11370500004311394A") is not None


@settings(deadline=None)
@given(st.sampled_from(GOOD_USCC), st.integers(0, 17), st.sampled_from(USCC_ALPHABET))
def test_one_mistyped_character_of_a_social_credit_code_is_always_found(code, place, character):
    wrong = code[:place] + character + code[place + 1 :]
    assert (uscc_problem(wrong) is None) == (wrong == code)


@pytest.mark.parametrize("code", ["", "91350100M000100Y4", "91350100M0O0100Y43", "91350100M000100Y430"])
def test_a_social_credit_code_of_wrong_length_or_letters_is_refused(code):
    assert uscc_problem(code)


@settings(deadline=None)
@given(st.text(max_size=20))
def test_any_text_as_a_credit_code_gets_an_answer(text):
    assert uscc_problem(text) is None or uscc_problem(text)
