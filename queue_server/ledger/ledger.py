"""The single writer: takes waiting requests, one transaction for all of them, then answers.

A request id that is known gets its first answer; the answer is stored in the transaction of the request. An unexpected
exception rolls the whole group back and its requests run again one by one, so that only the guilty one gets `internal`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from msgspec import Struct
from sqlalchemy import Connection, bindparam, select

from contract.wire import codec
from contract.wire.answers import Answer
from contract.wire.messages import Text
from contract.wire.requests import VERBS
from queue_server.codes.signer import Signer, hall_key, seal_hall_key
from queue_server.commands import changed_lists, day_end, permission
from queue_server.commands.context import Changes, CommandContext
from queue_server.commands.hall_rules import CLASSES, HallRules
from queue_server.commands.refused import Refused, refuse
from queue_server.commands.table import COMMANDS
from queue_server.commands.wait_times import WaitTimes
from queue_server.logs.hash_chain import Chain
from queue_server.store import restores, tables
from queue_server.store.database import Database, Writer, passes
from queue_server.store.hall_rows import ensure
from queue_server.store.prepared import Prepared
from queue_server.store.unit_of_work import UnitOfWork

LOG = logging.getLogger(__name__)
SYSTEM = "server"
ID_LENGTH = 64
_KNOWN = Prepared(
    select(tables.requests.c.id, tables.requests.c.verb, tables.requests.c.answer).where(
        tables.requests.c.id == bindparam("id")
    )
)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as `content`, its JSON. `made` is the answer itself, None where only the JSON was kept."""

    content: bytes
    made: Answer | None = None

    @property
    def answer(self) -> Answer:
        """The answer, read from the JSON where that is all there is."""
        return codec.decode(self.content, Answer) if self.made is None else self.made


@dataclass(frozen=True, slots=True)
class LedgerRequest:
    """One request on its way to the ledger.

    `id` is the Correlation Data that its sender keeps on every retry, `body` the JSON of the verb or, from this program, its
    fields; `actor` who asks (an MQTT client id or a staff account), `terminal` the terminal of the hall that it is, if any.
    `answer` is called once, in the server's thread, after the commit.
    """

    id: str
    verb: str
    body: bytes | Mapping[str, object]
    actor: str
    answer: Callable[[Reply], None]
    terminal: str | None = None


@dataclass(slots=True)
class _Asked:
    """A request that could be read, and its answer as soon as there is one."""

    request: LedgerRequest
    body: Struct
    reply: Reply = Reply(b"")


