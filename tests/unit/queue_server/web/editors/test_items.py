"""The editors' pages: who may do what with an item, what is refused and how it is said, files in and out."""

from __future__ import annotations

import html
import io
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from contract.configuration.hall_files import load
from contract.guides.item import Item
from queue_server.catalogue import excel, exchange
from queue_server.catalogue.columns import DEFAULTS
from queue_server.catalogue.form import Filled
from queue_server.catalogue.hall_guides import FOLDER
from queue_server.catalogue.lifecycle import History
from queue_server.web.editors.item_rows import drop_empty
from tests.web_hall import WebHall, csrf, log_in

WUSHAN = Path(__file__).parents[5] / "assets" / "halls" / "wushan"
CODE = "62052400MZ-JF-0001"
PAGE = f"/items/{CODE.lower()}"
FOREIGN = "/items/62052400ga-qr-0001"
FIELD = re.compile(
    r'<input name="([^"]+)" value="([^"]*)"|<textarea name="([^"]+)"[^>]*>\n?([^<]*)</textarea>'
    r'|<input type="checkbox" name="([^"]+)" value="([^"]*)" checked|<select name="([^"]+)">(.*?)</select>',
    re.S,
)


class Office:
    """The hall, and one browser for each account that logs in."""

    def __init__(self, hall: WebHall) -> None:
        self.hall = hall
        self.app = hall.open()
        self.hall.edition()

    def at(self, name: str) -> TestClient:
        browser = TestClient(self.app, base_url="http://hall", follow_redirects=False)
        assert log_in(browser, name) == 303
        return browser

    def history(self, code: str = CODE) -> History:
        assert self.hall.guides is not None
        return self.hall.guides.library.history(code)

    def states(self) -> list[str]:
        return [version.state for version in self.history()]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the guide file of the hall as it begins, so that not every test builds it again."""
    hall = WebHall(tmp_path_factory.mktemp("built"), load(WUSHAN), items=WUSHAN)
    Office(hall)
    hall.close()
    return hall.folder / FOLDER


@pytest.fixture
def office(built: Path, tmp_path: Path) -> Iterator[Office]:
    shutil.copytree(built, tmp_path / FOLDER)
    hall = WebHall(tmp_path, load(WUSHAN), items=WUSHAN)
    yield Office(hall)
    hall.close()


@pytest.fixture(scope="module")
def calm(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One hall for all tests in which nothing may change."""
    folder = tmp_path_factory.mktemp("calm")
    shutil.copytree(built, folder / FOLDER)
    hall = WebHall(folder, load(WUSHAN), items=WUSHAN)
    yield Office(hall)
    hall.close()


def fields(page: str) -> list[tuple[str, str]]:
    """What a browser would post from the form of an item, without pressing a button."""
    found = []
    for match in FIELD.finditer(page):
        name = match[1] or match[3] or match[5] or match[7]
        value = match[2] or match[4] or match[6] or ""
        if match[7]:
            chosen = re.search(r'<option value="([^"]*)" selected>', match[8])
            value = chosen[1] if chosen else ""
        found.append((name, html.unescape(value)))
    return found


def post_form(browser: TestClient, path: str, do: str = "save", **changed: str) -> Any:
    """Open a form, change some fields, press a button."""
    page = browser.get(path).text
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen
    wanted = {key.replace("__", "."): value for key, value in changed.items()}
    sent: dict[str, list[str]] = {"csrf": [csrf(page)], "seen": [seen[1]], "do": [do]}
    for name, value in fields(page):
        if name not in wanted:
            sent.setdefault(name, []).append(value)
    return browser.post(path, data=sent | {name: [value] for name, value in wanted.items()})


def move(browser: TestClient, do: str, reason: str = "", path: str = PAGE, seen: str = "") -> Any:
    page = browser.get(path).text
    found = re.search(r'name="seen" value="(\d+)"', page)
    form = {"csrf": csrf(page), "seen": seen or (found[1] if found else "1"), "do": do, "reason": reason}
    return browser.post(path, data=form)


