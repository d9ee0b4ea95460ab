"""In which language a page comes, and what of it is marked as Chinese."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

from queue_server.web.chinese_marked import marked
from queue_server.web.rendering import preferred
from tests.web_hall import WebHall, log_in


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("", "zh"),
        ("*", "zh"),
        ("zh", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en;q=0.5, zh-Hant;q=0.8", "zh"),
        ("en", "en"),
        ("en-US,en;q=0.9", "en"),
        ("en-GB,zh;q=0.5", "en"),
        ("fr-FR,fr;q=0.9", "en"),
        ("fr, zh;q=0.1", "zh"),
        ("en;q=0", "zh"),
        ("en;q=much", "zh"),
        (";;;,\x00", "zh"),
        ("x" * 5000, "zh"),
    ],
)
def test_a_browser_gets_the_language_that_it_asks_for_and_chinese_when_that_is_unclear(asked: str, language: str) -> None:
    assert preferred(asked) == language


@pytest.mark.parametrize(
    "path", ["/", "/log-in", "/wall", "/c", "/nowhere", "/t/none", "/t/none/pdf", "/lang", "/static/none.js"]
)
def test_every_page_that_is_open_to_all_follows_the_browser_until_somebody_chooses(client: TestClient, path: str) -> None:
    browser = {"accept-language": "en-US,en;q=0.9"}
    assert 'lang="en"' in client.get(path, headers=browser).text
    assert 'lang="zh-CN"' in client.get(path).text
    client.get("/lang/zh")
    assert '<html lang="zh-CN">' in client.get(path, headers=browser).text


def test_the_staff_pages_follow_the_browser_too_and_name_clerks_without_chinese(hall: WebHall, client: TestClient) -> None:
    hall.ask("open-window", window="02", clerk="0102")
    hall.window("02")
    log_in(client, "0101")
    page = client.get("/console", headers={"accept-language": "en"}).text
    assert "No. 0102" in page and "工号" not in page
    page = client.get("/accounts", headers={"accept-language": "en"}).text
    assert "There is no permission" in page or not re.search("[\u4e00-\u9fff]", page.replace("中文", ""))


@pytest.mark.parametrize(
    ("html", "made"),
    [
        ("<p>Ann</p>", "<p>Ann</p>"),
        ("<td>王**</td>", '<td><span lang="zh-CN">王**</span></td>'),
        ("<li>Law (《救助办法》), 3</li>", '<li>Law (<span lang="zh-CN">《救助办法》</span>), 3</li>'),
        ('<option value="a">结婚登记</option>', '<option value="a" lang="zh-CN">结婚登记</option>'),
        ("<textarea>\n无</textarea>", '<textarea lang="zh-CN">\n无</textarea>'),
        ('<img alt="欢迎您">', '<img alt="欢迎您" lang="zh-CN">'),
        ('<p title="a > 中">x</p>', '<p title="a > 中" lang="zh-CN">x</p>'),
        ("<title>中</title>", "<title>中</title>"),
        ('<b lang="zh-CN"><i>中</i></b><br><u>文</u>', '<b lang="zh-CN"><i>中</i></b><br><u><span lang="zh-CN">文</span></u>'),
        ("<td>工号 0101</td>", "<td>No. 0101</td>"),
        ("<!-- 中 --><p>&lt;中&gt;</p>", '<!-- 中 --><p>&lt;<span lang="zh-CN">中</span>&gt;</p>'),
    ],
)
def test_what_is_chinese_on_an_english_page_is_marked_once(html: str, made: str) -> None:
    assert marked(html) == made
    assert marked(made) == made
