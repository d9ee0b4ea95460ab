"""The page of the audit: every deed in words, found by person, day and kind, and as a file in which nothing runs."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import get_args

import pytest
from fastapi.testclient import TestClient

from contract.texts import texts
from contract.wire.messages import Act
from queue_server.catalogue.lifecycle import MOVE_NAMES
from queue_server.web.auth.audit_page import PAGE
from queue_server.web.auth.audit_words import NOBODYS, REASONS, SUBJECTS
from queue_server.web.auth.deeds import DEEDS
from queue_server.web.fleet.updates import STEPS
from tests.web_hall import WebHall, at_window, log_in, now, press

SOURCE = Path(__file__).parents[5] / "queue_server"
NOTED = re.compile(r'(?:\.note\(\s*request, session, |audit\.append(?:\(|,)\s*[\w.]+, )(f?)"([^"]+)"')
CHOSEN = re.compile(r'"([a-z-]+)"(?:, [^\n]*\))? if reason else \(?"([a-z-]+)"')
"""Two names, of which one is noted where somebody gave a reason."""
SPREAD = {
    "account-{done.do}": [f"account-{do}" for do in ("create", "person", "set-password", "bar", "allow", "unlock")],
    "item-{made}": [f"item-{move}" for move in MOVE_NAMES],
    "rollout-{step}": [f"rollout-{step}" for step in STEPS],
    "appointment-{do}": ["appointment-cancel", "appointment-check-in"],
    "{intake.rows.name}-import": ["appointments-import", "cases-import"],
    "{what}-refused": ["enrol-refused", "renew-refused"],
}
"""What is noted under a name that is put together."""


@pytest.fixture
def admin(client: TestClient) -> TestClient:
    assert log_in(client, "admin") == 303
    return client


def noted() -> set[str]:
    """Every deed that the code notes."""
    found = {"log-in-refused", "log-in-locked", "enrol", "renew", *(act for act in get_args(Act) if act in DEEDS)}
    for path in SOURCE.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        for spread, name in NOTED.findall(source):
            found |= set(SPREAD[name]) if spread else {name}
        found |= {name for names in CHOSEN.findall(source) for name in names}
    return found


def test_every_deed_that_is_noted_has_its_word_and_no_word_is_left_over() -> None:
    assert noted() == set(DEEDS)


def test_every_word_of_the_audit_is_there_in_english() -> None:
    english = texts("en")
    words = [deed.word for deed in DEEDS.values()] + [word for table in (NOBODYS, SUBJECTS, REASONS) for word in table.values()]
    assert [word for word in words if word and english(word) == word] == []


def rows(page: str) -> list[list[str]]:
    return [re.findall(r"<td[^>]*>(.*?)</td>", row, re.S) for row in re.findall(r"<tr><td.*?</tr>", page, re.S)]


def test_a_row_says_in_words_who_did_what_to_what(hall: WebHall, client: TestClient) -> None:
    token = at_window(client)
    hall.issue()
    chosen = hall.issue()
    press(client, token, "call-ticket", ticket=chosen["id"], reason="过号后返回")
    log_in(client, "admin")
    hall.parts.site.accounts.set_person("0101", "赵六")
    hall.parts.site.audit.append("0101", "window-taken", "02", detail="from 0102")
    hall.parts.site.audit.append("0101", "cases-import", "rows.csv", detail="+7")
    found = {f"{row[2]} {row[3]}": row for row in rows(client.get("/audit").text)}
    row = found[f"指定叫号 {chosen['number']}"]
    assert (row[1], row[4]) == ("0101 · 赵六", "过号后返回")
    assert found["到窗口上岗 01 号窗口"][4] == ""
    assert found["到窗口上岗 02 号窗口"][4] == "接替 0102"
    assert found["导入办件 rows.csv"][4] == "新增 7"
    client.get("/lang/en")
    page = client.get("/audit").text
    assert "Window 02" in page and "taken over from 0102" in page


def test_the_audit_is_found_by_person_day_and_deed(hall: WebHall, admin: TestClient) -> None:
    hall.parts.site.audit.append("0101", "reprint", "A001", detail="kiosk-1: failed paper-out")
    assert {row[1] for row in rows(admin.get("/audit?who=0101").text)} == {"0101"}
    assert {row[2] for row in rows(admin.get("/audit?deed=reprint").text)} == {"补打号票"}
    assert "没有打印出来" in admin.get("/audit?deed=reprint").text
    today = now().astimezone(hall.config.zone).date()
    assert rows(admin.get(f"/audit?day={today}").text)
    assert "没有符合条件的操作记录" in admin.get("/audit?day=2020-01-05").text
    for nonsense in ("day=garbage", "day=9999-12-31", "before=x", "before=²", "deed=none", "who=" + "x" * 300):
        assert admin.get(f"/audit?{nonsense}").status_code == 200


def test_older_rows_are_pages_further_and_none_is_lost_between_two(hall: WebHall, admin: TestClient) -> None:
    for number in range(PAGE + 20):
        hall.parts.site.audit.append("0101", "cases-import", f"rows-{number}.csv", detail="+1")
    page, seen = admin.get("/audit?who=0101").text, []
    while True:
        seen += [row[3] for row in rows(page)]
        older = re.search(r'href="([^"]+before=\d+)"', page)
        if older is None:
            break
        page = admin.get(older[1].replace("&amp;", "&")).text
    assert seen == [f"rows-{number}.csv" for number in reversed(range(PAGE + 20))]


def test_the_file_has_what_the_page_has_and_nothing_in_it_runs_as_a_formula(hall: WebHall, admin: TestClient) -> None:
    hall.parts.site.audit.append("0101", "cases-import", "=cmd|'/C calc'!A0", detail="+1")
    answer = admin.get("/audit.csv?deed=cases-import")
    table = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert table[0] == ["时间", "谁", "操作", "对象", "说明", "来自"]
    assert [row[1:5] for row in table[1:]] == [["0101", "导入办件", "'=cmd|'/C calc'!A0", "新增 1"]]
    assert "<td>导出操作记录</td>" in admin.get("/audit").text