# --- who sees and does what -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["/items", PAGE, f"{PAGE}/edit", f"{PAGE}/v/1", "/items/new", "/items/import", "/items/export.xlsx", "/items/english"],
)
def test_the_editors_pages_are_for_editors_only(calm: Office, path: str) -> None:
    stranger = TestClient(calm.app, base_url="http://hall", follow_redirects=False)
    assert stranger.get(path).headers["location"].startswith("/log-in")
    assert calm.at("0101").get(path).status_code == 403


def test_an_entry_account_sees_the_items_of_its_own_department_only(calm: Office) -> None:
    entry = calm.at("entry")
    page = entry.get("/items?department=武山县公安局").text
    assert "最低生活保障" in page
    assert "居民身份证" not in page
    for path in (FOREIGN, f"{FOREIGN}/edit", f"{FOREIGN}/v/1"):
        assert entry.get(path).status_code == 403
    exported = exchange.from_json(entry.get("/items/export.json?department=武山县公安局").content)
    assert {item.department for item in exported} == {"武山县民政局"}


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}/edit", "/items/new", "/items/import", "/items/english"])
def test_a_post_without_the_token_of_its_form_changes_nothing(calm: Office, path: str) -> None:
    answer = calm.at("entry").post(path, data={"csrf": "made-up", "do": "save", "seen": "1"})
    assert answer.status_code == 403
    assert calm.states() == ["in-force"]


@pytest.mark.parametrize("name", ["establishment", "service", "admin"])
def test_only_entry_accounts_write(calm: Office, name: str) -> None:
    browser = calm.at(name)
    for path in (f"{PAGE}/edit", "/items/new", "/items/import"):
        assert browser.get(path).status_code == 403
    assert "修改（开始新版本）" not in browser.get(PAGE).text


# --- the life of a change ---------------------------------------------------------------------------------------------


def test_a_change_goes_through_three_hands_and_then_to_the_public(office: Office) -> None:
    version = office.hall.edition().version
    entry, establishment, service = office.at("entry"), office.at("establishment"), office.at("service")
    assert post_form(entry, f"{PAGE}/edit", name__zh="最低生活保障金").status_code == 303
    assert office.states() == ["in-force", "draft"]
    for browser, do in ((entry, "submit"), (establishment, "approve")):
        assert move(browser, do).status_code == 303
    assert "最低生活保障金" not in entry.get(f"/g/{CODE}").text
    assert "示例数据" in entry.get(f"/g/{CODE}").text
    assert move(service, "publish").status_code == 303
    assert office.states() == ["archived", "in-force"]
    assert office.hall.edition(after=version).version != version
    page = entry.get(f"/g/{CODE}").text
    assert "最低生活保障金</h1>" in page and "示例数据" not in page, "this one the hall has written itself"
    assert "最低生活保障</h1>" in service.get(f"{PAGE}/v/1").text
    page = office.at("admin").get("/audit").text
    for word in ("保存事项", "提交事项", "审核事项", "发布事项"):
        assert f"<td>{word}</td>" in page


def test_a_form_saved_as_it_was_opened_changes_nothing_of_the_item(office: Office) -> None:
    before = Item.model_validate_json(office.history()[0].content)
    assert post_form(office.at("entry"), f"{PAGE}/edit").status_code == 303
    assert Item.model_validate_json(office.history()[1].content) == before


def test_a_return_needs_a_reason_and_the_department_reads_it(office: Office) -> None:
    entry, establishment = office.at("entry"), office.at("establishment")
    post_form(entry, f"{PAGE}/edit", result="决定书")
    move(entry, "submit")
    answer = move(establishment, "return")
    assert (answer.status_code, "请写明原因" in answer.text) == (409, True)
    assert move(establishment, "return", "<b>法定时限</b>写错了").status_code == 303
    page = entry.get(PAGE).text
    assert "&lt;b&gt;法定时限&lt;/b&gt;写错了" in page
    assert office.states() == ["in-force", "draft"]


