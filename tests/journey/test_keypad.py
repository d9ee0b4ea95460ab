"""A window without a screen: its clerk works with a keypad, its citizens rate with a box of four keys."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from contract.configuration.hall_files import load
from drivers.agent import Agent
from drivers.agent_wiring import BadDevices
from drivers.emulators.keypad import KeypadEmulator, RaterEmulator
from drivers.emulators.serve import TcpServer
from link import Broker
from tests.programs import PrivateBroker, RunningServer, Watcher, ok

BOX = """
[[device]]
id = "{kind}-{window}"
kind = "{kind}"
model = "{kind}-485"
address = "{address}"
agent = "devices-1"
serves = "{window}"
options = {{addr = {addr}}}
"""


class Counter:
    """The keypads of windows 01 and 02 on one line, the rater of window 01 on another, and the agent that owns them."""

    def __init__(self, hall: Path, broker: PrivateBroker) -> None:
        self.keypads, self.rater = KeypadEmulator(name="keypads"), RaterEmulator(name="rater")
        self.lines = [TcpServer(self.keypads), TcpServer(self.rater)]
        for line in self.lines:
            line.open()
        keys, rater = (line.address for line in self.lines)
        boxes = [("keypad", "01", f"{keys}?bus=keys", 1), ("keypad", "02", f"{keys}?bus=keys", 2), ("rater", "01", rater, 1)]
        with (hall / "devices.toml").open("a", encoding="utf-8") as file:
            for kind, window, address, addr in boxes:
                file.write(BOX.format(kind=kind, window=window, address=address, addr=addr))
        only = [f"{kind}-{window}" for kind, window, *_ in boxes]
        self.agent = Agent(hall=load(hall), terminal="devices-1", broker=Broker.parse(broker.address), only=only)
        self.agent.open()
        for emulator in (self.keypads, self.rater):
            assert emulator.wait_for(lambda e=emulator: e.connections > 0)

    def close(self) -> None:
        self.agent.close()
        for line in self.lines:
            line.close()


@pytest.fixture
def counter(hall_folder: Path, broker: PrivateBroker) -> Iterator[Counter]:
    """Before the server, which asks its devices.toml whose window a keypad may name."""
    counter = Counter(hall_folder, broker)
    yield counter
    counter.close()


def press(counter: Counter, watcher: Watcher, key: str, state: str, window: int = 1) -> None:
    """Press a key and wait until the window is in `state`."""
    counter.keypads.act(f"{key} {window}")
    watcher.wait(f"window/{window:02}/state", f'"state":"{state}"')


def test_a_key_calls_the_next_ticket_and_a_key_of_the_rater_ends_in_the_ledger(
    counter: Counter, watcher: Watcher, server: RunningServer
) -> None:
    for _ in range(3):
        ok(watcher.link, "issue-ticket", queue="household", channel="desk")
    assert counter.keypads.wait_for(lambda: counter.keypads.shown.get(1) == "003   ")
    press(counter, watcher, "next", "calling")
    assert '"number":"A001"' in watcher.wait("window/01/state", "A001").decode()
    assert counter.keypads.wait_for(lambda: counter.keypads.shown.get(1) == "002001")
    press(counter, watcher, "start", "serving")
    counter.keypads.act("evaluate 1")
    watcher.wait("rating/01/ask", '"number":"A001"')
    assert counter.rater.wait_for(lambda: counter.rater.asked[1] >= 1)
    counter.rater.press(3)
    watcher.wait("event/service-rated", '"level":2')
    with closing(sqlite3.connect(server.state / "ledger.sqlite")) as ledger:
        [row] = ledger.execute("SELECT window, level, channel, text FROM ratings").fetchall()
    assert row[:3] == ("01", 2, "tablet") and "四键评价器" in row[3]
    assert counter.keypads.beeps[1] == 0 and counter.keypads.malformed == counter.rater.malformed == 0


def test_two_keypads_on_one_line_work_for_their_own_windows_and_beep_when_nothing_can_be_done(
    counter: Counter, watcher: Watcher
) -> None:
    assert counter.keypads.wait_for(lambda: counter.keypads.shown.get(1) == "000   ")
    counter.keypads.act("next 1")
    assert counter.keypads.wait_for(lambda: counter.keypads.beeps[1] == 1), "nobody waits"
    counter.keypads.act("recall 1")
    assert counter.keypads.wait_for(lambda: counter.keypads.beeps[1] == 2)
    assert watcher.wait("window/01/state", '"state":"idle"')
    for _ in range(3):
        ok(watcher.link, "issue-ticket", queue="household", channel="desk")
    assert counter.keypads.wait_for(lambda: counter.keypads.shown.get(2) == "003   ")
    counter.keypads.act("next 1")
    counter.keypads.act("next 2")
    states = [watcher.wait(f"window/{window}/state", '"number":"A00').decode() for window in ("01", "02")]
    assert {state.split('"number":"')[1][:4] for state in states} == {"A001", "A002"}
    assert counter.keypads.wait_for(lambda: counter.keypads.shown.get(1) in ("001001", "001002"))
    for key in ("evaluate", "next"):  # as quickly as a box can say it: the second never overtakes the first
        counter.keypads.act(f"{key} 1")
        assert counter.keypads.wait_for(lambda: not counter.keypads.unanswered)
    watcher.wait("window/01/state", '"number":"A003"')
    assert counter.keypads.beeps == {1: 2}


def test_every_key_does_its_work_also_after_the_keypad_was_unplugged(counter: Counter, watcher: Watcher) -> None:
    for _ in range(3):
        ok(watcher.link, "issue-ticket", queue="household", channel="desk")
    assert counter.keypads.wait_for(lambda: counter.keypads.shown.get(1) == "003   ")
    press(counter, watcher, "next", "calling")
    counter.keypads.act("recall 1")
    watcher.wait("window/01/state", '"calls":2')
    press(counter, watcher, "hold", "idle")
    press(counter, watcher, "pause", "paused")
    press(counter, watcher, "resume", "calling")
    press(counter, watcher, "transfer", "idle")
    press(counter, watcher, "next", "calling")
    press(counter, watcher, "no-show", "idle")
    watcher.wait("event/ticket-missed", "A00")
    assert counter.keypads.beeps[1] == 0
    counter.keypads.shown.clear()
    counter.keypads.hang_up()
    ok(watcher.link, "issue-ticket", queue="household", channel="desk")
    assert counter.keypads.wait_for(lambda: counter.keypads.shown.get(1) == "003   "), "the present state, not an older one"
    press(counter, watcher, "next", "calling")


def test_a_box_without_a_window_is_refused_with_the_way_to_mend_it(hall_folder: Path, broker: PrivateBroker) -> None:
    with (hall_folder / "devices.toml").open("a", encoding="utf-8") as file:
        file.write(
            BOX.format(kind="keypad", window="01", address="loop://", addr=1).replace('serves = "01"', 'serves = "board"')
        )
    agent = Agent(hall=load(hall_folder), terminal="devices-1", broker=Broker.parse(broker.address), only=["keypad-01"])
    with pytest.raises(BadDevices, match="id of the window"):
        agent.open()
