"""The fleet page: what terminals say is shown, orders go out and come back, alerts are taken; and the figures for Prometheus."""

from __future__ import annotations

import base64
import pickle
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from contract.wire import codec
from contract.wire.messages import (
    Act,
    Alert,
    DeviceStatus,
    LeaseStatus,
    Machine,
    PaperUse,
    TerminalAsk,
    TerminalStatus,
    TerminalTold,
    Text,
)
from queue_server.web.api import metrics
from queue_server.web.fleet.terminal_orders import LARGEST, SHOWN_FOR, TerminalOrders
from tests.programs import wait_until
from tests.web_hall import WebHall, csrf, log_in, now

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 400


@pytest.fixture
def said(hall: WebHall) -> list[tuple[str, bytes, int]]:
    """What the web pages have published."""
    said: list[tuple[str, bytes, int]] = []
    hall.access.say = lambda topic, payload, expiry_s: said.append((topic, payload, expiry_s))
    return said


@pytest.fixture
def client(hall: WebHall, said: list[tuple[str, bytes, int]]) -> Iterator[TestClient]:
    """A browser on the machine of the server."""
    with TestClient(hall.open(), client=("127.0.0.1", 1234), follow_redirects=False) as client:
        yield client


def status(**more: object) -> TerminalStatus:
    machine = Machine(now(), 51.5, 20480, 700, 3600)
    facts = {"state": "ready", "session": "s", "kind": "hall-kiosk", "version": "0.1.0", "machine": machine} | more
    return TerminalStatus(**facts)  # type: ignore[arg-type]


def alert(since: datetime) -> Alert:
    return Alert("device-paper-out", "error", "printer-1", since, Text("缺纸", "paper out"))


def ordered(said: list[tuple[str, bytes, int]], client: TestClient, act: str) -> TerminalAsk:
    """Ask for an act as the page's button does; what went out."""
    token = csrf(client.get("/fleet").text)
    answer = client.post(f"/fleet/kiosk-1/{act}", data={"csrf": token})
    assert answer.status_code == 303 and answer.headers["location"] == "/fleet#kiosk-1"
    topic, payload, expiry_s = said[-1]
    assert topic == "terminal/kiosk-1/ask" and 0 < expiry_s <= 60
    return codec.decode(payload, TerminalAsk)


