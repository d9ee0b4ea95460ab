"""The console, the wall and the phone page answer for the hall as it is."""

from __future__ import annotations

import io
import json
import re
import uuid
from typing import Any, get_args

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from contract.led_picture import PITCH
from contract.wire import answers, messages
from queue_server.web.console.page import FIELDS, command_in
from queue_server.web.public.panel_picture import picture
from tests.web_hall import WebHall, at_window, log_in, now, press

# --- the console ------------------------------------------------------------------------------------------------------


def test_one_press_sent_twice_calls_one_ticket(hall: WebHall, client: TestClient) -> None:
    token = at_window(client)
    first, second = hall.issue(), hall.issue()
    press_id = str(uuid.uuid4())
    assert press(client, token, "call-next", press_id).json() == press(client, token, "call-next", press_id).json()
    ticket = hall.window("01").ticket
    assert ticket is not None
    assert ticket.number == first["number"]
    answer = hall.ask("lookup", ticket=second["id"])
    assert answer.data is not None
    assert answer.data["ticket"]["state"] == "waiting"


@pytest.mark.parametrize("code", get_args(messages.ErrorCode))
def test_no_refusal_says_to_a_clerk_what_it_says_to_programmers(hall: WebHall, code: messages.ErrorCode) -> None:
    hall.open()
    error = answers.Error(code, "Expected `str` matching regex", "see the contract")
    for language, strange in (("zh", "[A-Za-z]"), ("en", "[\u4e00-\u9fff]|Expected|contract")):
        said = hall.parts.site.pages.words(language, "console/refusal.html", error=error)
        assert said and not re.search(strange, said), said


def test_a_clerk_who_finishes_is_reminded_of_whoever_has_to_go_back(hall: WebHall, client: TestClient) -> None:
    token = at_window(client)
    hall.ask("open-window", window="02", clerk="0103")
    number = hall.issue("tax")["number"]
    hall.ask("call-next", window="02")
    hall.ask("transfer", window="02", to_window="01", **{"return": True})
    for verb in ("call-next", "start-service"):
        assert press(client, token, verb).json()["status"] == "ok"
    said = press(client, token, "finish-service").json()["message"]
    assert said == f"{number} 在本窗口已办完，还要回转来的窗口：请告诉办事人等候叫号"


def test_who_cannot_close_a_window_stays_at_it_and_is_told_why(hall: WebHall, client: TestClient) -> None:
    token = at_window(client)
    hall.issue()
    press(client, token, "call-next")
    hall.window("01")
    answer = client.post("/console/leave", data={"csrf": token, "close": "1"})
    assert answer.status_code == 409
    assert 'id="keys"' in answer.text and "窗口已叫号" in answer.text
    assert hall.window("01").state == "calling"


def test_a_refusal_says_in_the_clerks_language_what_to_do(client: TestClient) -> None:
    token = at_window(client)
    assert re.search("[\u4e00-\u9fff]{4}", press(client, token, "start-service").json()["message"])
    client.get("/lang/en")
    assert press(client, token, "start-service").json()["message"].isascii()


def test_a_call_out_of_order_needs_a_reason_and_stands_in_the_audit(hall: WebHall, client: TestClient) -> None:
    token = at_window(client)
    hall.issue()
    chosen = hall.issue()
    assert press(client, token, "call-ticket", ticket=chosen["id"]).json()["status"] == "error"
    assert press(client, token, "call-ticket", ticket=chosen["id"], reason="过号后返回").json()["status"] == "ok"
    client.post("/log-out", data={"csrf": token, "window": "stays"})
    log_in(client, "admin")
    assert "过号后返回" in client.get("/audit").text


