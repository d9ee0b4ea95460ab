"""Papers: what stands on them, that nothing injected is ever run, and that guide, print and preview are one."""

import io
import re
import subprocess
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import zxingcpp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pydantic import ValidationError

from contract.configuration.hall_files import load
from contract.documents import make, render
from contract.documents.papers import (
    TITLES,
    CommitmentPaper,
    DenialPaper,
    FormLine,
    FormPaper,
    Mark,
    ProgressPaper,
    ReceiptPaper,
    RejectionPaper,
    SupplementPaper,
)
from queue_server.catalogue.load import load as load_catalogue

WUSHAN = Path(__file__).parents[4] / "assets" / "halls" / "wushan"
AT = datetime(2026, 11, 23, 9, 5, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(scope="module")
def hall():
    return load(WUSHAN)


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue(WUSHAN)


@pytest.fixture(scope="module")
def head(hall):
    return make.letterhead(hall, example=True)


def words(pdf: bytes) -> str:
    """The text of a PDF without spaces, so that line breaks do not matter."""
    found = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    return re.sub(r"\s+", "", found)


def a_case(head, **more):
    return {
        "head": head,
        "printed_at": AT,
        "number": "WS20261120-12",
        "item": "食品经营许可",
        "applicant": "张*",
        "department": "武山县市场监督管理局",
        "received_on": date(2026, 11, 20),
        "handler": "工号0103",
        "contact": "0938-0000102",
    } | more


def test_a_guide_says_every_element_that_the_rules_ask_for(hall, catalogue, head):
    item = catalogue.item("62052400MZ-JF-0004")
    text = words(render.pdf(make.guide(head, hall, item, catalogue.shared.form, at=AT)))
    for label in (
        "事项编码", "事项类型", "办件类型", "行使层级", "服务对象", "受理条件", "申请材料", "办理流程", "法定办结时限", "承诺办结时限", "收费标准", "办理结果",
        "办理地点", "办理时间", "办理形式", "网办地址", "咨询电话", "监督电话", "投诉电话", "办理依据", "常见问题",
    ):  # fmt: skip
        assert label in text, label
    assert item.name.zh in text and item.name.en.replace(" ", "") in text
    for material in item.materials:
        assert material.name.zh in text
    for step in item.steps:
        assert step.text in text


def test_every_example_item_has_a_guide_and_a_notice(hall, catalogue, head):
    for item in catalogue.items[::9]:
        for paper in (make.guide, make.notice):
            assert item.name.zh in words(render.pdf(paper(head, hall, item, catalogue.shared.form, at=AT)))


def sheets(pdf: bytes) -> list[str]:
    """The text of each page of a PDF."""
    found = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    return found.split("\f")[:-1]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_notice_of_the_example_hall_is_one_sheet(hall, catalogue, head, language):
    english = catalogue.english if language == "en" else None
    windows = [window.id for window in hall.window]
    most = [item for item in catalogue.items if len(item.materials) >= 5]
    assert len(most) > 5, "those with the longest tables"
    for item in most:
        paper = make.notice(
            head, hall, item, catalogue.shared.form, at=AT, web="http://10.0.0.2:8080", english=english, working=windows
        )
        [sheet] = sheets(render.pdf(paper))
        assert {"zh": "四、其他告知", "en": "4. Please note"}[language] in sheet, item.name.zh


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_notice_of_so_much_that_it_needs_two_sheets_is_a_pair_and_whoever_signs_sees_what(hall, catalogue, head, language):
    item = max(catalogue.items, key=lambda item: len(item.materials))
    item = item.model_copy(update={"materials": [*item.materials, *item.materials]})
    english = catalogue.english if language == "en" else None
    first, second = sheets(
        render.pdf(make.notice(head, hall, item, catalogue.shared.form, at=AT, web="http://10.0.0.2:8080", english=english))
    )
    said = {"zh": ("第 {} 页 共 2 页", "四、其他告知", "申请人签收"), "en": ("Page {} of 2", "4. Please note", "Received by")}
    pages, note, signed = said[language]
    for number, sheet in enumerate((first, second), 1):
        assert "".join(pages.format(number).split()) in "".join(sheet.split())
    assert note in second and signed in second and signed not in first


def test_the_blank_form_is_empty_and_the_example_is_filled_in_and_marked(catalogue, head):
    blank = catalogue.form("company-change")
    empty, example = (words(render.pdf(make.form(head, blank, at=AT, filled_in=filled))) for filled in (False, True))
    for field in blank.fields:
        assert field.label in empty and field.label in example
        assert field.example.replace(" ", "") in example
    assert "填写样例" in example and "138****0000" in example
    assert "138****0000" not in empty and "张某某" not in empty


def test_a_receipt_has_item_person_in_charge_date_and_a_place_for_the_seal(head):
    text = words(render.pdf(ReceiptPaper(**a_case(head), promised_on=date(2026, 12, 4))))
    for part in (
        "受理凭证",
        "WS20261120-12",
        "食品经营许可",
        "受理人",
        "工号0103",
        "2026年11月20日",
        "2026年12月4日",
        "审批业务专用章或部门公章",
        "张*",
    ):
        assert part in text, part


def test_the_notice_of_missing_papers_lists_all_of_them_and_the_last_day(head):
    paper = SupplementPaper(**a_case(head), missing=["平面布局图未标注面积", "健康证明缺1份"], due_on=date(2026, 11, 30))
    text = words(render.pdf(paper))
    assert "1.平面布局图未标注面积" in text and "2.健康证明缺1份" in text and "2026年11月30日" in text


@pytest.mark.parametrize("kind", [RejectionPaper, DenialPaper])
def test_a_no_is_given_with_its_reason_a_telephone_and_the_way_to_object(head, kind):
    text = words(render.pdf(kind(**a_case(head), reason="申请事项依法不需要许可")))
    assert TITLES[kind.model_fields["kind"].default].zh in text
    for part in ("申请事项依法不需要许可", "0938-0000102", "行政复议", "公章", "工号0103"):
        assert part in text, part


@pytest.mark.parametrize("kind", [RejectionPaper, DenialPaper])
def test_a_no_without_a_reason_is_never_printed(head, kind):
    with pytest.raises(ValidationError):
        kind(**a_case(head), reason="")


def test_the_progress_slip_and_the_commitment_say_what_they_are_for(head):
    slip = ProgressPaper(
        **a_case(head), state="审查", deadline="还有9个工作日", marks=[Mark(on=date(2026, 11, 20), text="受理")]
    )
    assert "还有9个工作日" in words(render.pdf(slip))
    promise = CommitmentPaper(head=head, printed_at=AT, missing=["健康证明"], due_on=date(2026, 12, 1))
    assert "健康证明2026年12月1日" in words(render.pdf(promise))


def test_fonts_are_embedded_and_pages_are_numbered_a4(hall, catalogue, head, tmp_path):
    made = render.pdf(make.guide(head, hall, catalogue.items[0], catalogue.shared.form, at=AT))
    (path := tmp_path / "guide.pdf").write_bytes(made)
    fonts = subprocess.run(["pdffonts", path], capture_output=True, check=True, text=True).stdout.splitlines()[2:]
    assert fonts and all(line.split()[-5] == "yes" for line in fonts), fonts
    assert "A4" in subprocess.run(["pdfinfo", path], capture_output=True, check=True, text=True).stdout
    assert re.search(r"第1页共\d页", words(made))


def test_the_code_on_paper_opens_the_guide(hall, catalogue, head):
    item = catalogue.items[0]
    guide = make.guide(head, hall, item, catalogue.shared.form, at=AT, web="http://10.0.0.2:8080")
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(render.pages(guide, 900)[0])))
    assert [code.text for code in found] == [f"http://10.0.0.2:8080/g/{item.id}"]


