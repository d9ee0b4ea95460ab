"""What an ESC/POS printer reports about itself: bytes into replies, replies into a condition. Pure.

Three kinds of reply share the line and are distinguished by their fixed bits (Epson's manuals):
  real time   1 byte  0xx1xx10             to DLE EOT 1..4, at once
  automatic   4 bytes 0xx1xx00 0xx0xxxx *3  unasked after GS a (ASB)
  queued      1 byte  0xx0xxxx             to GS r 1, when everything before it is printed
  block       37 id .. 00                  to DLE DC4 8 and the like
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from drivers.ports import PrinterCondition

MAX_BLOCK = 80


@dataclass(frozen=True)
class RealTime:
    """The answer to DLE EOT; to which of the four is known only from the order of asking."""

    value: int


@dataclass(frozen=True)
class Automatic:
    """ASB: the four bytes."""

    data: bytes


@dataclass(frozen=True)
class Queued:
    """The answer to GS r 1."""

    value: int


@dataclass(frozen=True)
class Block:
    """A block of data with its head and end."""

    data: bytes


@dataclass(frozen=True)
class Nonsense:
    """A byte that begins no reply."""

    value: int


Reply: TypeAlias = RealTime | Automatic | Queued | Block | Nonsense


class StatusParser:
    """Finds replies in a stream that may be cut anywhere. Keeps at most one unfinished reply."""

    def __init__(self) -> None:
        self.held = b""

    def feed(self, data: bytes) -> list[Reply]:
        """The replies that are complete now."""
        buffer = self.held + data
        at = 0
        found: list[Reply] = []
        while at < len(buffer):
            taken = _next(buffer, at)
            if taken is None:
                break
            reply, at = taken
            found.append(reply)
        self.held = buffer[at:]
        return found

    def reset(self) -> None:
        """Forget an unfinished reply."""
        self.held = b""


def _next(buffer: bytes, at: int) -> tuple[Reply, int] | None:
    """The reply at `at` and where the next one begins; None if more bytes are needed."""
    first = buffer[at]
    if first & 0x93 == 0x12:
        return RealTime(first), at + 1
    if first & 0x93 == 0x10:
        return _automatic(buffer, at)
    if first == 0x37:
        return _block(buffer, at)
    if first & 0x90 == 0x00:
        return Queued(first), at + 1
    return Nonsense(first), at + 1


def _automatic(buffer: bytes, at: int) -> tuple[Reply, int] | None:
    for follower in buffer[at + 1 : at + 4]:
        if follower & 0x90:
            return Nonsense(buffer[at]), at + 1
    if len(buffer) < at + 4:
        return None
    return Automatic(buffer[at : at + 4]), at + 4


def _block(buffer: bytes, at: int) -> tuple[Reply, int] | None:
    end = buffer.find(0, at, at + MAX_BLOCK)
    if end >= 0:
        return Block(buffer[at : end + 1]), end + 1
    return (Nonsense(buffer[at]), at + 1) if len(buffer) - at >= MAX_BLOCK else None


def from_real_time(printer: int, offline: int, error: int, paper: int) -> PrinterCondition:
    """The condition that the answers to DLE EOT 1 to 4 describe: the gravest of them."""
    if offline & 0x04:
        return "cover-open"
    if offline & 0x20 or paper & 0x60:
        return "paper-out"
    if error & 0x08:
        return "cutter"
    if printer & 0x28 or offline & 0x40 or error & 0x64:
        return "offline"
    return "paper-low" if paper & 0x0C else "ok"


def from_automatic(data: bytes) -> PrinterCondition:
    """The condition that the four bytes of an ASB describe."""
    printer, error, paper, _ = data
    if printer & 0x20:
        return "cover-open"
    if paper & 0x0C:
        return "paper-out"
    if error & 0x08:
        return "cutter"
    if printer & 0x08 or error & 0x65:
        return "offline"
    return "paper-low" if paper & 0x03 else "ok"


def from_queued(value: int) -> Literal["ok", "paper-low", "paper-out"]:
    """The paper's state in the answer to GS r 1."""
    return "paper-out" if value & 0x0C else "paper-low" if value & 0x03 else "ok"
