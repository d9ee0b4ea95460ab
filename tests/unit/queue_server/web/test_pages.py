"""The rules of the web pages: who sees what, who may post, what a page never says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from jinja2.ext import babel_extract

from contract.texts import texts
from queue_server.web.rendering import local_path
from queue_server.web.security_headers import HEADERS
from tests.web_hall import CONFIG, PASSWORD, WebHall, at_window, csrf, log_in, now, press

WEB = Path(__file__).parents[4] / "queue_server" / "web"
TEMPLATES = sorted(WEB.glob("templates/**/*.html"))


# --- who sees what ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/console", "/supervisor", "/accounts", "/audit", "/password"])
def test_a_page_of_the_staff_asks_for_a_log_in_first(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/log-in?next={path}")


@pytest.mark.parametrize(
    ("name", "path", "status"),
    [
        ("0101", "/console", 200),
        ("0101", "/supervisor", 403),
        ("0101", "/accounts", 403),
        ("0101", "/supervisor/live", 403),
        ("supervisor", "/supervisor", 200),
        ("supervisor", "/accounts", 403),
        ("supervisor", "/audit", 403),
        ("supervisor", "/audit.csv", 403),
        ("admin", "/accounts", 200),
    ],
)
def test_each_role_sees_its_own_pages_only(client: TestClient, name: str, path: str, status: int) -> None:
    assert log_in(client, name) == 303
    assert client.get(path).status_code == status


def test_a_wrong_password_is_refused_in_plain_words_and_keeps_the_name(client: TestClient) -> None:
    page = client.get("/log-in")
    answer = client.post("/log-in", data={"name": "0101", "password": "Wrong-pass1", "csrf": csrf(page.text)})
    assert answer.status_code == 403
    assert "工号或密码不对" in answer.text
    assert 'value="0101"' in answer.text
    assert "Wrong-pass1" not in answer.text


def test_the_session_cookie_is_out_of_reach_for_scripts_and_other_sites(client: TestClient) -> None:
    page = client.get("/log-in")
    answer = client.post("/log-in", data={"name": "0101", "password": PASSWORD, "csrf": csrf(page.text)})
    cookie = next(value for value in answer.headers.get_list("set-cookie") if value.startswith("jiaohao_session="))
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie


def test_nobody_is_sent_to_another_host_after_the_log_in(client: TestClient) -> None:
    page = client.get("/log-in?next=//evil.example/x")
    form = {"name": "0101", "password": PASSWORD, "csrf": csrf(page.text), "next": "//evil.example/x"}
    assert client.post("/log-in", data=form).headers["location"] in ("/", "/x")


@pytest.mark.parametrize(
    "address", ["//evil.example", "https://evil.example//x", "javascript:alert(1)", "/\\evil.example", "x"]
)
def test_only_addresses_of_this_server_are_followed(address: str) -> None:
    assert re.fullmatch(r"/(x|evil\.example)?", local_path(address))


def test_a_password_that_somebody_else_chose_must_be_changed_first(hall: WebHall, client: TestClient) -> None:
    log_in(client, "admin")
    token = csrf(client.get("/accounts").text)
    told = client.post("/accounts", data={"csrf": token, "do": "set-password", "name": "0101"}).text
    given = once(told)
    assert given not in client.get("/accounts").text
    client.post("/log-out", data={"csrf": token})
    log_in(client, "0101", given)
    assert client.get("/console").headers["location"] == "/password"
    page = client.get("/password").text
    assert "请先换成自己的密码" in page
    token = csrf(page)
    form = {"csrf": token, "old": given, "new": "My-own-pass4", "again": "My-own-pass4"}
    assert client.post("/password", data=form).status_code == 303
    assert client.get("/console").status_code == 200


def test_an_account_locked_by_wrong_passwords_is_shown_and_unlocked_on_the_page(hall: WebHall, client: TestClient) -> None:
    for _ in range(5):
        token = csrf(client.get("/log-in").text)
        client.post("/log-in", data={"name": "0101", "password": "Wrong-pass1", "csrf": token})
    log_in(client, "admin")
    page = client.get("/accounts").text
    assert "密码错误过多，已锁定" in page and 'value="unlock"' in page
    form = {"csrf": csrf(page), "do": "unlock", "name": "0101"}
    page = client.post("/accounts", data=form).text
    assert 'value="unlock"' not in page and "账号 0101 已解锁" in page
    assert "<td>解锁账号</td>" in client.get("/audit").text
    client.post("/log-out", data={"csrf": csrf(page)})
    log_in(client, "0101")
    assert client.get("/console").status_code == 200


def test_whoever_has_an_account_gets_no_tries_at_others_for_it(client: TestClient) -> None:
    said = []
    for _ in range(3):
        client.cookies.clear()
        assert log_in(client, "0101") == 303, "each time from a browser that the hall does not know yet"
        for _ in range(4):
            form = {"name": "admin", "password": "Wrong-pass1", "csrf": csrf(client.get("/log-in").text)}
            said.append("密码错误次数过多" in client.post("/log-in", data=form).text)
    assert said == [False] * 5 + [True] * 7


def once(page: str) -> str:
    """The password that a page tells this once."""
    found = re.search(r'<code class="once">(.*?)</code>', page)
    assert found, page
    return found[1]


# --- who may post ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/console/window", "/console/leave", "/console/command", "/accounts", "/password", "/log-out"]
)
def test_a_post_without_the_token_of_its_form_changes_nothing(hall: WebHall, client: TestClient, path: str) -> None:
    log_in(client, "admin")
    asked = len(hall.handled)
    form = {"window": "01", "do": "bar", "name": "0101", "close": "1", "csrf": "made-up"}
    assert client.post(path, data=form).status_code == 403
    assert len(hall.handled) == asked
    assert client.get("/accounts").status_code == 200


def test_a_log_in_form_from_elsewhere_is_refused(client: TestClient) -> None:
    assert client.post("/log-in", data={"name": "0101", "password": PASSWORD, "csrf": "x"}).status_code == 403
    token = csrf(client.get("/log-in").text)
    form = {"name": "0101", "password": PASSWORD, "csrf": token}
    assert client.post("/log-in", data=form, headers={"origin": "http://evil.example"}).status_code == 403


def test_an_oversized_post_is_refused_before_it_is_read(client: TestClient) -> None:
    assert client.post("/log-in", content=b"x" * 70_000).status_code == 413


def test_a_console_cannot_act_for_another_window_or_ask_what_is_not_its_business(hall: WebHall, client: TestClient) -> None:
    token = at_window(client)
    hall.issue()
    assert press(client, token, "call-next", window="02", queue="tax").json()["status"] == "ok"
    assert hall.window("01").state == "calling"
    assert hall.window("02").state == "closed"
    asked = len(hall.handled)
    for verb in ("issue-ticket", "rate", "close-window", "confirm-print", "x" * 100, None, 7):
        assert press(client, token, verb).status_code == 400  # type: ignore[arg-type]
    assert press(client, token, "call-next", request_id="not-a-uuid").status_code == 400
    assert len(hall.handled) == asked


def test_a_clerk_takes_only_the_windows_of_the_roster(hall: WebHall, client: TestClient) -> None:
    log_in(client, "0103")
    page = client.get("/console").text
    assert 'value="02"' in page
    assert 'value="01"' not in page
    assert client.post("/console/window", data={"csrf": csrf(page), "window": "01"}).status_code == 403
    assert hall.window("01").state == "closed"


# --- all pages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/log-in", "/wall", "/t/nonsense", "/nowhere", "/static/site.css"])
def test_every_answer_carries_the_headers_that_keep_a_browser_safe(client: TestClient, path: str) -> None:
    answer = client.get(path)
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
    assert found["example_log_in"] == {"0101": PASSWORD, "supervisor": PASSWORD, "technician": PASSWORD, "admin": PASSWORD}
    assert (found["status"], found["hall"]) == ("ready", CONFIG.hall.id)


def test_a_hall_without_accounts_gets_one_administrator_with_a_secret_password(hall: WebHall, tmp_path: Path) -> None:
    hall.open()
    from queue_server.web.auth.accounts import Accounts
    from queue_server.web.auth.first_log_in import FILE, provide
    from queue_server.web.auth.lock_out import LogInPlace

    accounts = Accounts(hall.database, hall.parts.site.audit, now)
    assert provide(accounts, CONFIG, tmp_path) == {}
    name, password = (tmp_path / FILE).read_text().split()
    assert accounts.check(name, password, LogInPlace("")).role == "administrator"
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0
    assert provide(accounts, CONFIG, tmp_path) == {} and (tmp_path / FILE).read_text().split() == [name, password]
    (tmp_path / FILE).write_text("")  # as a power cut leaves it
    assert provide(accounts, CONFIG, tmp_path) == {}
    name, password = (tmp_path / FILE).read_text().split()
    assert accounts.check(name, password, LogInPlace("")).must_change
    accounts.set_password("admin", f"{password}-own", must_change=False)
    assert provide(accounts, CONFIG, tmp_path) == {} and not (tmp_path / FILE).exists()