@pytest.mark.parametrize(
    ("name", "do"), [("entry", "approve"), ("entry", "abolish"), ("service", "abolish"), ("establishment", "publish")]
)
def test_a_move_that_is_not_ones_own_is_refused(calm: Office, name: str, do: str) -> None:
    assert move(calm.at(name), do, "试一试").status_code == 409
    assert calm.states() == ["in-force"]


def test_nonsense_instead_of_a_move_is_a_bad_request(calm: Office) -> None:
    browser = calm.at("entry")
    assert move(browser, "burn").status_code == 400
    assert move(browser, "submit", seen="x").status_code == 400


def test_who_was_overtaken_is_told_and_overwrites_nothing(office: Office) -> None:
    slow, quick = office.at("entry"), office.at("entry")
    page = slow.get(f"{PAGE}/edit").text
    assert post_form(quick, f"{PAGE}/edit", result="快的人写的").status_code == 303
    sent = {"csrf": [csrf(page)], "seen": ["1"], "do": ["save"]}
    for field, value in fields(page):
        sent.setdefault(field, []).append(value)
    answer = slow.post(f"{PAGE}/edit", data=sent | {"result": ["慢的人写的"]})
    kept = answer.headers["location"]
    shown = slow.get(kept).text
    assert "您填写期间有人改动了这个事项" in shown and 'value="慢的人写的"' in shown
    assert Item.model_validate_json(office.history()[1].content).result == "快的人写的"
    assert post_form(slow, kept).headers["location"] == PAGE, "saved once more, it is what was written here"
    assert Item.model_validate_json(office.history()[1].content).result == "慢的人写的"


def test_an_abolished_item_is_gone_for_the_public(office: Office) -> None:
    version = office.hall.edition().version
    assert move(office.at("establishment"), "abolish", "依据已废止").status_code == 303
    office.hall.edition(after=version)
    assert office.at("entry").get(f"/g/{CODE}").status_code == 404
    assert office.at("entry").get(f"{PAGE}/edit").status_code == 403


def test_who_submitted_takes_it_back_until_it_is_approved(office: Office) -> None:
    entry, establishment = office.at("entry"), office.at("establishment")
    post_form(entry, f"{PAGE}/edit", result="决定书")
    move(entry, "submit")
    assert "收回来再改" in entry.get(PAGE).text and "收回来再改" not in establishment.get(PAGE).text
    assert move(entry, "withdraw").status_code == 303
    assert office.states() == ["in-force", "draft"]
    move(entry, "submit"), move(establishment, "approve")
    assert (move(entry, "withdraw").status_code, office.states()) == (409, ["in-force", "approved"])


def test_a_reviewer_sees_what_was_changed_and_the_writer_why_it_came_back(office: Office) -> None:
    entry, establishment = office.at("entry"), office.at("establishment")
    post_form(entry, f"{PAGE}/edit", result="决定书", faq__0__a="现在要十天。", materials__1__copies="7")
    move(entry, "submit")
    page = establishment.get(PAGE).text
    assert "与公布的版本有 3 处不同" in page
    table = page[page.index("与公布的版本") : page.index("<h2>版本")]
    assert "决定书" in table and "现在要十天。" in table and "常见问题 1" in table and "材料 2" in table
    assert "等编办审核" in page
    move(establishment, "return", "复印件不用七份")
    page = entry.get(PAGE).text
    assert "复印件不用七份" in page[: page.index("actions-card")]
    assert "与公布的版本" not in office.at("service").get("/items/62052400mz-jf-0002").text


# --- the form ---------------------------------------------------------------------------------------------------------


def test_problems_stand_at_their_fields_and_what_was_typed_is_kept(office: Office) -> None:
    entry = office.at("entry")
    answer = post_form(entry, f"{PAGE}/edit", telephone="不知道", name__zh="新的名字", materials__1__originals="好几")
    shown = entry.get(answer.headers["location"]).text
    assert 'id="problem-telephone"' in shown and 'id="problem-materials.1.originals"' in shown
    assert 'name="name.zh" value="新的名字"' in shown and "提交审核前还要填好 2 处" in shown
    assert office.states() == ["in-force"]
    assert entry.get(f"{PAGE}/edit").headers["location"] == answer.headers["location"], "the form goes on where it was left"
    assert "没填完的 1 项" in entry.get("/items").text and "新的名字" in entry.get("/items").text
    done = post_form(entry, answer.headers["location"], telephone="0938-0000101", materials__1__originals="1")
    assert (done.headers["location"], office.states()) == (PAGE, ["in-force", "draft"])
    assert "没填完的" not in entry.get("/items").text


