"""Coming on duty at a window by the console: what somebody else is concerned by is asked first."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from tests.web_hall import WebHall, at_window, csrf, log_in, press


def choose(client: TestClient, window: str, **more: str) -> tuple[int, str]:
    """Choose a window, as its tile does; the status and the page."""
    token = csrf(client.get("/console").text)
    answer = client.post("/console/window", data={"csrf": token, "window": window, **more})
    if answer.headers.get("location") == "/console/window":
        answer = client.get("/console/window")
    return answer.status_code, answer.text


@pytest.mark.parametrize("name", ["supervisor", "admin"])
def test_a_supervisor_stands_in_at_a_window_where_a_clerk_is_on_duty(hall: WebHall, client: TestClient, name: str) -> None:
    hall.ask("open-window", window="01", clerk="0101")
    token = at_window(client, name)
    assert "本窗口现在由" not in client.get("/console").text
    hall.issue()
    assert press(client, token, "call-next").json()["status"] == "ok"
    assert hall.window("01").clerk is None


def test_taking_over_a_window_in_mid_service_is_one_question(hall: WebHall, client: TestClient) -> None:
    number = hall.issue()["number"]
    hall.ask("open-window", window="01", clerk="0101")
    for verb in ("call-next", "start-service"):
        hall.ask(verb, window="01")
    log_in(client, "0102")
    status, page = choose(client, "01")
    assert status == 200 and f"01 号窗口正在办理 {number}（工号 0101）" in page
    assert hall.window("01").clerk is not None and hall.window("01").clerk.id == "0101"
    assert choose(client, "01", confirmed="1")[0] == 303
    assert hall.window("01").clerk is not None and hall.window("01").clerk.id == "0102"


def test_who_stands_in_is_named_wherever_a_clerk_would_be(hall: WebHall, client: TestClient) -> None:
    token = at_window(client, "supervisor")
    number = hall.issue()["number"]
    press(client, token, "call-next")
    assert hall.window("01").state == "calling"
    for path in ("/supervisor", "/console"):
        other = TestClient(client.app, follow_redirects=False)
        log_in(other, "admin")
        row = other.get(path).text.partition("综合窗口")[2].partition("税务窗口")[0]
        assert "supervisor" in row, path
    other = TestClient(client.app, follow_redirects=False)
    log_in(other, "0102")
    assert "接管此窗口" in other.get("/console").text
    _, question = choose(other, "01")
    assert f"正在呼叫 {number}" in question and "01 号窗口现在由 supervisor 顶班。" in question
    assert "接管此窗口</button>" in question


def test_the_question_is_a_page_of_its_own_and_goes_once_it_is_answered(hall: WebHall, client: TestClient) -> None:
    at_window(client, "0101", "02")
    client.post("/console/leave", data={"csrf": csrf(client.get("/console").text)})
    form = {"csrf": csrf(client.get("/console").text), "window": "01"}
    assert client.get("/console/window").headers["location"] == "/console", "nothing was asked"
    asked = client.post("/console/window", data=form)
    assert (asked.status_code, asked.headers["location"]) == (303, "/console/window"), "Back must not send the form again"
    for _ in range(2):
        assert "您正在 02 号窗口当班" in client.get("/console/window").text
    client.post("/console/window", data=form | {"confirmed": "1"})
    assert client.get("/console/window").headers["location"] == "/console"


def test_whoever_goes_to_another_window_is_asked_and_leaves_the_first(hall: WebHall, client: TestClient) -> None:
    at_window(client, "0101", "02")
    client.post("/console/leave", data={"csrf": csrf(client.get("/console").text)})
    status, page = choose(client, "01")
    assert status == 200 and "您正在 02 号窗口当班" in page
    assert choose(client, "01", confirmed="1")[0] == 303
    assert hall.window("02").state == "closed"


def test_an_account_whose_clerk_the_hall_has_no_more_is_offered_no_window(hall: WebHall, client: TestClient) -> None:
    log_in(client, "0103")
    hall.config.clerk.remove(next(clerk for clerk in hall.config.clerk if clerk.id == "0103"))
    try:
        assert "/console/window" not in client.get("/console").text
    finally:
        hall.config.clerk.append(type(hall.config.clerk[0])(id="0103", name="工号 0103", windows=["02"]))


def log_out(client: TestClient, token: str, window: str = "") -> str:
    """Log out as the button does, or with an answer to the question; where that leads."""
    return client.post("/log-out", data={"csrf": token, "window": window}).headers["location"]


def test_who_logs_out_at_a_window_with_a_ticket_is_asked_and_the_ticket_stays(hall: WebHall, client: TestClient) -> None:
    number = hall.issue()["number"]
    token = at_window(client)
    press(client, token, "call-next")
    assert log_out(client, token) == log_out(client, token, "close") == "/log-out"
    page = client.get("/log-out").text
    assert f"01 号窗口还开着，{number} 还没有办完" in page and 'value="close"' not in page
    assert client.get("/console").status_code == 200, "nobody has been logged out"
    assert log_out(client, token, "stays") == "/log-in"
    state = hall.window("01")
    assert state.ticket is not None and (state.state, state.ticket.number) == ("calling", number)


def test_who_logs_out_at_a_free_window_may_close_it_and_nobody_else_is_asked(hall: WebHall, client: TestClient) -> None:
    token = at_window(client)
    assert log_out(client, token) == "/log-out" and "01 号窗口还开着。" in client.get("/log-out").text
    assert log_out(client, token, "close") == "/log-in" and hall.window("01").state == "closed"
    assert log_in(client, "supervisor") == 303
    assert client.get("/log-out").headers["location"] == "/"
    assert log_out(client, csrf(client.get("/supervisor").text)) == "/log-in"