def test_a_line_that_cannot_be_read_never_looks_like_an_empty_one(
    hall: WebHall, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_window(client)

    async def broken(*_: Any) -> Any:
        raise OSError("disk I/O error")

    monkeypatch.setattr(hall.access, "shared_line", broken)
    page = client.get("/console").text
    assert "队列暂时读不到" in page
    assert "现在没有人等候" not in page
    assert not re.search(r'class="count">0<', page)


def test_figures_that_cannot_be_read_never_look_like_zeros(
    hall: WebHall, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_in(client, "supervisor")

    async def broken(*_: Any) -> Any:
        raise OSError("disk I/O error")

    monkeypatch.setattr(hall.access, "statistics", broken)
    page = client.get("/supervisor").text
    assert "统计暂时读不到" in page
    assert "<td" not in page


def test_a_clerk_sees_at_once_when_the_display_of_the_window_is_in_trouble(hall: WebHall, client: TestClient) -> None:
    at_window(client)
    texts = messages.Text("01 号窗口屏没有应答。", "The strip of window 01 does not reply.")
    hall.put("alert/strip-01", messages.Alert("display-unreachable", "error", "strip-01", now(), texts))
    other = messages.Text("02 号窗口屏连接不上。", "The strip of window 02 is unreachable.")
    hall.put("alert/strip-02", messages.Alert("display-unreachable", "error", "strip-02", now(), other))
    hall.put("display/strip-01/shown", messages.DisplayShown(1, "unreachable", now()))
    page = client.get("/console").text
    assert "01 号窗口屏没有应答" in page
    assert "02 号窗口屏" not in page
    assert re.search(r'class="word trouble" title="strip-01"', page)


def test_a_clerk_is_not_told_of_what_only_a_technician_can_mend(hall: WebHall, client: TestClient) -> None:
    at_window(client)
    told = {"kiosk-1": "kiosk-1 的页面出错了", "camera-1": "找不到扫码器", "server": "服务器写不进数据"}
    for subject, words in told.items():
        kind = "ledger-unwritable" if subject == "server" else "device-failed"
        hall.put(f"alert/{subject}", messages.Alert(kind, "error", subject, now(), messages.Text(words, words)))
    page = client.get("/console").text
    assert [subject for subject, words in told.items() if words in page] == ["server"]
    log_in(client, "admin")
    assert all(words in client.get("/fleet").text for words in told.values())


def test_who_was_taken_over_is_told_and_cannot_act_any_more(hall: WebHall, client: TestClient) -> None:
    token = at_window(client, "0101")
    hall.issue()
    press(client, token, "call-next")
    hall.ask("open-window", window="01", clerk="0102", confirmed=True)
    assert "工号 0102" in client.get("/console").text
    assert press(client, token, "start-service").status_code == 409
    assert hall.window("01").state == "calling"


def test_a_closed_browser_leaves_the_ticket_as_it_was_and_a_new_log_in_takes_it_over(hall: WebHall, client: TestClient) -> None:
    token = at_window(client)
    ticket = hall.issue()
    press(client, token, "call-next")
    assert hall.window("01").state == "calling"
    client.cookies.clear()
    token = at_window(client, "0102", confirmed=True)
    assert ticket["number"] in client.get("/console").text
    assert press(client, token, "start-service").json()["status"] == "ok"
    assert hall.window("01").state == "serving"


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=20), lambda inner: st.lists(inner, max_size=3)
                    | st.dictionaries(st.sampled_from(["verb", "request_id", "ticket", "x"]), inner), max_leaves=8))  # fmt: skip
@settings(max_examples=200)
def test_whatever_a_browser_posts_is_a_command_or_nothing(posted: Any) -> None:
    asked = command_in(json.dumps(posted).encode())
    assert asked is None or (asked[0] in FIELDS and uuid.UUID(asked[1]))


@given(st.binary(max_size=60))
def test_bytes_that_are_no_json_are_no_command(payload: bytes) -> None:
    assert command_in(payload) is None


# --- the wall ---------------------------------------------------------------------------------------------------------


