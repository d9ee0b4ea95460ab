"""Emulated lock boards: doors that spring open, and that one may close."""

from __future__ import annotations

from typing import ClassVar, Unpack

from drivers.emulators.base import EmulatedLine, Emulator, EmulatorArguments
from drivers.locker import frames_8a, frames_wkly


class LockerEmulator(Emulator):
    """A board at one address; `is_open` has each door, door 1 first."""

    DOORS: ClassVar[int] = 24
    ADDRESS: ClassVar[int] = 1
    FAULTS: ClassVar[dict[str, str]] = {
        "jammed": "doors do not open",
        "open-feedback": "the switches close as the doors open",
        "no-reports": "does not report when a door moves",
    }

    def __init__(self, **given: Unpack[EmulatorArguments]) -> None:
        super().__init__(**given)
        self.is_open = [False] * self.DOORS

    def close_door(self, door: int) -> None:
        """Close a door by hand."""
        with self.changed:
            self.is_open[door - 1] = False
            if not self.faulty("no-reports"):
                self.report(door)
            self.changed.notify_all()

    def act(self, words: str) -> None:
        """What a person does: `close 3`. Raise ValueError for anything else."""
        what, _, door = words.strip().partition(" ")
        if what != "close" or not door.isdecimal() or not 1 <= int(door) <= self.DOORS:
            raise ValueError(f"{words!r} is nothing to do; say close DOOR, 1 to {self.DOORS}")
        self.close_door(int(door))

    def unlocked(self, door: int) -> None:
        """The lock of a door, or of all (0), lets go."""
        for each in range(1, self.DOORS + 1) if door == 0 else [door]:
            self.is_open[each - 1] = self.is_open[each - 1] or not self.faulty("jammed")

    def switch_closed(self, door: int) -> bool:
        """The state of the switch of a door."""
        return self.is_open[door - 1] == self.faulty("open-feedback")

    def report(self, door: int) -> None:
        """Report that a door has moved."""
        raise NotImplementedError


class Locker8AEmulator(LockerEmulator):
    """A board 8A/80 at address 1."""

    def opened(self, line: EmulatedLine) -> None:
        line.state = frames_8a.Parser()

    def receive(self, line: EmulatedLine, data: bytes) -> None:
        parser: frames_8a.Parser = line.state
        before = parser.malformed
        for frame in parser.feed(data):
            if isinstance(frame, frames_8a.Frame) and frame.address == self.ADDRESS:
                self._obey(line, frame)
        self.malformed += parser.malformed - before

    def report(self, door: int) -> None:
        self.emit(frames_8a.Frame(frames_8a.REPORT, self.ADDRESS, door, self._state(door)).encode())

    def _obey(self, line: EmulatedLine, frame: frames_8a.Frame) -> None:
        if frame.door > self.DOORS or (frame.head, frame.state) not in (
            (frames_8a.OPEN, frames_8a.DO),
            (frames_8a.READ, frames_8a.ASK),
        ):
            self.malformed += 1
            return
        if frame.head == frames_8a.OPEN:
            self.unlocked(frame.door)
        if frame.head == frames_8a.READ and frame.door == frames_8a.ALL:
            bits = sum(self.switch_closed(door) << door - 1 for door in range(1, self.DOORS + 1))
            line.send(frames_8a.AllDoors(self.ADDRESS, bits).encode())
        else:
            state = self._state(frame.door or 1)
            line.send(frames_8a.Frame(frame.head, self.ADDRESS, frame.door, state).encode())

    def _state(self, door: int) -> int:
        return frames_8a.HIGH if self.switch_closed(door) else frames_8a.LOW


class LockerWklyEmulator(LockerEmulator):
    """A board WKLY at address 0."""

    DOORS: ClassVar[int] = 12
    ADDRESS: ClassVar[int] = 0

    def opened(self, line: EmulatedLine) -> None:
        line.state = frames_wkly.Parser()

    def receive(self, line: EmulatedLine, data: bytes) -> None:
        parser: frames_wkly.Parser = line.state
        before = parser.malformed
        for frame in parser.feed(data):
            if frame.address == self.ADDRESS:
                line.send(frames_wkly.Frame(self.ADDRESS, frame.command, self._obey(frame)).encode())
        self.malformed += parser.malformed - before

    def report(self, door: int) -> None:
        self.emit(frames_wkly.Frame(self.ADDRESS, frames_wkly.REPORT, bytes((door, self._state(door)))).encode())

    def _obey(self, frame: frames_wkly.Frame) -> bytes:
        done, failed = bytes((frames_wkly.DONE,)), bytes((frames_wkly.FAILED,))
        if frame.command == frames_wkly.READ_ALL and not frame.data:
            return done + bytes((self.DOORS, *(self._state(door) for door in range(1, self.DOORS + 1))))
        if frame.command == frames_wkly.OPEN_ALL:
            self.unlocked(0)
            return done
        if len(frame.data) != 1 or not 1 <= frame.data[0] <= self.DOORS:
            self.malformed += 1
            return failed
        door = frame.data[0]
        if frame.command == frames_wkly.FLASH:
            return done + bytes((door,))
        if frame.command == frames_wkly.OPEN:
            self.unlocked(door)
        elif frame.command != frames_wkly.READ:
            self.malformed += 1
            return failed
        return done + bytes((door, self._state(door)))

    def _state(self, door: int) -> int:
        return frames_wkly.IS_CLOSED if self.switch_closed(door) else frames_wkly.IS_OPEN
