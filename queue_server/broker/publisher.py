"""Publishes what has changed in the hall: window states, announcements, displays, rating questions, events, queue states."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from contract.configuration.call_texts import announcement
from contract.wire import codec
from contract.wire.messages import Announce, RatingAsk, WindowClerk, WindowState
from contract.wire.topics import expiry_s
from queue_server.broker.call_board import CallBoard
from queue_server.broker.display_states import DisplayStates
from queue_server.broker.display_texts import BoardCall
from queue_server.broker.published_states import PublishedStates, Send
from queue_server.broker.queue_states import QueueStates
from queue_server.broker.retained import RetainedTopics
from queue_server.commands.context import CalledNumber, Changes
from queue_server.commands.window import window_state
from queue_server.ledger.ledger import Ledger
from queue_server.store.hall_rows import line_queues, window_rows
from queue_server.store.rows import WindowRow

RECONCILE_S = 2.0
ANNOUNCE_EXPIRY_S = expiry_s("announce")


class Publisher:
    """Turns changes into messages. Used by the server's thread only."""

    def __init__(
        self,
        ledger: Ledger,
        retained: RetainedTopics,
        send: Send,
        *,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._ledger = ledger
        self._hall = ledger.hall
        self._retained = retained
        self._send = send
        self._clock = clock
        self._monotonic = monotonic
        self._states = PublishedStates(retained, send, clock=clock)
        self._board = CallBoard(ledger.hall, clock=clock)
        self._displays = DisplayStates(self._states, self._board, ledger.wait_times, clock=clock, monotonic=monotonic)
        self._queues = QueueStates(ledger, self._states, clock=clock, monotonic=monotonic)
        self._reconcile_at = float("-inf")

    # --- after a commit ---------------------------------------------------------------------------------------------

    def publish(self, changes: Changes) -> None:
        """Publish what a unit of work has changed; queue states follow in `pass_time`."""
        for window, number, queue in changes.shown:
            self._window(window, number, queue)
        for call in changes.calls:
            self._call(call)
        for window in changes.asks.values():
            self._ask(window)
        if changes.calls or changes.shown:
            self._displays.show({window.id for window, _, _ in changes.shown})
        for event in changes.events:
            self._send(f"event/{event.type}", codec.encode(event), False, None)
        self._queues.changed(changes.queues)

    @property
    def seq(self) -> int:
        """The number of the latest message."""
        return self._states.seq

    def count_on(self, seq: int) -> None:
        """Earlier runs of the server have used the numbers up to this one."""
        self._states.seq = max(self._states.seq, seq)

    def everything(self) -> None:
        """Publish every retained state afresh, from the ledger; for a start and after a reconnect."""
        self._states.forget()
        with self._ledger.database.look() as connection:
            rows, queues = window_rows(connection), line_queues(connection)
            self._board.read(connection)
        for window, number, queue in rows:
            if window.id in self._hall.windows:
                self._window(window, number, queue)
                self._ask(window)
            else:
                self._states.empty(f"window/{window.id}/state")
                self._states.empty(f"rating/{window.id}/ask")
        for queue_id in queues:
            if queue_id not in self._hall.queues:
                self._states.empty(f"queue/{queue_id}/state")
        self._displays.show(self._hall.windows)
        self._queues.changed(self._hall.queues)
        self._queues.publish()

    # --- time -------------------------------------------------------------------------------------------------------

    def due_in(self) -> float | None:
        """Seconds until `pass_time` has something to do, or None."""
        moments = [at for at in (self._displays.next_due(), self._queues.next_due()) if at is not None]
        return max(0.0, min(moments) - self._monotonic()) if moments else None

    def pass_time(self) -> None:
        """Send queue states that are due, let blinking calls hold, notice that the hall opens or closes."""
        self._displays.pass_time()
        if self._ledger.database.shared and self._monotonic() >= self._reconcile_at:
            self._reconcile_at = self._monotonic() + RECONCILE_S
            self._reconcile()
        self._queues.pass_time()

    # --- another server on the same ledger --------------------------------------------------------------------------

    def received(self, topic: str, payload: bytes) -> None:
        """Another server has published this."""
        if topic == "announce":
            call = codec.read(payload, Announce)
            if call is not None and call.window in self._hall.windows:
                self._board.note(BoardCall(call.window, call.number))
        elif topic.startswith(("window/", "queue/", "display/")):
            self._states.received(topic, payload)

    def _reconcile(self) -> None:
        """What the broker holds may be older than the ledger, when two servers published at once: set it right."""
        with self._ledger.database.look() as connection:
            rows = window_rows(connection)
            called = self._board.read(connection)
        stale = [row for row in rows if row[0].id in self._hall.windows and not self._is_published(*row)]
        for window, number, queue in stale:
            self._window(window, number, queue)
            self._ask(window)
        if stale or called:
            self._displays.show({window.id for window, *_ in stale})
        self._queues.changed(self._hall.queues)

    def _is_published(self, window: WindowRow, number: str | None, queue: str | None) -> bool:
        """Whether the broker holds the present state of a window."""
        there = self._states.last(f"window/{window.id}/state", WindowState)
        if there is None:
            return False
        self._displays.window_is(window, number, queue)
        return there == window_state(self._hall, window, there.seq, number, queue)

    # --- windows, rating questions, announcements -------------------------------------------------------------------

    def _window(self, window: WindowRow, number: str | None, queue: str | None) -> None:
        state = window_state(self._hall, window, self._states.next_seq(), number, queue)
        self._displays.window_changed(window, number, queue)
        self._states.publish(f"window/{window.id}/state", state)

    def _ask(self, window: WindowRow) -> None:
        topic = f"rating/{window.id}/ask"
        if window.ask is None or window.ask_expires_at is None or window.ask_expires_at <= self._clock():
            self._states.empty(topic)
            return
        clerk = self._hall.clerks.get(window.ask["clerk"] or "")
        ask = RatingAsk(
            service=window.ask["service"],
            number=window.ask["number"],
            item=window.ask["item"],
            clerk=None if clerk is None else WindowClerk(clerk.id, clerk.name, clerk.photo),
            expires_at=window.ask_expires_at.astimezone(self._hall.zone),
        )
        self._states.publish(topic, ask)

    def _call(self, call: CalledNumber) -> None:
        texts = announcement(self._hall.config, call.window, call.number)
        announce = codec.encode(Announce(self._states.next_seq(), call.window, call.number, texts))
        self._retained.put("announce", announce, retained=False)
        self._send("announce", announce, False, ANNOUNCE_EXPIRY_S)
        self._board.note(BoardCall(call.window, call.number))