class Ledger:
    """The hall's books. Used by one thread; `open` first."""

    def __init__(
        self, database: Database, hall: HallRules, *, clock: Callable[[], datetime], monotonic: Callable[[], float]
    ) -> None:
        self.database = database
        self.hall = hall
        self.wait_times = WaitTimes(hall, monotonic)
        self._clock = clock
        self._writer = Writer(database)
        self._chain = Chain()
        self.signer = Signer(b"")
        self.writable = True
        """False from a write that the database refused to the next one that it took."""

    def open(self) -> None:
        """Migrate, add what this hall needs, read the key; raise BadDatabase."""
        self.database.open()
        with self._transaction() as connection:
            ensure(connection, windows=self.hall.windows, queues=self.hall.queues, classes=CLASSES, now=self._clock())
            seal_hall_key(connection)
            self.signer = Signer(hall_key(connection), restores.all_of(connection))
        with self._transaction() as connection:
            unit, now = UnitOfWork(connection, shared=self.database.shared), self._clock()
            changes = Changes()
            changed_lists.settle(self._work(unit, now, self.hall.day(now), changes))
            self._finish(unit, changes)

    def close(self) -> None:
        """Give the database back."""
        self._writer.close()
        self.database.close()

    def handle(self, requests: Sequence[LedgerRequest]) -> Changes:
        """Run the requests in order as one transaction, answer each, return what changed."""
        asked, answered = self._read(requests)
        changes = self._run(asked) if asked else Changes()
        changes.unreadable = [request.verb for request, _ in answered]
        for request, answer in answered:
            request.answer(_reply(answer))
        for one in asked:
            one.request.answer(one.reply)
        return changes

    def pass_time(self) -> Changes:
        """Do what is due by the clock: time-outs and the end of the day."""
        changes, wrote = Changes(), False
        with self._transaction() as connection:
            unit = UnitOfWork(connection, shared=self.database.shared)
            now = self._clock()
            work = self._work(unit, now, self.hall.day(now), changes)
            if day_end.due(work):
                self.wait_times.begin(connection, work.now)
                day_end.pass_time(work)
                self._finish(unit, changes)
                wrote = True
        self.writable |= wrote
        self.wait_times.committed(unit.line_changes())
        return changes

    # --- reading requests -------------------------------------------------------------------------------------------

    def _read(self, requests: Iterable[LedgerRequest]) -> tuple[list[_Asked], list[tuple[LedgerRequest, Answer]]]:
        asked: list[_Asked] = []
        answered: list[tuple[LedgerRequest, Answer]] = []
        for request in requests:
            verb = VERBS.get(request.verb)
            if verb is None:
                hint = Text("请更新程序。", f"Verbs are {', '.join(VERBS)}.")
                answered.append((request, refuse("unknown-verb", f"there is no verb {request.verb!r}", hint)))
                continue
            try:
                asked.append(_Asked(request, _read(request.body, verb.request)))
            except codec.Illegal as error:
                answered.append((request, refuse("bad-request", str(error), _ILLEGAL)))
        return asked, answered

    # --- running them -----------------------------------------------------------------------------------------------

    def _run(self, asked: list[_Asked]) -> Changes:
        try:
            return self._run_together(asked)
        except Exception as error:
            if len(asked) == 1:
                asked[0].reply = _reply(self._failure(asked[0], error))
                return Changes()
            LOG.warning("%d requests run again one by one: %s", len(asked), error)
        changes = Changes()
        for one in asked:
            merge(changes, self._run([one]))
        return changes

    def _failure(self, one: _Asked, error: Exception) -> Answer:
        """The answer for a request that raised: the database's trouble passes, a program's mistake is written down."""
        if passes(error):
            LOG.error("%s could not be written: %s", one.request.verb, error)
            return refuse("busy", "the ledger cannot be written just now", _BUSY)
        LOG.error("%s %.200r failed", one.request.verb, one.request.body, exc_info=error)
        return refuse("internal", f"{one.request.verb} failed in the server", _INTERNAL)

    def _run_together(self, asked: list[_Asked]) -> Changes:
        changes = Changes()
        with self._transaction() as connection:
            now = self._clock()
            today = self.hall.day(now)
            unit = UnitOfWork(connection, shared=self.database.shared)
            known = self._known(connection, asked)
            unit.lock(*_named(asked), day=today.isoformat())
            self.wait_times.begin(connection, now)
            for one in asked:
                stored = known.get(one.request.id)
                if stored is None:
                    answer = self._answer(one, self._work(unit, now, today, changes, one.request))
                    one.reply = _reply(answer)
                    if VERBS[one.request.verb].reads_only:
                        continue
                    known[one.request.id] = (one.request.verb, one.reply.content)
                    row = {"id": one.request.id, "verb": one.request.verb, "at": now, "answer": one.reply.content}
                    unit.append(tables.requests, row)
                else:
                    one.reply = _again(one.request, *stored)
            self._finish(unit, changes)
        self.writable |= any(not VERBS[one.request.verb].reads_only for one in asked)
        self.wait_times.committed(unit.line_changes())
        return changes

    def _answer(self, one: _Asked, work: CommandContext) -> Answer:
        try:
            permission.check(work, one.request.verb, one.body)
            return Answer("ok", data=COMMANDS[one.request.verb](work, one.body))
        except Refused as refused:
            return refused.answer()

    def _work(
        self, unit: UnitOfWork, now: datetime, today: date, changes: Changes, asked: LedgerRequest | None = None
    ) -> CommandContext:
        actor, terminal = (SYSTEM, None) if asked is None else (asked.actor, asked.terminal)
        return CommandContext(unit, self.hall, self.wait_times, self.signer, now, today, actor, terminal, changes)

    def _known(self, connection: Connection, asked: list[_Asked]) -> dict[str, tuple[str, bytes]]:
        found = (row for one in asked for row in _KNOWN.run(connection, {"id": one.request.id}))
        return {request_id: (verb, bytes(answer)) for request_id, verb, answer in found}

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """One transaction; after an error nothing that was counted in memory is believed any more."""
        try:
            with self._writer.transaction() as connection:
                yield connection
            self._chain.committed()
        except BaseException as error:
            self.writable &= not passes(error)
            self.wait_times.stale = True
            self._chain.broken()
            raise

    def _finish(self, unit: UnitOfWork, changes: Changes) -> None:
        """Write the unit, and note how the changed windows are now."""
        for window_id in sorted(changes.windows):
            window = unit.windows.get(window_id)
            assert window is not None, "a window that has changed was read"
            ticket = unit.tickets.get(window.ticket) if window.ticket is not None else None
            changes.shown.append((window, ticket.number if ticket else None, ticket.queue if ticket else None))
        self._chain.link(unit.connection, unit.appended(tables.events))
        unit.flush()


def merge(changes: Changes, more: Changes) -> None:
    """Add what `more` changed."""
    changes.shown += more.shown
    changes.queues |= more.queues
    changes.asks.update(more.asks)
    changes.calls += more.calls
    changes.events += more.events


def _read(body: bytes | Mapping[str, object], kind: type[Struct]) -> Struct:
    """A request's body as the type of its verb; raise Illegal."""
    return codec.decode(body, kind) if isinstance(body, bytes) else codec.convert(body, kind)


def _reply(answer: Answer) -> Reply:
    return Reply(codec.encode(answer), answer)


def _again(request: LedgerRequest, verb: str, answer: bytes) -> Reply:
    """The first answer once more, unless the id was another request's."""
    if verb != request.verb:
        hint = Text("请重试。", "Choose a new request id for every request, and keep it only for its retries.")
        return _reply(refuse("bad-request", f"this request id was used for {verb}", hint))
    return Reply(answer)


def _named(asked: Iterable[_Asked]) -> tuple[set[str], set[str]]:
    """The windows and the queues that requests name, which are locked first."""
    windows, queues = set(), set()
    for one in asked:
        if (window := getattr(one.body, "window", None)) is not None:
            windows.add(window)
        if one.request.verb in ("issue-ticket", "lease-numbers"):
            queues.add(one.body.queue)  # type: ignore[attr-defined]
    return windows, queues


_ILLEGAL = Text("请求内容有误。", "The body must be the JSON of this verb (docs/wire-contract.md).")
_BUSY = Text("系统繁忙，请稍后重试。", "Try again with the same request id.")
_INTERNAL = Text("系统出错，请重试或联系技术人员。", "Try again; if it stays, the server's log says why.")
