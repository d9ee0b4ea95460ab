"""What somebody has typed is there again after a log-in that had ended in the middle of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browsers import OpenPage, log_in
from tests.screens.web import HALL
from tests.web_hall import CONFIG, PASSWORD, WebHall, serving


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[WebHall]:
    hall = WebHall(tmp_path, CONFIG, items=HALL)
    yield hall
    hall.close()


@pytest.fixture
def site(hall: WebHall) -> Iterator[str]:
    with serving(hall.open()) as address:
        yield address


def again(page: Page, hall: WebHall, name: str, submit: str, who: str = "") -> None:
    """Send a form after the log-in of `name` has ended, and log in again, as `who` if that is somebody else."""
    hall.parts.site.sessions.end_all(name)
    page.click(submit)
    expect(page.locator("h1")).to_have_text("请重新登录")
    page.click("[data-back=log-in]")
    page.fill("[name=name]", who or name)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")


def test_a_form_sent_after_the_log_in_had_ended_is_filled_in_again_and_can_be_saved(
    hall: WebHall, site: str, open_page: OpenPage
) -> None:
    page = open_page()
    log_in(page, site, "entry", goes_on="/items/new")
    page.fill("[name='name.zh']", "老年人优待证办理")
    page.click("button[value='add:faq']")
    page.fill("[name='faq.0.q']", "要交钱吗？")
    again(page, hall, "entry", ".save-bar .main")
    expect(page.locator("form [role=status]")).to_contain_text("您填写的内容还在下面")
    expect(page.locator("[name='name.zh']")).to_have_value("老年人优待证办理")
    page.locator(".save-bar .main").click()
    expect(page.locator("h1").last).to_have_text("老年人优待证办理")
    expect(page.locator("[name='faq.0.q']")).to_have_value("要交钱吗？")
    page.goto(f"{site}/items/new")
    expect(page.locator("[name='name.zh']")).to_have_value("")


def test_what_one_person_typed_is_not_shown_to_the_next_who_logs_in(hall: WebHall, site: str, open_page: OpenPage) -> None:
    page = open_page()
    log_in(page, site, "supervisor", goes_on="/appointments")
    page.fill("#new [name=starts]", "09:30")
    page.fill("#new [name=name]", "张三丰")
    again(page, hall, "supervisor", "#new button", who="admin")
    expect(page.locator("#new [name=name]")).to_have_value("")
    assert "张三丰" not in page.evaluate("JSON.stringify(sessionStorage)")