def test_the_wall_keeps_the_old_picture_until_the_display_shows_the_new_one(hall: WebHall, client: TestClient) -> None:
    hall.show("strip-01")
    assert client.get("/wall/strip-01.png").headers["x-display-state"] == "ok"
    before = client.get("/wall/strip-01.png").content
    assert before.startswith(b"\x89PNG")
    hall.ask("open-window", window="01", clerk="0101")
    assert client.get("/wall/strip-01.png").headers["x-display-state"] == "behind"
    assert client.get("/wall/strip-01.png").content == before
    hall.show("strip-01")
    assert client.get("/wall/strip-01.png").content != before
    assert client.get("/wall/strip-09.png").status_code == 404
    assert client.get("/wall/strip-01/9.png").status_code == 404


def test_what_was_only_sent_is_not_called_shown(hall: WebHall, client: TestClient) -> None:
    at_window(client)
    assert "已发送" not in client.get("/console").text + client.get("/wall").text
    hall.show("strip-01", confirmed=False)
    assert client.get("/wall/strip-01.png").headers["x-display-state"] == "sent"
    assert "已发送" in client.get("/console").text and "已发送" in client.get("/wall").text


def test_a_line_longer_than_the_panel_is_drawn_whole() -> None:
    short, long = (Image.open(io.BytesIO(picture(((text, "red"),), 64))) for text in ("欢迎您", "请A012号到03号窗口办理业务"))
    assert short.size == (64 * PITCH, 16 * PITCH)
    assert long.width > 13 * 16 * PITCH * 0.7
    assert lit(short) > 0


@pytest.mark.parametrize("text", ["", "🙂", "\x00\x1b[31m", "A" * 5000, "龘𠮷"])
def test_no_text_breaks_the_drawing_of_a_panel(text: str) -> None:
    assert Image.open(io.BytesIO(picture(((text, "no-such-colour"),), 64, 500))).height == 16 * PITCH


def lit(image: Image.Image) -> int:
    """How many pixels are clearly red."""
    return sum(red > 150 and green < 120 for red, green, _ in image.convert("RGB").get_flattened_data())


# --- the phone page ---------------------------------------------------------------------------------------------------


def served(hall: WebHall, ticket: dict[str, Any]) -> None:
    """The ticket's whole way through window 01."""
    hall.ask("open-window", window="01", clerk="0101")
    for verb in ("call-next", "start-service", "finish-service"):
        assert hall.ask(verb, window="01").status == "ok"


def test_the_phone_page_is_small_and_says_number_line_and_estimate(hall: WebHall, client: TestClient) -> None:
    for _ in range(12):
        ticket = hall.issue()
    assert "暂无窗口办理" in client.get(f"/t/{ticket['token']}").text
    hall.ask("open-window", window="01", clerk="0101")
    page = client.get(f"/t/{ticket['token']}")
    assert ticket["number"] in page.text
    assert "前面还有" in page.text
    assert re.search("<b>[^<]*(分钟|小时)", page.text)
    assert len(page.content) < 5_000
    assert "0101" not in page.text


def test_the_phone_page_of_a_transferred_ticket_names_its_window_and_counts_those_before_it_there(
    hall: WebHall, client: TestClient
) -> None:
    ticket, *_ = [hall.issue() for _ in range(5)]
    for window, clerk in (("01", "0101"), ("02", "0102")):
        hall.ask("open-window", window=window, clerk=clerk)
    for verb in ("call-next", "start-service"):
        assert hall.ask(verb, window="01").status == "ok"
    assert hall.ask("transfer", window="01", to_window="02", **{"return": True}).status == "ok"
    page = client.get(f"/t/{ticket['token']}").text
    assert ">前面没有人</p>" in page and "<dd>02</dd>" in page
    assert "您的号转到 02 号窗口，由这个窗口叫您" in page and "这边办完后，回 01 号窗口接着办" in page
    english = client.get(f"/t/{ticket['token']}", headers={"accept-language": "en"}).text
    assert ">You are next</p>" in english and "Your number was sent to window 02, which will call you" in english


@pytest.mark.parametrize("token", ["nonsense", "261122a001-AAAAAAAAAAAA", "x" * 500])
def test_a_bad_token_gets_a_clear_sentence(client: TestClient, token: str) -> None:
    answer = client.get(f"/t/{token}")
    assert answer.status_code == 404
    assert "找不到" in answer.text or "没有这个页面" in answer.text


