"""Several controllers on one slow line: a dead one takes next to nothing from its neighbours. Time is the test's own."""

from __future__ import annotations

import random
from collections.abc import Callable

from contract.configuration.hall import Device
from contract.wire.messages import DisplayDesired, DisplayLine
from drivers.bus import Bus, SharedLine, SharedPort
from drivers.connect import DeviceSite
from drivers.display import bxk_frame as bxk
from drivers.display.keeper import DisplayKeeper
from drivers.display.onbon_bxk import BxkDisplay
from drivers.display.onbon_line import Splitter
from drivers.emulators.onbon_bxk import OnbonBxkEmulator
from drivers.emulators.serve import MemoryStream
from drivers.stream import Stream

BAUD = 9600
ANSWERS_S = 0.03


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
    """The line: every strip that is alive answers a moment after the question is out."""

    is_open = True

    def __init__(self, world: World) -> None:
        super().__init__("wire")
        self.world = world
        self.strips: dict[int, MemoryStream] = {}
        self.dead: set[int] = set()
        self._arrived: list[tuple[float, bytes]] = []

    def open(self) -> None: ...

    def close(self) -> None: ...

    def add(self, address: int) -> OnbonBxkEmulator:
        emulator = OnbonBxkEmulator(name=f"strip-{address}")
        emulator.address = address
        self.strips[address] = MemoryStream(emulator)
        self.strips[address].open()
        return emulator

    def write(self, data: bytes) -> None:
        out_s = self.transmit_s(len(data))
        (content,) = Splitter().feed(data)
        address = bxk.decode(content).dst
        if address not in self.dead:
            strip = self.strips[address]
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
        return size * 10 / BAUD


class Street:
    """Strips on one line, and what of the time in which somebody waited for news went to strips that are dead."""

    def __init__(self, strips: int) -> None:
        self.world = World()
        self.wire = Wire(self.world)
        line = SharedLine("wire", self.wire)
        world = self.world

        class Here(DeviceSite):
            def stream(self, device: Device) -> Stream:
                return SharedPort(device.id, line, clock=world)

        self.emulators = {address: self.wire.add(address) for address in range(1, strips + 1)}
        self.keepers = {address: self._keeper(address, Here()) for address in self.emulators}
        self.bus = Bus("wire", self.keepers.values(), clock=self.world)
        line.patience_s = self.bus.patience_s
        self.lost_s = 0.0

    def _keeper(self, address: int, here: DeviceSite) -> DisplayKeeper:
        device = Device(id=f"strip-{address}", kind="display", model="onbon-bxk", address="loop://", options={"addr": address})
        return DisplayKeeper(device.id, BxkDisplay(device, here), lambda health, seq: None, clock=self.world)

    def want(self, address: int, seq: int) -> None:
        self.keepers[address].want(DisplayDesired(seq, [DisplayLine(f"A{seq:03}")]))

    def run(self, until: float) -> None:
        while self.world.now < until:
            served = self.bus.ready()
            if served is None:
                self.world.pass_time(0.005)
                continue
            address = next(a for a, keeper in self.keepers.items() if keeper is served)
            self.bus.serve(served)
            if address in self.wire.dead:
                waited = [at for a, keeper in self.keepers.items() for at, *rest in [keeper.due()] if self._news(a, at, rest)]
                self.lost_s += max([0.0, *(self.world.now - at for at in waited)])

    def _news(self, address: int, at: float, rest: list[bool]) -> bool:
        return address not in self.wire.dead and rest == [False, False] and at < self.world.now


def test_dead_strips_take_at_most_300_ms_of_each_minute_from_neighbours_that_have_news() -> None:
    dice = random.Random(7)
    street = Street(16)
    for address in street.keepers:
        street.want(address, 1)
    street.run(street.world.now + 30)
    assert all(emulator.texts() == ["A001"] for emulator in street.emulators.values())
    street.wire.dead = {3, 11}
    seq, at = 1, street.world.now
    while at < street.world.now + 600:
        at += dice.expovariate(4)
        seq += 1
        address = dice.randrange(1, 17)
        street.world.plans.append((at, lambda address=address, seq=seq: street.want(address, seq)))
    for minute in range(10):
        before = street.lost_s
        street.run(street.world.now + 60)
        assert street.lost_s - before <= 2 * 0.3, f"minute {minute}"
    assert street.lost_s > 0, "they were looked for"
    street.wire.dead = set()
    street.world.plans.clear()
    street.run(street.world.now + 60)
    for emulator in (street.emulators[3], street.emulators[11]):
        assert emulator.texts() != ["A001"], "back again, with what is wanted now"


def test_a_strip_that_is_slow_to_answer_is_waited_for_while_nobody_else_has_news() -> None:
    street = Street(2)
    street.want(1, 1)
    street.want(2, 1)
    street.run(street.world.now + 5)
    assert street.emulators[2].texts() == ["A001"]
    street.wire.dead = {2}
    street.want(2, 2)
    before = street.world.now
    street.run(before + 1)
    assert street.world.now - before > 3, "as long as the maker says, twice"
