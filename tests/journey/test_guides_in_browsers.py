"""Guides at real browsers: a citizen's phone without scripts, and a department's clerk who writes one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from contract.configuration.hall_files import load
from tests.browsers import log_in, new_page
from tests.web_hall import WebHall, serving
from tests.wushan_hall import WUSHAN

CODE = "62052400mz-jf-0001"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebHall]:
    hall = WebHall(tmp_path_factory.mktemp("hall"), load(WUSHAN), items=WUSHAN)
    yield hall
    hall.close()


@pytest.fixture(scope="module")
def site(hall: WebHall) -> Iterator[str]:
    with serving(hall.open()) as address:
        hall.edition()
        yield address


def test_a_citizen_finds_reads_and_downloads_a_guide_without_scripts(browser: Browser, site: str) -> None:
    page = new_page(browser, width=390, height=844, scripts=False)
    page.goto(f"{site}/g")
    page.fill("[name=q]", "dbao")
    page.click("button:has-text('搜索')")
    page.click(f'a[href="/g/{CODE}"]')
    expect(page.locator("h1")).to_have_text("最低生活保障")
    expect(page.locator(".facts")).to_be_in_viewport()
    page.click("summary >> nth=0")
    expect(page.locator("details p >> nth=0")).to_be_visible()
    address = page.locator('a:has-text("填写样例") >> nth=0').get_attribute("href")
    paper = page.request.get(f"{site}{address}")
    assert paper.body().startswith(b"%PDF-")
    page.context.close()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("path", ["/g", "/g?q=sbk", "/g?theme=family", f"/g/{CODE}", "/g/none"])
def test_every_guide_page_fits_a_phone_and_its_links_a_thumb(browser: Browser, site: str, path: str, language: str) -> None:
    page = new_page(browser, width=360, height=740, language=language)
    page.goto(f"{site}{path}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for link in page.locator(".links a, .found a, .button, .search button").all():
        box = link.bounding_box()
        assert box is not None
        assert box["height"] >= 44
    page.context.close()


def test_a_department_writes_a_change_and_two_offices_bring_it_to_the_phones(
    browser: Browser, hall: WebHall, site: str
) -> None:
    version = hall.edition().version
    entry = new_page(browser, height=900)
    log_in(entry, site, "entry", goes_on="/items")
    entry.goto(f"{site}/items/{CODE}/edit")
    entry.click("text=增加一份材料")
    expect(entry.locator('[name="materials.5.name.zh"]')).to_be_focused()
    entry.fill('[name="materials.5.name.zh"]', "收入证明")
    entry.fill('[name="materials.5.originals"]', "一")
    entry.click("text=保存为暂存")
    entry.click(".trouble a:has-text('原件份数')")
    expect(entry.locator('[name="materials.5.originals"]')).to_be_in_viewport()
    entry.fill('[name="materials.5.originals"]', "1")
    entry.fill('[name="materials.5.name.en"]', "Proof of income")
    entry.click("text=保存为暂存")
    expect(entry.locator(".head .state-word")).to_have_text("暂存")
    entry.click("text=预览自助机页")
    expect(entry.locator(".materials")).to_contain_text("收入证明")
    entry.goto(f"{site}/items/{CODE}")
    entry.click("button:has-text('提交审核')")
    expect(entry.locator(".head .state-word")).to_have_text("等编办审核")
    for name, button, state in (("establishment", "审核通过", "等政务办发布"), ("service", "发布", "已公布")):
        office = new_page(browser, height=900)
        log_in(office, site, name, goes_on="/items")
        office.goto(f"{site}/items/{CODE}")
        office.click(f"button:has-text('{button}')")
        if name == "service":
            office.click("dialog button[value=yes]")
        expect(office.locator(".head .state-word")).to_have_text(state)
        office.context.close()
    hall.edition(after=version)
    phone = new_page(browser, width=390, height=844)
    phone.goto(f"{site}/g/{CODE}")
    expect(phone.locator(".materials")).to_contain_text("收入证明")
    entry.context.close()
    phone.context.close()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", ["/items", f"/items/{CODE}", "/items/new", "/items/import"])
def test_the_editors_pages_fit_a_narrow_screen(browser: Browser, site: str, path: str, language: str) -> None:
    page = new_page(browser, width=360, height=740)
    log_in(page, site, "entry", goes_on="/items")
    page.goto(f"{site}/lang/{language}?next={path}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.context.close()
