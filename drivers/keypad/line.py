"""Keypads and raters at work: one thread a line listens to all boxes on it, and asks the hall for what was pressed.

Requests run in the link's threads, so that a slow answer never keeps a box waiting for its own.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Protocol

from contract.wire.answers import Answer
from contract.wire.messages import QueueState, RatingAsk, WindowState
from drivers.device_health import USUAL, WELL, DeviceHealth, Timing, trouble
from drivers.keypad.keypad_logic import Ask, KeypadLogic, RaterLogic
from drivers.ports import DeviceError, KeyBox, Keypad, Rater

LOG = logging.getLogger(__name__)
LISTEN_S = 0.1
NEWS_S = 5.0
"""How long the next key waits for the window's state after a granted request, in seconds."""
Request = Callable[[str, Mapping[str, object]], "Future[Answer]"]


class WindowUnit(Protocol):
    """A box and the window at which it is."""

    name: str

    @property
    def box(self) -> KeyBox:
        """The box itself."""

    def attend(self) -> None:
        """Handle what was pressed and show what is new; called by the thread of the line."""

    def reopened(self) -> None:
        """The line was opened: the box may have forgotten what it showed."""


class KeypadUnit:
    """A keypad at a window. News of the hall may come from any thread.

    A key waits until the one before is answered, so that two quick presses never overtake each other, and until its outcome
    is known here: what a key means depends on the state of the window, and the answer may come before the news.
    """

    def __init__(self, name: str, box: Keypad, logic: KeypadLogic, request: Request) -> None:
        self.name, self.box = name, box
        self._keypad, self._logic, self._request = box, logic, request
        self._shown: tuple[int, str] | None = None
        self._asks: deque[Ask] = deque()
        self._asked: Future[Answer] | None = None
        self._asked_at = 0
        """The window's seq when the last request went out."""
        self._news_until = 0.0

    def window_is(self, state: WindowState) -> None:
        """News of the window."""
        self._logic.state = state

    def queue_is(self, queue: str, state: QueueState) -> None:
        """News of a queue."""
        self._logic.queue_is(queue, state)

    def reopened(self) -> None:
        self._shown = None

    def attend(self) -> None:
        if self._asked is not None and self._asked.done():
            self._answered(self._asked)
        if self._asked is None and self._news_came():
            self._ask_next()
        shows = self._logic.shows()
        if self._logic.state is not None and shows != self._shown:
            self._keypad.show(*shows)
            self._shown = shows

    def _answered(self, done: Future[Answer]) -> None:
        """Go on, or give up what the key wanted when it was refused."""
        self._asked = None
        self._news_until = time.monotonic() + NEWS_S
        if why := _refusal(done):
            self._asks.clear()
            self._news_until = 0.0
            LOG.info("%s: %s", self.name, why)
            self._keypad.beep()

    def _news_came(self) -> bool:
        """Whether the state of the window is newer than the last request, or was waited for long enough."""
        state = self._logic.state
        return (state is not None and state.seq > self._asked_at) or time.monotonic() >= self._news_until

    def _ask_next(self) -> None:
        """Ask for the next thing that the key wants, or for what the next key wants."""
        if not self._asks and self._keypad.keys:
            self._asks.extend(self._logic.asks(self._keypad.keys.popleft()))
            if not self._asks:
                self._keypad.beep()
        if self._asks:
            self._asked_at = self._logic.state.seq if self._logic.state is not None else 0
            self._asked = self._request(*self._asks.popleft())


class RaterUnit:
    """A four-key rater at a window."""

    def __init__(self, name: str, box: Rater, logic: RaterLogic, request: Request) -> None:
        self.name, self.box = name, box
        self._rater, self._logic, self._request = box, logic, request
        self._invited: RatingAsk | None = None

    def asked(self, ask: RatingAsk | None) -> None:
        """A rating is wanted, or no longer."""
        self._logic.asked = ask

    def reopened(self) -> None:
        self._invited = None

    def attend(self) -> None:
        asked = self._logic.asked
        if asked is not None and (self._invited is None or asked.service != self._invited.service):
            self._rater.ask()
        self._invited = asked
        while self._rater.rated:
            for verb, body in self._logic.asks(self._rater.rated.popleft()):
                self._request(verb, body).add_done_callback(self._answered)

    def _answered(self, done: Future[Answer]) -> None:
        if why := _refusal(done):
            LOG.warning("%s: the rating was not taken: %s", self.name, why)


class KeyLine:
    """The thread of one line with keypads and raters."""

    def __init__(
        self,
        name: str,
        units: list[WindowUnit],
        report: Callable[[str, DeviceHealth], None],
        *,
        timing: Timing = USUAL,
    ) -> None:
        self.name, self.units = name, units
        self._report, self._timing = report, timing
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"keys {name}", daemon=True)

    def open(self) -> None:
        """Start to listen."""
        self._thread.start()

    def close(self, timeout_s: float = 3.0) -> None:
        """Stop listening."""
        self._ended.set()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        backoff = self._timing.backoff()
        well = True
        while not self._ended.is_set():
            try:
                for unit in self.units:
                    unit.box.open()
                    unit.reopened()
                self._report_all(WELL)
                backoff.reset()
                well = True
                self._listen()
            except Exception as error:  # keypads are tried again for as long as the hall is open
                if well or not isinstance(error, DeviceError):
                    LOG.warning("%s: %s", self.name, error, exc_info=not isinstance(error, DeviceError))
                well = False
                self._report_all(trouble(error))
                self._close_boxes()
                self._ended.wait(backoff.next())
        self._close_boxes()

    def _listen(self) -> None:
        """Until the end: whatever comes is given to every box, which knows its own address. Raise DeviceError."""
        while not self._ended.is_set():
            data = self.units[0].box.listen(LISTEN_S)
            for unit in self.units:
                unit.box.feed(data)
                unit.attend()

    def _close_boxes(self) -> None:
        for unit in self.units:
            unit.box.close()

    def _report_all(self, health: DeviceHealth) -> None:
        for unit in self.units:
            self._report(unit.name, health)


def _refusal(done: Future[Answer]) -> str | None:
    """Why a request was not granted; None when it was."""
    error = done.exception()
    if error is not None:
        return str(error)
    answer = done.result()
    return None if answer.status == "ok" else (answer.error.message if answer.error is not None else "refused")