def test_preview_and_print_have_the_same_pages(hall, catalogue, head):
    guide = make.guide(head, hall, catalogue.items[0], catalogue.shared.form, at=AT)
    pages = render.pages(guide, 600)
    assert re.search(rf"共{len(pages)}页", words(render.pdf(guide)))
    assert all(abs(Image.open(io.BytesIO(page)).width - 600) <= 1 for page in pages)


PIECES = [*"#$*_`\\[]{}()<>@=-/.,;'~^&%|!? \n\"", "武", "#panic(", "#read(", "sys.inputs", "]", "#import ", "$x$"]
HOSTILE = st.lists(st.sampled_from(PIECES), min_size=1, max_size=30).map("".join)


@given(text=HOSTILE)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_is_ever_read_as_a_command(head, text):
    paper = FormPaper(
        head=head, printed_at=AT, title=TITLES["form"], fields=[FormLine(label="x" + text, value=text)], item=text
    )
    assert render.pdf(paper).startswith(b"%PDF")


def test_what_looks_like_a_command_is_printed_as_it_was_written(head):
    evil = '#panic("no")*x*$1/2$<b>'
    assert re.sub(r"\s", "", evil) in words(render.pdf(RejectionPaper(**a_case(head), reason=evil)))


@pytest.mark.parametrize("run", ["W" * 300, "https://zwfw.example.gov.cn/" + "q" * 280, "11620524MB1234567X" * 12])
def test_a_long_run_of_letters_breaks_and_stays_on_the_paper(hall, catalogue, head, run):
    item = catalogue.item("62052400MZ-JF-0004")
    item = item.model_copy(update={"conditions": [f"见{run}。"], "online_address": "http://" + run, "place": run[:100]})
    paper = make.guide(head, hall, item, catalogue.shared.form, at=AT)
    for page in render.pages(paper, 900):
        shown = Image.open(io.BytesIO(page)).convert("L")
        margin = shown.crop((round(shown.width * (210 - 14) / 210), 0, shown.width, shown.height))
        assert margin.getextrema()[0] > 200, "something stands in the margin"
    assert run in words(render.pdf(paper)).replace("\u200b", "")