def test_everything_that_is_missing_is_named(office: Office) -> None:
    entry = office.at("entry")
    begin = {"csrf": csrf(entry.get("/items/new").text), "seen": "0", "do": "save"}
    kept = entry.post("/items/new", data=begin)
    page = entry.get(kept.headers["location"]).text
    listed = page[page.index("提交审核前还要填好") : page.index('class="item-form"')]
    lines = re.findall(r"<li>(.*?)</li>", listed, re.S)
    count = re.search(r"还要填好 (\d+) 处", listed)
    assert count is not None and len(lines) == int(count[1]) > 5
    assert [line for line in lines if line.strip() == "没有填写"] == []


@pytest.mark.parametrize(
    "written",
    [{}, {"name.zh": "只有名称"}, {"code": "不知道", "promised_limit.days": "很快"}, {"materials.0.name.zh": "一份材料"}],
)
def test_a_form_is_kept_whatever_is_missing_in_it(office: Office, written: dict[str, str]) -> None:
    entry = office.at("entry")
    sent = {"csrf": csrf(entry.get("/items/new").text), "seen": "0", "do": "save", **written}
    kept = entry.post("/items/new", data=sent).headers["location"]
    assert kept.startswith("/items/unfinished/")
    shown = dict(fields(entry.get(kept).text))
    assert {key: shown.get(key) for key in written} == written
    assert entry.get(kept.replace("unfinished/", "unfinished/9")).status_code == 404
    page = entry.get(kept).text
    assert entry.post(kept, data={"csrf": csrf(page), "seen": "0", "do": "discard"}).status_code == 303
    assert entry.get(kept).status_code == 404


def test_an_unfinished_form_is_its_departments_alone(office: Office) -> None:
    assert office.hall.guides is not None
    number = office.hall.guides.unfinished.keep(
        Filled({"name.zh": "别人的"}), number=0, code="", department="武山县公安局", seen=0, account="x"
    )
    entry = office.at("entry")
    assert entry.get(f"/items/unfinished/{number}").status_code == 403
    assert "别人的" not in entry.get("/items").text
    for name in ("establishment", "service", "admin"):
        assert office.at(name).get(f"/items/unfinished/{number}").status_code == 403


def test_an_item_needs_no_english_to_be_entered_and_its_readers_are_told(office: Office) -> None:
    entry = office.at("entry")
    without = {"name__en": "", "summary__en": "", "department_en": "", "materials__0__name__en": ""}
    assert post_form(entry, f"{PAGE}/edit", **without).headers["location"] == PAGE
    item = Item.model_validate_json(office.history()[1].content)
    assert (item.name.en, item.department_en) == (item.name.zh, item.department)
    assert item.materials[0].name.en == item.materials[0].name.zh
    assert "缺少英文" in entry.get(PAGE).text and "须改" not in entry.get(PAGE).text
    assert dict(fields(entry.get(f"{PAGE}/edit").text))["name.en"] == ""
    entry.cookies.set("lang", "en")
    assert "in Chinese only" in entry.get(f"{PAGE}/v/2").text


# --- faults stop a submission -----------------------------------------------------------------------------------------


def test_an_item_with_a_fault_is_submitted_only_with_a_reason_that_the_audit_keeps(office: Office) -> None:
    entry, establishment = office.at("entry"), office.at("establishment")
    post_form(entry, f"{PAGE}/edit", materials__0__originals="0", materials__0__copies="0")
    page = entry.get(PAGE).text
    assert "还有 1 处须改，改好才能提交审核" in page and "仍要提交" in page
    assert (move(entry, "submit").status_code, office.states()) == (409, ["in-force", "draft"])
    assert move(entry, "submit", "省里的模板就是这样").status_code == 303
    assert office.states() == ["in-force", "reviewed"]
    assert "省里的模板就是这样" in establishment.get(PAGE).text
    assert "省里的模板就是这样" in office.at("admin").get("/audit").text
    assert move(establishment, "return", "请补份数").status_code == 303
    post_form(entry, f"{PAGE}/edit", materials__0__originals="1")
    assert "还有" not in entry.get(PAGE).text and move(entry, "submit").status_code == 303


