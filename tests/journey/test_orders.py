"""The desk asks terminals to show themselves, to send their screen and logs, and to restart: the real programs."""

from __future__ import annotations

import base64
import io
import subprocess
import sys
import threading
import uuid
import zipfile
from pathlib import Path

import httpx
from PIL import Image

from contract.wire import codec, messages
from contract.wire.messages import TerminalAsk, TerminalStatus, TerminalTold
from link import Link
from queue_server.web.auth.first_log_in import EXAMPLE_PASSWORD
from tests.faces import Face
from tests.programs import PATIENCE_S, PrivateBroker, RunningServer, Watcher, wait_for_port, wait_until
from tests.web_hall import csrf

SCREEN = """
[[terminal]]
id = "screen-9"
role = "screen"
"""
SIZE = (960, 540)
ACCENT = "#1557B0"


class Desk:
    """Asks one terminal and collects what it tells."""

    def __init__(self, link: Link, terminal: str) -> None:
        self.link, self.terminal = link, terminal
        self.told: dict[str, list[TerminalTold]] = {}
        self._news = threading.Condition()
        link.subscribe(link.topics.terminal_told(terminal), self._take)

    def ask(self, act: messages.Act) -> list[TerminalTold]:
        """All parts of the answer, in order."""
        name = str(uuid.uuid4())
        self.link.publish(self.link.topics.terminal_ask(self.terminal), codec.encode(TerminalAsk(name, act)))
        with self._news:
            assert self._news.wait_for(
                lambda: len(parts := self.told.get(name, [])) and len(parts) == parts[0].parts, PATIENCE_S
            ), act
        return sorted(self.told[name], key=lambda told: told.part)

    def _take(self, _topic: str, payload: bytes, _retained: bool) -> None:
        told = codec.decode(payload, TerminalTold)
        with self._news:
            self.told.setdefault(told.id, []).append(told)
            self._news.notify_all()


def content(parts: list[TerminalTold]) -> bytes:
    return b"".join(base64.b64decode(told.data) for told in parts)


def test_a_screen_says_who_it_is_sends_its_picture_and_logs_and_restarts(
    broker: PrivateBroker, hall_folder: Path, terminal_watcher: Watcher
) -> None:
    with (hall_folder / "devices.toml").open("a", encoding="utf-8") as file:
        file.write(SCREEN)
    arguments = ("--hall", str(hall_folder), "--broker", broker.address, "--terminal", "screen-9", "--log-level", "info")
    face = Face("screen", SIZE, hall_folder, *arguments)
    desk = Desk(terminal_watcher.link, "screen-9")
    try:
        face.open()
        status = codec.decode(terminal_watcher.wait("terminal/screen-9/status", "ready"), TerminalStatus)
        assert status.machine is not None and status.machine.disk_free_mb > 0 and status.machine.uptime_s > 0
        [refused] = desk.ask("logs")[:1]
        assert refused.state == "done"
        before = Image.open(io.BytesIO(content(desk.ask("screen"))))
        assert before.size == SIZE and len(before.getcolors(1 << 20) or []) > 3
        [identified] = desk.ask("identify")
        assert identified.state == "done"
        wait_until(lambda: face.colour(3, 3) == ACCENT)
        bundle = zipfile.ZipFile(io.BytesIO(content(desk.ask("logs"))))
        assert "order of the staff: identify" in bundle.read("log.txt").decode()
        assert b"temperature_c" in bundle.read("machine.json")
        [restarted] = desk.ask("restart")
        assert restarted.state == "done"
        terminal_watcher.wait("terminal/screen-9/status", "stopped")
        assert face.wait_for_end() == 0
    finally:
        face.close()


def test_an_order_from_the_fleet_page_reaches_the_terminal_and_its_logs_come_back(
    broker: PrivateBroker, hall_folder: Path, web_server: RunningServer, site: str, tmp_path: Path, terminal_watcher: Watcher
) -> None:
    command = [
        sys.executable,
        "-m",
        "drivers.main",
        "run",
        "--hall",
        str(hall_folder),
        "--broker",
        broker.address,
        "--terminal",
        "devices-1",
        "--out",
        str(tmp_path / "out"),
    ]
    agent = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        terminal_watcher.wait("terminal/devices-1/status", "ready")
        wait_for_port(int(site.rpartition(":")[2]))
        with httpx.Client(base_url=site, timeout=PATIENCE_S) as client:
            page = client.get("/log-in").text
            client.post("/log-in", data={"name": "admin", "password": EXAMPLE_PASSWORD, "csrf": csrf(page)})
            client.post("/fleet/devices-1/logs", data={"csrf": csrf(client.get("/fleet").text)})
            wait_until(lambda: client.get("/fleet/devices-1/logs").status_code == 200)
            bundle = zipfile.ZipFile(io.BytesIO(client.get("/fleet/devices-1/logs").content))
            assert "order of the staff: logs" in bundle.read("log.txt").decode()
    finally:
        agent.kill()
        agent.wait(PATIENCE_S)


def test_a_device_agent_says_what_it_cannot_do_and_restarts(
    broker: PrivateBroker, hall_folder: Path, terminal_watcher: Watcher
) -> None:
    command = [
        sys.executable,
        "-m",
        "drivers.main",
        "run",
        "--hall",
        str(hall_folder),
        "--broker",
        broker.address,
        "--terminal",
        "devices-1",
        "--out",
        str(hall_folder / "out"),
    ]
    desk = Desk(terminal_watcher.link, "devices-1")
    agent = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        terminal_watcher.wait("terminal/devices-1/status", "ready")
        [told] = desk.ask("screen")
        assert told.state == "unable" and "cannot screen" in told.text
        terminal_watcher.link.publish(
            terminal_watcher.link.topics.terminal_ask("devices-1"), b'{"id": 3}'
        )  # rubbish is dropped
        [told] = desk.ask("restart")
        assert told.state == "done" and agent.wait(PATIENCE_S) == 0
    finally:
        agent.kill()
        agent.wait(PATIENCE_S)
