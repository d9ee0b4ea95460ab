"""What the displays of the hall should show now: a call blinks on its strip and on the boards for a while, then holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from contract.wire.messages import DisplayDesired, DisplayLine
from queue_server.broker import display_texts
from queue_server.broker.call_board import CallBoard
from queue_server.broker.display_texts import BoardCall, ShownWindow
from queue_server.broker.published_states import PublishedStates
from queue_server.commands.wait_times import WaitTimes
from queue_server.store.rows import WindowRow


class DisplayStates:
    """Strips and boards. Windows are noted as they change; `show` publishes what follows for their displays."""

    def __init__(
        self,
        states: PublishedStates,
        board: CallBoard,
        wait_times: WaitTimes,
        *,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._states = states
        self._board = board
        self._wait_times = wait_times
        self._hall = wait_times.hall
        self._config = wait_times.hall.config
        self._clock = clock
        self._monotonic = monotonic
        self._windows: dict[str, ShownWindow] = {}
        self._blinks: dict[str, float] = {}
        """By window: until when, on the monotonic clock, its call blinks."""

    def window_changed(self, window: WindowRow, number: str | None, queue: str | None) -> None:
        """The window as it is now, with number and queue of the ticket at it; a call that is young blinks."""
        until = self._blink_until(window)
        if until is not None:
            self._blinks[window.id] = until
        else:
            self._blinks.pop(window.id, None)
        self.window_is(window, number, queue)

    def window_is(self, window: WindowRow, number: str | None, queue: str | None) -> None:
        """The window as it was published, by this server or another one: what blinks goes on so."""
        self._windows[window.id] = ShownWindow(
            window.state, number, queue, fresh=window.id in self._blinks, reason=window.pause_reason
        )

    def show(self, windows: Iterable[str]) -> None:
        """Publish what the strips of these windows and the boards should show."""
        for window in sorted(windows):
            waiting = sum(sum(self._wait_times.waiting(queue, {})) for queue in self._hall.queues_of[window])
            for device in display_texts.strips(self._config, window):
                lines = display_texts.strip_lines(self._config, device, window, self._windows[window], waiting)
                self._desire(device.id, lines, display_texts.brightness(device))
        calls = [c for c in self._board.calls({self._windows[w].number for w in self._blinks}) if self._is_there(c)]
        for device in display_texts.boards(self._config):
            self._desire(device.id, display_texts.board_lines(self._config, device, calls), display_texts.brightness(device))

    def next_due(self) -> float | None:
        """When, on the monotonic clock, the next call stops blinking; None when none blinks."""
        return min(self._blinks.values(), default=None)

    def pass_time(self) -> None:
        """Let calls hold that have blinked for long enough."""
        now = self._monotonic()
        over = {window for window, until in self._blinks.items() if until <= now}
        for window in over:
            del self._blinks[window]
            self._windows[window] = replace(self._windows[window], fresh=False)
        if over:
            self.show(over)

    def _is_there(self, call: BoardCall) -> bool:
        """Whether the number is still called or served at its window: a board names nobody who has left."""
        shown = self._windows.get(call.window)
        return shown is not None and shown.state in ("calling", "serving") and shown.number == call.number

    def _blink_until(self, window: WindowRow) -> float | None:
        if window.state != "calling" or window.called_at is None:
            return None
        blinks_s = self._hall.rules.call_blink_s
        left = (window.called_at - self._clock()).total_seconds() + blinks_s
        return self._monotonic() + min(left, blinks_s) if left > 0 else None

    def _desire(self, device: str, lines: list[DisplayLine], bright: int) -> None:
        topic = f"display/{device}/desired"
        old = self._states.last(topic, DisplayDesired)
        if old is not None and old.lines == lines and old.brightness == bright and lines[0].effect != "blink":
            return
        self._states.publish(topic, DisplayDesired(self._states.next_seq(), lines, bright))
