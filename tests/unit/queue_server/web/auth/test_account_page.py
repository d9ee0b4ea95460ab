"""The administrator's page of accounts: what it takes, what it refuses, and what it says afterwards."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

from queue_server.web.auth.accounts import is_strong
from tests.web_hall import WebHall, at_window, csrf, log_in

CLERK = {"do": "create", "name": "w.li", "person": "李 文", "role": "clerk", "clerk": "0102"}


@pytest.fixture
def admin(client: TestClient) -> TestClient:
    assert log_in(client, "admin") == 303
    return client


def sent(client: TestClient, **form: str) -> tuple[int, str]:
    answer = client.post("/accounts", data={"csrf": csrf(client.get("/accounts").text), **form})
    return answer.status_code, answer.text


def test_a_new_account_is_told_with_its_password_once_and_says_whose_it_is(hall: WebHall, admin: TestClient) -> None:
    status, page = sent(admin, **CLERK)
    assert status == 200 and "账号 w.li 已新建" in page
    password = re.findall(r'class="once">(.*?)<', page)[0]
    assert is_strong(password)
    kept = hall.parts.site.accounts.get("w.li")
    assert kept is not None and (kept.person, kept.clerk, kept.must_change) == ("李 文", "0102", True)
    page = admin.get("/accounts").text
    assert 'value="李 文"' in page and password not in page
    assert log_in(TestClient(admin.app, base_url="http://127.0.0.1", follow_redirects=False), "w.li", password) == 303


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "张三 李"}, "不能有空格"),
        ({"name": ""}, "不能有空格"),
        ({"name": "0101"}, "已经有了"),
        ({"person": " "}, "请填写姓名"),
        ({"person": "李" * 65}, "请填写姓名"),
        ({"clerk": ""}, "选择对应的窗口人员"),
        ({"clerk": "0999"}, "选择对应的窗口人员"),
        ({"role": "entry", "clerk": ""}, "要选一个部门"),
        ({"role": "entry", "clerk": "", "department": "不存在的局"}, "要选一个部门"),
        ({"role": "owner"}, "填写有误"),
    ],
)
def test_an_account_that_would_be_of_no_use_is_refused_and_what_was_typed_is_kept(
    hall: WebHall, admin: TestClient, wrong: dict[str, str], said: str
) -> None:
    form = CLERK | wrong
    before = hall.parts.site.accounts.all()
    status, page = sent(admin, **form)
    assert status == 400 and said in page
    assert hall.parts.site.accounts.all() == before
    assert f'name="name" value="{form["name"]}"' in page


def test_an_account_writes_for_a_department_that_there_is_or_for_a_new_one_by_name(hall: WebHall, admin: TestClient) -> None:
    form = {"do": "create", "name": "new", "person": "王五", "role": "entry", "new-department": "数据局"}
    assert sent(admin, **form)[0] == 200
    kept = hall.parts.site.accounts.get("new")
    assert kept is not None and kept.department == "数据局"


def test_who_is_barred_at_an_open_window_is_asked_about_and_the_window_is_named(hall: WebHall, client: TestClient) -> None:
    at_window(client, "0102", window="01")
    hall.window("01")
    admin = TestClient(client.app, base_url=str(client.base_url), follow_redirects=False)
    log_in(admin, "admin")
    question = next(ask for ask in re.findall(r'data-ask="(.*?)"', admin.get("/accounts").text) if "停用账号 0102" in ask)
    assert "01 号窗口" in question and "另派人接管或关闭" in question
    status, page = sent(admin, do="bar", name="0102")
    assert status == 200 and "账号 0102 已停用" in page and "<p>还开着的窗口：01 号窗口" in page
    assert hall.window("01").state == "idle"
    assert "<p>还开着的窗口" not in sent(admin, do="allow", name="0102")[1]


def test_a_name_is_put_right_later_and_nobody_bars_himself(hall: WebHall, admin: TestClient) -> None:
    assert sent(admin, do="person", name="0101", person="赵六")[0] == 200
    kept = hall.parts.site.accounts.get("0101")
    assert kept is not None and kept.person == "赵六"
    assert sent(admin, do="bar", name="admin")[0] == 400
    assert sent(admin, do="person", name="nobody", person="赵六")[0] == 400
