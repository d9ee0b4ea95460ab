"""Citizens at the page behind the code of their ticket, with real browsers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import expect

from tests.browsers import OpenPage
from tests.web_hall import WebHall, serving


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[WebHall]:
    hall = WebHall(tmp_path)
    yield hall
    hall.close()


@pytest.fixture
def app(hall: WebHall) -> FastAPI:
    return hall.open()


@pytest.fixture
def site(app: FastAPI) -> Iterator[str]:
    with serving(app) as address:
        yield address


def test_a_phone_shows_the_window_the_moment_it_is_called(hall: WebHall, site: str, open_page: OpenPage) -> None:
    ticket = hall.issue()
    page = open_page(390, 844)
    page.goto(f"{site}/t/{ticket['token']}")
    expect(page.locator("main")).to_contain_text("前面没有人")
    hall.ask("open-window", window="01", clerk="0101")
    hall.ask("call-next", window="01")
    expect(page.locator(".call")).to_have_text("请到 01 号窗口")


def test_a_phone_without_scripts_follows_cancels_and_rates(hall: WebHall, site: str, open_page: OpenPage) -> None:
    ticket, other = hall.issue(), hall.issue()
    page = open_page(390, 844, scripts=False)
    page.goto(f"{site}/t/{other['token']}")
    page.click("summary")
    page.click('button:has-text("确认取消")')
    expect(page.locator("main")).to_contain_text("已取消")
    hall.ask("open-window", window="01", clerk="0101")
    for verb in ("call-next", "start-service", "finish-service"):
        hall.ask(verb, window="01")
    page.goto(f"{site}/t/{ticket['token']}")
    page.click('button:text-is("不满意")')
    page.check('label:has-text("态度生硬") input')
    page.click('button:text-is("提交")')
    expect(page.locator("main")).to_contain_text("感谢您的评价")


def test_a_rating_ends_the_question_on_every_page_of_the_ticket_and_keeps_its_reasons_in_another_language(
    hall: WebHall, site: str, open_page: OpenPage
) -> None:
    address = f"{site}/t/{hall.issue()['token']}"
    hall.ask("open-window", window="01", clerk="0101")
    for verb in ("call-next", "start-service", "finish-service"):
        hall.ask(verb, window="01")
    page = open_page(390, 844)
    page.goto(address)
    other = page.context.new_page()
    other.goto(address)
    expect(other.locator(".levels")).to_be_visible()
    page.click('button:text-is("不满意")')
    expect(other.locator("main")).to_contain_text("感谢您的评价")
    expect(other.locator(".levels")).to_have_count(0)
    page.check('[value="213"]')
    page.fill("[name=text]", "窗口没有人")
    page.click("header a[href*='/lang/']")
    expect(page.locator("button.main")).to_have_text("Submit")
    expect(page.locator('[value="213"]')).to_be_checked()
    expect(page.locator("[name=text]")).to_have_value("窗口没有人")
    assert page.evaluate("sessionStorage.length") == 0
    page.click("button.main")
    expect(other.locator('a[href*="why"]')).to_have_count(0)


def test_a_phone_keeps_an_open_box_and_the_focus_while_the_line_moves(hall: WebHall, site: str, open_page: OpenPage) -> None:
    hall.issue()
    ticket = hall.issue()
    page = open_page(390, 844)
    page.goto(f"{site}/t/{ticket['token']}")
    expect(page.locator("p.state")).to_have_text("前面还有 1 人")
    page.click("summary")
    page.locator("#cancel button").focus()
    hall.ask("open-window", window="01", clerk="0101")
    hall.ask("call-next", window="01")
    expect(page.locator("p.state")).to_have_text("前面没有人")
    expect(page).to_have_title(f"前面没有人 · {ticket['number']}")
    expect(page.locator("#cancel button")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("已取消")


def test_a_phone_says_that_its_connection_is_lost_and_shows_the_truth_when_it_is_back(
    hall: WebHall, app: FastAPI, open_page: OpenPage
) -> None:
    ticket = hall.issue()
    page = open_page(390, 844)
    with serving(app) as address:
        port = int(address.rpartition(":")[2])
        page.goto(f"{address}/t/{ticket['token']}")
        expect(page.locator("main")).to_contain_text("前面没有人")
        expect(page.locator("#lost")).to_be_hidden()
    expect(page.locator("#lost")).to_contain_text("连接断了，下面是")
    hall.ask("open-window", window="01", clerk="0101")
    hall.ask("call-next", window="01")
    with serving(app, port):
        expect(page.locator(".call")).to_have_text("请到 01 号窗口")
        expect(page.locator("#lost")).to_be_hidden()
        page.context.close()


def test_a_phone_of_large_letters_shows_the_whole_number(hall: WebHall, site: str, open_page: OpenPage) -> None:
    ticket = hall.issue()
    page = open_page(195, 422)  # 390 pixels at 200 %
    for path in (f"/t/{ticket['token']}", "/"):
        page.goto(site + path)
        assert page.evaluate("document.documentElement.scrollWidth <= 195"), path
