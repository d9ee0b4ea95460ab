"""The single writer: takes waiting requests, one transaction for all of them, then answers.

Who asks again with the same request id gets the first answer; it is stored in the transaction of the request. An unexpected
exception rolls the whole group back and its requests run again one by one, so that only the guilty one gets `internal`. A
database in trouble (locked, full, away) is tried once: what only reads is answered from what can be read, the rest is `busy`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, bindparam, select

from contract.wire import codec
from contract.wire.answers import Answer
from contract.wire.messages import Text
from contract.wire.requests import VERBS
from queue_server.codes.signer import Signer
from queue_server.commands import changed_lists, day_end, permission
from queue_server.commands.context import Changes, CommandContext, LineEnd
from queue_server.commands.hall_rules import CLASSES, HallRules
from queue_server.commands.refused import Refused, refuse
from queue_server.commands.table import COMMANDS
from queue_server.commands.wait_times import WaitTimes
from queue_server.domain.ticket_number import behind_restore
from queue_server.ledger.asked import AskedRequest, LedgerRequest, Reply, named_by, read_requests
from queue_server.ledger.recent_answers import KnownAnswer, RecentAnswers
from queue_server.logs.hash_chain import Chain
from queue_server.store import marks, restores, tables
from queue_server.store.database import BROKEN_RULES, ERRORS, Database, Writer, is_trouble, passes
from queue_server.store.hall_key import hall_key, seal_hall_key
from queue_server.store.hall_rows import ensure, youngest
from queue_server.store.line_order import LineOrder
from queue_server.store.prepared import Prepared
from queue_server.store.unit_of_work import UnitOfWork

LOG = logging.getLogger(__name__)
SYSTEM = "server"
A_MOMENT = timedelta(seconds=1)
_KNOWN = Prepared(select(tables.requests.c.verb, tables.requests.c.answer).where(tables.requests.c.id == bindparam("id")))


class Ledger:
    """The hall's books. Used by one thread; `open` first."""

    def __init__(
        self,
        database: Database,
        hall: HallRules,
        *,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        settled: Callable[[], datetime] | None = None,
    ) -> None:
        """`settled` is the time up to which days may end, `clock` if left out."""
        self.database = database
        self.hall = hall
        self.wait_times = WaitTimes(hall, monotonic)
        self._clock = clock
        self._settled = settled or clock
        self._line_end = LineEnd(tables.EPOCH)
        self._writer = Writer(database)
        self._recent = RecentAnswers(monotonic)
        self._chain = Chain()
        self.order = None if database.shared else LineOrder()
        """Where another server writes too, lines are counted in the database."""
        self.signer = Signer(b"")
        self.writable = True
        """False from a write that the database refused to the next one that it took."""

    def open(self) -> None:
        """Migrate, add what this hall needs, read the key; raise BadDatabase."""
        self.database.open()
        with self._transaction() as connection:
            ensure(connection, windows=self.hall.windows, queues=self.hall.queues, classes=CLASSES, now=self._clock())
            seal_hall_key(connection)
            self._count_on(connection)
            self.signer = Signer(hall_key(connection), restores.all_of(connection))
            self._line_end.at = youngest(connection, self.hall.queues)
        with self._transaction() as connection:
            unit, now = UnitOfWork(connection, shared=self.database.shared), self._clock()
            changes = Changes()
            changed_lists.settle(self._work(unit, now, self.hall.day(now), changes))
            self._finish(unit, changes)

    def _count_on(self, connection: Connection) -> None:
        """A ledger that went back to before a migration gives no number again that it gave since."""
        made_at = restores.went_back(connection)
        if made_at is not None:
            now = self._clock()
            day = self.hall.day(now)
            restores.note(connection, day, behind_restore(now - self.hall.begins(day)), made_at, now)

    def keep_marks(self, seq: int) -> None:
        """Note how far messages and clock have come, for the next start; raise one of ERRORS."""
        with self._transaction() as connection:
            marks.raise_to(connection, "seq", seq)
            if self._settled() >= self._clock() - A_MOMENT:
                marks.raise_clock(connection, self._settled())
        self.writable |= self.database.shared  # a full disk may take a mark and no ticket, PostgreSQL takes both or neither

    def seq(self) -> int:
        """No message had a higher number before the last start."""
        with self.database.look() as connection:
            return marks.mark(connection, "seq") or 0

    def close(self) -> None:
        """Give the database back."""
        self._writer.close()
        self.database.close()

    def handle(self, requests: Sequence[LedgerRequest]) -> Changes:
        """Run the requests in order as one transaction, answer each, return what changed."""
        asked, answered = read_requests(requests)
        changes = self._run(asked) if asked else Changes()
        changes.unreadable = [request.verb for request, _ in answered]
        for request, answer in answered:
            request.answer(_reply(answer))
        for one in asked:
            one.request.answer(one.reply)
        return changes

    def pass_time(self) -> Changes:
        """Do what is due by the clock: time-outs and the end of the day."""
        changes = Changes()
        now = self._clock()
        today, settled = self.hall.day(now), min(now, self._settled())
        if not self._due(now, settled):  # nobody waits for a lock while nothing is due
            return changes
        with self._transaction() as connection:
            unit = self._unit(connection)
            self.wait_times.begin(connection, now)
            day_end.pass_time(self._work(unit, now, today, changes), settled)
            self._finish(unit, changes)
        self.writable = True
        self._written(unit)
        return changes

    def _due(self, now: datetime, settled: datetime) -> bool:
        try:
            with self.database.look() as connection:
                return day_end.due(connection, self.hall, now, settled)
        except ERRORS:
            self.writable &= not self.database.shared  # what cannot even be asked
            raise

    # --- running requests -----------------------------------------------------------------------------------------------

    def _run(self, asked: list[AskedRequest], *, again: bool = True) -> Changes:
        if not self.writable and all(VERBS[one.request.verb].reads_only for one in asked):
            return self._look(asked)
        try:
            return self._run_together(asked)
        except Exception as error:
            if is_trouble(error):
                return self._refuse(asked, error)
            if len(asked) == 1:
                if again and self.database.shared and isinstance(error, BROKEN_RULES):
                    return self._run(asked, again=False)  # another server was first with this request: its answer is there
                asked[0].reply = _reply(self._failure(asked[0], error))
                return Changes()
            LOG.warning("%d requests run again one by one: %s", len(asked), error)
        changes = Changes()
        for one in asked:
            merge(changes, self._run([one]))
        return changes

    def _failure(self, one: AskedRequest, error: Exception) -> Answer:
        """The answer for a request that raised: the database's trouble passes, a program's mistake is written down."""
        if passes(error):
            LOG.error("%s could not be written: %s", one.request.verb, error)
            return refuse("busy", "the ledger cannot be written just now", _BUSY)
        LOG.error("%s %.200r failed", one.request.verb, one.request.body, exc_info=error)
        return refuse("internal", f"{one.request.verb} failed in the server", _INTERNAL)

    def _refuse(self, asked: list[AskedRequest], error: Exception) -> Changes:
        """Nothing can be written: each request alone would wait for the same lock, or fill the same disk."""
        LOG.error("%d requests could not be written: %s", len(asked), error)
        reading = [one for one in asked if VERBS[one.request.verb].reads_only]
        for one in asked:
            one.reply = _reply(refuse("busy", "the ledger cannot be written just now", _BUSY))
        return self._look(reading) if reading else Changes()

    def _look(self, asked: list[AskedRequest]) -> Changes:
        """Answer requests that only read on a connection that writes nothing."""
        changes, now = Changes(), self._clock()
        try:
            with self.database.look() as connection:
                unit = UnitOfWork(connection, shared=False, order=self.order)
                self.wait_times.begin(connection, now)
                for one in asked:
                    one.reply = _reply(self._answer(one, self._work(unit, now, self.hall.day(now), changes, one.request)))
        except ERRORS as error:
            for one in asked:
                one.reply = _reply(self._failure(one, error))
        return changes

    def _run_together(self, asked: list[AskedRequest]) -> Changes:
        changes, recent = Changes(), dict[str, KnownAnswer]()
        with self._transaction() as connection:
            now = self._clock()
            today = self.hall.day(now)
            unit = self._unit(connection)
            known = self._known(connection, asked)
            unit.lock(*named_by(asked), day=today.isoformat())
            self.wait_times.begin(connection, now)
            for one in asked:
                request, verb = one.request, VERBS[one.request.verb]
                stored = known.get(request.key)
                if stored is not None:
                    one.reply = _again(request, stored)
                    continue
                answer = self._answer(one, self._work(unit, now, today, changes, request))
                one.reply = _reply(answer)
                if verb.reads_only:
                    continue
                known[request.key] = KnownAnswer(request.verb, one.reply.content)
                if verb.kept and answer.status == "ok":
                    row = {"id": request.key, "verb": request.verb, "at": now, "answer": one.reply.content}
                    unit.append(tables.requests, row)
                else:
                    recent[request.key] = known[request.key]
            self._finish(unit, changes)
        for key, kept in recent.items():
            self._recent.put(key, kept)
        self.writable |= any(not VERBS[one.request.verb].reads_only for one in asked)
        self._written(unit)
        return changes

    def _answer(self, one: AskedRequest, work: CommandContext) -> Answer:
        try:
            permission.check(work, one.request.verb, one.body)
            return Answer("ok", data=COMMANDS[one.request.verb](work, one.body))
        except Refused as refused:
            return refused.answer()

    def _unit(self, connection: Connection) -> UnitOfWork:
        return UnitOfWork(connection, shared=self.database.shared, order=self.order)

    def _written(self, unit: UnitOfWork) -> None:
        """What is kept in memory follows what was written."""
        self.wait_times.committed(unit.line_changes())
        self.wait_times.note(unit.windows.rows)
        unit.written()

    def _work(
        self, unit: UnitOfWork, now: datetime, today: date, changes: Changes, asked: LedgerRequest | None = None
    ) -> CommandContext:
        actor, terminal = (SYSTEM, None) if asked is None else (asked.actor, asked.terminal)
        return CommandContext(
            unit, self.hall, self.wait_times, self.signer, now, today, actor, terminal, changes, self._line_end
        )

    def _known(self, connection: Connection, asked: list[AskedRequest]) -> dict[str, KnownAnswer]:
        """The first answers to those of these requests that were answered before."""
        known: dict[str, KnownAnswer] = {}
        for one in asked:
            key = one.request.key
            recent = self._recent.get(key)
            if recent is not None:
                known[key] = recent
            elif not VERBS[one.request.verb].reads_only:
                for verb, answer in _KNOWN.run(connection, {"id": key}):
                    known[key] = KnownAnswer(verb, bytes(answer))
        return known

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
            if self.order is not None:
                self.order.forget()
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
    changes.flooding |= more.flooding


def _reply(answer: Answer) -> Reply:
    return Reply(codec.encode(answer), answer)


def _again(request: LedgerRequest, known: KnownAnswer) -> Reply:
    """The first answer once more, unless the id was another request's."""
    if known.verb != request.verb:
        hint = Text("请重试。", "Choose a new request id for every request, and keep it only for its retries.")
        return _reply(refuse("bad-request", f"this request id was used for {known.verb}", hint))
    return Reply(known.content)


_BUSY = Text("系统繁忙，请稍后重试。", "Try again with the same request id.")
_INTERNAL = Text("系统出错，请重试或联系技术人员。", "Try again; if it stays, the server's log says why.")
