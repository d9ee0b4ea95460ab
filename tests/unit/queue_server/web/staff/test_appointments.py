"""The staff's pages of appointments and cases, and the doors through which platforms hand them over."""

from __future__ import annotations

import html
import io
import json
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.configuration import hall_files
from queue_server.appointments import command
from queue_server.appointments.row_format import bookings
from queue_server.cases import repository as cases
from queue_server.cases.row_format import CASES
from queue_server.commands.hall_rules import HallRules
from queue_server.domain.calendar import calendar_of, knows_holidays
from queue_server.domain.deadline import last_days, standing
from queue_server.row_files.problem import BadRows
from queue_server.web.api import token_files
from queue_server.web.staff.booking_form import KEPT_FOR, MOST_KEPT, RefusedForm, RefusedForms
from tests.facts import cases_of
from tests.web_hall import CONFIG, WebHall, at_window, csrf, log_in, now, press

NAME, NUMBER = "欧阳娜娜", "62052419900101002X"


def local() -> datetime:
    return now().astimezone(CONFIG.zone)


def form(client: TestClient, at: datetime, **more: str) -> dict[str, str]:
    """What the form of a new appointment posts."""
    token = csrf(client.get("/appointments").text)
    given = {"csrf": token, "queue": "social", "day": f"{at:%Y-%m-%d}", "starts": f"{at:%H:%M}", "minutes": "30", "name": NAME}
    return given | more


def added(client: TestClient, at: datetime, **more: str) -> str:
    """The page of a new appointment."""
    answer = client.post("/appointments", data=form(client, at, **more))
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def refused(client: TestClient, at: datetime, **more: str) -> str:
    """The page to which a form goes back that cannot be taken."""
    answer = client.post("/appointments", data=form(client, at, **more))
    assert answer.status_code == 303 and "again=1" in answer.headers["location"], answer.text
    return client.get(answer.headers["location"]).text


def rows(hall: WebHall, sql: str) -> list[Any]:
    with hall.database.look() as connection:
        return list(connection.exec_driver_sql(sql))


def upload(client: TestClient, path: str, name: str, content: bytes) -> Any:
    token = csrf(client.get(f"{path}/import").text)
    return client.post(f"{path}/import", data={"csrf": token}, files={"file": (name, io.BytesIO(content))})


# --- appointments on pages -----------------------------------------------------------------------------------------------


def test_a_clerk_books_an_appointment_and_checks_it_in_by_hand(hall: WebHall, client: TestClient) -> None:
    assert log_in(client, "0101") == 303
    path = added(client, local(), person=NUMBER)
    page = client.get(path).text
    assert "欧阳**" in page and "娜" not in page and NUMBER not in page and "<path d=" in page
    assert client.post(path, data={"csrf": csrf(page), "do": "check-in"}).status_code == 303
    page = client.get(path).text
    assert "A001" in page and "已签到" in page and 'value="check-in"' not in page
    assert rows(hall, "SELECT class, state FROM tickets") == [("appointment", "waiting")]
    assert client.post(path, data={"csrf": csrf(client.get("/appointments").text), "do": "cancel"}).status_code == 409


@pytest.mark.parametrize(("minutes", "said"), [(10, "准时到"), (-3, "晚到 [34] 分钟")])
def test_the_console_says_whether_somebody_with_an_appointment_came_in_time(
    client: TestClient, minutes: int, said: str
) -> None:
    token = at_window(client)
    path = added(client, local() + timedelta(minutes=minutes))
    client.post(path, data={"csrf": token, "do": "check-in"})
    number = re.search(r"\b[A-Z][0-9]{3}\b", re.sub("<input[^>]*>", "", client.get(path).text))
    assert number is not None
    press(client, token, "call-ticket", ticket=number[0], reason="test")
    assert re.search(said, client.get("/console").text)


def test_a_cancelled_appointment_gets_no_ticket_and_no_code(hall: WebHall, client: TestClient) -> None:
    assert log_in(client, "supervisor") == 303
    path = added(client, local())
    token = csrf(client.get(path).text)
    assert client.post(path, data={"csrf": token, "do": "cancel"}).status_code == 303
    page = client.get(path).text
    assert "已取消" in page and "<path d=" not in page
    answer = client.post(path, data={"csrf": token, "do": "check-in"})
    assert answer.status_code == 409 and "已经取消" in answer.text
    assert rows(hall, "SELECT COUNT(*) FROM tickets") == [(0,)]