def test_an_empty_row_of_a_new_item_is_no_row() -> None:
    fields = Filled()
    fields.rows["materials"] = [DEFAULTS["materials"] | {"id": "material-1"}, {"id": "material-2", "name.zh": "身份证"}]
    fields.rows["faq"] = [{"q": "", "a": ""}, {"q": "要多久？", "a": ""}, {}]
    fields.rows["steps"] = [{"id": "step-1", "kind": "步骤", "text": "受理"}, {"id": "step-2", "text": ""}]
    drop_empty(fields)
    assert [row.get("name.zh") for row in fields.rows["materials"]] == ["身份证"]
    assert fields.rows["faq"] == [{"q": "要多久？", "a": ""}], "a row that is half filled in stays, and is asked about"
    assert [row["id"] for row in fields.rows["steps"]] == ["step-1"]


def test_an_item_with_a_blank_question_is_saved(office: Office) -> None:
    post_form(office.at("entry"), f"{PAGE}/edit", faq__9__q="", faq__9__a="")
    assert office.states() == ["in-force", "draft"]


def test_rows_are_added_moved_and_removed_without_scripts(calm: Office) -> None:
    entry = calm.at("entry")
    path = f"{PAGE}/edit"
    page = post_form(entry, path, do="add:materials").text
    assert 'name="materials.5.name.zh" value="" autofocus' in page
    first = re.findall(r'name="faq\.\d\.q" value="([^"]+)"', entry.get(path).text)
    page = post_form(entry, path, do="up:faq.1").text
    assert re.findall(r'name="faq\.\d\.q" value="([^"]+)"', page) == first[1::-1]
    page = post_form(entry, path, do="remove:faq.0").text
    assert re.findall(r'name="faq\.\d\.q" value="([^"]+)"', page) == first[1:]
    assert calm.states() == ["in-force"]


def test_ids_of_rows_are_made_by_the_program_and_steps_lead_to_each_other_by_their_words(calm: Office) -> None:
    entry = calm.at("entry")
    page = post_form(entry, "/items/new", do="add:steps").text
    assert 'name="steps.4.id" value="step-1" type="hidden"' in page
    assert '<option value="accept" selected>2. 窗口受理</option>' in page
    page = post_form(entry, "/items/new", do="add:materials", common="id-card").text
    assert 'name="materials.1.name.zh" value="居民身份证"' in page and 'value="id-card" type="hidden"' in page


def test_what_has_to_be_filled_in_is_marked_in_the_form(calm: Office) -> None:
    page = calm.at("entry").get("/items/new").text
    for key, marked in (("name.zh", True), ("name.en", False), ("telephone", True), ("national_code", False)):
        label = page[: page.index(f'name="{key}"')].rpartition("<label>")[2]
        assert ('class="must"' in label) == marked, key


def test_a_new_item_begins_with_what_the_department_has_in_common(office: Office) -> None:
    entry = office.at("entry")
    page = entry.get("/items/new").text
    assert "0938-0000101" in page
    wanted = {
        "code": "62052400MZ-JF-0099", "name.zh": "试点补贴", "name.en": "Trial allowance", "summary.zh": "试点期间发放。",
        "summary.en": "Paid during the trial.", "kind": "承诺件", "basis": "社会救助暂行办法|第九条", "conditions": "户籍在本县",
        "legal_limit.days": "30", "promised_limit.days": "10", "result": "决定书", "certificate": "否",
        "materials.0.name.zh": "居民身份证", "materials.0.name.en": "ID card",
        "materials.0.copies": "1", "faq.0.q": "多久？", "faq.0.a": "十个工作日。",
    }  # fmt: skip
    changed = {key.replace(".", "__"): value for key, value in wanted.items()}
    answer = post_form(entry, "/items/new", **changed)
    assert answer.headers.get("location") == "/items/62052400mz-jf-0099", re.findall(
        r'class="problem"[^>]*>([^<]+)', answer.text
    )
    assert [version.state for version in office.history("62052400MZ-JF-0099")] == ["draft"]
    again = post_form(entry, "/items/new", **changed)
    assert "这个编码已有事项" in entry.get(again.headers["location"]).text