def test_a_citizen_cancels_by_phone(hall: WebHall, client: TestClient) -> None:
    ticket = hall.issue()
    assert client.post(f"/t/{ticket['token']}/cancel", data={}).status_code == 303
    assert "已取消" in client.get(f"/t/{ticket['token']}").text
    assert client.post(f"/t/{ticket['token']}/cancel", data={}).status_code == 409


def test_a_level_touched_on_the_phone_counts_at_once_and_takes_its_reasons_later(hall: WebHall, client: TestClient) -> None:
    ticket = hall.issue()
    path = f"/t/{ticket['token']}"
    assert client.post(f"{path}/rate", data={"level": "5"}).status_code == 409
    served(hall, ticket)
    assert client.post(f"{path}/rate", data={"level": "2"}, follow_redirects=False).headers["location"] == f"{path}?why=1"
    assert client.post(f"{path}/rate", data={"level": "5"}).status_code == 409, "it counts once"
    supervisor = TestClient(client.app)
    log_in(supervisor, "supervisor")
    assert "没有说明原因" in supervisor.get("/supervisor").text
    assert "窗口人员业务不熟" in client.get(f"{path}?why=1").text
    assert client.post(f"{path}/why", data={"reason": ["510"]}).status_code == 409, "a reason of another level"
    assert client.post(f"{path}/why", data={}).status_code == 303
    assert "说说原因" in client.get(path).text, "as long as nothing was said"
    assert client.post(f"{path}/why", data={"reason": ["213"]}).status_code == 303
    assert "感谢您的评价" in client.get(path).text and "说说原因" not in client.get(path).text
    assert "窗口人员业务不熟" not in client.get(f"{path}?why=1").text
    assert "窗口人员业务不熟" in supervisor.get("/supervisor").text


def test_the_form_of_the_reasons_stays_when_the_language_changes_and_after_a_refusal(hall: WebHall, client: TestClient) -> None:
    ticket = hall.issue()
    path = f"/t/{ticket['token']}"
    served(hall, ticket)
    client.post(f"{path}/rate", data={"level": "2"})
    switch = re.search('href="(/lang/en[^"]*)"', client.get(f"{path}?why=1").text)
    assert switch and client.get(switch[1]).headers["location"] == f"{path}?why=1"
    assert "Please tell us what went wrong" in client.get(f"{path}?why=1").text
    refused = client.post(f"{path}/why", data={"reason": ["213", "510"], "text": "等了<很久>"})
    assert refused.status_code == 409
    assert re.search('value="213" checked', refused.text) and ">等了&lt;很久&gt;</textarea>" in refused.text
    assert client.get(f"{path}/why", follow_redirects=False).headers["location"] == f"{path}?why=1"


def test_who_rates_a_second_time_is_thanked_and_not_scolded(hall: WebHall, client: TestClient) -> None:
    ticket = hall.issue()
    served(hall, ticket)
    client.post(f"/t/{ticket['token']}/rate", data={"level": "4"})
    again = client.post(f"/t/{ticket['token']}/rate", data={"level": "1"})
    assert "您已评价过本次服务" in again.text and 'class="trouble"' not in again.text
    assert "请您评价本次服务" not in again.text


def test_nobody_is_told_that_no_people_are_ahead_as_a_number(hall: WebHall, client: TestClient) -> None:
    hall.ask("open-window", window="01", clerk="0101")
    first, second = hall.issue(), hall.issue()
    for ticket, said in ((first, "前面没有人"), (second, "前面还有 1 人")):
        page = client.get(f"/t/{ticket['token']}").text
        assert f">{said}</p>" in page and f'data-title="{said} · {ticket["number"]}"' in page


def test_a_phone_that_speaks_english_gets_english(hall: WebHall, client: TestClient) -> None:
    path = f"/t/{hall.issue()['token']}"
    assert "Social security" in client.get(path, headers={"accept-language": "en-GB,en;q=0.9"}).text
    assert "社会保障" in client.get(path, headers={"accept-language": "zh-CN"}).text
