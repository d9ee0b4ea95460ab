"""The supervisor's page: what needs attention, what a bad rating was about, alerts for whom they are."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from contract.wire import messages
from queue_server.hall_access import PeopleWaiting
from queue_server.web.staff.attention import late_queues, late_windows
from tests.web_hall import CONFIG, WebHall, log_in, now

NOW = now()


def line(waiting: int, minutes: float) -> PeopleWaiting:
    return PeopleWaiting(waiting, NOW - timedelta(minutes=minutes))


def window(state: messages.WindowCondition, minutes: float = 0) -> messages.WindowState:
    ticket = messages.WindowTicket("a001", "A001", "social") if state in ("calling", "serving") else None
    return messages.WindowState(1, state, ticket, None, 0, NOW - timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("lines", "late"),
    [
        ({}, []),
        ({"social": line(1, 19)}, []),
        ({"social": line(1, 20)}, ["social"]),
        ({"social": line(10, 1)}, []),
        ({"social": line(11, 1)}, ["social"]),
        ({"social": line(1, 21), "tax": line(1, 40)}, ["tax", "social"]),
    ],
)
def test_a_queue_is_late_by_its_longest_wait_or_its_length(lines: dict[str, PeopleWaiting], late: list[str]) -> None:
    assert [found.id for found in late_queues(CONFIG, lines, {}, NOW)] == late


def test_a_late_queue_names_the_windows_that_could_call() -> None:
    lines = {"tax": line(1, 30)}
    [late] = late_queues(CONFIG, lines, {"01": window("idle"), "02": window("serving")}, NOW)
    assert [free.number for free in late.idle] == ["01"]
    assert late_queues(CONFIG, lines, {"01": window("paused")}, NOW)[0].idle == ()


def test_a_service_is_late_after_its_limit_and_a_call_never() -> None:
    states = {"01": window("serving", 31), "02": window("calling", 90)}
    assert [(late.number, late.ticket) for late in late_windows(CONFIG, states, NOW)] == [("01", "A001")]
    assert late_windows(CONFIG, {"01": window("serving", 29)}, NOW) == []


def test_a_bad_rating_names_number_item_window_and_clerk_and_has_an_address(hall: WebHall, client: TestClient) -> None:
    hall.ask("open-window", window="01", clerk="0101")
    answer = hall.ask("issue-ticket", queue="social", channel="desk", item="养老<b>认证")
    assert answer.data is not None
    for verb in ("call-next", "start-service", "finish-service"):
        hall.ask(verb, window="01")
    hall.ask("rate", token=answer.data["ticket"]["token"], level=1, channel="qr", text="找13812345678", unexplained=True)
    log_in(client, "supervisor")
    page = client.get("/supervisor").text
    row = page.partition("差评 ")[2]
    for part in ("A001", "养老&lt;b&gt;认证", "工号 0101", "#", "138****5678"):
        assert part in row, part
    assert "13812345678" not in page


def test_alerts_for_technicians_stay_on_their_page(hall: WebHall, client: TestClient) -> None:
    for name, kind in (("m", "illegal-message"), ("p", "device-paper-low")):
        texts = messages.Text(f"{kind}。", f"{kind}.")
        hall.put(f"alert/{name}", messages.Alert(kind, "warning", "printer-1", now(), texts))
    log_in(client, "supervisor")
    assert "device-paper-low" in client.get("/supervisor").text
    assert "illegal-message" not in client.get("/supervisor").text
    log_in(client, "admin")
    assert "illegal-message" in client.get("/fleet").text


@pytest.mark.parametrize(
    ("language", "given", "said"),
    [
        ("zh", "meeting", "暂停服务（开会）"),
        ("en", "meeting", "Paused (In a meeting)"),
        ("zh", "看<b>病", "暂停服务（看&lt;b&gt;病）"),
        ("zh", "", "暂停服务"),
    ],
)
def test_why_a_window_pauses_is_told_to_staff_wherever_they_see_it(
    hall: WebHall, client: TestClient, language: str, given: str, said: str
) -> None:
    hall.ask("open-window", window="02", clerk="0103")
    hall.ask("pause-window", window="02", reason=given)
    assert hall.window("02").reason == (given or None)
    client.cookies.set("lang", language)
    log_in(client, "supervisor")
    for path in ("/supervisor", "/console"):
        page = re.sub(r"\s+", " ", client.get(path).text)
        assert said in page and (given != "" or "暂停服务（" not in page), path


def test_a_day_that_is_none_is_said_to_be_none(client: TestClient) -> None:
    log_in(client, "supervisor")
    answer = client.get("/supervisor?day=garbage")
    assert answer.status_code == 400
    assert "日期不对" in answer.text
    assert "日期不对" not in client.get("/supervisor?day=2026-01-05").text
