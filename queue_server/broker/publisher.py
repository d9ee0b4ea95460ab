"""Tells the hall what changed: window states, announcements, displays, rating questions, events, and queue states.

Queue states are sent at most ten times a second a queue. They are read from the ledger when they are sent; when the ledger
cannot be read nothing is sent, so that screens keep the last good figures.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from contract.wire import codec, messages
from queue_server.broker import display_texts
from queue_server.broker.retained import RetainedTopics
from queue_server.commands.context import CalledNumber, Changes
from queue_server.commands.window import window_state
from queue_server.domain.ticket_number import display_number
from queue_server.ledger.ledger import Ledger
from queue_server.store import tables
from queue_server.store.database import ERRORS
from queue_server.store.rows import WindowRow
from queue_server.store.unit_of_work import window_rows

LOG = logging.getLogger(__name__)
QUEUE_PAUSE_S = 0.1
RECONCILE_S = 2.0
ANNOUNCE_EXPIRY_S = 30
BOARD_MEMORY = 20
Send = Callable[[str, bytes, bool, int | None], None]
"""Takes a topic relative to the hall's root, the payload, whether it is retained, and seconds until it expires."""
C, L, P, T = tables.counters.c, tables.lines.c, tables.periods.c, tables.tickets.c


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
        self._config = ledger.hall.config
        self._retained = retained
        self._send = send
        self._clock = clock
        self._monotonic = monotonic
        self._seq = 0
        self._windows: dict[str, display_texts.ShownWindow] = {}
        self._calls: list[display_texts.BoardCall] = []
        self._blinks: dict[str, float] = {}
        self._queues: set[str] = set()
        self._queues_at = float("-inf")
        self._open: bool | None = None
        self._published: dict[str, bytes] = {}
        self._reconcile_at = float("-inf")

    # --- after a commit ---------------------------------------------------------------------------------------------

    def tell(self, changes: Changes) -> None:
        """Publish what a unit of work has changed; queue states follow in `pass_time`."""
        for window, number, queue in changes.shown:
            self._window(window, number, queue)
        for call in changes.calls:
            self._call(call)
        for window_id in changes.asks:
            self._ask(changes.asks[window_id])
        if changes.calls or changes.shown:
            self._show({window.id for window, _, _ in changes.shown})
        for kind, facts in changes.events:
            self._send(f"event/{kind}", codec.encode({**facts, "at": facts["at"].astimezone(self._hall.zone)}), False, None)
        self._queues |= changes.queues

    def everything(self) -> None:
        """Publish every retained state afresh, from the ledger; for a start and after a reconnect."""
        self._published.clear()
        with self._ledger.database.look() as connection:
            rows = window_rows(connection)
            self._remember_calls(connection)
        for window, number, queue in rows:
            if window.id in self._hall.windows:
                self._window(window, number, queue)
                self._ask(window)
        self._show(set(self._hall.windows))
        self._queues = set(self._hall.queues)
        self._queues_at = float("-inf")
        self._publish_queues()

    # --- another server on the same ledger --------------------------------------------------------------------------

    def heard(self, topic: str, payload: bytes) -> None:
        """Another server has published this."""
        if topic == "announce":
            call = codec.read(payload, messages.Announce)
            if call is not None and call.window in self._hall.windows:
                self._note_call(display_texts.BoardCall(call.window, call.number))
            return
        kind = _KINDS.get(topic.partition("/")[0])
        if kind is not None and codec.read(payload, kind) is not None:
            self._published[topic] = payload

    def _reconcile(self) -> None:
        """What stands at the broker may be older than the ledger, when two servers published at once: set it right."""
        with self._ledger.database.look() as connection:
            rows = window_rows(connection)
            before = self._calls
            self._remember_calls(connection)
        stale = [row for row in rows if row[0].id in self._hall.windows and not self._stands(*row)]
        for window, number, queue in stale:
            self._window(window, number, queue)
            self._ask(window)
        if stale or self._calls != before:
            self._show({window.id for window, *_ in stale})
        self._queues = set(self._hall.queues)

    def _stands(self, window: WindowRow, number: str | None, queue: str | None) -> bool:
        """Whether the broker holds the present state of a window."""
        there = codec.read(self._published.get(f"window/{window.id}/state"), messages.WindowState)
        if there is None:
            return False
        self._windows[window.id] = display_texts.ShownWindow(window.state, number, queue, window.id in self._blinks)
        return there == window_state(self._hall, window, there.seq, number, queue)

    # --- time -------------------------------------------------------------------------------------------------------

    def due_in(self) -> float | None:
        """Seconds until `pass_time` has something to do, or None."""
        now = self._monotonic()
        moments = list(self._blinks.values())
        if self._queues:
            moments.append(self._queues_at + QUEUE_PAUSE_S)
        return max(0.0, min(moments) - now) if moments else None

    def pass_time(self) -> None:
        """Send queue states that are due, let blinking calls hold, notice that the hall opens or closes."""
        now = self._monotonic()
        over = {window for window, until in self._blinks.items() if until <= now}
        if over:
            self._hold(over)
        is_open = self._hall.is_open(self._clock())
        if is_open != self._open:
            self._open = is_open
            self._queues = set(self._hall.queues)
        if self._ledger.database.shared and now >= self._reconcile_at:
            self._reconcile_at = now + RECONCILE_S
            self._reconcile()
        if self._queues and now >= self._queues_at + QUEUE_PAUSE_S:
            self._publish_queues()

    # --- windows, rating questions, announcements -------------------------------------------------------------------

    def _window(self, window: WindowRow, number: str | None, queue: str | None) -> None:
        state = window_state(self._hall, window, self._next_seq(), number, queue)
        blink_until = self._blink_until(window)
        if blink_until is not None:
            self._blinks[window.id] = blink_until
        else:
            self._blinks.pop(window.id, None)
        self._windows[window.id] = display_texts.ShownWindow(window.state, number, queue, fresh=blink_until is not None)
        self._retain(f"window/{window.id}/state", codec.encode(state))

    def _blink_until(self, window: WindowRow) -> float | None:
        if window.state != "calling" or window.called_at is None:
            return None
        left = (window.called_at - self._clock()).total_seconds() + self._hall.rules.call_blink_s
        return self._monotonic() + min(left, self._hall.rules.call_blink_s) if left > 0 else None

    def _ask(self, window: WindowRow) -> None:
        topic = f"rating/{window.id}/ask"
        if window.ask is None or window.ask_expires_at is None or window.ask_expires_at <= self._clock():
            if self._published.get(topic) != b"":
                self._retain(topic, b"")
            return
        clerk = self._hall.clerks.get(window.ask["clerk"] or "")
        ask = messages.RatingAsk(
            service=window.ask["service"],
            number=window.ask["number"],
            item=window.ask["item"],
            clerk=None if clerk is None else messages.WindowClerk(clerk.id, clerk.name, clerk.photo),
            expires_at=window.ask_expires_at.astimezone(self._hall.zone),
        )
        self._retain(topic, codec.encode(ask))

    def _call(self, call: CalledNumber) -> None:
        texts, window = self._config.display_texts.announcement, self._hall.windows[call.window]
        spoken = messages.Text(
            display_texts.fill(texts.zh, number=call.number, window=window.number),
            display_texts.fill(texts.en, number=call.number, window=window.number),
        )
        announce = messages.Announce(self._next_seq(), call.window, call.number, spoken)
        self._retained.put("announce", codec.encode(announce), retained=False)
        self._send("announce", codec.encode(announce), False, ANNOUNCE_EXPIRY_S)
        self._note_call(display_texts.BoardCall(call.window, call.number))

    def _note_call(self, call: display_texts.BoardCall) -> None:
        self._calls = [call, *(c for c in self._calls if c.number != call.number)][:BOARD_MEMORY]

    # --- displays ---------------------------------------------------------------------------------------------------

    def _show(self, windows: set[str]) -> None:
        """Publish what the strips of these windows and the boards should show."""
        for window in sorted(windows):
            shown = self._windows[window]
            waiting = sum(sum(self._ledger.wait_times.waiting(queue, {})) for queue in self._hall.queues_of[window])
            for device in display_texts.strips(self._config, window):
                self._desire(
                    device.id, display_texts.strip_lines(self._config, window, shown, waiting), display_texts.brightness(device)
                )
        fresh = {self._windows[window].number for window in self._blinks}
        calls = [display_texts.BoardCall(call.window, call.number, call.number in fresh) for call in self._calls]
        for device in display_texts.boards(self._config):
            self._desire(device.id, display_texts.board_lines(self._config, device, calls), display_texts.brightness(device))

    def _desire(self, device: str, lines: list[messages.DisplayLine], bright: int) -> None:
        topic = f"display/{device}/desired"
        old = self._published.get(topic)
        if old is not None:
            before = codec.decode(old, messages.DisplayDesired)
            if before.lines == lines and before.brightness == bright and lines[0].effect != "blink":
                return
        self._retain(topic, codec.encode(messages.DisplayDesired(self._next_seq(), lines, bright)))

    def _hold(self, windows: set[str]) -> None:
        for window in windows:
            del self._blinks[window]
            shown = self._windows[window]
            self._windows[window] = display_texts.ShownWindow(shown.state, shown.number, shown.queue)
        self._show(windows)

    def _remember_calls(self, connection: Connection) -> None:
        """The board's calls as the ledger knows them: the latest of today, each number once, the newest first."""
        day = self._hall.day(self._clock()).isoformat()
        called = select(P.window, T.number).join_from(tables.periods, tables.tickets, T.id == P.ticket)
        latest = called.where(P.business_day == day, P.kind == "called").order_by(P.started_at.desc()).limit(BOARD_MEMORY)
        calls: dict[str, display_texts.BoardCall] = {}
        for window, number in connection.execute(latest):
            if window in self._hall.windows:
                calls.setdefault(number, display_texts.BoardCall(window, number))
        self._calls = list(calls.values())

    # --- queues -----------------------------------------------------------------------------------------------------

    def _publish_queues(self) -> None:
        self._queues_at = self._monotonic()
        try:
            with self._ledger.database.look() as connection:
                states = self._queue_states(connection, self._queues)
        except ERRORS as error:
            LOG.error("the ledger cannot be read, queue states stay as they were: %s", error)
            return
        self._queues = set()
        for queue, state in states.items():
            topic = f"queue/{queue}/state"
            old = self._published.get(topic)
            if old is None or _but_seq(codec.decode(old, messages.QueueState)) != _but_seq(state):
                self._retain(topic, codec.encode(state))

    def _queue_states(self, connection: Connection, wanted: set[str]) -> dict[str, messages.QueueState]:
        now = self._clock()
        day = self._hall.day(now)
        issued = dict(
            connection.execute(select(C.queue, C.last).where(C.business_day == day.isoformat(), C.queue.in_(wanted))).all()
        )
        lines: dict[str, list[Any]] = {queue: [] for queue in wanted}
        for row in connection.execute(
            select(L.queue, L.class_, L.waiting, L.last_called, L.called_at).where(L.queue.in_(wanted))
        ):
            lines[row.queue].append(row)
        is_open, begins = self._hall.is_open(now), self._hall.begins(day)
        states = {}
        for queue_id in sorted(wanted):
            queue = self._hall.queues[queue_id]
            ordinary = sum(row.waiting for row in lines[queue_id] if row.class_ == "ordinary")
            favoured = sum(row.waiting for row in lines[queue_id] if row.class_ != "ordinary")
            _, (low, high) = self._ledger.wait_times.estimate_s(
                queue_id, ordinary=ordinary, favoured_ahead=favoured, favoured=False
            )
            called = [row for row in lines[queue_id] if row.called_at is not None and row.called_at >= begins]
            latest = max(called, key=lambda row: row.called_at, default=None)
            states[queue_id] = messages.QueueState(
                seq=self._next_seq(),
                name=messages.Text(queue.name.zh, queue.name.en),
                open=is_open,
                waiting=ordinary + favoured,
                last_issued=display_number(queue.letter, issued[queue_id]) if issued.get(queue_id) else None,
                last_called=None if latest is None else latest.last_called,
                estimate_s=messages.Estimate(low, high),
            )
        return states

    # --- sending ----------------------------------------------------------------------------------------------------

    def _retain(self, topic: str, payload: bytes) -> None:
        self._published[topic] = payload
        self._retained.put(topic, payload)
        self._send(topic, payload, True, None)

    def _next_seq(self) -> int:
        self._seq = max(self._seq + 1, (self._clock() - _EPOCH) // timedelta(milliseconds=1))
        return self._seq


_KINDS: dict[str, type[Any]] = {
    "window": messages.WindowState,
    "queue": messages.QueueState,
    "display": messages.DisplayDesired,
}


def _but_seq(state: messages.QueueState) -> tuple[Any, ...]:
    return (state.name, state.open, state.waiting, state.last_issued, state.last_called, state.estimate_s)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
