"""The pages behind an appointment's and a case's code."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import Request
from fastapi.testclient import TestClient

from queue_server.appointments import booking as appointments
from queue_server.appointments.offer import Offer
from queue_server.appointments.repository import Booking
from queue_server.cases import repository as cases
from queue_server.codes.seal import code_of
from queue_server.web.auth.guard import place
from queue_server.web.public import code_pages
from queue_server.web.public.code_pages import LOOK_UPS
from tests.facts import cases_of

CASE = """[{"number": "WS-2026-1", "item": "食品经营许可", "state": "supplement", "department": "市场监管局", "applicant": "欧阳娜娜",
"id_last_four": "001X", "received_on": "2026-11-20", "promised_on": "2091-12-31", "missing": ["平面图<b>", "健康证明"]}]"""


@pytest.fixture
def phone(hall):
    with TestClient(hall.open(), base_url="http://hall", client=("10.0.0.5", 5000)) as client:
        yield client


def case_path(hall, case=CASE):
    with hall.database.writer.begin() as connection:
        cases.put(connection, hall.ledger.signer, cases_of(case.encode()), datetime.now(UTC))
    return "/c/" + code_of(hall.ledger.signer, "case", "test", "WS-2026-1").removeprefix("JHC.")


def appointment_path(hall, minutes):
    at = datetime.now(UTC) + timedelta(minutes=minutes)
    booking = Booking(queue="social", starts_at=at, ends_at=at + timedelta(minutes=30), name="张三")
    offer = replace(Offer.of(hall.config), open_on=lambda _day: [(at, at + timedelta(hours=1))])
    with hall.database.writer.begin() as connection:
        made = appointments.book(connection, hall.ledger.signer, [booking], offer=offer, now=datetime.now(UTC))
    return "/a/" + code_of(hall.ledger.signer, "appointment", "test", made[0].id).removeprefix("JHA.")


def test_a_case_shows_its_state_what_is_missing_and_the_applicant_only_masked(hall, phone):
    page = phone.get(case_path(hall)).text
    for part in ("食品经营许可", "待补正", "健康证明", "欧阳**", "平面图&lt;b&gt;", "节假日未定"):
        assert part in page, part
    assert "娜" not in page and "001X" not in page


def test_a_case_reads_in_english_too(hall, phone):
    page = phone.get(case_path(hall), headers={"accept-language": "en"}).text
    for part in (
        "Papers are missing",
        "Case number",
        "Still missing",
        "working days left",
        "goes on when you bring what is missing",
    ):
        assert part in page, part
    assert 'lang="zh-CN">食品经营许可<' in page


def test_the_usual_steps_of_a_case_read_in_english_and_the_departments_own_words_are_marked_as_chinese(hall, phone):
    steps = '"steps": [{"on": "2026-11-20", "text": "窗口收件"}, {"on": "2026-11-21", "text": "报县长办公会研究"}]'
    page = phone.get(case_path(hall, CASE.replace('"missing"', f'{steps}, "missing"')), headers={"accept-language": "en"}).text
    assert "Received" in page and "窗口收件" not in page
    assert 'lang="zh-CN">报县长办公会研究' in page and "Some of this is in Chinese only" in page


def test_an_appointment_says_when_to_come_and_when_to_check_in(hall, phone):
    assert "现在可以在自助机上扫码签到" in phone.get(appointment_path(hall, 5)).text
    assert "以后可以在自助机上扫码签到" in phone.get(appointment_path(hall, 3 * 24 * 60)).text


@pytest.mark.parametrize(
    "path", ["/c/test.WS-2026-1.AAAAAAAAAAAA", "/c/other.WS-2026-1.AAAAAAAAAAAA", "/a/x", "/c/%00", "/a/" + "x" * 5000]
)
def test_a_code_that_is_not_genuine_shows_one_sentence_and_no_facts(hall, phone, path):
    case_path(hall)
    answer = phone.get(path)
    assert answer.status_code == 404 and "这个码用不了" in answer.text and "食品" not in answer.text


def test_a_case_is_found_on_the_phone_by_number_and_last_four(hall, phone):
    page = case_path(hall)
    found = phone.post("/c", data={"number": "WS-2026-1", "last_four": "001x"}, follow_redirects=False)
    assert found.status_code == 303 and found.headers["location"] == page
    assert "查询办件进度" in phone.get("/c").text


def test_wrong_guesses_at_a_case_on_the_phone_are_few_and_tell_nothing(hall, phone):
    case_path(hall)
    told = [phone.post("/c", data={"number": "WS-2026-1", "last_four": "1234"}) for _ in range(6)]
    assert {answer.status_code for answer in told} == {403} and all("食品" not in answer.text for answer in told)
    assert "对不上" in told[4].text and "输错次数太多" in told[5].text
    assert "输错次数太多" in phone.post("/c", data={"number": "WS-2026-1", "last_four": "001X"}).text
    assert "请填写办件编号" in phone.post("/c", data={"number": "", "last_four": "12"}).text


def test_one_address_looks_up_without_a_pause_only_for_a_while_is_told_so_and_holds_up_nobody_else(hall, phone, monkeypatch):
    page, now = case_path(hall), [1000.0]
    monkeypatch.setattr(code_pages, "monotonic", lambda: now[0])
    assert {phone.get(page).status_code for _ in range(int(LOOK_UPS.at_once))} == {200}
    for refused in (phone.get(page), phone.post("/c", data={"number": "WS-2026-1", "last_four": "001X"}), phone.get("/a/x")):
        assert refused.status_code == 429 and "请过一分钟再查" in refused.text and "食品" not in refused.text
    assert TestClient(phone.app, base_url="http://hall", client=("10.0.0.6", 5000)).get(page).status_code == 200
    now[0] += 60
    answers = [phone.get(page).status_code for _ in range(31)]
    assert answers == [200] * 30 + [429]


def test_a_case_is_found_by_its_number_in_small_letters_too(hall, phone):
    page = case_path(hall)
    found = phone.post("/c", data={"number": "ws-2026-1", "last_four": "001X"}, follow_redirects=False)
    assert found.headers["location"] == page


def test_an_appointment_shows_its_code_and_is_given_up_once(hall, phone):
    page = appointment_path(hall, 3 * 24 * 60)
    assert all(part in phone.get(page).text for part in ("<svg", "示例路 1 号", "确认取消"))
    given_up = phone.post(f"{page}/cancel", follow_redirects=False)
    assert (given_up.status_code, given_up.headers["location"]) == (303, page)
    assert "已取消" in phone.get(page).text and "确认取消" not in phone.get(page).text
    again = phone.post(f"{page}/cancel")
    assert again.status_code == 409 and "不能再取消" in again.text
    assert phone.get(f"{page}/cancel").url.path == page


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("10.0.0.5", "10.0.0.5"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::9", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:10.0.0.5", "10.0.0.5"),
        ("testclient", "testclient"),
    ],
)
def test_one_machine_with_many_addresses_is_one_place(address, counted):
    assert place(Request({"type": "http", "client": (address, 5000)})) == counted
