"""The administrator has the logs checked on a page: in the background, in plain words, with an alert for a broken row."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from contract.wire import codec
from contract.wire.messages import Alert
from queue_server.logs import checks as logs_checks
from queue_server.logs.checks import CUT, LogChecks
from queue_server.logs.hash_chain import EVENTS, WEB_ACTIONS
from queue_server.store.tables import EPOCH
from tests.bed import Bed
from tests.programs import wait_until
from tests.web_hall import WebHall, csrf, log_in, now

LOGS = {"events": EVENTS, "web": WEB_ACTIONS}


@pytest.fixture
def shown() -> dict[str, bytes]:
    """What stands retained, by topic."""
    return {}


@pytest.fixture
def hall(hall: WebHall, shown: dict[str, bytes]) -> WebHall:
    hall.access.show = shown.__setitem__
    return hall


def tamper(hall: WebHall, sql: str) -> None:
    with hall.database.writer.begin() as connection:
        assert connection.execute(text(sql)).rowcount >= 1


def check(client: TestClient) -> str:
    """Press the button and wait for the result; the page."""
    assert client.post("/log-check", data={"csrf": csrf(client.get("/log-check").text)}).status_code == 303
    wait_until(lambda: 'id="progress"' not in client.get("/log-check").text)
    return client.get("/log-check").text


def checks(hall: WebHall, shown: dict[str, bytes], clock: Callable[[], datetime] = now) -> LogChecks:
    made = LogChecks(hall.database, LOGS, shown.__setitem__, clock)
    made.open()
    return made


def run(made: LogChecks) -> dict[str, logs_checks.LogCheckResult]:
    assert made.begin("admin")
    wait_until(lambda: made.progress is None)
    return made.latest()


def alert(shown: dict[str, bytes], log: str) -> Alert:
    return codec.decode(shown[f"alert/log-{log}"], Alert)


def test_a_whole_log_is_told_with_its_first_and_last_moment_and_stays_on_the_page(hall: WebHall, client: TestClient) -> None:
    for _ in range(4):
        hall.issue()
    assert log_in(client, "admin") == 303
    assert 'href="/log-check"' in client.get("/audit").text
    assert "还没有检查过" in client.get("/log-check").text
    page = check(client)
    with hall.database.look() as connection:
        first, last = connection.exec_driver_sql("SELECT min(at), max(at) FROM events").one()
    zone = hall.config.zone
    moments = [(EPOCH + timedelta(microseconds=at)).astimezone(zone) for at in (first, last)]
    shown_moments = [f'<span class="moment">{moment:%Y-%m-%d %H:%M:%S}</span>' for moment in moments]
    assert f"{shown_moments[0]} 至 {shown_moments[1]}，共 4 条，逐条核对无误" in page
    assert page.count('<b class="fine">完整</b>') == 2 and "秒，admin" in page
    assert "<td>检查日志</td>" in client.get("/audit").text, "who had it checked is in the log"
    client.cookies.set("lang", "en")
    assert "rows: 4, each as it was written" in client.get("/log-check").text


def test_a_broken_row_is_named_with_what_to_do_and_raises_one_alert_that_a_whole_log_ends(
    hall: WebHall, client: TestClient, shown: dict[str, bytes]
) -> None:
    for _ in range(5):
        hall.issue()
    assert log_in(client, "admin") == 303
    check(client)
    assert shown["alert/log-events"] == b"", "nothing stands"
    tamper(hall, "UPDATE events SET actor = 'nobody' WHERE id = 3")
    page = check(client)
    assert "第 3 条与写下时不一致" in page and "这一条被改动过" in page and "请不要改动服务器上的任何数据" in page
    assert "，2 条，逐条核对无误" in page
    first = alert(shown, "events")
    assert (first.kind, first.severity) == ("log-broken", "error") and "从第3条起" in first.texts.zh
    check(client)
    assert alert(shown, "events") == first, "it is the same alert, whoever has taken it"
    tamper(hall, "UPDATE events SET actor = 'test' WHERE id = 3")
    assert "不一致" not in check(client)
    assert shown["alert/log-events"] == b""


def test_a_deed_that_was_taken_out_is_named_in_the_other_log(
    hall: WebHall, client: TestClient, shown: dict[str, bytes]
) -> None:
    assert log_in(client, "admin") == 303
    check(client)
    tamper(hall, "DELETE FROM audit WHERE id = 1")
    page = check(client)
    assert "第 2 条与写下时不一致" in page
    assert alert(shown, "web").subject == "web" and shown["alert/log-events"] == b""


def test_rows_cut_off_the_end_are_found_by_the_next_check_and_by_every_one_after_it(
    hall: WebHall, client: TestClient, shown: dict[str, bytes]
) -> None:
    for _ in range(4):
        hall.issue()
    made = checks(hall, shown)
    assert run(made)["events"].reason == ""
    tamper(hall, "DELETE FROM events WHERE id = 4")
    for _ in range(2):
        found = run(made)["events"]
        assert (found.reason, found.broken, found.rows) == (CUT, None, 3)
    made.close()
    assert "末尾少了记录" in alert(shown, "events").texts.zh
    assert log_in(client, "admin") == 303
    assert "末尾的记录被删掉了" in client.get("/log-check").text


def test_after_a_restart_the_result_is_there_and_the_alert_stands_with_its_first_moment(
    hall: WebHall, client: TestClient, shown: dict[str, bytes]
) -> None:
    for _ in range(3):
        hall.issue()
    tamper(hall, "UPDATE events SET actor = 'nobody' WHERE id = 2")
    made = checks(hall, shown)
    found = run(made)["events"]
    made.close()
    before = dict(shown)
    shown.clear()
    again = checks(hall, shown, lambda: now() + timedelta(hours=3))
    assert shown["alert/log-events"] == before["alert/log-events"]
    assert again.latest()["events"] == found
    assert run(again)["events"].found_at == found.found_at
    again.close()


def test_a_long_check_tells_how_far_it_is_and_a_second_one_does_not_begin_and_a_stop_ends_it(
    hall: WebHall, client: TestClient, shown: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(6):
        hall.issue()
    held, may_go_on = threading.Event(), threading.Event()
    verify = logs_checks.verify

    def slowly(connection, log, expect, progress):  # type: ignore[no-untyped-def]
        def told(rows: int) -> None:
            progress(rows)
            held.set()
            assert may_go_on.wait(60)

        return verify(connection, log, expect, told, batch=2)

    monkeypatch.setattr(logs_checks, "verify", slowly)
    assert log_in(client, "admin") == 303
    token = csrf(client.get("/log-check").text)
    client.post("/log-check", data={"csrf": token})
    assert held.wait(60)
    page = client.get("/log-check").text
    assert "正在检查大厅事件：2 / 6 条" in page and "disabled" in page
    assert client.post("/log-check", data={"csrf": token}).status_code == 303
    with hall.database.look() as connection:
        asked = connection.exec_driver_sql("SELECT count(*) FROM audit WHERE action = 'log-check'").scalar_one()
    assert asked == 1
    may_go_on.set()
    wait_until(lambda: 'id="progress"' not in client.get("/log-check").text)
    assert "逐条核对无误" in client.get("/log-check").text

    held.clear()
    may_go_on.clear()
    made = checks(hall, shown)
    before = made.latest()
    assert made.begin("admin") and held.wait(60)
    closing = threading.Thread(target=made.close)
    closing.start()
    wait_until(lambda: made.ended)
    may_go_on.set()
    closing.join(60)
    assert not closing.is_alive() and made.latest() == before and not made.begin("admin")


def test_either_database_keeps_the_result(bed: Bed, shown: dict[str, bytes]) -> None:
    bed.issue()
    bed.serve()
    made = LogChecks(bed.database, LOGS, shown.__setitem__, lambda: bed.clock.now)
    made.open()
    for broken in (None, 2):
        if broken:
            with bed.database.writer.begin() as connection:
                connection.execute(text("UPDATE events SET actor = 'nobody' WHERE id = :id"), {"id": broken})
        found = run(made)["events"]
        assert (found.broken, found.by, found.ended_at) == (broken, "admin", bed.clock.now)
    assert found.first is not None and found.broken_at is not None and found.expected and not made.failed
    made.close()
    bed.close()


def test_only_the_administrator_has_the_logs_checked(hall: WebHall, client: TestClient) -> None:
    assert client.get("/log-check").headers["location"].startswith("/log-in")
    for account in ("0101", "supervisor"):
        assert log_in(client, account) == 303
        assert client.get("/log-check").status_code == client.get("/log-check/live").status_code == 403
        assert client.post("/log-check", data={"csrf": "guessed"}).status_code == 403
        client.cookies.clear()
    assert log_in(client, "admin") == 303
    assert client.post("/log-check", data={"csrf": "guessed"}).status_code == 403


def test_a_database_in_trouble_is_told_and_is_no_result(
    hall: WebHall, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlite3

    def broken(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(logs_checks, "size", broken)
    assert log_in(client, "admin") == 303
    page = check(client)
    assert "检查没有做完" in page and "逐条核对" not in page


def test_every_night_both_logs_are_checked_and_their_ends_noted_outside_the_ledger(
    hall: WebHall, client: TestClient, shown: dict[str, bytes], caplog: pytest.LogCaptureFixture
) -> None:
    time = [datetime(2026, 11, 23, 9, 0, tzinfo=UTC)]
    caplog.set_level("INFO")
    hall.issue()
    made = checks(hall, shown, lambda: time[0])
    for hours, again in ((0, True), (1, False), (15, False), (17, True), (18, False), (41, True), (95, True)):
        time[0] = datetime(2026, 11, 23, 9, 0, tzinfo=UTC) + timedelta(hours=hours)
        before = {log: checked.ended_at for log, checked in made.latest().items()}
        made.look_now()
        if again:
            wait_until(lambda: {c.ended_at for c in made.latest().values()} == {time[0]} and made.progress is None)
            assert made.latest()["events"].by == ""
        else:
            made.look_now()
            assert {log: checked.ended_at for log, checked in made.latest().items()} == before
    assert f"the log events is whole, 1 rows, and ends at {made.latest()['events'].end}" in caplog.text
    assert log_in(client, "admin") == 303
    assert "系统自动" in client.get("/log-check").text
    tamper(hall, "UPDATE events SET hash = NULL, chain = NULL")
    time[0] += timedelta(days=3)
    made.look_now()
    wait_until(lambda: shown.get("alert/log-events", b"") != b"")
    assert alert(shown, "events").kind == "log-broken"
    made.close()