def test_the_department_of_an_item_cannot_be_posted(office: Office) -> None:
    assert (
        post_form(office.at("entry"), f"{PAGE}/edit", department="武山县公安局", code="62052400GA-QR-0001").status_code == 303
    )
    newest = Item.model_validate_json(office.history()[-1].content)
    assert (newest.department, newest.code) == ("武山县民政局", CODE)
    assert len(office.history("62052400GA-QR-0001")) == 1


# --- files ------------------------------------------------------------------------------------------------------------


def upload(browser: TestClient, name: str, content: bytes) -> Any:
    page = browser.get("/items/import").text
    return browser.post("/items/import", data={"csrf": csrf(page)}, files={"file": (name, content)})


@pytest.mark.parametrize("suffix", ["xlsx", "zip"])
def test_an_export_is_changed_and_imported_as_drafts(office: Office, suffix: str) -> None:
    entry = office.at("entry")
    read, write = {"xlsx": (excel.from_excel, excel.to_excel), "zip": (exchange.from_csv, exchange.to_csv)}[suffix]
    items = read(entry.get(f"/items/export.{suffix}").content)
    changed = [items[0].model_copy(update={"result": "新的结果名称"}), *items[1:]]
    answer = upload(entry, f"items.{suffix}", write(changed))
    assert f"新增 0 项，修改 1 项，没有变化 {len(items) - 1} 项" in answer.text
    assert [version.state for version in office.history(items[0].code)] == ["in-force", "draft"]


def test_a_bad_file_is_answered_with_row_column_and_reason_and_changes_nothing(calm: Office) -> None:
    entry = calm.at("entry")
    items = exchange.from_json(entry.get("/items/export.json").content)
    good = io.BytesIO(exchange.to_csv(items))
    bad = io.BytesIO()
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(bad, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(items[1].telephone.encode(), "没有".encode(), 2))
    answer = upload(entry, "items.zip", bad.getvalue())
    assert answer.status_code == 400
    assert re.search(r"<td>事项</td><td>2</td><td>咨询电话</td><td[^>]*>“没有”格式不对", answer.text)
    assert re.search(r"<td>事项</td><td>3</td><td>咨询电话</td><td[^>]*>“没有”格式不对", answer.text)
    assert all(len(calm.history(item.code)) == 1 for item in items)


@pytest.mark.parametrize(
    ("name", "content"),
    [("x.xlsx", b"PK\x03\x04junk"), ("x.json", b"[" * 100_000), ("x.exe", b"MZ"), ("", b"x"), ("x.zip", b"")],
)
def test_a_file_that_is_none_is_refused_in_plain_words(calm: Office, name: str, content: bytes) -> None:
    answer = upload(calm.at("entry"), name, content)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


def test_items_of_another_department_cannot_be_imported(calm: Office) -> None:
    items = exchange.from_json(calm.at("service").get("/items/export.json?department=武山县公安局").content)
    changed = [items[0].model_copy(update={"result": "别的部门写的"}), *items[1:]]
    answer = upload(calm.at("entry"), "items.json", exchange.to_json(changed))
    assert answer.status_code == 400
    assert "“武山县公安局”不是本账号的部门“武山县民政局”" in answer.text
    assert len(calm.history(items[0].code)) == 1


# --- the English of the sentences -------------------------------------------------------------------------------------

ENGLISH = "/items/english"
CONDITION = "家庭财产状况符合规定"


def write_english(browser: TestClient, zh: str, en: str, was: str) -> Any:
    """Write the English of one sentence, as the page does."""
    token = csrf(browser.get(f"{ENGLISH}?every=true").text)
    return browser.post(ENGLISH, data={"csrf": token, "zh.0": zh, "was.0": was, "en.0": en})