def test_the_day_is_listed_and_searched_by_name_number_and_code(client: TestClient) -> None:
    assert log_in(client, "supervisor") == 303
    tomorrow = local().replace(hour=9, minute=0) + timedelta(days=1)
    path = added(client, tomorrow, person=NUMBER)
    identity = path.rpartition("/")[2]
    added(client, tomorrow, name="李四")
    listed = client.get("/appointments", params={"day": f"{tomorrow:%Y-%m-%d}"}).text
    assert "欧阳**" in listed and "李*" in listed and identity not in client.get("/appointments").text
    for text in ("欧阳", NUMBER, identity):
        search = {"csrf": csrf(listed), "day": f"{tomorrow:%Y-%m-%d}", "q": text}
        found = client.post("/appointments/search", data=search).text
        assert "欧阳**" in found and "李*" not in found, text
    code = {"csrf": csrf(listed), "day": "", "q": f"JHA.test.{identity}.abcdefghijkl"}
    assert client.post("/appointments/search", data=code).headers["location"] == path


def test_an_appointment_that_cannot_be_is_refused_in_plain_words(hall: WebHall, client: TestClient) -> None:
    assert log_in(client, "0101") == 303
    assert "已经过去" in refused(client, local() - timedelta(days=1))
    assert "请写成" in refused(client, local(), starts="?")
    added(client, local(), person=NUMBER)
    assert "已有预约" in refused(client, local(), person=NUMBER)
    client.cookies.set("lang", "en")
    assert "ancel that one first" in refused(client, local(), person=NUMBER)
    assert rows(hall, "SELECT COUNT(*) FROM appointments") == [(1,)]


def test_all_that_is_wrong_with_a_form_is_told_at_once_and_nothing_in_it_is_lost(client: TestClient) -> None:
    assert log_in(client, "0101") == 303
    wrong = {"queue": "nowhere", "minutes": "45", "name": "李四", "person": "62052419900101123", "item": "62052400MZ-JF-0001"}
    page = refused(client, local() - timedelta(days=2), **wrong)
    told = re.findall("<li>([^<]*)</li>", page.partition("没有登记：")[2].partition("</ul>")[0])
    assert [line.partition("：")[0] for line in told] == ["身份证号", "业务", "日期和时间"]
    assert told[0] == "身份证号：“62052419900101123”位数不对：身份证号应为 18 位，这里是 17 位，请核对"
    for name in ("minutes", "name", "person", "item"):
        assert re.search(f'<input[^>]*name="{name}"[^>]*value="{wrong[name]}"', page), name
    assert "没有登记" not in client.get("/appointments").text
    client.cookies.set("lang", "en")
    english = client.get("/appointments", params={"again": "1"}).text
    told = re.findall("<li>([^<]*)</li>", english.partition("Not booked:")[2].partition("</ul>")[0])
    assert [line.partition(":")[0] for line in told] == ["ID number", "Business", "Date and time"]
    assert not re.search("[\u4e00-\u9fff]", "".join(told))


def test_a_refused_form_is_nobody_elses_and_is_over_after_a_while() -> None:
    forms, at = RefusedForms(), now()
    for session in ("a", "b"):
        forms.keep(session, RefusedForm({"name": session}, [], at))
    assert [form.given["name"] for form in (forms.of("a", at), forms.of("b", at)) if form is not None] == ["a", "b"]
    assert forms.of("c", at) is None and forms.of("a", at + KEPT_FOR) is None
    forms.forget("a")
    assert forms.of("a", at) is None
    for number in range(MOST_KEPT + 1):
        forms.keep(str(number), RefusedForm({}, [], at))
    assert forms.of("b", at) is None and forms.of("0", at) is None and forms.of("1", at) is not None


def test_whoever_comes_too_early_is_checked_in_by_nobody_and_the_clerk_is_told_what_to_do(client: TestClient) -> None:
    assert log_in(client, "0101") == 303
    path = added(client, local().replace(hour=9, minute=0) + timedelta(days=1))
    answer = client.post(path, data={"csrf": csrf(client.get(path).text), "do": "check-in"})
    assert answer.status_code == 409
    assert "08:30 起才能签到。要现在办理，请取消这个预约，给办事人取普通号。" in answer.text and "您预约的" not in answer.text


