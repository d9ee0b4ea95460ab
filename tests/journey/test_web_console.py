"""Clerks and citizens at real browsers: Chromium against the real pages and the real ledger."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import Page, Route, expect

from tests.browsers import OpenPage, log_in
from tests.web_hall import CONFIG, WebHall, serving


@pytest.fixture
def hall(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[WebHall]:
    """A hall, with other rules if the test has some."""
    rules = CONFIG.rules.model_copy(update=getattr(request, "param", {}))
    hall = WebHall(tmp_path, CONFIG.model_copy(update={"rules": rules}))
    yield hall
    hall.close()


@pytest.fixture
def app(hall: WebHall) -> FastAPI:
    return hall.open()


@pytest.fixture
def site(app: FastAPI) -> Iterator[str]:
    with serving(app) as address:
        yield address


def on_duty(page: Page, site: str, name: str = "0101", window: str = "01", question: str = "") -> None:
    """Log in and take a window; a `question` that comes is answered with the deed."""
    log_in(page, site, name)
    page.click(f'button[value="{window}"]')
    if question:
        expect(page.locator("main")).to_contain_text(question)
        page.click("main form button.main")
    expect(page.locator("#keys button:enabled").first).to_be_visible()


def condition(page: Page, word: str, number: str | None = None) -> None:
    """Wait until the console shows this state, and this number."""
    expect(page.locator(".condition")).to_contain_text(word)
    if number is not None:
        expect(page.locator("#now .number")).to_have_text(number)


def key(page: Page, name: str) -> None:
    """Press a function key once it is not grey: while an answer is on its way all keys are."""
    expect(page.locator(f'button[data-key="{name}"]:enabled').first).to_be_visible()
    page.keyboard.press(name)


def test_a_clerk_serves_a_citizen_by_function_keys_alone(hall: WebHall, site: str, open_page: OpenPage) -> None:
    first, second = hall.issue()["number"], hall.issue()["number"]
    page = open_page()
    on_duty(page, site)
    condition(page, "空闲")
    key(page, "F2")
    condition(page, "正在叫号", first)
    key(page, "F3")
    expect(page.locator("#now")).to_contain_text("已叫 2 次")
    key(page, "F4")
    condition(page, "正在办理", first)
    key(page, "F6")
    condition(page, "等待评价")
    key(page, "F2")
    condition(page, "正在叫号", second)
    key(page, "F7")
    condition(page, "空闲")
    expect(page.locator("#line")).to_contain_text("已过号")
    key(page, "F10")
    page.keyboard.press("Enter")
    condition(page, "暂停服务")
    key(page, "F10")
    condition(page, "空闲")
    assert hall.window("01").state == "idle"


def test_a_clerk_holds_resumes_transfers_and_calls_a_chosen_ticket(hall: WebHall, site: str, open_page: OpenPage) -> None:
    hall.ask("open-window", window="02", clerk="0102")
    held, chosen = hall.issue()["number"], hall.issue("tax")["number"]
    page = open_page()
    on_duty(page, site)
    page.keyboard.press("F2")
    condition(page, "正在叫号", held)
    page.keyboard.press("F8")
    condition(page, "空闲")
    page.click(f'#line li:has-text("{chosen}") button:has-text("叫此号")')
    page.click('#choose label:has-text("补齐材料后返回")')
    page.click('#choose button:has-text("叫号")')
    condition(page, "正在叫号", chosen)
    page.keyboard.press("F9")
    page.select_option("#transfer select", "to_window:02")
    page.click('#transfer button:has-text("转移")')
    condition(page, "空闲")
    page.click(f'#line li:has-text("{held}") button:has-text("恢复")')
    condition(page, "正在叫号", held)
    answer = hall.ask("call-next", window="02")
    assert answer.data is not None
    assert answer.data["ticket"]["number"] == chosen


def test_two_consoles_on_one_window_the_later_has_it_and_the_first_is_told(
    hall: WebHall, site: str, open_page: OpenPage
) -> None:
    number = hall.issue()["number"]
    first, second = open_page(), open_page()
    on_duty(first, site, "0101")
    first.keyboard.press("F2")
    condition(first, "正在叫号", number)
    on_duty(second, site, "0102", question=f"正在呼叫 {number}（工号 0101）")
    condition(second, "正在叫号", number)
    expect(first.locator("[role=alert]")).to_contain_text("0102")
    expect(first.locator("#keys")).to_have_count(0)
    second.keyboard.press("F4")
    condition(second, "正在办理", number)


def test_a_key_pressed_twice_in_haste_calls_one_ticket(hall: WebHall, site: str, open_page: OpenPage) -> None:
    first = hall.issue()["number"]
    hall.issue()
    page = open_page()
    on_duty(page, site)
    page.evaluate(
        "for (let i = 0; i < 3; i++) document.dispatchEvent(new KeyboardEvent('keydown', {key: 'F2', bubbles: true}))"
    )
    condition(page, "正在叫号", first)
    assert sum(request.verb == "call-next" for request in hall.handled) == 1


def test_a_key_pressed_while_an_answer_is_on_its_way_is_done_after_it_and_only_the_newest(
    hall: WebHall, site: str, open_page: OpenPage
) -> None:
    first = hall.issue()["number"]
    hall.issue()
    page = open_page()
    on_duty(page, site)
    page.evaluate(
        "for (const key of ['F2', 'F2', 'F7', 'F4', 'F2'])"
        " document.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}))"
    )
    condition(page, "正在办理", first)
    verbs = [request.verb for request in hall.handled if request.verb not in ("lookup", "open-window")]
    assert [verb for verb in verbs if verb in ("call-next", "start-service", "no-show")] == ["call-next", "start-service"]


def test_a_lost_answer_is_asked_for_again_with_the_same_id(hall: WebHall, site: str, open_page: OpenPage) -> None:
    first = hall.issue()["number"]
    hall.issue()
    page = open_page()
    lost: list[str] = []

    def lose_the_first_answer(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.request.post_data or "")
        route.fetch()
        route.abort("connectionreset")

    # Before the console is opened: from a page that is already there, a slow browser still lets a request pass.
    page.route("**/console/command", lose_the_first_answer)
    on_duty(page, site)
    with page.expect_response("**/console/command") as answer:
        page.keyboard.press("F2")
    assert answer.value.json()["status"] == "ok"
    assert answer.value.request.post_data == lost[0]
    condition(page, "正在叫号", first)
    assert len({request.id for request in hall.handled if request.verb == "call-next"}) == 1


def test_a_console_says_that_the_server_is_away_and_comes_back_by_itself(
    hall: WebHall, app: FastAPI, open_page: OpenPage
) -> None:
    page = open_page()
    with serving(app) as address:
        port = int(address.rpartition(":")[2])
        on_duty(page, address)
    expect(page.locator("#lost")).to_be_visible()
    expect(page.locator('[data-do="next"]')).to_be_disabled()
    number = hall.issue()["number"]
    with serving(app, port):
        expect(page.locator("#lost")).to_be_hidden()
        expect(page.locator("#line")).to_contain_text(number)
        page.keyboard.press("F2")
        condition(page, "正在叫号", number)
        page.context.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_console_of_360_pixels_shows_number_keys_and_line_without_sideways_scrolling(
    hall: WebHall, site: str, open_page: OpenPage, language: str
) -> None:
    for class_ in ("ordinary", "priority", "military", "appointment"):
        hall.issue(class_=class_)
    page = open_page(360, 640)
    page.goto(f"{site}/lang/{language}")
    on_duty(page, site)
    page.keyboard.press("F2")
    expect(page.locator(".condition")).to_have_class(re.compile("calling"))
    assert page.evaluate("document.documentElement.scrollWidth <= 360")
    for key in page.locator("#keys button:visible").all():
        box = key.bounding_box()
        assert box is not None
        assert box["height"] >= 48
        assert box["y"] + box["height"] <= 640
        assert key.evaluate("button => button.scrollWidth <= button.clientWidth")


@pytest.mark.parametrize("hall", [{"call_blink_s": 3600}], indirect=True)  # it blinks until somebody has looked
def test_the_wall_follows_the_hall_live(hall: WebHall, site: str, open_page: OpenPage) -> None:
    hall.show("strip-01")
    page = open_page()
    page.goto(f"{site}/wall")
    expect(page.locator("#panel-strip-01 img")).to_have_attribute("alt", "窗口关闭")
    number = hall.issue()["number"]
    hall.ask("open-window", window="01", clerk="0101")
    hall.ask("call-next", window="01")
    hall.show("strip-01")
    expect(page.locator("#panel-strip-01 img")).to_have_attribute("alt", f"请{number}号到01号窗口")
    expect(page.locator("#panel-strip-01 .row")).to_have_class("row blink")
    assert page.locator("#panel-strip-01 img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 500
