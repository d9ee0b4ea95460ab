"""The ledger of a small hall without wire or wall clock: verbs are asked, time is moved by hand."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from contract.configuration.hall import HallConfig
from contract.configuration.hall_files import load
from contract.wire import answers, codec
from queue_server.broker.command_reader import Clients
from queue_server.commands.context import Changes
from queue_server.commands.hall_rules import HallRules
from queue_server.ledger.asked import LedgerRequest, Reply
from queue_server.ledger.ledger import Ledger
from queue_server.ledger.reports import Reports
from queue_server.ledger.visits import Visits
from queue_server.ledger.window_lines import WaitingTicket, WindowLines
from queue_server.privacy import Sealer
from queue_server.store.database import Database

MONDAY_MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""09:00 in the hall, on a working day."""


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime = MONDAY_MORNING) -> None:
        self.now = now
        self.monotonic = 1000.0

    def advance(self, **duration: float) -> None:
        """Let time pass, also for the monotonic clock."""
        step = timedelta(**duration)
        self.now += step
        self.monotonic += max(0.0, step.total_seconds())


class Bed:
    """A hall's ledger under test."""

    def __init__(
        self, hall: Path, url: str, *, clock: Clock | None = None, always_open: bool = False, sealer: Sealer | None = None
    ) -> None:
        self.clock = clock or Clock()
        self.hall = HallRules(load(hall), always_open=always_open)
        self.database = Database(url, sealer)
        self.ledger = Ledger(self.database, self.hall, clock=lambda: self.clock.now, monotonic=lambda: self.clock.monotonic)
        self.reports = Reports(self.database, self.hall, lambda: self.clock.now)
        self.lines = WindowLines(self.database, self.hall, lambda: self.clock.now)
        self.visits = Visits(self.database, lambda: self.clock.now)
        self.changes = Changes()
        self.actor = "test"
        """Who asks, as the broker knows it."""

    def open(self) -> Bed:
        self.ledger.open()
        return self

    def close(self) -> None:
        self.ledger.close()

    def again(self, hall: HallConfig | None = None) -> Bed:
        """The same ledger after a restart, with other lists of queues, windows and clerks when a `hall` is given."""
        self.close()
        bed = Bed.__new__(Bed)
        bed.__dict__.update(self.__dict__)
        if hall is not None:
            bed.hall = HallRules(hall, always_open=self.hall.any_hour)
        bed.database = Database(self.database.url)
        bed.ledger = Ledger(bed.database, bed.hall, clock=lambda: bed.clock.now, monotonic=lambda: bed.clock.monotonic)
        bed.reports = Reports(bed.database, bed.hall, lambda: bed.clock.now)
        bed.lines = WindowLines(bed.database, bed.hall, lambda: bed.clock.now)
        bed.visits = Visits(bed.database, lambda: bed.clock.now)
        return bed.open()

    def group(self, *asked: tuple[str, dict[str, Any]], ids: list[str] | None = None) -> list[answers.Answer]:
        """Several requests that wait at the same moment; their answers in order."""
        encoded: list[bytes] = [b""] * len(asked)

        def put(place: int) -> Any:
            def answered(reply: Reply) -> None:
                encoded[place] = reply.content

            return answered

        names = ids or [str(uuid.uuid4()) for _ in asked]
        requests = [
            LedgerRequest(names[i], verb, codec.encode(body), self.actor, put(i), self._terminal)
            for i, (verb, body) in enumerate(asked)
        ]
        self.changes = self.ledger.handle(requests)
        return [codec.decode(answer, answers.Answer) for answer in encoded]

    def raw(self, verb: str, request_id: str, body: dict[str, Any]) -> bytes:
        """One request; its answer as it goes onto the wire."""
        replies: list[Reply] = []
        request = LedgerRequest(request_id, verb, codec.encode(body), self.actor, replies.append, self._terminal)
        self.changes = self.ledger.handle([request])
        return replies[0].content

    @property
    def _terminal(self) -> str | None:
        return Clients(self.hall.terminals, certified=False).terminal(self.actor)

    def ask(self, verb: str, request_id: str | None = None, **body: Any) -> answers.Answer:
        """One request, `class_` and `return_` standing for their names on the wire."""
        body = {key.rstrip("_"): value for key, value in body.items()}
        return self.group((verb, body), ids=None if request_id is None else [request_id])[0]

    def ok(self, verb: str, **body: Any) -> dict[str, Any]:
        """The data of a request that must succeed."""
        answer = self.ask(verb, **body)
        assert answer.status == "ok" and answer.data is not None, f"{verb}: {answer.error}"
        return answer.data

    def refused(self, verb: str, **body: Any) -> str:
        """The code of a request that must be refused, with its hint in both languages."""
        answer = self.ask(verb, **body)
        assert answer.status == "error" and answer.error is not None, f"{verb} was not refused: {answer.data}"
        assert answer.error.hint and answer.error.texts and answer.error.texts.zh
        return answer.error.code

    def issue(self, queue: str = "household", **more: Any) -> dict[str, Any]:
        """A new number; the ticket."""
        ticket: dict[str, Any] = self.ok("issue-ticket", queue=queue, channel=more.pop("channel", "web"), **more)["ticket"]
        return ticket

    def call(self, window: str = "01") -> str:
        """Call the next ticket; its number."""
        number: str = self.ok("call-next", window=window)["ticket"]["number"]
        return number

    def serve(self, window: str = "01", minutes: float = 5) -> str:
        """Call, serve and finish; the id of the service."""
        self.call(window)
        self.ok("start-service", window=window)
        self.clock.advance(minutes=minutes)
        service: str = self.ok("finish-service", window=window)["service"]
        return service

    def state(self, ticket: dict[str, Any]) -> str:
        """The state of a ticket."""
        state: str = self.ok("lookup", ticket=ticket["id"])["ticket"]["state"]
        return state

    def pass_time(self, **duration: float) -> Changes:
        """Let time pass and do what is due."""
        self.clock.advance(**duration)
        return self.ledger.pass_time()

    def line(self, window: str) -> list[WaitingTicket]:
        """Whom a window may call: who waits, was missed, is held."""
        line = self.lines.at(window, 10_000)
        return [*line.waiting.tickets, *line.missed.tickets, *line.held.tickets]

    def rows(self, sql: str) -> list[Any]:
        """What stands in the database."""
        with self.database.look() as connection:
            return list(connection.exec_driver_sql(sql))