def test_the_page_says_which_places_of_the_day_are_free(tmp_path: Path) -> None:
    queues = [queue.model_copy(update={"appointments_at_once": 1}) if queue.id == "tax" else queue for queue in CONFIG.queue]
    hall = WebHall(tmp_path, CONFIG.model_copy(update={"queue": queues}))
    client = TestClient(hall.open(), follow_redirects=False)
    try:
        log_in(client, "0101")
        tomorrow = local().replace(hour=9, minute=0) + timedelta(days=1)
        added(client, tomorrow, queue="tax")
        free = client.get("/appointments", params={"day": f"{tomorrow:%Y-%m-%d}"}).text.partition('id="free"')[2]
        found = dict(re.findall(r'<th scope="row">([0-9:–]+)</th><td>(.*?)</td></tr>', free))
        assert (found["08:30–09:00"], found["09:30–10:00"]) == ("1", "1") and "约满" in found["09:00–09:30"]
        assert "约满" in refused(client, tomorrow, queue="tax", name="王五")
        later = f"{local() + timedelta(days=61):%Y-%m-%d}"
        assert 'id="free"' not in client.get("/appointments", params={"day": later}).text
    finally:
        hall.close()


def test_only_the_staff_sees_appointments_and_cases_and_only_supervisors_take_files_in(client: TestClient) -> None:
    for path in ("/appointments", "/cases", "/appointments/import"):
        assert client.get(path).headers["location"].startswith("/log-in")
    assert log_in(client, "0101") == 303
    assert client.get("/appointments").status_code == client.get("/cases").status_code == 200
    assert client.get("/appointments/import").status_code == client.get("/cases/template.csv").status_code == 403
    assert client.post("/appointments", data={"csrf": "guessed"}).status_code == 403
    assert client.get("/appointments/none").status_code == client.get("/cases/none").status_code == 404


# --- files -----------------------------------------------------------------------------------------------------------------


def test_the_example_of_a_template_is_never_taken_in_and_shows_how_the_others_are_written(
    hall: WebHall, client: TestClient
) -> None:
    assert log_in(client, "supervisor") == 303
    for path, said in (("/appointments", "新增 1 个预约，0 个原来已登记"), ("/cases", "新增 1 个办件，更新 0 个")):
        template = client.get(f"{path}/template.csv").content.decode("utf-8-sig")
        alone = upload(client, path, "rows.csv", template.encode())
        assert alone.status_code == 400 and "只有示例行" in alone.text
        _titles, example = template.splitlines()
        assert "示例 " in example
        filled = template + example.replace("示例 ", "") + "\r\n"
        assert said in upload(client, path, "rows.csv", filled.encode()).text
    assert rows(hall, "SELECT COUNT(*) FROM appointments") == rows(hall, "SELECT COUNT(*) FROM cases") == [(1,)]


def test_who_takes_the_same_file_in_again_is_told_how_much_of_it_was_there(hall: WebHall, client: TestClient) -> None:
    assert log_in(client, "supervisor") == 303
    for path, said in (("/appointments", "新增 1 个预约，1 个原来已登记"), ("/cases", "新增 1 个办件，更新 1 个")):
        titles, example = client.get(f"{path}/template.csv").content.decode("utf-8-sig").splitlines()
        first = example.replace("示例 ", "")
        other = first.replace("001", "002", 1)
        upload(client, path, "rows.csv", "\r\n".join([titles, first]).encode())
        assert said in upload(client, path, "rows.csv", "\r\n".join([titles, first, other]).encode()).text
    noted = rows(hall, "SELECT detail FROM audit WHERE action LIKE '%-import' ORDER BY id")
    assert [detail for (detail,) in noted] == ["+1", "+1 ~1"] * 2


def test_a_bad_file_changes_nothing_and_every_problem_is_named(hall: WebHall, client: TestClient) -> None:
    assert log_in(client, "supervisor") == 303
    day = f"{local() + timedelta(days=1):%Y/%m/%d}"
    good = f"social,{day} 9:30,{day} 10:00,张三"
    lines = ["业务队列,开始时间,结束时间,姓名", good, f"nowhere,{day} 9:30,{day} 10:00,李四", f"tax,{day} 9:30,{day} 9:00,王五"]
    answer = upload(client, "/appointments", "rows.csv", "\r\n".join(lines).encode("gb18030"))
    assert answer.status_code == 400
    problems = re.findall(r"<td>(\d*)</td><td>([^<]*)</td><td class=\"wrap\">([^<]*)</td>", answer.text)
    assert problems == [("3", "业务队列", "“nowhere”不是业务队列，应为：社会保障、税费办理")]
    lines[2] = lines[2].replace("nowhere", "税费办理")
    answer = upload(client, "/appointments", "rows.csv", "\r\n".join(lines).encode("gb18030"))
    assert re.findall(r"<td>4</td><td>结束时间</td><td[^>]*>([^<]*)", answer.text) == ["结束时间要晚于开始时间，并在同一天"]
    lines[2:] = [f"tax,{day},soon,"]
    answer = upload(client, "/appointments", "rows.csv", "\r\n".join(lines).encode())
    assert re.findall(r"<td>3</td><td>([^<]*)</td>", answer.text) == ["开始时间", "结束时间", "姓名"]
    assert "只能导入" in upload(client, "/cases", "rows.exe", b"MZ").text
    assert rows(hall, "SELECT COUNT(*) FROM appointments") == [(0,)]
    assert "共 1 个预约" not in client.get("/appointments", params={"day": day.replace("/", "-")}).text


