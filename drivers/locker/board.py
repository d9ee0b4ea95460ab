"""Lock boards for lockers: open a door, ask whether it is open.

Option `feedback` is how the lock's switch is wired: "close" when it closes with the door (as delivered), "open" when it
closes as the door opens. Option `addr` is the board's address, `doors` how many of its locks are used.
"""

from __future__ import annotations

from abc import abstractmethod

from contract.configuration.hall import Device
from drivers.ask import Reader, ask
from drivers.connect import DeviceSite
from drivers.locker import frames_8a, frames_wkly
from drivers.options import DeviceOptions
from drivers.ports import BadReply, DeviceRefused, DoorState, Locker
from drivers.serial_device import SerialDevice
from drivers.stream import Stream

TRIES = 3
OPEN_S, READ_S, READ_ALL_S = 0.7, 0.3, 0.4
"""How long a board takes to answer: it waits for the lock before it reports that a door is open."""


class Board(SerialDevice, Locker):
    """What both kinds of boards share: doors are counted from 1, every question is asked again when the answer is lost."""

    def __init__(
        self, stream: Stream, *, address: int, doors: int, closes_with_door: bool, answer_s: float | None = None
    ) -> None:
        """`answer_s`: within this time a board answers, whatever it is asked; None for the times of the makers."""
        super().__init__(stream)
        self.address, self.doors, self.closes_with_door = address, doors, closes_with_door
        self.open_s, self.read_s, self.read_all_s = (answer_s or usual for usual in (OPEN_S, READ_S, READ_ALL_S))

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
        """Whether the door is open; raise ValueError for a door the board has not."""
        return self._state(self._checked(door))

    def _checked(self, door: int) -> int:
        if not 1 <= door <= self.doors:
            raise ValueError(f"{self.stream.name} has doors 1 to {self.doors}, no door {door}")
        return door

    def _meaning(self, switch_closed: bool) -> DoorState:
        return "closed" if switch_closed == self.closes_with_door else "open"

    @abstractmethod
    def _unlock(self, door: int) -> DoorState: ...

    @abstractmethod
    def _state(self, door: int) -> DoorState: ...

    @abstractmethod
    def states(self) -> list[DoorState]:
        """All doors, from door 1."""


class Board8A(Board):
    """A board of kind 8A/80.

    A board answers an order to open with the very same bytes where its switch reports 11. Behind an adapter that hears itself
    the order itself would be taken for that: whether it does is seen at each question for a state, which no answer is like.
    """

    hears_itself = False

    def greet(self) -> None:
        self.hears_itself = False
        super().greet()

    def _unlock(self, door: int) -> DoorState:
        return self._one(frames_8a.Frame(frames_8a.OPEN, self.address, door, frames_8a.DO), self.open_s)

    def _state(self, door: int) -> DoorState:
        return self._one(frames_8a.Frame(frames_8a.READ, self.address, door, frames_8a.ASK), self.read_s)

    def states(self) -> list[DoorState]:
        question = frames_8a.Frame(frames_8a.READ, self.address, frames_8a.ALL, frames_8a.ASK).encode()

        def reader() -> Reader[int]:
            parser = frames_8a.Parser(all_doors=True)
            return lambda data: [
                f.bits for f in parser.feed(data) if isinstance(f, frames_8a.AllDoors) and f.address == self.address
            ]

        bits = ask(self.stream, question, reader, timeout_s=self.read_s, tries=TRIES)
        return [self._meaning(bool(bits >> door & 1)) for door in range(self.doors)]

    def _one(self, question: frames_8a.Frame, timeout_s: float) -> DoorState:
        def reader() -> Reader[int]:
            parser, own = frames_8a.Parser(), self.hears_itself

            def read(data: bytes) -> list[int]:
                nonlocal own
                found = []
                for frame in parser.feed(data):
                    if frame == question and (own or question.state == frames_8a.ASK):
                        own, self.hears_itself = False, True
                    elif isinstance(frame, frames_8a.Frame) and _answers(frame, question):
                        found.append(frame.state)
                return found

            return read

        state = ask(self.stream, question.encode(), reader, timeout_s=timeout_s, tries=TRIES)
        return self._meaning(state == frames_8a.HIGH)


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
        data = self._exchange(frames_wkly.READ_ALL, b"", self.read_all_s)
        if len(data) < 2 + self.doors:
            raise BadReply(f"{self.stream.name}: the board reports {len(data) - 2} doors", "correct `doors` in devices.toml")
        return [self._meaning(state == frames_wkly.IS_CLOSED) for state in data[2 : 2 + self.doors]]

    def _one(self, command: int, door: int, timeout_s: float) -> DoorState:
        data = self._exchange(command, bytes((door,)), timeout_s)
        if len(data) != 3 or data[1] != door:
            raise BadReply(f"{self.stream.name}: the board answers for another door", "check the wiring of the bus")
        return self._meaning(data[2] == frames_wkly.IS_CLOSED)

    def _exchange(self, command: int, data: bytes, timeout_s: float) -> bytes:
        """The data of the answer, its first byte 00; raise DeviceRefused for FF."""
        asked = (self.address, command)

        def reader() -> Reader[bytes]:
            parser = frames_wkly.Parser()
            return lambda arrived: [
                f.data for f in parser.feed(arrived) if (f.address, f.command) == asked and f.data not in (b"", data)
            ]

        question = frames_wkly.Frame(self.address, command, data).encode()
        found = ask(self.stream, question, reader, timeout_s=timeout_s, tries=TRIES)
        if found[0] != frames_wkly.DONE:
            raise DeviceRefused(f"{self.stream.name}: the board could not do it", "check the lock and its cable")
        return found


def board_8a(device: Device, site: DeviceSite) -> Board8A:
    """A board 8A/80: addresses 1 to 99, up to 24 doors."""
    options = DeviceOptions.of(device)
    address, doors = options.number("addr", 1, 1, 99), options.number("doors", 24, 1, frames_8a.DOORS)
    return Board8A(
        site.stream(device), address=address, doors=doors, closes_with_door=_feedback(options), answer_s=site.answer_s
    )


def board_wkly(device: Device, site: DeviceSite) -> BoardWkly:
    """A board WKLY: addresses 0 to 255, up to 127 doors."""
    options = DeviceOptions.of(device)
    address, doors = options.number("addr", 0, 0, 255), options.number("doors", 12, 1, 127)
    return BoardWkly(
        site.stream(device), address=address, doors=doors, closes_with_door=_feedback(options), answer_s=site.answer_s
    )


def _feedback(options: DeviceOptions) -> bool:
    return options.choice("feedback", "close", ("close", "open")) == "close"
