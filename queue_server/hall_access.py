"""What the web pages may do with the hall: ask for something, look at it, watch it change.

Web pages run in a thread of their own. A request is handed to the server's thread and takes the same way as one that
comes over MQTT; a look into the ledger uses a connection of its own, off the event loop.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import Future
from datetime import date

from contract.wire.answers import Answer
from queue_server.broker.retained import RetainedTopics, TooSlow
from queue_server.ledger.asked import LedgerRequest, Reply
from queue_server.ledger.reports import DayReport, RatedService, Reports
from queue_server.ledger.visits import LastService, PeopleWaiting, Visit, Visits
from queue_server.ledger.window_lines import CommonLine, WaitingTicket, WindowLines

__all__ = [
    "CommonLine",
    "DayReport",
    "HallAccess",
    "HallUnavailable",
    "LastService",
    "PeopleWaiting",
    "RatedService",
    "TooSlow",
    "Visit",
    "WaitingTicket",
]

ANSWER_TIMEOUT_S = 10.0


class HallUnavailable(TimeoutError):
    """The server did not answer in time; whether it did what was asked is not known. Ask again with the same id."""


class HallAccess:
    """The one object that web pages know of the server."""

    def __init__(
        self,
        *,
        hand_over: Callable[[LedgerRequest], None],
        retained: RetainedTopics,
        reports: Reports,
        visits: Visits,
        lines: WindowLines,
        say: Callable[[str, bytes, int], None] = lambda _topic, _payload, _expiry_s: None,
        show: Callable[[str, bytes], None] = lambda _topic, _payload: None,
    ) -> None:
        """`say(relative topic, payload, expiry in seconds)` publishes something that is not retained, `show(relative topic,
        payload)` something that is."""
        self._hand_over = hand_over
        self.say, self.show = say, show
        self._retained = retained
        self._reports, self._visits, self._lines = reports, visits, lines

    async def ask(
        self, verb: str, body: Mapping[str, object], *, request_id: str | None = None, actor: str | None = None
    ) -> Answer:
        """Ask as over MQTT (verbs and bodies of the wire contract); `actor` is noted in the events.

        A refusal is an answer with status error. Raises HallUnavailable after ten seconds: ask again with the same
        `request_id`.
        """
        reply: Future[Reply] = Future()
        request_id = request_id or str(uuid.uuid4())
        self._hand_over(LedgerRequest(request_id, verb, body, actor or "", reply.set_result))
        try:
            return (await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(reply)), ANSWER_TIMEOUT_S)).answer
        except TimeoutError:
            raise HallUnavailable(f"no answer to {verb}") from None

    def state(self, topic: str) -> bytes | None:
        """The last retained payload of a topic relative to the hall's root: `window/03/state`, `display/strip-03/shown`,
        `terminal/kiosk-1/status`, `rating/03/ask`, `alert/display-strip-03`; None where there is none."""
        return self._retained.get(topic)

    def states(self, prefix: str) -> dict[str, bytes]:
        """Every retained topic that begins with `prefix`, for example `window/`."""
        return self._retained.under(prefix)

    def watch(self) -> AsyncIterator[tuple[str, bytes]]:
        """Every change from now on as (relative topic, payload), also events and announcements; an empty payload is an end.

        Raises TooSlow when the reader is 512 changes behind: read the states afresh and watch again.
        """
        return self._retained.watch()

    async def shared_line(self, queues: Sequence[str], most: int) -> CommonLine:
        """Who waits, was missed or is held at the windows that serve these queues, `most` tickets of each."""
        return await asyncio.to_thread(self._lines.shared, queues, most)

    async def lines(self) -> dict[str, PeopleWaiting]:
        """How many wait in each queue in which somebody does, and since when the first of them stands there."""
        return await asyncio.to_thread(self._visits.lines)

    async def reprintable(self, text: str = "", limit: int = 100) -> list[WaitingTicket]:
        """Tickets of today that may be printed again, the newest first; with `text`, those whose number begins so."""
        return await asyncio.to_thread(self._lines.reprintable, text, limit)

    async def visit(self, ticket: str) -> Visit | None:
        """The way of a ticket up to now."""
        return await asyncio.to_thread(self._visits.visit, ticket)

    async def last_service(self, window: str) -> LastService | None:
        """What `window` ended a moment ago, and whether it was rated."""
        return await asyncio.to_thread(self._visits.last_service, window)

    async def statistics(self, day: date) -> DayReport:
        """Figures of one business day: sums of periods by queue and by window, ratings by level."""
        return await asyncio.to_thread(self._reports.statistics, day)

    async def ratings(self, day: date, *, bad_only: bool = False) -> list[RatedService]:
        """The ratings given on one business day, the newest first."""
        return await asyncio.to_thread(self._reports.ratings, day, bad_only=bad_only)
