"""A city's hall: its configuration is larger than any message that a broker takes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.configuration.packing import Joiner, packed
from contract.wire.messages import Configuration
from contract.wire.topics import LARGEST_PACKET
from tests.programs import CONNECTED, PrivateBroker, RunningServer, Watcher, ok, wait_until
from tests.small_hall import write_hall

WINDOWS = 700
WINDOW = """
[[window]]
id = "{id}"
number = "{id}"
name = {{zh = "第{id}号综合受理窗口", en = "Window {id}"}}
kind = "comprehensive"
queues = ["*"]
"""
DEVICE = """
[[device]]
id = "{kind}-{id}"
kind = "{kind}"
model = "{model}"
address = "emulator://{model}"
agent = "devices-1"
serves = "{id}"
"""


@pytest.fixture
def hall_folder(tmp_path: Path) -> Path:
    """A hall of seven hundred windows, each with a strip, a keypad and a rater."""
    hall = write_hall(tmp_path / "hall")
    ids = [f"w-{number}" for number in range(WINDOWS)]
    with (hall / "windows.toml").open("a", encoding="utf-8") as file:
        file.writelines(WINDOW.format(id=one) for one in ids)
    kinds = (("display", "virtual"), ("keypad", "cqq-keypad"), ("rater", "cqq-rater"))
    with (hall / "devices.toml").open("a", encoding="utf-8") as file:
        file.writelines(DEVICE.format(id=one, kind=kind, model=model) for one in ids for kind, model in kinds)
    return hall


@pytest.fixture
def watcher(broker: PrivateBroker, server: RunningServer) -> Iterator[Watcher]:
    link = broker.link()
    watcher = Watcher(link, "configuration", "configuration/+", "server/status")
    link.open()
    yield watcher
    link.close()


def test_its_configuration_reaches_terminals_in_parts_and_the_server_stays_connected(
    hall_folder: Path, server: RunningServer, watcher: Watcher
) -> None:
    given = packed(hall_folder)
    assert sum(len(text) for text in given.files.values()) > LARGEST_PACKET
    watcher.wait("server/status", "ready")

    def joined() -> Configuration | None:
        joiner = Joiner()
        whole = [joiner.take(topic, payload) for topic, payload in sorted(watcher.state.items()) if topic != "server/status"]
        return whole[-1] if whole else None

    wait_until(lambda: joined() == given)
    assert ok(watcher.link, "open-window", window="w-699")["state"] == "idle"
    assert server.log.count(CONNECTED) == 1 and "too large" not in server.log
