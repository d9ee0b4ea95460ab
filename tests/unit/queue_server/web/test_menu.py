"""One menu on all pages: whoever sees a page's name there may open it."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

from queue_server.web.menu import entries
from tests.web_hall import WebHall, at_window, log_in

ACCOUNTS = {"0101": "clerk", "supervisor": "supervisor", "admin": "administrator"}


def title(page: str) -> str:
    found = re.search(r"<title>(.*?)</title>", page, re.S)
    assert found, page
    return found[1]


@pytest.mark.parametrize("name", ACCOUNTS)
def test_the_menu_of_a_role_is_the_same_on_all_its_pages_and_each_opens(client: TestClient, name: str) -> None:
    assert log_in(client, name) == 303
    paths = [entry.path for entry in entries(ACCOUNTS[name], guides=False)]
    titles = []
    for path in ["/", "/password", *paths]:
        answer = client.get(path)
        assert answer.status_code == 200, path
        menu = answer.text.partition('class="menu"')[2].partition("</nav>")[0]
        assert re.findall(r'href="([^"]+)"', menu) == paths, path
        titles.append(title(answer.text))
    assert len(set(titles)) == len(titles)


def test_a_console_at_work_has_the_menu_too(client: TestClient) -> None:
    at_window(client)
    menu = client.get("/console").text.partition('class="menu"')[2].partition("</nav>")[0]
    assert re.findall(r'href="([^"]+)"', menu) == [*(entry.path for entry in entries("clerk", guides=False)), "/password"]
    assert 'action="/log-out"' in menu


def test_the_first_page_is_the_citizens_without_a_log_in(client: TestClient) -> None:
    page = client.get("/").text
    assert 'href="/c"' in page
    assert 'href="/log-in"' in page
    for closed in ("/console", "/supervisor", "/accounts"):
        assert f'href="{closed}"' not in page


def test_a_page_that_an_account_may_not_open_says_who_is_logged_in_and_where_to_go(client: TestClient) -> None:
    log_in(client, "0101")
    page = client.get("/accounts")
    assert page.status_code == 403
    for part in ("0101", 'href="/console"', "/log-out", "没有这项权限"):
        assert part in page.text
    assert title(page.text).startswith("没有这项权限")


def test_the_address_of_a_form_that_was_sent_can_be_reloaded(hall: WebHall, client: TestClient) -> None:
    token = hall.issue()["token"]
    for form in ("rate", "cancel"):
        answer = client.get(f"/t/{token}/{form}")
        assert (answer.status_code, answer.headers["location"]) == (303, f"/t/{token}")
    client.post(f"/t/{token}/cancel")
    assert client.post(f"/t/{token}/cancel").status_code == 409
    assert "/log-in" not in client.post(f"/t/{token}/cancel").text


def test_scripts_and_what_they_import_are_kept_by_the_browser_until_the_next_edition(client: TestClient) -> None:
    page = client.get("/t/none").text + client.get("/").text
    addresses = re.findall(r'(/static/[0-9a-f]{10}/)[\w.-]+"', page)
    assert addresses
    for name in ("page.js", "live.js", "morph.js", "site.css"):
        answer = client.get(addresses[0] + name)
        assert answer.status_code == 200
        assert "max-age" in answer.headers["cache-control"]
    assert client.get("/static/live.js").headers["cache-control"] == "no-store"


def test_whoever_chooses_large_letters_has_them_on_every_page_for_phones(hall: WebHall, client: TestClient) -> None:
    ticket = f"/t/{hall.issue()['token']}"
    assert 'class="large"' not in client.get(ticket).text and "关怀版" in client.get(ticket).text
    answer = client.get("/letters/large", params={"next": ticket})
    assert (answer.status_code, answer.headers["location"]) == (303, ticket)
    for path in (ticket, "/c", "/t/nonsense"):
        page = client.get(path).text
        assert 'class="large"' in page and ("标准版" in page or path == "/t/nonsense"), path
    client.get("/letters/huge")
    assert 'class="large"' in client.get("/c").text, "what is no choice changes nothing"
    assert client.get("/letters/normal", params={"next": "https://elsewhere.example"}).headers["location"] == "/"
    assert 'class="large"' not in client.get("/c").text
