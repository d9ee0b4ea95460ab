"""Several displays on one line, of every model: a dead one takes next to nothing from its neighbours. Time is the test's own."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from contract.configuration.hall import Device
from contract.wire.messages import DisplayDesired, DisplayLine
from drivers import registry
from drivers.address import Address
from drivers.bus import Bus, SharedLine, SharedPort
from drivers.connect import DeviceSite
from drivers.display.keeper import DisplayKeeper
from drivers.emulators.base import Emulator
from drivers.emulators.serve import MemoryStream
from drivers.stream import Stream

ANSWERS_S = 0.03
ON_A_BUS = {"onbon-bxk": 9600, "onbon-bxk-yy": 9600, "onbon-bx6": 115200, "qt-strip": 9600, "alpha": 9600, "number-4byte": 9600}
"""Models with addresses, several on one line, and a speed at which they are used: pictures take a fast one."""
ALONE = {
    "huidu": "TCP only: a connection and a thread for each",
    "huidu-serial": "no address: one card a line",
    "number-xunpeng": "no address: one board a line",
    "virtual": "a file",
}
"""Models that never have a neighbour on their line."""


class World:
    """A clock, and what happens at which time."""

    def __init__(self) -> None:
        self.now = 100.0
        self.plans: list[tuple[float, Callable[[], None]]] = []

    def __call__(self) -> float:
        return self.now

    def pass_time(self, seconds: float) -> None:
        end = self.now + seconds
        while self.plans and self.plans[0][0] <= end:
            at, plan = self.plans.pop(0)
            self.now = max(self.now, at)
            plan()
        self.now = max(self.now, end)


class Wire(Stream):
    """The line: the strip that is `asked`, if it is alive, answers a moment after the question is out."""

    is_open = True

    def __init__(self, world: World, baud: int) -> None:
        super().__init__("wire")
        self.world, self.baud = world, baud
        self.strips: dict[int, MemoryStream] = {}
        self.asked = 0
        self.dead: set[int] = set()
        self._arrived: list[tuple[float, bytes]] = []

    def open(self) -> None: ...

    def close(self) -> None: ...

    def add(self, address: int, model: str) -> Emulator:
        emulator = registry.emulator(model)(name=f"strip-{address}")
        if hasattr(emulator, "address"):
            emulator.address = address
        self.strips[address] = MemoryStream(emulator)
        self.strips[address].open()
        return emulator

    def write(self, data: bytes) -> None:
        out_s = self.transmit_s(len(data))
        if self.asked not in self.dead:
            strip = self.strips[self.asked]
            strip.write(data)
            answer = strip.read(0)
            self._arrived.append((self.world.now + out_s + ANSWERS_S + self.transmit_s(len(answer)), answer))

    def read(self, timeout_s: float) -> bytes:
        if self._arrived and self._arrived[0][0] <= self.world.now + timeout_s:
            at, data = self._arrived.pop(0)
            self.world.pass_time(max(0.0, at - self.world.now))
            return data
        self.world.pass_time(timeout_s)
        return b""

    def transmit_s(self, size: int) -> float:
        return size * 10 / self.baud


class Street:
    """Strips on one line, and what of the time in which somebody waited for news went to strips that are dead."""

    def __init__(self, strips: int, model: str = "onbon-bxk") -> None:
        self.world, self.model = World(), model
        self.wire = Wire(self.world, ON_A_BUS[model])
        line = SharedLine("wire", self.wire)
        world = self.world

        class Here(DeviceSite):
            def stream(self, device: Device) -> Stream:
                return SharedPort(device.id, line, clock=world)

        self.emulators = {address: self.wire.add(address, model) for address in range(1, strips + 1)}
        self.answers = True
        self.keepers = {address: self._keeper(address, Here()) for address in self.emulators}
        self.bus = Bus("wire", self.keepers.values(), clock=self.world)
        line.patience_s = self.bus.patience_s
        self.lost_s = 0.0

    def _keeper(self, address: int, here: DeviceSite) -> DisplayKeeper:
        device = Device(id=f"strip-{address}", kind="display", model=self.model, address="loop://", options={"addr": address})
        driver = registry.display(device, here)
        self.answers = driver.answers
        return DisplayKeeper(device.id, driver, lambda health, seq: None, clock=self.world)

    def want(self, address: int, seq: int) -> None:
        self.keepers[address].want(DisplayDesired(seq, [DisplayLine(f"A{seq:03}")]))

    def run(self, until: float) -> None:
        while self.world.now < until:
            served = self.bus.ready()
            if served is None:
                self.world.pass_time(0.005)
                continue
            address = next(a for a, keeper in self.keepers.items() if keeper is served)
            self.wire.asked = address
            self.bus.serve(served)
            self.world.pass_time(served.line_gap_s)
            if address in WATCHED:
                waited = [at for a, keeper in self.keepers.items() for at, *rest in [keeper.due()] if self._news(a, at, rest)]
                self.lost_s += max([0.0, *(self.world.now - at for at in waited)])

    def _news(self, address: int, at: float, rest: list[bool]) -> bool:
        return address not in WATCHED and rest == [False, False] and at < self.world.now

    def shows(self, address: int, seq: int) -> bool:
        """Whether a strip shows a text, as far as its emulator can read it: some get pictures."""
        shown = self.emulators[address].texts()  # type: ignore[attr-defined]
        return shown in ([f"A{seq:03}"], [str(seq)], ["▦"])


WATCHED = {3, 11}


def lost_each_minute(model: str, dead: set[int], minutes: int = 4) -> tuple[Street, list[float]]:
    """A line of 16 on which two may be dead, with news at any moment; how long the others waited for these two."""
    dice = random.Random(7)
    street = Street(16, model)
    for address in street.keepers:
        street.want(address, 1)
    street.run(street.world.now + 60)
    assert all(street.shows(address, 1) for address in street.emulators)
    street.wire.dead, lost, seq, at = dead, [], 1, street.world.now
    while at < street.world.now + minutes * 60:
        at += dice.expovariate(4 if ON_A_BUS[model] == 9600 else 0.5)
        seq += 1
        address = dice.randrange(1, 17)
        street.world.plans.append((at, lambda address=address, seq=seq: street.want(address, seq)))
    for _ in range(minutes):
        before = street.lost_s
        street.run(street.world.now + 60)
        lost.append(street.lost_s - before)
    return street, lost


@pytest.mark.parametrize("model", ON_A_BUS)
def test_dead_displays_take_at_most_300_ms_of_each_minute_from_neighbours_that_have_news(model: str) -> None:
    """Of displays that never answer nobody knows that they are dead: they cost their turns, as if they were alive."""
    street, lost = lost_each_minute(model, WATCHED)
    turns = [0.0] * len(lost) if street.answers else lost_each_minute(model, set())[1]
    assert all(taken - turn <= 2 * 0.3 for taken, turn in zip(lost, turns, strict=True)), (lost, turns)
    street.wire.dead = set()
    street.world.plans.clear()
    for address in WATCHED:
        street.emulators[address].power_cut()  # type: ignore[attr-defined]
        street.want(address, 999)
    street.run(street.world.now + 60)
    assert all(street.shows(address, 999) for address in WATCHED), "back again, with what is wanted now"


def test_every_display_has_neighbours_here_or_a_reason_to_have_none() -> None:
    assert {model.name for model in registry.models().values() if model.kind == "display"} == ON_A_BUS.keys() | ALONE.keys()
    assert not ON_A_BUS.keys() & ALONE.keys()
    for model in ON_A_BUS:
        assert "addr" in registry.models()[model].options
    assert not any("addr" in registry.models()[model].options for model in ALONE)
    shared = {
        scheme for scheme in ("/dev/tty", "rfc2217://a:1", "socket://a:1", "udp://a:1") if Address.parse(scheme).is_shared
    }
    assert shared == {"/dev/tty", "rfc2217://a:1"}, "a display behind a network address of its own has a thread of its own"


def test_a_strip_that_is_slow_to_answer_is_waited_for_while_nobody_else_has_news() -> None:
    street = Street(2)
    street.want(1, 1)
    street.want(2, 1)
    street.run(street.world.now + 5)
    assert street.shows(2, 1)
    street.wire.dead = {2}
    street.want(2, 2)
    before = street.world.now
    street.run(before + 1)
    assert street.world.now - before > 3, "as long as the maker says, twice"
