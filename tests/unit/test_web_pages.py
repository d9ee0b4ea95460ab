"""The rules of the web pages: who sees what, who may post, what a page never says."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from jinja2.ext import babel_extract

from queue_server.api import messages
from queue_server.api.texts import texts
from queue_server.web.careful import HEADERS
from queue_server.web.page import local_path
from tests.web_hall import CONFIG, PASSWORD, WebHall, now

WEB = Path(__file__).parents[2] / "queue_server" / "web"
TEMPLATES = sorted(WEB.glob("templates/**/*.html"))


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[WebHall]:
    hall = WebHall(tmp_path)
    yield hall
    hall.close()


@pytest.fixture
def visitor(hall: WebHall) -> Iterator[TestClient]:
    """A browser in which nobody is logged in."""
    with TestClient(hall.open(), base_url="http://hall", follow_redirects=False, client=("10.0.0.5", 5000)) as client:
        yield client


def log_in(client: TestClient, name: str, password: str = PASSWORD) -> int:
    page = client.get("/log-in")
    return client.post("/log-in", data={"name": name, "password": password, "csrf": csrf(page.text)}).status_code


def csrf(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found, page
    return found[1]


def at_window(client: TestClient, name: str = "0101", window: str = "01") -> str:
    """Log in and take a window; return the CSRF token."""
    assert log_in(client, name) == 303
    token = csrf(client.get("/console").text)
    assert client.post("/console/window", data={"csrf": token, "window": window}).status_code == 303
    return token


def press(client: TestClient, token: str, verb: str, request_id: str = "", **fields: Any) -> Any:
    body = {"verb": verb, "request_id": request_id or str(uuid.uuid4()), **fields}
    return client.post("/console/command", json=body, headers={"x-csrf": token, "accept": "application/json"})


# --- who sees what ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/console", "/supervisor", "/accounts", "/password"])
def test_a_page_of_the_staff_asks_for_a_log_in_first(visitor: TestClient, path: str) -> None:
    answer = visitor.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/log-in?next={path}")


@pytest.mark.parametrize(
    ("name", "path", "status"),
    [("0101", "/console", 200), ("0101", "/supervisor", 403), ("0101", "/accounts", 403), ("0101", "/supervisor/live", 403),
     ("supervisor", "/supervisor", 200), ("supervisor", "/accounts", 403), ("admin", "/accounts", 200)],
)  # fmt: skip
def test_each_role_sees_its_own_pages_only(visitor: TestClient, name: str, path: str, status: int) -> None:
    assert log_in(visitor, name) == 303
    assert visitor.get(path).status_code == status


def test_a_wrong_password_is_refused_in_plain_words_and_keeps_the_name(visitor: TestClient) -> None:
    page = visitor.get("/log-in")
    answer = visitor.post("/log-in", data={"name": "0101", "password": "Wrong-pass1", "csrf": csrf(page.text)})
    assert answer.status_code == 403
    assert "工号或密码不对" in answer.text
    assert 'value="0101"' in answer.text
    assert "Wrong-pass1" not in answer.text


def test_the_session_cookie_is_out_of_reach_for_scripts_and_other_sites(visitor: TestClient) -> None:
    page = visitor.get("/log-in")
    answer = visitor.post("/log-in", data={"name": "0101", "password": PASSWORD, "csrf": csrf(page.text)})
    cookie = next(value for value in answer.headers.get_list("set-cookie") if value.startswith("jiaohao_session="))
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie


def test_nobody_is_sent_to_another_host_after_the_log_in(visitor: TestClient) -> None:
    page = visitor.get("/log-in?next=//evil.example/x")
    form = {"name": "0101", "password": PASSWORD, "csrf": csrf(page.text), "next": "//evil.example/x"}
    assert visitor.post("/log-in", data=form).headers["location"] in ("/", "/x")


@pytest.mark.parametrize(
    "address", ["//evil.example", "https://evil.example//x", "javascript:alert(1)", "/\\evil.example", "x"]
)
def test_only_addresses_of_this_server_are_followed(address: str) -> None:
    assert re.fullmatch(r"/(x|evil\.example)?", local_path(address))


def test_a_password_that_somebody_else_chose_must_be_changed_first(hall: WebHall, visitor: TestClient) -> None:
    log_in(visitor, "admin")
    token = csrf(visitor.get("/accounts").text)
    form = {"csrf": token, "do": "set-password", "name": "0101", "password": "Fresh-start9"}
    assert visitor.post("/accounts", data=form).status_code == 303
    visitor.post("/log-out", data={"csrf": token})
    log_in(visitor, "0101", "Fresh-start9")
    assert visitor.get("/console").headers["location"] == "/password"
    token = csrf(visitor.get("/password").text)
    form = {"csrf": token, "old": "Fresh-start9", "new": "My-own-pass4", "again": "My-own-pass4"}
    assert visitor.post("/password", data=form).status_code == 303
    assert visitor.get("/console").status_code == 200


# --- who may post ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/console/window", "/console/leave", "/console/command", "/accounts", "/password", "/log-out"]
)
def test_a_post_without_the_token_of_its_form_changes_nothing(hall: WebHall, visitor: TestClient, path: str) -> None:
    log_in(visitor, "admin")
    asked = len(hall.handled)
    form = {"window": "01", "do": "bar", "name": "0101", "close": "1", "csrf": "made-up"}
    assert visitor.post(path, data=form).status_code == 403
    assert len(hall.handled) == asked
    assert visitor.get("/accounts").status_code == 200


def test_a_log_in_form_from_elsewhere_is_refused(visitor: TestClient) -> None:
    assert visitor.post("/log-in", data={"name": "0101", "password": PASSWORD, "csrf": "x"}).status_code == 403
    token = csrf(visitor.get("/log-in").text)
    form = {"name": "0101", "password": PASSWORD, "csrf": token}
    assert visitor.post("/log-in", data=form, headers={"origin": "http://evil.example"}).status_code == 403


def test_an_oversized_post_is_refused_before_it_is_read(visitor: TestClient) -> None:
    assert visitor.post("/log-in", content=b"x" * 70_000).status_code == 413


def test_a_console_cannot_act_for_another_window_or_ask_what_is_not_its_business(hall: WebHall, visitor: TestClient) -> None:
    token = at_window(visitor)
    hall.issue()
    assert press(visitor, token, "call-next", window="02", queue="tax").json()["status"] == "ok"
    assert hall.window("01").state == "calling"
    assert hall.window("02").state == "closed"
    asked = len(hall.handled)
    for verb in ("issue-ticket", "rate", "close-window", "confirm-print", "x" * 100, None, 7):
        assert press(visitor, token, verb).status_code == 400  # type: ignore[arg-type]
    assert press(visitor, token, "call-next", request_id="not-a-uuid").status_code == 400
    assert len(hall.handled) == asked


def test_a_clerk_takes_only_the_windows_of_the_roster(hall: WebHall, visitor: TestClient) -> None:
    log_in(visitor, "0103")
    page = visitor.get("/console").text
    assert 'value="02"' in page
    assert 'value="01"' not in page
    assert visitor.post("/console/window", data={"csrf": csrf(page), "window": "01"}).status_code == 403
    assert hall.window("01").state == "closed"


# --- the console ------------------------------------------------------------------------------------------------------


def test_one_press_sent_twice_calls_one_ticket(hall: WebHall, visitor: TestClient) -> None:
    token = at_window(visitor)
    first, second = hall.issue(), hall.issue()
    press_id = str(uuid.uuid4())
    assert press(visitor, token, "call-next", press_id).json() == press(visitor, token, "call-next", press_id).json()
    ticket = hall.window("01").ticket
    assert ticket is not None
    assert ticket.number == first["number"]
    answer = hall.ask("lookup", ticket=second["id"])
    assert answer.data is not None
    assert answer.data["ticket"]["state"] == "waiting"


def test_a_refusal_says_in_the_clerks_language_what_to_do(visitor: TestClient) -> None:
    token = at_window(visitor)
    assert re.search("[\u4e00-\u9fff]{4}", press(visitor, token, "start-service").json()["message"])
    visitor.get("/lang/en")
    assert press(visitor, token, "start-service").json()["message"].isascii()


def test_a_call_out_of_order_needs_a_reason_and_stands_in_the_audit(hall: WebHall, visitor: TestClient) -> None:
    token = at_window(visitor)
    hall.issue()
    chosen = hall.issue()
    assert press(visitor, token, "call-ticket", ticket=chosen["id"]).json()["status"] == "error"
    assert press(visitor, token, "call-ticket", ticket=chosen["id"], reason="过号后返回").json()["status"] == "ok"
    visitor.post("/log-out", data={"csrf": token})
    log_in(visitor, "admin")
    assert "过号后返回" in visitor.get("/accounts").text


def test_a_line_that_cannot_be_read_never_looks_like_an_empty_one(
    hall: WebHall, visitor: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_window(visitor)

    async def broken(*_: Any) -> Any:
        raise OSError("disk I/O error")

    monkeypatch.setattr(hall.desk, "waiting_list", broken)
    page = visitor.get("/console").text
    assert "队列暂时读不到" in page
    assert "现在没有人等候" not in page
    assert not re.search(r'class="count">0<', page)


def test_figures_that_cannot_be_read_never_look_like_zeros(
    hall: WebHall, visitor: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_in(visitor, "supervisor")

    async def broken(*_: Any) -> Any:
        raise OSError("disk I/O error")

    monkeypatch.setattr(hall.desk, "statistics", broken)
    page = visitor.get("/supervisor").text
    assert "统计暂时读不到" in page
    assert "<td" not in page


def test_a_clerk_sees_at_once_when_a_display_or_the_printer_is_in_trouble(hall: WebHall, visitor: TestClient) -> None:
    at_window(visitor)
    texts = messages.Text("号票打印机缺纸，请装纸。", "The ticket printer is out of paper.")
    hall.put("alert/printer-1", messages.Alert("paper-out", "error", "printer-1", now(), texts))
    other = messages.Text("02 号窗口屏连接不上。", "The strip of window 02 is unreachable.")
    hall.put("alert/strip-02", messages.Alert("unreachable", "error", "strip-02", now(), other))
    hall.put("display/strip-01/shown", messages.DisplayShown(1, "unreachable", now()))
    page = visitor.get("/console").text
    assert "号票打印机缺纸" in page
    assert "02 号窗口屏" not in page
    assert re.search(r'class="word trouble" title="strip-01"', page)


def test_who_was_taken_over_is_told_and_cannot_act_any_more(hall: WebHall, visitor: TestClient) -> None:
    token = at_window(visitor, "0101")
    hall.issue()
    press(visitor, token, "call-next")
    hall.ask("open-window", window="01", clerk="0102")
    assert "工号 0102" in visitor.get("/console").text
    assert press(visitor, token, "start-service").status_code == 409
    assert hall.window("01").state == "calling"


def test_a_closed_browser_leaves_the_ticket_as_it_was_and_a_new_log_in_takes_it_over(
    hall: WebHall, visitor: TestClient
) -> None:
    token = at_window(visitor)
    ticket = hall.issue()
    press(visitor, token, "call-next")
    assert hall.window("01").state == "calling"
    visitor.cookies.clear()
    token = at_window(visitor, "0102")
    assert ticket["number"] in visitor.get("/console").text
    assert press(visitor, token, "start-service").json()["status"] == "ok"
    assert hall.window("01").state == "serving"


# --- the wall ---------------------------------------------------------------------------------------------------------


def test_the_wall_keeps_the_old_picture_until_the_display_shows_the_new_one(hall: WebHall, visitor: TestClient) -> None:
    hall.show("strip-01")
    assert visitor.get("/wall/strip-01.png").headers["x-display-state"] == "ok"
    before = visitor.get("/wall/strip-01.png").content
    assert before.startswith(b"\x89PNG")
    hall.ask("open-window", window="01", clerk="0101")
    assert visitor.get("/wall/strip-01.png").headers["x-display-state"] == "behind"
    assert visitor.get("/wall/strip-01.png").content == before
    hall.show("strip-01")
    assert visitor.get("/wall/strip-01.png").content != before
    assert visitor.get("/wall/strip-09.png").status_code == 404
    assert visitor.get("/wall/strip-01/9.png").status_code == 404


# --- the phone page ---------------------------------------------------------------------------------------------------


def served(hall: WebHall, ticket: dict[str, Any]) -> None:
    """The ticket's whole way through window 01."""
    hall.ask("open-window", window="01", clerk="0101")
    for verb in ("call-next", "start-service", "finish-service"):
        assert hall.ask(verb, window="01").status == "ok"


