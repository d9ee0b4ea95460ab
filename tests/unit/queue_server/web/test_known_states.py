"""Nobody is told that a thing works of which the server knows nothing, or knows that it does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from fastapi.testclient import TestClient

from contract.configuration.hall import Device, Terminal
from contract.wire import codec, messages
from contract.wire.messages import DeviceStatus, TerminalStatus
from queue_server.broker.alerts import Alerts
from queue_server.web.console import view
from tests.web_hall import CONFIG, WebHall, at_window, log_in, now

VOICES = [
    Device(id="voice-1", kind="voice", model="espeak-ng", address="emulator://voice", agent="agent-1"),
    Device(id="reader-1", kind="voice", model="espeak-ng", address="emulator://voice"),
]
KIOSK = Terminal(id="kiosk-1", role="hall", devices=["printer-1", "reader-1"])
RATER = Terminal(id="rater-1", role="rating", window="01")
WITH_VOICES = CONFIG.model_copy(update={"device": [*CONFIG.device, *VOICES], "terminal": [KIOSK, RATER, *CONFIG.terminal[1:]]})
Live = Literal["init", "ready", "stopped", "lost"]


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[WebHall]:
    """A hall with a voice that calls, one that reads aloud at a kiosk, and a rater."""
    hall = WebHall(tmp_path, WITH_VOICES)
    yield hall
    hall.close()


def agent(state: Live, voice: str = "ok", strip: str = "ok") -> TerminalStatus:
    devices = [DeviceStatus("strip-01", "display", strip), DeviceStatus("voice-1", "voice", voice)]
    return TerminalStatus(state, "s", "agent", "1", devices)


def kiosk(reader: str = "ok", printer: str = "ok") -> TerminalStatus:
    return TerminalStatus(
        "ready", "s", "hall", "1", [DeviceStatus("reader-1", "voice", reader), DeviceStatus("printer-1", "printer", printer)]
    )


def all_well(hall: WebHall) -> None:
    hall.put("terminal/agent-1/status", agent("ready"))
    hall.put("terminal/kiosk-1/status", kiosk())
    hall.put("terminal/rater-1/status", TerminalStatus("ready", "s", "rating", "1", []))
    hall.show("strip-01")
    hall.show("strip-02")


def alerts(hall: WebHall) -> Alerts:
    return Alerts(hall.config, hall.retained, hall.retained.put, clock=now, is_open=lambda _: True)


def words(page: str) -> list[str]:
    """What the console says of the server and the devices, in its order: name and state."""
    found = re.findall(r'<span class="word [^"]*"[^>]*>\s*(\S+?)\s*<b>(.*?)</b>', page, re.DOTALL)
    return [f"{name} {state}" for name, state in found]


def test_while_all_is_well_the_console_says_so(hall: WebHall, client: TestClient) -> None:
    at_window(client)
    all_well(hall)
    assert words(client.get("/console").text) == ["服务器 正常", "窗口屏 正常", "评价器 正常", "语音 正常"]


def test_while_the_broker_hangs_no_page_says_that_anything_reaches_anybody(hall: WebHall, client: TestClient) -> None:
    at_window(client)
    all_well(hall)
    raised = alerts(hall)
    raised.broker(silent=True)
    page = client.get("/console").text
    assert words(page) == ["服务器 未就绪", "窗口屏 状态不明", "评价器 状态不明", "语音 状态不明"]
    assert re.search(r'role="alert">叫号暂时显示不了、也播报不了，请人工喊号', page)
    health = client.get("/health").json()
    assert (health["status"], health["reasons"]) == ("not-ready", ["broker-silent"])
    wall = client.get("/wall").text
    assert "正常" not in wall and client.get("/wall/strip-01.png").headers["x-display-state"] == "unknown"
    client.cookies.set("language", "en")
    log_in(client, "admin")
    for path in ("/fleet", "/supervisor"):
        assert "叫号暂时显示不了" in client.get(path).text, path
    fleet = client.get("/fleet").text
    assert "状态不明" in fleet and ">正常<" not in fleet
    raised.broker(silent=False)
    assert client.get("/health").json()["status"] == "ready"
    assert ">正常<" in client.get("/fleet").text and "叫号暂时显示不了" not in client.get("/supervisor").text


def test_a_server_that_cannot_write_is_not_ready(hall: WebHall, client: TestClient) -> None:
    at_window(client)
    all_well(hall)
    alerts(hall).ledger(writable=False)
    assert words(client.get("/console").text)[:2] == ["服务器 未就绪", "窗口屏 正常"]
    health = client.get("/health").json()
    assert (health["status"], health["reasons"]) == ("not-ready", ["ledger-unwritable"])


@pytest.mark.parametrize("state", ["lost", "stopped"])
def test_what_is_driven_by_a_program_that_is_away_is_not_connected(hall: WebHall, client: TestClient, state: Live) -> None:
    at_window(client)
    all_well(hall)
    will = agent(state, voice="init", strip="init")
    hall.put("terminal/agent-1/status", will)
    assert words(client.get("/console").text) == ["服务器 正常", "窗口屏 未连接", "评价器 正常", "语音 未连接"]
    assert client.get("/wall/strip-01.png").headers["x-display-state"] == "unknown"
    log_in(client, "admin")
    fleet = client.get("/fleet").text
    gone = fleet[fleet.index('id="agent-1"') :]
    assert "正在启动" not in gone and gone.count("状态不明") == len(will.devices)


def test_the_windows_whose_calls_nobody_shows_or_speaks_any_more_are_told_so(hall: WebHall, client: TestClient) -> None:
    at_window(client)
    all_well(hall)
    alerts(hall).terminal_status("agent-1", codec.encode(agent("lost")))
    said = "终端 agent-1 已断开，它带的窗口屏、语音叫号暂时不工作，请人工喊号，并检查这台终端。"
    assert said in client.get("/console").text
    alert = codec.decode(hall.retained.get("alert/terminal-agent-1") or b"", messages.Alert)
    assert alert.texts.en.startswith("Terminal agent-1 is gone, and with it its displays and voice: please call numbers aloud")


def test_what_a_kiosk_has_is_no_trouble_of_a_window(hall: WebHall, client: TestClient) -> None:
    at_window(client)
    all_well(hall)
    troubled = kiosk(reader="unreachable", printer="paper-out")
    hall.put("terminal/kiosk-1/status", troubled)
    alerts(hall).terminal_status("kiosk-1", codec.encode(troubled))
    page = client.get("/console").text
    assert words(page) == ["服务器 正常", "窗口屏 正常", "评价器 正常", "语音 正常"] and "kiosk-1" not in page
    log_in(client, "admin")
    for path in ("/fleet", "/supervisor"):
        found = client.get(path).text
        assert "reader-1" in found and "printer-1" in found, path


def test_the_worst_of_the_calling_voices_is_told_whatever_voices_of_kiosks_say() -> None:
    window = WITH_VOICES.window[0]
    for reader in ("ok", "no-sound-card", "init"):
        terminals = {"agent-1": agent("ready", voice="refused"), "kiosk-1": kiosk(reader=reader)}
        voice = view.health(WITH_VOICES, window, {}, terminals, heard=True)[-1]
        assert (voice.kind, voice.ids, voice.state) == ("voice", ("voice-1",), "trouble")
