"""The latest calls of the day, as the hall's boards show them: each number and each window once, the newest first.

A window that has called the next number has finished with the one before: nobody must be sent there any more.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from sqlalchemy import Connection, select

from queue_server.broker.display_texts import BoardCall
from queue_server.commands.hall_rules import HallRules
from queue_server.store import tables

REMEMBERED = 20
P, T = tables.periods.c, tables.tickets.c


class CallBoard:
    """Remembers calls; a restart reads them from the ledger."""

    def __init__(self, hall: HallRules, *, clock: Callable[[], datetime]) -> None:
        self._hall = hall
        self._clock = clock
        self._calls: list[BoardCall] = []

    def note(self, call: BoardCall) -> None:
        """A number is called now."""
        others = (c for c in self._calls if c.number != call.number and c.window != call.window)
        self._calls = [call, *others][:REMEMBERED]

    def read(self, connection: Connection) -> bool:
        """Take the calls of today from the ledger; whether they are others than before."""
        day = self._hall.day(self._clock()).isoformat()
        called = select(P.window, T.number).join_from(tables.periods, tables.tickets, T.id == P.ticket)
        latest = called.where(P.business_day == day, P.kind == "called").order_by(P.started_at.desc()).limit(REMEMBERED)
        calls: list[BoardCall] = []
        for window, number in connection.execute(latest):
            known = any(window == call.window or number == call.number for call in calls)
            if window in self._hall.windows and not known:
                calls.append(BoardCall(window, number))
        before, self._calls = self._calls, calls
        return self._calls != before

    def calls(self, fresh: Collection[str | None]) -> list[BoardCall]:
        """The calls; those of `fresh` numbers blink."""
        return [BoardCall(call.window, call.number, call.number in fresh) for call in self._calls]
