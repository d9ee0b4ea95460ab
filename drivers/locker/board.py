"""Lock boards for lockers: open a door, ask whether it stands open.

Option `feedback` says how the lock's switch is wired: "close" when it closes with the door (as delivered), "open" when it
closes as the door opens. Option `addr` is the board's address, `doors` how many of its locks are used.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import TypeVar

from contract.configuration.hall import Device
from drivers.ask import ask
from drivers.locker import frames_8a, frames_wkly
from drivers.ports import BadReply, DeviceRefused, DoorState, NoReply
from drivers.registry import BadOption, DeviceSite
from drivers.stream import Stream

TRIES = 3
T = TypeVar("T")


class Board(ABC):
    """What both kinds of boards share: doors are counted from 1, every question is asked again when the answer is lost."""

    open_s = 0.7
    read_s = 0.3

    def __init__(self, stream: Stream, *, address: int, doors: int, closes_with_door: bool) -> None:
        self.stream, self.address, self.doors, self.closes_with_door = stream, address, doors, closes_with_door

    def open(self) -> None:
        self.stream.open()
        try:
            self.check()
        except Exception:
            self.stream.close()
            raise

    def close(self) -> None:
        self.stream.close()

    def check(self) -> None:
        """Ask for the first door. Raise NoReply or BadReply."""
        self.state(1)

    def unlock(self, door: int) -> None:
        """Open a door; raise DeviceRefused if it stays shut, ValueError for a door the board has not."""
        if self._unlock(self._checked(door)) != "open":
            raise DeviceRefused(
                f"{self.stream.name}: door {door} did not open",
                'look whether something blocks it; if it did open, set feedback to the other of "close" and "open"',
            )

    def state(self, door: int) -> DoorState:
        """Whether the door stands open; raise ValueError for a door the board has not."""
        return self._state(self._checked(door))

    def _checked(self, door: int) -> int:
        if not 1 <= door <= self.doors:
            raise ValueError(f"{self.stream.name} has doors 1 to {self.doors}, no door {door}")
        return door

    def _meaning(self, switch_closed: bool) -> DoorState:
        return "closed" if switch_closed == self.closes_with_door else "open"

    def _ask(self, question: bytes, read: Callable[[bytes], Iterable[T]], timeout_s: float) -> T:
        for _ in range(TRIES - 1):
            try:
                return ask(self.stream, question, read, timeout_s=timeout_s)
            except (NoReply, BadReply):
                continue
        return ask(self.stream, question, read, timeout_s=timeout_s)

    @abstractmethod
    def _unlock(self, door: int) -> DoorState: ...

    @abstractmethod
    def _state(self, door: int) -> DoorState: ...

    @abstractmethod
    def states(self) -> list[DoorState]:
        """All doors, from door 1."""


class Board8A(Board):
    """A board of kind 8A/80."""

    def _unlock(self, door: int) -> DoorState:
        return self._one(frames_8a.Frame(frames_8a.OPEN, self.address, door, frames_8a.DO), self.open_s)

    def _state(self, door: int) -> DoorState:
        return self._one(frames_8a.Frame(frames_8a.READ, self.address, door, frames_8a.ASK), self.read_s)

    def states(self) -> list[DoorState]:
        question = frames_8a.Frame(frames_8a.READ, self.address, frames_8a.ALL, frames_8a.ASK).encode()
        parser = frames_8a.Parser()
        parser.all_doors = True

        def read(data: bytes) -> Iterable[int]:
            return [f.bits for f in parser.feed(data) if isinstance(f, frames_8a.AllDoors) and f.address == self.address]

        bits = self._ask(question, read, self.read_s)
        return [self._meaning(bool(bits >> door & 1)) for door in range(self.doors)]

    def _one(self, question: frames_8a.Frame, timeout_s: float) -> DoorState:
        parser = frames_8a.Parser()

        def read(data: bytes) -> Iterable[int]:
            for frame in parser.feed(data):
                if isinstance(frame, frames_8a.Frame) and _answers(frame, question):
                    yield frame.state

        return self._meaning(self._ask(question.encode(), read, timeout_s) == frames_8a.HIGH)


def _answers(frame: frames_8a.Frame, question: frames_8a.Frame) -> bool:
    same = (frame.head, frame.address, frame.door) == (question.head, question.address, question.door)
    return same and frame.state in (frames_8a.HIGH, frames_8a.LOW)


class BoardWkly(Board):
    """A board of kind WKLY."""

    def _unlock(self, door: int) -> DoorState:
        return self._one(frames_wkly.OPEN, door, self.open_s)

    def _state(self, door: int) -> DoorState:
        return self._one(frames_wkly.READ, door, self.read_s)

    def states(self) -> list[DoorState]:
        data = self._exchange(frames_wkly.READ_ALL, b"", 0.4)
        if len(data) < 2 + self.doors:
            raise BadReply(f"{self.stream.name}: the board tells of {len(data) - 2} doors", "correct `doors` in devices.toml")
        return [self._meaning(state == frames_wkly.IS_CLOSED) for state in data[2 : 2 + self.doors]]

    def _one(self, command: int, door: int, timeout_s: float) -> DoorState:
        data = self._exchange(command, bytes((door,)), timeout_s)
        if len(data) != 3 or data[1] != door:
            raise BadReply(f"{self.stream.name}: the board answers for another door", "check the wiring of the bus")
        return self._meaning(data[2] == frames_wkly.IS_CLOSED)

    def _exchange(self, command: int, data: bytes, timeout_s: float) -> bytes:
        """The data of the answer, its first byte 00; raise DeviceRefused for FF."""
        parser = frames_wkly.Parser()

        def read(arrived: bytes) -> Iterable[bytes]:
            return [f.data for f in parser.feed(arrived) if (f.address, f.command) == (self.address, command) and f.data]

        found = self._ask(frames_wkly.Frame(self.address, command, data).encode(), read, timeout_s)
        if found[0] != frames_wkly.DONE:
            raise DeviceRefused(f"{self.stream.name}: the board could not do it", "check the lock and its cable")
        return found


def board_8a(device: Device, site: DeviceSite) -> Board8A:
    """A board 8A/80: addresses 1 to 99, up to 24 doors."""
    address, doors = _number(device, "addr", 1, 1, 99), _number(device, "doors", 24, 1, frames_8a.DOORS)
    return Board8A(site.stream(device), address=address, doors=doors, closes_with_door=_feedback(device))


def board_wkly(device: Device, site: DeviceSite) -> BoardWkly:
    """A board WKLY: addresses 0 to 255, up to 127 doors."""
    address, doors = _number(device, "addr", 0, 0, 255), _number(device, "doors", 12, 1, 127)
    return BoardWkly(site.stream(device), address=address, doors=doors, closes_with_door=_feedback(device))


def _feedback(device: Device) -> bool:
    value = device.options.get("feedback", "close")
    if value not in ("close", "open"):
        raise BadOption(f"devices.toml: [[device]] {device.id}: feedback = {value!r}", 'write "close" or "open"')
    return value == "close"


def _number(device: Device, key: str, usual: int, least: int, most: int) -> int:
    value = device.options.get(key, usual)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise BadOption(f"devices.toml: [[device]] {device.id}: {key} = {value!r}", f"write a number from {least} to {most}")
    return value
