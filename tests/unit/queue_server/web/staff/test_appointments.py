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

from queue_server.appointments import command
from queue_server.appointments.row_format import bookings
from queue_server.cases import repository as cases
from queue_server.cases.row_format import CASES
from queue_server.commands.hall_rules import HallRules
from queue_server.domain.calendar import knows_holidays
from queue_server.domain.deadline import last_days, standing
from queue_server.row_files.problem import BadRows
from queue_server.web.api import token_files
from tests.facts import cases_of
from tests.web_hall import CONFIG, WebHall, csrf, log_in, now

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
    yesterday = client.post("/appointments", data=form(client, local() - timedelta(days=1)))
    assert yesterday.status_code == 400 and "已经过去" in yesterday.text
    assert "请写成" in client.post("/appointments", data=form(client, local(), starts="?")).text
    added(client, local(), person=NUMBER)
    again = client.post("/appointments", data=form(client, local(), person=NUMBER))
    assert "已有预约" in again.text
    client.cookies.set("lang", "en")
    assert "cancel that one first" in client.post("/appointments", data=form(client, local(), person=NUMBER)).text
    assert rows(hall, "SELECT COUNT(*) FROM appointments") == [(1,)]


def test_only_the_staff_sees_appointments_and_cases_and_only_supervisors_take_files_in(client: TestClient) -> None:
    for path in ("/appointments", "/cases", "/appointments/import"):
        assert client.get(path).headers["location"].startswith("/log-in")
    assert log_in(client, "0101") == 303
    assert client.get("/appointments").status_code == client.get("/cases").status_code == 200
    assert client.get("/appointments/import").status_code == client.get("/cases/template.csv").status_code == 403
    assert client.post("/appointments", data={"csrf": "guessed"}).status_code == 403
    assert client.get("/appointments/none").status_code == client.get("/cases/none").status_code == 404


# --- files -----------------------------------------------------------------------------------------------------------------


def test_the_template_of_a_file_can_be_taken_in_as_it_is(client: TestClient) -> None:
    assert log_in(client, "supervisor") == 303
    for path, found in (("/appointments", "1 个预约"), ("/cases", "1 个办件")):
        template = client.get(f"{path}/template.csv").content
        assert found in upload(client, path, "rows.csv", template).text
    assert "张*" in client.get("/cases").text


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
    file.write_text(
        f"queue,starts_at,ends_at,name\nhousehold,{local().year + 1}-01-05 09:30,{local().year + 1}-01-05 10:00,张三\n"
    )
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
