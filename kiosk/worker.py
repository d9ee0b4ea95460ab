"""A part with a thread of its own that does one thing after the other: devices and disks are slow, the screen must not be."""

from __future__ import annotations

import queue
import threading
from abc import abstractmethod
from collections.abc import Iterator
from typing import Generic, TypeVar

from kiosk.flow.event import Send
from kiosk.parts import Part

E = TypeVar("E")
W = TypeVar("W")


class Worker(Part[E], Generic[E, W]):
    """`E` are the effects that it handles, `W` is what its thread is given to do."""

    name: str
    """The thread's, in logs and tracebacks."""
    close_s = 5.0
    """How long `close` waits for what is under way."""

    def __init__(self) -> None:
        self._todo: queue.SimpleQueue[W | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def open(self, send: Send) -> None:
        """Start the thread."""
        self._thread = threading.Thread(target=self.run, args=(send,), name=self.name, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Let the thread do what it was given, then end it."""
        if self._thread is not None:
            self._todo.put(None)
            self._thread.join(self.close_s)

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread is not None and self._thread.is_alive()

    @abstractmethod
    def run(self, send: Send) -> None:
        """The thread: open what is needed, do what `work` gives, close it."""

    def put(self, work: W) -> None:
        """Give the thread something to do; from any thread."""
        self._todo.put(work)

    def work(self) -> Iterator[W]:
        """What is to be done, until `close`."""
        while (work := self._todo.get()) is not None:
            yield work

    def work_or_none(self, pause_s: float) -> Iterator[W | None]:
        """The same, with None whenever nothing came for `pause_s` seconds: time to look how things are."""
        while True:
            try:
                work = self._todo.get(timeout=pause_s)
            except queue.Empty:
                yield None
                continue
            if work is None:
                return
            yield work

    @property
    def idle(self) -> bool:
        """Whether nothing is waiting to be done."""
        return self._todo.empty()