# --- cases on pages ----------------------------------------------------------------------------------------------------------


def case(number: str, **more: Any) -> dict[str, Any]:
    return {
        "number": number,
        "item": "食品经营许可",
        "state": "accepted",
        "department": "市场监管局",
        "applicant": NAME,
        "id_last_four": "001X",
        "received_on": "2026-11-02",
        **more,
    }


def test_cases_are_listed_masked_with_their_deadlines_in_colours(hall: WebHall, client: TestClient) -> None:
    today = local().date()
    given = [
        case("WS-OVER", promised_on=str(today - timedelta(days=20))),
        case("WS-TODAY", promised_on=str(today)),
        case("WS-LATER", promised_on=str(today + timedelta(days=60))),
        case("WS-DONE", state="decided", promised_on=str(today - timedelta(days=30))),
    ]
    with hall.database.writer.begin() as connection:
        cases.put(connection, hall.ledger.signer, cases_of(json.dumps(given).encode()), now())
    assert log_in(client, "0101") == 303
    page = client.get("/cases").text
    assert re.findall(r"/cases/(WS-\w+)", page) == ["WS-OVER", "WS-TODAY", "WS-LATER", "WS-DONE"]
    assert "红牌" in page and "黄牌" in page and "欧阳**" in page and "娜" not in page and "001X" not in page
    for deadline, number in (("exceeded", "WS-OVER"), ("reached", "WS-TODAY"), ("far", "WS-LATER")):
        assert re.findall(r"/cases/(WS-\w+)", client.get("/cases", params={"deadline": deadline}).text) == [number]
    assert re.findall(r"/cases/(WS-\w+)", client.get("/cases", params={"state": "decided"}).text) == ["WS-DONE"]
    assert re.findall(r"/cases/(WS-\w+)", client.get("/cases", params={"q": "LATER"}).text) == ["WS-LATER"]
    assert "没有符合条件的办件" in client.get("/cases", params={"q": "100%_"}).text
    one = client.get("/cases/WS-OVER").text
    assert "已超期" in one and "欧阳**" in one and "<path d=" in one


def test_a_case_is_found_and_opened_whatever_its_number_looks_like(hall: WebHall, client: TestClient) -> None:
    number = "甘0524行审字〔2026〕第 3/1 号"
    with hall.database.writer.begin() as connection:
        cases.put(connection, hall.ledger.signer, cases_of(json.dumps([case(number)]).encode()), now())
    assert log_in(client, "0101") == 303
    for written in (number, "甘0524行审字[2026]第3-1号", "0524-2026", "202631"):
        page = client.get("/cases", params={"q": written}).text
        [address] = re.findall(r'href="(/cases/[^"?]+)"', page)
        assert number in client.get(html.unescape(address)).text


@pytest.mark.parametrize("today", [date(2026, 11, 20), date(2026, 11, 22), date(2026, 9, 30), date(2027, 2, 5)])
def test_the_days_of_a_list_agree_with_the_deadline_of_each_case(today: date) -> None:
    plan = HallRules(CONFIG)
    reached, near = last_days(today, plan.calendar.working_days)
    for days in range(-3, 20):
        promised = today + timedelta(days=days)
        told = "exceeded" if promised < today else "reached" if promised <= reached else "near" if promised <= near else "far"
        assert told == standing(promised, today, plan.calendar.working_days, is_known=knows_holidays).state, promised


# --- the platforms' doors ------------------------------------------------------------------------------------------------------


@pytest.fixture
def door(hall: WebHall, client: TestClient) -> tuple[TestClient, dict[str, str]]:
    token = (hall.folder / token_files.APPOINTMENTS).read_text().strip()
    assert (hall.folder / token_files.APPOINTMENTS).stat().st_mode & 0o077 == 0
    return client, {"authorization": f"Bearer {token}", "content-type": "application/json"}


