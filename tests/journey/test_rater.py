"""A citizen rates a service on the rater of the window; and the call screen shows the hall: the real programs."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from contract.wire.rating_reasons import reasons_of
from tests.faces import WHITE, Face
from tests.programs import PrivateBroker, RunningServer, Watcher, ok, wait_until

TERMINALS = """
[[terminal]]
id = "rater-01"
role = "rating"
window = "01"

[[terminal]]
id = "screen-9"
role = "screen"
"""
ACCENT = "#1557B0"


@pytest.fixture
def hall_folder(hall_folder: Path) -> Path:
    """The small hall with a rater and a call screen."""
    with (hall_folder / "devices.toml").open("a", encoding="utf-8") as file:
        file.write(TERMINALS)
    return hall_folder


def start(role: str, size: tuple[int, int], broker: PrivateBroker, hall: Path, terminal: str, watcher: Watcher) -> Face:
    face = Face(role, size, hall, "--hall", str(hall), "--broker", broker.address, "--terminal", terminal)
    face.open()
    watcher.wait(f"terminal/{terminal}/status", "ready")
    return face


def serve_one(watcher: Watcher) -> str:
    """One citizen is served at window 01; the number of the ticket."""
    issued = ok(watcher.link, "issue-ticket", queue="household", channel="desk")
    ok(watcher.link, "call-next", window="01")
    ok(watcher.link, "start-service", window="01")
    ok(watcher.link, "finish-service", window="01")
    return str(issued["ticket"]["number"])  # type: ignore[index]


def ratings(server: RunningServer) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(server.state / "ledger.sqlite")) as ledger:
        return ledger.execute("SELECT level, reasons, channel FROM ratings").fetchall()


def test_a_citizen_rates_on_the_rater_and_the_rating_stands_in_the_ledger_once(
    broker: PrivateBroker, hall_folder: Path, server: RunningServer, watcher: Watcher
) -> None:
    rater = start("rating", (1280, 800), broker, hall_folder, "rater-01", watcher)
    try:
        ok(watcher.link, "open-window", window="01", clerk="0101")
        serve_one(watcher)
        watcher.wait("rating/01/ask", '"service"')
        rater.wait_for_page("FacesPage")
        rater.tap("非常满意")
        rated = json.loads(watcher.wait("event/service-rated", '"level":5'))
        assert (rated["window"], rated["level"], rated["channel"]) == ("01", 5, "tablet"), "it counts with the touch"
        wait_until(lambda: watcher.state["rating/01/ask"] == b"")
        rater.wait_for_page("ReasonsPage")
        rater.tap(reasons_of(5)[0].zh)
        rater.tap_twice("提交")
        watcher.wait("event/rating-explained")
        [(level, reasons, channel)] = ratings(server)
        assert (level, channel) == (5, "tablet") and json.loads(str(reasons)) == ["510"]

        serve_one(watcher)  # the next citizen is not satisfied, and the clerk goes on at once
        watcher.wait("rating/01/ask", '"service"')
        rater.wait_for_page("FacesPage")
        rater.tap("非常不满意")
        rater.wait_for_page("ReasonsPage")
        ok(watcher.link, "issue-ticket", queue="household", channel="desk")
        ok(watcher.link, "call-next", window="01")
        rater.wait_for_text(reasons_of(1)[0].zh)
        ok(watcher.link, "start-service", window="01")
        watcher.wait("event/service-rated", '"level":1')
        assert [level for level, _, _ in ratings(server)] == [5, 1]
    finally:
        rater.close()


def test_the_call_screen_lights_up_for_a_call_and_keeps_its_picture_without_the_server(
    broker: PrivateBroker, hall_folder: Path, server: RunningServer, watcher: Watcher
) -> None:
    ok(watcher.link, "open-window", window="01", clerk="0101")
    ok(watcher.link, "issue-ticket", queue="household", channel="desk")
    screen = start("screen", (1280, 720), broker, hall_folder, "screen-9", watcher)
    corner = (0.04, 0.2)
    try:
        screen.wait_for_colour(*corner, WHITE)
        ok(watcher.link, "call-next", window="01")
        screen.wait_for_colour(*corner, ACCENT)
        screen.wait_for_colour(*corner, WHITE)
        calls = (0.03, 0.18, 0.65, 0.85)
        good = screen.steady_picture(*calls)
        server.kill()
        screen.wait_for_text("连接中断")
        broker.close()
        broker.open()
        assert screen.picture(*calls) == good, "the last good picture stays"
        server.open()
        wait_until(lambda: not any("连接中断" in text for text in screen.look().get("texts", [])))
        assert screen.picture(*calls) == good, "the same call is still the newest"
        ok(watcher.link, "recall", window="01")
        screen.wait_for_colour(*corner, ACCENT)
    finally:
        screen.close()
