"""What the console asks, says and keeps in sight, at a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from contract.wire import codec, messages
from tests.browsers import OpenPage, log_in
from tests.web_hall import WebHall, serving


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[WebHall]:
    hall = WebHall(tmp_path)
    yield hall
    hall.close()


@pytest.fixture
def site(hall: WebHall) -> Iterator[str]:
    with serving(hall.open()) as address:
        yield address


@pytest.fixture
def page(hall: WebHall, site: str, open_page: OpenPage) -> Page:
    """A clerk's console at window 01."""
    page = open_page()
    log_in(page, site, "0101")
    page.click('button[value="01"]')
    expect(page.locator("#keys button:enabled").first).to_be_visible()
    return page


def key(page: Page, name: str) -> None:
    """Press a key as soon as it works."""
    expect(page.locator(f'[data-key="{name}"]:visible')).to_be_enabled()
    page.keyboard.press(name)


def reasons(hall: WebHall, verb: str) -> list[object]:
    """Why it was asked, as it reached the ledger."""
    asked = [request.body for request in hall.handled if request.verb == verb]
    return [body["reason"] for body in asked if not isinstance(body, bytes)]


def test_a_transfer_goes_out_with_enter_and_not_before_a_target_is_chosen(hall: WebHall, page: Page) -> None:
    number = hall.issue()["number"]
    key(page, "F2")
    key(page, "F9")
    expect(page.locator("#transfer h2")).to_contain_text(number)
    page.keyboard.press("Enter")
    expect(page.locator("#transfer")).to_be_visible()
    closed = page.locator('#targets option[value="to_window:02"]')
    expect(closed).to_be_disabled()
    expect(closed).to_contain_text("未开窗")
    hall.ask("open-window", window="02", clerk="0102")
    expect(closed).to_be_enabled()
    expect(closed).to_contain_text("空闲 · 工号 0102")
    page.select_option("#targets", "to_window:02")
    page.check("#transfer [name=return]")
    hall.issue("tax")  # what is chosen stays while the hall goes on
    expect(page.locator('#targets option[value="to_queue:tax"]')).to_contain_text("等候 1 人")
    page.focus("#targets")
    page.keyboard.press("Enter")
    expect(page.locator("#toast")).to_have_text(f"{number} 已转到 02 号窗口")
    waiting = hall.ask("call-next", window="02")
    assert waiting.data is not None
    assert waiting.data["ticket"]["number"] == number


def test_another_reason_for_a_call_out_of_turn_has_to_be_written(hall: WebHall, page: Page) -> None:
    hall.issue()
    last = hall.issue()["number"]
    page.click(f'#waiting button[aria-label="叫此号 {last}"]')
    page.check('#choose [value=""]')
    page.click("#choose .main")
    expect(page.locator("#choose")).to_be_visible()
    page.fill("#choose [name=other]", "家里有急事")
    page.keyboard.press("Enter")
    expect(page.locator("#now .number")).to_have_text(last)
    assert reasons(hall, "call-ticket") == ["家里有急事"]


def test_the_console_says_who_is_rating_and_then_whether_it_was_done(hall: WebHall, page: Page) -> None:
    number = hall.issue()["number"]
    for name in ("F2", "F4", "F6"):
        key(page, name)
    expect(page.locator("#toast")).to_have_text(f"{number} 已办结")
    expect(page.locator("#now .number")).to_have_text(number)
    expect(page.locator("#now")).to_have_text(re.compile(r"正在评价，还剩\s*\d+\s*秒"))
    asked = codec.decode(hall.retained.get("rating/01/ask") or b"", messages.RatingAsk)
    hall.ask("rate", service=asked.service, level=2, unexplained=True, channel="tablet")
    expect(page.locator("#now")).to_contain_text(f"{number} 已评价")
    expect(page.locator("#now")).not_to_contain_text("不满意")


def test_who_leaves_a_window_with_somebody_at_it_is_told_before(hall: WebHall, page: Page) -> None:
    number = hall.issue()["number"]
    key(page, "F2")
    expect(page.locator("#now .number")).to_have_text(number)
    page.click("[data-open=leave]")
    expect(page.locator("#leave .busy")).to_contain_text(f"{number} 还在本窗口")
    expect(page.locator("#leave [name=close]")).to_be_disabled()
    page.keyboard.press("Enter")  # the harmless answer has the focus
    expect(page.locator("#leave")).to_be_hidden()
    assert hall.window("01").state == "calling"


def test_number_keys_and_who_is_on_hold_stay_in_sight_however_long_the_line(hall: WebHall, page: Page) -> None:
    held = hall.issue()["number"]
    key(page, "F2")
    key(page, "F8")
    expect(page.locator("#toast")).to_have_text(f"{held} 已挂起")
    numbers = [hall.issue()["number"] for _ in range(26)]
    expect(page.locator("#waiting li")).to_have_count(26)
    expect(page.locator("#held li")).to_be_in_viewport()
    page.click(f'#waiting button[aria-label="叫此号 {numbers[-1]}"]')
    page.keyboard.press("Enter")
    expect(page.locator("#now .number")).to_have_text(numbers[-1])
    for name in ("#now .number", '[data-key="F4"]', '[data-key="F9"]'):
        expect(page.locator(name)).to_be_in_viewport()


def test_a_press_that_the_network_holds_up_says_that_it_is_being_sent(hall: WebHall, page: Page) -> None:
    hall.issue()
    held_up: list[Route] = []
    page.route("**/console/command", lambda route: held_up.append(route))
    page.reload()  # a slow browser still lets a request of a page pass that was there before
    key(page, "F2")
    expect(page.locator("#toast")).to_have_text("正在发送…")
    held_up.pop().continue_()
    expect(page.locator(".condition")).to_contain_text("正在叫号")
    expect(page.locator("#toast")).to_have_text("")


def test_a_press_again_before_the_first_is_shown_is_no_error(hall: WebHall, page: Page) -> None:
    hall.issue()
    key(page, "F2")
    expect(page.locator(".condition")).to_contain_text("正在叫号")
    page.mouse.move(640, 5)
    page.mouse.down()  # the console shows nothing new under a finger
    answers: list[str] = []
    for _ in range(2):
        with page.expect_response("**/console/command") as answer:
            key(page, "F4")
        answers.append(answer.value.json()["status"])
    assert answers == ["ok", "error"]
    expect(page.locator('[data-key="F4"]')).to_be_enabled()
    assert page.locator("#toast").text_content() == ""
    page.mouse.up()
    expect(page.locator(".condition")).to_contain_text("正在办理")


def test_a_pause_has_a_reason(hall: WebHall, page: Page) -> None:
    key(page, "F10")
    page.click('#pause label:has-text("午休")')
    page.keyboard.press("Enter")
    expect(page.locator(".condition")).to_contain_text("暂停服务")
    expect(page.locator("#now")).to_contain_text("暂停原因：午休")
    assert reasons(hall, "pause-window") == ["lunch"]