def booking(**more: Any) -> bytes:
    at = local() + timedelta(days=1)
    given = {
        "reference": "P-1",
        "queue": "social",
        "starts_at": at.isoformat(),
        "ends_at": (at + timedelta(minutes=30)).isoformat(),
        "name": NAME,
        "person": NUMBER,
    }
    return json.dumps([given | more]).encode()


def test_a_platform_books_by_its_token_and_gets_the_code(hall: WebHall, door: tuple[TestClient, dict[str, str]]) -> None:
    client, headers = door
    body = booking()
    [made] = client.post("/api/appointments", content=body, headers=headers).json()["appointments"]
    assert made["reference"] == "P-1" and made["state"] == "booked"
    assert hall.ask("scan", code=made["code"]).data["appointment"]["standing"] == "early"  # type: ignore[index]
    again = client.post("/api/appointments", content=body, headers=headers).json()["appointments"]
    assert again == [made] and rows(hall, "SELECT COUNT(*) FROM appointments") == [(1,)]
    kept = str(rows(hall, "SELECT * FROM appointments"))
    assert "娜" not in kept and NUMBER not in kept
    assert client.post("/api/appointments", content=body, headers=headers | {"authorization": "Bearer x"}).status_code == 401
    case_token = (hall.folder / token_files.CASES).read_text().strip()
    other = headers | {"authorization": f"Bearer {case_token}"}
    assert client.post("/api/appointments", content=body, headers=other).status_code == 401


def test_a_platform_cancels_by_its_own_reference(hall: WebHall, door: tuple[TestClient, dict[str, str]]) -> None:
    client, headers = door
    client.post("/api/appointments", content=booking(), headers=headers)
    for _ in range(2):
        assert client.post("/api/appointments/P-1/cancel", headers=headers).json() == {"cancelled": "P-1"}
    assert client.post("/api/appointments/P-2/cancel", headers=headers).status_code == 409
    assert client.post("/api/appointments/P-1/cancel").status_code == 401
    assert rows(hall, "SELECT state FROM appointments") == [("cancelled",)]


def test_a_platform_learns_row_key_and_reason_of_every_problem(hall: WebHall, door: tuple[TestClient, dict[str, str]]) -> None:
    client, headers = door
    client.post("/api/appointments", content=booking(), headers=headers)
    bad = json.loads(booking(queue="tax"))[0], json.loads(booking(reference="P-2", person="", starts_at="soon"))[0]
    answer = client.post("/api/appointments", content=json.dumps({"appointments": bad}).encode(), headers=headers)
    assert answer.status_code == 400
    assert [(p["row"], p["key"], p["zh"]) for p in answer.json()["problems"]] == [
        (2, "starts_at", "“soon”不是时间，请写成 2026-11-24 09:30")
    ]
    answer = client.post("/api/appointments", content=json.dumps(bad[:1]).encode(), headers=headers)
    assert [(p["row"], p["key"]) for p in answer.json()["problems"]] == [(1, "reference")]
    assert rows(hall, "SELECT COUNT(*) FROM appointments") == [(1,)]


def test_appointments_are_taken_in_by_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from tests.small_hall import write_hall

    where = ["--hall", str(write_hall(tmp_path / "hall")), "--state", str(tmp_path / "state")]
    file = tmp_path / "appointments.csv"
    calendar = calendar_of(hall_files.load(tmp_path / "hall"))
    days = (local().date() + timedelta(days=ahead) for ahead in range(7, 60))
    day = next(day for day in days if calendar.open_on(day))
    file.write_text(f"queue,starts_at,ends_at,name\nhousehold,{day} 09:30,{day} 10:00,张三\n")
    assert command.main(["import", str(file), *where]) == 0
    assert "09:30-10:00" in (told := capsys.readouterr().out) and "张*" in told
    file.write_text("queue,starts_at,ends_at,name\nhousehold,soon,later,张三\n")
    assert command.main(["import", str(file), *where]) == 1
    assert "row 2: starts_at" in capsys.readouterr().err


def test_every_column_of_a_case_has_a_title() -> None:
    from contract.wire.case import Case

    assert set(CASES.titles) == set(Case.model_fields) - {"steps"}


@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
@settings(max_examples=150, deadline=None)
def test_reading_any_bytes_gives_appointments_or_problems_in_both_languages(content: bytes) -> None:
    for read in (bookings(CONFIG).from_json, bookings(CONFIG).from_csv):
        try:
            assert isinstance(read(content), list)
        except BadRows as error:
            assert error.problems and all(problem.reason and problem.zh for problem in error.problems)