def test_the_phone_page_is_small_and_says_number_line_and_estimate(hall: WebHall, visitor: TestClient) -> None:
    hall.issue()
    ticket = hall.issue()
    page = visitor.get(f"/t/{ticket['token']}")
    assert ticket["number"] in page.text
    assert "前面还有" in page.text
    assert "分钟" in page.text
    assert len(page.content) < 5_000
    assert "0101" not in page.text


@pytest.mark.parametrize("token", ["nonsense", "261122a001-AAAAAAAAAAAA", "x" * 500])
def test_a_bad_token_gets_a_clear_sentence(visitor: TestClient, token: str) -> None:
    answer = visitor.get(f"/t/{token}")
    assert answer.status_code == 404
    assert "找不到" in answer.text or "没有这个页面" in answer.text


def test_a_citizen_cancels_by_phone(hall: WebHall, visitor: TestClient) -> None:
    ticket = hall.issue()
    assert visitor.post(f"/t/{ticket['token']}/cancel", data={}).status_code == 303
    assert "已取消" in visitor.get(f"/t/{ticket['token']}").text
    assert visitor.post(f"/t/{ticket['token']}/cancel", data={}).status_code == 409


def test_a_rating_by_phone_needs_a_reason_when_it_is_bad_and_counts_once(hall: WebHall, visitor: TestClient) -> None:
    ticket = hall.issue()
    path = f"/t/{ticket['token']}"
    assert visitor.post(f"{path}/rate", data={"level": "5"}).status_code == 409
    served(hall, ticket)
    assert "窗口人员业务不熟练" in visitor.get(f"{path}?level=2").text
    assert visitor.post(f"{path}/rate", data={"level": "2"}).status_code == 409
    assert visitor.post(f"{path}/rate", data={"level": "2", "reason": ["213"]}).status_code == 303
    assert "感谢您的评价" in visitor.get(path).text
    assert visitor.post(f"{path}/rate", data={"level": "5"}).status_code == 409
    log_in(visitor, "supervisor")
    assert "窗口人员业务不熟练" in visitor.get("/supervisor").text