def test_what_one_terminal_reports_never_takes_the_page_on_which_it_is_revoked(
    hall: WebHall, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall.put("terminal/kiosk-1/status", status(version="of-the-kiosk"))
    hall.put("terminal/agent-1/status", status(version="of-the-agent"))
    seen = TerminalOrders.seen

    def failing(orders: TerminalOrders, name: str, said: TerminalStatus | None) -> datetime | None:
        if name == "kiosk-1":
            raise OverflowError("date value out of range")
        return seen(orders, name, said)

    monkeypatch.setattr(TerminalOrders, "seen", failing)
    assert log_in(client, "admin") == 303
    page = client.get("/fleet")
    assert page.status_code == 200 and 'id="kiosk-1"' in page.text and "这台终端报告的内容无法显示" in page.text
    assert "of-the-kiosk" not in page.text and "of-the-agent" in page.text


def test_figures_that_no_machine_has_take_neither_page_nor_figures(hall: WebHall, client: TestClient) -> None:
    assert log_in(client, "admin") == 303
    mach = '{"at":"2026-11-28T15:00:00Z","temperature_c":40.0,"disk_free_mb":1,"memory_free_mb":1,"uptime_s":1}'
    said = '{"state":"ready","session":"x","kind":"hall","version":"1","devices":[%s],"machine":%s}'
    huge, device = "9" * 400, '{"id":"printer-1","kind":"printer","state":"ok","paper":{"printed":%s,"today":1}}'
    for payload in (
        said % ("", mach.replace("15:00:00Z", "15:00:00")),
        said % ("", mach.replace("2026-11-28T15:00:00Z", "9999-12-31T23:59:59-12:00")),
        said % ("", mach.replace('free_mb":1', f'free_mb":{huge}')),
        said % (device % huge, mach),
    ):
        hall.retained.put("terminal/kiosk-1/status", payload.encode())
        assert [client.get(page).status_code for page in ("/fleet", "/metrics", "/supervisor")] == [200, 200, 200]


def test_what_a_terminal_reports_turns_no_text_about(hall: WebHall, client: TestClient) -> None:
    devices = [DeviceStatus("printer-1", "printer", "paper-low", "\u202eko\u2066\x1b[31m")]
    hall.put("terminal/kiosk-1/status", status(version="1\u202e2", devices=devices))
    assert log_in(client, "admin") == 303
    page = client.get("/fleet").text
    assert "ko[31m" in page and not set("\u202e\u2066\x1b") & set(page)


def test_what_one_terminal_reports_takes_no_other_terminals_figures_away(
    hall: WebHall, client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    printer = [DeviceStatus("printer-1", "printer", "ok", paper=PaperUse(3, 3, 497))]
    for terminal in ("kiosk-1", "agent-1"):
        hall.put(f"terminal/{terminal}/status", status(devices=printer))
    whole = client.get("/metrics").text
    figures = metrics.figures_of

    def failing(name: str, said: TerminalStatus | None) -> Iterator[tuple[str, list[str], float]]:
        yield from figures(name, said)
        if name == "kiosk-1":
            raise OverflowError("int too large to convert to float")

    monkeypatch.setattr(metrics, "figures_of", failing)
    answer = client.get("/metrics")
    assert answer.status_code == 200 and 'jiaohao_terminal_ready{terminal="kiosk-1"} 0.0' in answer.text

    def of_the_agent(text: str) -> list[str]:
        return [line for line in text.splitlines() if 'terminal="agent-1"' in line]

    assert of_the_agent(answer.text) == of_the_agent(whole) and len(of_the_agent(whole)) == 6
    assert "what terminal kiosk-1 reports makes no figures" in caplog.text


def test_the_page_shows_every_terminal_its_devices_and_its_machine(hall: WebHall, client: TestClient) -> None:
    devices = [DeviceStatus("printer-1", "printer", "paper-low", "纸剩余不足")]
    hall.put("terminal/kiosk-1/status", status(devices=devices))
    assert log_in(client, "admin") == 303
    page = client.get("/fleet").text
    for part in (
        "kiosk-1",
        "agent-1",
        "正常",
        "从未上线",
        "printer-1",
        "escpos-80",
        "纸将用完",
        "纸剩余不足",
        "0.1.0",
        "52 °C",
        "20.0 GB",
        "700 MB",
    ):
        assert part in page, part
    client.cookies.set("lang", "en")
    assert "Never been online" in client.get("/fleet").text


def test_a_device_in_trouble_says_what_happened_and_what_to_do_in_the_readers_language(
    hall: WebHall, client: TestClient
) -> None:
    hall.put("terminal/kiosk-1/status", status(devices=[DeviceStatus("printer-1", "printer", "cover-open")]))
    assert log_in(client, "admin") == 303
    assert "号票打印机的机盖没有关好。请把机盖合紧。" in client.get("/fleet").text
    client.cookies.set("lang", "en")
    assert "Ticket printer has its cover open. Close the cover." in client.get("/fleet").text


def test_the_page_says_what_a_kiosk_holds_for_when_it_is_offline_and_has_not_told(hall: WebHall, client: TestClient) -> None:
    queue = hall.config.queue[0]
    hall.put("terminal/kiosk-1/status", status(lease=LeaseStatus({queue.id: 17}, 30, 4)))
    assert log_in(client, "admin") == 303
    page = client.get("/fleet").text
    assert "离线号票还有 4 张没有上报" in page and f"{queue.name.zh} 17" in page and "失去联系前" not in page
    hall.put("terminal/kiosk-1/status", status(lease=LeaseStatus({queue.id: 30}, 30, 0)))
    assert "离线号票已全部上报" in client.get("/fleet").text


def test_what_a_kiosk_held_is_remembered_while_it_is_lost() -> None:
    orders, lease, lost = TerminalOrders(now), LeaseStatus({"a": 3}, 30, 50), status(state="lost")
    assert orders.lease("kiosk-1", lost) is None
    orders.take("terminal/kiosk-1/status", codec.encode(status(lease=lease)))
    orders.take("terminal/kiosk-1/status", codec.encode(lost))
    assert orders.lease("kiosk-1", lost) == lease
    orders.take("terminal/kiosk-1/status", codec.encode(status()))
    assert orders.lease("kiosk-1", lost) is None, "it came back, and holds nothing"


def test_a_stranger_is_shown_for_as_long_as_it_speaks(hall: WebHall, client: TestClient) -> None:
    assert log_in(client, "supervisor") == 303
    hall.put("terminal/old-kiosk/status", status())
    assert "old-kiosk" in client.get("/fleet").text
    hall.put("terminal/old-kiosk/status", status(state="lost"))
    assert "old-kiosk" not in client.get("/fleet").text


def test_only_those_who_look_after_terminals_may_see_and_ask(hall: WebHall, client: TestClient, said: list[object]) -> None:
    assert client.get("/fleet").headers["location"].startswith("/log-in")
    assert log_in(client, "0101") == 303
    assert client.get("/fleet").status_code == 403
    client.cookies.clear()
    assert log_in(client, "supervisor") == 303
    page = client.get("/fleet").text
    assert "/fleet/kiosk-1/restart" not in page
    token = csrf(page)
    assert client.post("/fleet/kiosk-1/restart", data={"csrf": token}).status_code == 403
    client.cookies.clear()
    assert log_in(client, "admin") == 303
    assert client.post("/fleet/kiosk-1/restart", data={"csrf": "guessed"}).status_code == 403
    token = csrf(client.get("/fleet").text)
    assert client.post("/fleet/kiosk-9/restart", data={"csrf": token}).status_code == 404
    assert client.post("/fleet/kiosk-1/explode", data={"csrf": token}).status_code in (400, 404, 422)
    assert said == []


def test_a_picture_of_the_screen_comes_in_parts_and_is_shown(
    hall: WebHall, client: TestClient, said: list[tuple[str, bytes, int]]
) -> None:
    hall.put("terminal/kiosk-1/status", status())
    assert log_in(client, "admin") == 303
    ask = ordered(said, client, "screen")
    assert ask.act == "screen" and "等待回应" in client.get("/fleet").text
    assert client.get("/fleet/kiosk-1/screen").status_code == 404
    pieces = [PNG[:60000], PNG[60000:]]
    for number, piece in enumerate(pieces, 1):
        told = TerminalTold(ask.id, "screen", "done", "", "image/png", number, 2, base64.b64encode(piece[:49152]).decode())
        hall.retained.put("terminal/kiosk-1/told", codec.encode(told), retained=False)
    wait_until(lambda: client.get("/fleet/kiosk-1/screen").status_code == 200)
    answer = client.get("/fleet/kiosk-1/screen")
    assert answer.headers["content-type"] == "image/png" and answer.content == PNG[:49152] + PNG[60000:][:49152]
    assert f"/fleet/kiosk-1/screen?{ask.id}" in client.get("/fleet").text
    assert [row.action for row in _audit(client, hall)][:1] == ["screen"]


@pytest.mark.parametrize(("act", "media"), [("screen", "image/png"), ("logs", "application/zip")])
def test_what_was_fetched_from_a_terminal_is_in_no_file_of_the_server(
    hall: WebHall, client: TestClient, said: list[tuple[str, bytes, int]], act: Act, media: str
) -> None:
    hall.put("terminal/kiosk-1/status", status())
    log_in(client, "admin")
    ask, mark = ordered(said, client, act), "标记人甲".encode() * 1000
    told = TerminalTold(ask.id, act, "done", "", media, 1, 1, base64.b64encode(mark).decode())
    hall.retained.put("terminal/kiosk-1/told", codec.encode(told), retained=False)
    wait_until(lambda: client.get(f"/fleet/kiosk-1/{act}").content == mark)
    for word in ("标记人".encode(), base64.b64encode(mark)[:40]):
        assert [path.name for path in hall.folder.rglob("*") if path.is_file() and word in path.read_bytes()] == []


def test_a_terminal_that_cannot_or_fails_says_so_on_the_page(
    hall: WebHall, client: TestClient, said: list[tuple[str, bytes, int]]
) -> None:
    assert log_in(client, "admin") == 303
    ask = ordered(said, client, "restart")
    stranger = TerminalTold("another-order", "restart", "done")
    hall.retained.put("terminal/kiosk-1/told", codec.encode(stranger), retained=False)
    failed = TerminalTold(ask.id, "restart", "failed", "OSError: <b>full</b>")
    hall.retained.put("terminal/kiosk-1/told", codec.encode(failed), retained=False)
    wait_until(lambda: "OSError" in client.get("/fleet").text)
    page = client.get("/fleet").text
    assert "没有成功" in page and "&lt;b&gt;full" in page and "<b>full" not in page


def test_an_alert_is_taken_by_one_and_free_again_when_it_comes_back(hall: WebHall, client: TestClient) -> None:
    since = now()
    hall.put("alert/device-printer-1", alert(since))
    assert log_in(client, "supervisor") == 303
    page = client.get("/fleet").text
    assert "缺纸" in page and "我来处理" in page
    assert client.post("/fleet/alert/device-printer-1", data={"csrf": csrf(page)}).status_code == 303
    page = client.get("/fleet").text
    assert "supervisor 在处理" in page and "我来处理" not in page
    client.cookies.clear()
    assert log_in(client, "admin") == 303
    page = client.get("/fleet").text
    assert "supervisor 在处理" in page and "我来处理" in page
    assert client.post("/fleet/alert/device-printer-1", data={"csrf": csrf(page)}).status_code == 303
    assert "admin 在处理" in client.get("/fleet").text
    hall.put("alert/device-printer-1", alert(since + timedelta(minutes=5)))
    assert "在处理" not in client.get("/fleet").text


def test_content_that_is_too_large_or_no_base64_is_refused() -> None:
    orders = TerminalOrders(lambda: datetime.now(UTC))
    orders.sent("kiosk-1", "a", "logs")
    orders.take("terminal/kiosk-1/told", codec.encode(TerminalTold("a", "logs", "done", data="*")))
    assert orders.latest("kiosk-1")["logs"].state == "failed"
    orders.sent("kiosk-1", "b", "logs")
    data = base64.b64encode(bytes(49152)).decode()
    for number in range(1, LARGEST // 49152 + 2):
        orders.take("terminal/kiosk-1/told", codec.encode(TerminalTold("b", "logs", "done", "", "", number, 200, data)))
    order = orders.latest("kiosk-1")["logs"]
    assert (order.state, order.content, order.text) == ("failed", b"", "the content is too large")
    orders.take("terminal/kiosk-1/told", b"\xff rubbish")


def test_a_terminal_was_last_seen_when_it_was_last_well() -> None:
    moments = [datetime(2026, 11, 22, 9, 0, tzinfo=UTC), datetime(2026, 11, 22, 9, 30, tzinfo=UTC)]
    orders = TerminalOrders(lambda: moments[1])
    assert orders.seen("kiosk-1", None) is None
    machine = Machine(moments[0], None, 1, 1, 1)
    lost = status(state="lost", machine=None)
    assert orders.seen("kiosk-1", status(machine=machine)) == moments[0]
    orders.take("terminal/kiosk-1/status", codec.encode(lost))
    orders.take("terminal/kiosk-1/status", b"rubbish")
    assert orders.seen("kiosk-1", lost) is None
    orders.take("terminal/kiosk-1/status", codec.encode(status()))
    assert orders.seen("kiosk-1", lost) == moments[1]


def test_an_order_without_an_answer_is_called_silent() -> None:
    moments = [datetime(2026, 11, 22, 9, 0, tzinfo=UTC)]
    orders = TerminalOrders(lambda: moments[-1])
    orders.sent("kiosk-1", "a", "identify")
    assert orders.latest("kiosk-1")["identify"].state == "asked"
    moments.append(moments[0] + timedelta(minutes=1))
    assert orders.latest("kiosk-1")["identify"].state == "silent"


def test_a_picture_of_a_screen_is_kept_for_half_an_hour_in_memory_alone() -> None:
    moments = [datetime(2026, 11, 22, 9, 0, tzinfo=UTC)]
    orders = TerminalOrders(lambda: moments[-1])
    orders.sent("kiosk-1", "a", "screen")
    data = base64.b64encode("欧阳娜娜".encode()).decode()
    orders.take("terminal/kiosk-1/told", codec.encode(TerminalTold("a", "screen", "done", data=data)))
    assert orders.latest("kiosk-1")["screen"].content == "欧阳娜娜".encode()
    moments.append(moments[0] + SHOWN_FOR + timedelta(seconds=1))
    orders.take("terminal/kiosk-2/status", codec.encode(status()))
    assert orders.latest("kiosk-1") == {}
    assert "欧阳娜娜".encode() not in pickle.dumps(orders.__dict__ | {"_clock": None})


def test_prometheus_reads_the_hall_and_strangers_need_the_token(hall: WebHall, client: TestClient) -> None:
    hall.put("terminal/kiosk-1/status", status(devices=[DeviceStatus("printer-1", "printer", "paper-out")]))
    hall.put("alert/device-printer-1", alert(now()))
    hall.issue()
    hall.retained.put("event/ticket-issued", b"{}", retained=False)
    wait_until(lambda: 'jiaohao_events_total{type="ticket-issued"} ' in client.get("/metrics").text)
    wait_until(lambda: 'jiaohao_queue_waiting{queue="social"} 1.0' in client.get("/metrics").text)
    lines = client.get("/metrics").text.splitlines()
    for line in (
        'jiaohao_queue_waiting{queue="social"} 1.0',
        'jiaohao_windows{state="closed"} 2.0',
        'jiaohao_terminal_ready{terminal="kiosk-1"} 1.0',
        'jiaohao_terminal_ready{terminal="agent-1"} 0.0',
        'jiaohao_device_well{device="printer-1",kind="printer",terminal="kiosk-1"} 0.0',
        'jiaohao_terminal_temperature_celsius{terminal="kiosk-1"} 51.5',
        'jiaohao_alerts{severity="error"} 1.0',
        "jiaohao_server_ready 1.0",
    ):
        assert line in lines, line
    away = TestClient(client.app, client=("10.0.0.9", 1234))
    assert away.get("/metrics").status_code == 401
    token = (hall.folder / "metrics-token.txt").read_text().strip()
    assert (hall.folder / "metrics-token.txt").stat().st_mode & 0o077 == 0
    assert away.get("/metrics", headers={"authorization": f"Bearer {token}"}).status_code == 200
    assert away.get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 401


def _audit(client: TestClient, hall: WebHall) -> list[object]:
    return list(hall.parts.site.audit.latest(1))
