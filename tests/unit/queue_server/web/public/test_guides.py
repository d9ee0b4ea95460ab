"""Guides on the phone: found, read and downloaded by anybody; the guide file for the kiosks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from contract.configuration.hall_files import load
from contract.wire import messages
from tests.web_hall import WebHall

WUSHAN = Path(__file__).parents[5] / "assets" / "halls" / "wushan"
CODE = "62052400mz-jf-0001"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebHall]:
    hall = WebHall(tmp_path_factory.mktemp("hall"), load(WUSHAN), items=WUSHAN)
    yield hall
    hall.close()


@pytest.fixture(scope="module")
def phone(hall: WebHall) -> Iterator[TestClient]:
    with TestClient(hall.open(), base_url="http://hall", follow_redirects=False) as client:
        hall.edition()
        yield client


@pytest.fixture(scope="module")
def version(hall: WebHall, phone: TestClient) -> messages.CatalogueVersion:
    return hall.edition()


def test_the_announced_file_is_fetched_whole_and_may_be_kept_for_ever(
    phone: TestClient, version: messages.CatalogueVersion
) -> None:
    answer = phone.get(version.url.removeprefix("http://hall"))
    assert hashlib.sha256(answer.content).hexdigest() == version.sha256
    assert "immutable" in answer.headers["cache-control"]


def test_no_other_file_of_the_server_can_be_fetched(phone: TestClient) -> None:
    for name in ("0" * 64, "..%2f..%2fledger", "unnamed", "%2e%2e/ledger"):
        assert phone.get(f"/catalogue/{name}.db").status_code == 404


def test_a_guide_says_first_what_to_bring_where_how_long_and_what_it_costs(phone: TestClient) -> None:
    page = phone.get(f"/g/{CODE}", headers={"accept-language": "zh-CN"}).text
    places = [page.index(text) for text in ("最低生活保障</h1>", "5 样材料", "01、02、10、11 号窗口", "20 个工作日", "不收费")]
    assert places == sorted(places)
    assert places[-1] < page.index("<h2>申请材料")
    for text in ("最低生活保障申请书", "社会救助暂行办法", "在外地打工能申请吗", "0938-0000201", "不代表武山县正式办事指南"):
        assert text in page
    assert "<script" not in page
    assert len(page.encode()) < 20_000


def test_an_english_phone_gets_the_names_and_the_summary_in_english(phone: TestClient) -> None:
    page = phone.get(f"/g/{CODE.upper()}", headers={"accept-language": "en"}).text
    for text in (
        "Minimum living allowance",
        "Documents: 5",
        "Windows 01, 02, 10, 11",
        "20 working days",
        "Free",
        "Resident ID card",
    ):
        assert text in page


@pytest.mark.parametrize("query", ["社保卡", "shebaoka", "sbk", "社保ka"])
def test_a_search_finds_by_characters_pinyin_and_initials_and_marks_what_matched(phone: TestClient, query: str) -> None:
    page = phone.get("/g", params={"q": query}).text
    assert "社会保障卡申领" in page
    assert "<mark>社保卡</mark>" in page


@pytest.mark.parametrize("query", ["<script>alert(1)</script>", "' OR 1=1 --", "%" * 40, "\x00", "好" * 500, "\\u0000"])
def test_a_hostile_query_is_only_a_text_that_finds_nothing(phone: TestClient, query: str) -> None:
    answer = phone.get("/g", params={"q": query})
    assert answer.status_code == 200
    assert "<script" not in answer.text


@pytest.mark.parametrize("chosen", ["theme=family", "event=newborn", "department=武山县民政局", "who=person", "who=enterprise"])
def test_guides_are_listed_by_theme_event_department_and_reader(phone: TestClient, chosen: str) -> None:
    assert f"/g?{chosen}" in phone.get("/g").text.replace(
        "%E6%AD%A6%E5%B1%B1%E5%8E%BF%E6%B0%91%E6%94%BF%E5%B1%80", "武山县民政局"
    )
    assert phone.get(f"/g?{chosen}").text.count('<li><a href="/g/') >= 3


def test_a_long_list_comes_in_pages_that_hold_each_guide_once(phone: TestClient) -> None:
    seen: list[str] = []
    for page in (1, 2, 3):
        text = phone.get(f"/g?who=person&page={page}").text
        seen += [part.partition('"')[0] for part in text.split('<li><a href="/g/')[1:]]
    assert len(seen) == len(set(seen)) > 30
    assert phone.get("/g?who=person&page=1000").status_code == 200


@pytest.mark.parametrize("chosen", ["theme=none", "event=none", "department=none", "who=none", "who=%25"])
def test_an_unknown_choice_finds_nothing_and_says_where_to_ask(phone: TestClient, chosen: str) -> None:
    assert "导办台" in phone.get(f"/g?{chosen}", headers={"accept-language": "zh"}).text


def test_an_unknown_guide_offers_the_search(phone: TestClient) -> None:
    answer = phone.get("/g/62052400mz-jf-9999")
    assert answer.status_code == 404
    assert 'role="search"' in answer.text


@pytest.mark.parametrize(
    "path", [f"{CODE}/guide", f"{CODE}/notice", "forms/living-allowance", "forms/living-allowance-example"]
)
def test_guide_notice_form_and_example_are_downloaded_as_pdf(phone: TestClient, path: str) -> None:
    answer = phone.get(f"/g/{path}.pdf")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF-")


@pytest.mark.parametrize("path", [f"{CODE}/other", "none/guide", "forms/none", "forms/none-example", "forms/-example"])
def test_a_paper_that_does_not_exist_is_not_found(phone: TestClient, path: str) -> None:
    assert phone.get(f"/g/{path}.pdf").status_code == 404


def test_the_page_of_a_ticket_leads_to_the_guide_of_its_item(hall: WebHall, phone: TestClient) -> None:
    for item in (CODE, None):
        answer = hall.ask("issue-ticket", queue="civil-affairs", channel="desk", item=item)
        assert answer.data is not None
        assert (f'href="/g/{CODE}"' in phone.get(f"/t/{answer.data['ticket']['token']}").text) is (item is not None)


def test_a_hall_without_items_has_no_guide_pages(tmp_path: Path) -> None:
    hall = WebHall(tmp_path)
    with TestClient(hall.open(), base_url="http://hall") as client:
        assert client.get("/g").status_code == 404
        assert client.get(f"/g/{CODE}").status_code == 404
        assert client.get(f"/g/{CODE}/guide.pdf").status_code == 404
    hall.close()