def test_a_phone_that_speaks_english_gets_english(hall: WebHall, visitor: TestClient) -> None:
    path = f"/t/{hall.issue()['token']}"
    assert "Social security" in visitor.get(path, headers={"accept-language": "en-GB,en;q=0.9"}).text
    assert "社会保障" in visitor.get(path, headers={"accept-language": "zh-CN"}).text


# --- all pages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/log-in", "/wall", "/t/nonsense", "/nowhere", "/static/site.css"])
def test_every_answer_carries_the_headers_that_keep_a_browser_safe(visitor: TestClient, path: str) -> None:
    answer = visitor.get(path)
    for name, value in HEADERS.items():
        assert answer.headers[name] == value


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_scripts_or_styles_inside_or_anything_from_outside(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|https?://", text)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_every_sentence_of_a_page_is_there_in_english(template: Path) -> None:
    english = texts("en")
    with template.open("rb") as file:
        found = [message for _, _, message, _ in babel_extract(file, ("_",), (), {"newstyle_gettext": "true"})]
    assert [message for message in found if english(str(message)) == message] == []


def test_the_health_tells_passwords_of_examples_to_this_machine_only(hall: WebHall) -> None:
    app = hall.open()
    with TestClient(app, client=("10.0.0.5", 5000)) as elsewhere:
        assert "example_log_in" not in elsewhere.get("/health").json()
    with TestClient(app, client=("127.0.0.1", 5000)) as here:
        found = here.get("/health").json()
    assert found["example_log_in"] == {"0101": PASSWORD, "supervisor": PASSWORD, "admin": PASSWORD}
    assert (found["status"], found["hall"]) == ("ready", CONFIG.hall.id)


def test_a_hall_without_accounts_gets_one_administrator_with_a_secret_password(hall: WebHall, tmp_path: Path) -> None:
    hall.open()
    from queue_server.web.accounts import Accounts
    from queue_server.web.first_log_in import FILE, provide

    accounts = Accounts(writer=hall.database.writer, reader=hall.database.reader)
    assert provide(accounts, CONFIG, tmp_path) == {}
    name, password = (tmp_path / FILE).read_text().split()
    assert accounts.check(name, password, "").role == "administrator"
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0
