"""The speech chips, emulated: they take frames as the real ones do, are busy as long as a text takes, keep what was said."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from typing import ClassVar, Unpack

from drivers.emulators.base import EmulatedLine, Emulator, EmulatorArguments
from drivers.voice import frames

CHARACTER_S = 0.22
KEPT = 1000


@dataclass
class Utterance:
    """What was said; `cut_off` when the next frame or a stop came before its end. Times are monotonic seconds."""

    text: str
    started: float
    seconds: float
    cut_off: bool = False


class ChipEmulator(Emulator):
    """A speech chip. Text between square brackets is a tag and is not said."""

    FAULTS: ClassVar[dict[str, str]] = {
        "nack": "understands no frame",
        "busy": "reports for ever that it is busy",
        "silent-end": "does not report when it has finished",
    }
    chip: ClassVar[frames.Chip]

    def __init__(self, **given: Unpack[EmulatorArguments]) -> None:
        super().__init__(**given)
        self.character_s = CHARACTER_S
        self.said: list[Utterance] = []
        self._end: threading.Timer | None = None
        self._last_byte = self._last_frame = float("-inf")

    @property
    def speaking(self) -> bool:
        """Whether a text is being spoken now."""
        return self._end is not None

    def opened(self, line: EmulatedLine) -> None:
        line.state = frames.Parser(self.chip)

    def receive(self, line: EmulatedLine, data: bytes) -> None:
        parser: frames.Parser = line.state
        now = self.now()
        if self.chip.byte_gap_s and parser.pending and now - self._last_byte > self.chip.byte_gap_s:
            parser.give_up()
        self._last_byte = now
        for frame in parser.feed(data):
            too_soon = now - self._last_frame < self.chip.frame_gap_s
            self._last_frame = now
            if frame is None or too_soon or self.faulty("nack"):
                self.malformed += 1
                line.send(bytes((frames.NOT_UNDERSTOOD,)))
            else:
                self._obey(line, frame)

    def stop(self) -> None:
        with self.changed:
            self._cut_off()

    def _obey(self, line: EmulatedLine, frame: frames.Frame) -> None:
        known = {frames.SPEAK, frames.STOP, frames.PAUSE, frames.RESUME, frames.STATUS, frames.BAUD, self.chip.sleep}
        try:
            text = frame.text(self.chip) if frame.command == frames.SPEAK else ""
        except ValueError:
            known.clear()
        if frame.command not in known:
            self.malformed += 1
            line.send(bytes((frames.NOT_UNDERSTOOD,)))
            return
        line.send(bytes((frames.TAKEN,)))
        if frame.command == frames.SPEAK:
            self._speak(text)
        elif frame.command == frames.STATUS:
            line.send(bytes((frames.BUSY if self.speaking or self.faulty("busy") else frames.IDLE,)))
        elif frame.command in (frames.STOP, self.chip.sleep):
            self._cut_off()

    def _speak(self, text: str) -> None:
        self._cut_off()
        spoken = re.sub(r"\[[a-z][0-9]*\]", "", text)
        utterance = Utterance(spoken, self.now(), len(spoken) * self.character_s)
        self.said = [*self.said[-KEPT:], utterance]
        if self.out is not None:
            self.out.mkdir(parents=True, exist_ok=True)
            with (self.out / f"{self.name}.txt").open("a", encoding="utf-8") as file:
                file.write(spoken + "\n")
        self._end = threading.Timer(utterance.seconds, self._finished)
        self._end.daemon = True
        self._end.start()

    def _cut_off(self) -> None:
        if self._end is not None:
            self._end.cancel()
            self._end = None
            self.said[-1].cut_off = True

    def _finished(self) -> None:
        with self.changed:
            if self._end is not threading.current_thread():
                return
            self._end = None
            if not self.faulty("silent-end"):
                self.emit(bytes((frames.IDLE,)))
            self.changed.notify_all()


class Syn6288Emulator(ChipEmulator):
    """A SYN6288."""

    chip = frames.SYN6288


class Xfs5152Emulator(ChipEmulator):
    """An XFS5152CE."""

    chip = frames.XFS5152