def written(office: Office) -> dict[str, str]:
    assert office.hall.guides is not None
    return office.hall.guides.translations.all()


def test_the_page_of_english_shows_the_sentences_of_ones_own_department(calm: Office) -> None:
    entry, service = calm.at("entry"), calm.at("service")
    assert "每一句都有英文" in entry.get(ENGLISH).text
    shown = entry.get(f"{ENGLISH}?every=true&q=家庭财产").text
    assert CONDITION in shown and "Household property is within the rules" in shown
    for sentence in ("未满十六周岁的提供", "出国奔丧"):
        assert sentence not in entry.get(f"{ENGLISH}?every=true&q={sentence}").text.replace(f'value="{sentence}"', "")
        assert sentence in service.get(f"{ENGLISH}?every=true&q={sentence}").text.replace(f'value="{sentence}"', "")


def test_a_sentence_without_english_is_listed_until_it_is_written_and_public_at_once(office: Office) -> None:
    entry = office.at("entry")
    post_form(entry, f"{PAGE}/edit", conditions="家里有一只会说话的猫")
    assert "还有 1 句没有英文" in entry.get(ENGLISH).text
    assert "家里有一只会说话的猫" in entry.get(ENGLISH).text
    before = office.hall.edition()
    answer = write_english(entry, "家里有一只会说话的猫", "  There is a cat \n that talks ", "")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{ENGLISH}?saved=1")
    assert written(office)["家里有一只会说话的猫"] == "There is a cat that talks"
    assert "每一句都有英文" in entry.get(ENGLISH).text
    office.hall.edition(after=before.version)
    entry.cookies.set("lang", "en")
    preview = entry.get(f"{PAGE}/v/2").text
    assert "There is a cat that talks" in preview and "in Chinese only" not in preview


def test_changed_english_reaches_the_phone_and_the_audit(office: Office) -> None:
    before = office.hall.edition()
    was = written(office)[CONDITION]
    assert write_english(office.at("service"), CONDITION, "The property is small enough", was).status_code == 303
    office.hall.edition(after=before.version)
    phone = TestClient(office.app, base_url="http://hall", headers={"accept-language": "en"})
    assert "The property is small enough" in phone.get(f"/g/{CODE}").text
    audit = office.at("admin").get("/audit").text
    assert "<td>改写英文</td>" in audit and CONDITION in audit


def test_english_that_somebody_else_changed_meanwhile_is_not_written_over(office: Office) -> None:
    entry, was = office.at("entry"), written(office)[CONDITION]
    assert write_english(entry, CONDITION, "First", was).status_code == 303
    late = write_english(office.at("service"), CONDITION, "Second", was)
    assert late.status_code == 409
    assert "Second</textarea>" in late.text and "现在是：First" in late.text
    assert written(office)[CONDITION] == "First"
    assert write_english(entry, CONDITION, "", "First").status_code == 303
    assert written(office)[CONDITION] == was, "the hall's file speaks again"


def test_english_is_written_for_ones_own_sentences_only_and_never_by_those_who_only_look(office: Office) -> None:
    foreign = "出国奔丧、探望危重病人、留学开学等紧急情形可以加急，五个工作日内签发。"
    was = written(office)[foreign]
    write_english(office.at("entry"), foreign, "Wrong", was)
    write_english(office.at("service"), "这句话不在任何指南里", "Nowhere", "")
    admin = office.at("admin")
    page = admin.get(f"{ENGLISH}?every=true").text
    assert "readonly" in page
    assert admin.post(ENGLISH, data={"csrf": csrf(page), "zh.0": foreign, "was.0": was, "en.0": "Wrong"}).status_code == 403
    assert written(office)[foreign] == was
    assert "这句话不在任何指南里" not in written(office)


def test_english_that_is_too_long_is_refused(office: Office) -> None:
    was = written(office)[CONDITION]
    assert write_english(office.at("service"), CONDITION, "x" * 4001, was).status_code == 400
    assert written(office)[CONDITION] == was
