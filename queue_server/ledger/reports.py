"""The figures and ratings of a business day, read out of the ledger. Nothing here writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypedDict

from sqlalchemy import BigInteger, ColumnElement, Connection, and_, case, func, select, type_coerce

from queue_server.commands.hall_rules import HallRules
from queue_server.store import tables
from queue_server.store.database import Database

A = tables.reprints.c
P, R, S, T = tables.periods.c, tables.ratings.c, tables.services.c, tables.tickets.c
SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums of periods. Counts are tickets or services, times are seconds.

    `issued`, `finished` and `cancelled` are tickets, by the queue in which they are now: each counts once, wherever it went.
    `served` are services that were finished, and `served_s` the time that these took; one that ended because its ticket was
    sent on or given up counts in `serving_s` only, the whole work of a window.
    `waiting_s` is the time of `waited` periods of waiting that have ended; by window, those that its calls ended.
    `unasked` are services without a rating whose question on the rater was cut short by the next service.
    """

    issued: int = 0
    called: int = 0
    served: int = 0
    missed: int = 0
    cancelled: int = 0
    finished: int = 0
    waiting_s: float = 0.0
    waited: int = 0
    served_s: float = 0.0
    serving_s: float = 0.0
    held_s: float = 0.0
    unasked: int = 0


class Sums(TypedDict, total=False):
    """Figures that are being summed up; what is left out is 0."""

    issued: int
    called: int
    served: int
    missed: int
    cancelled: int
    finished: int
    waiting_s: float
    waited: int
    served_s: float
    serving_s: float
    held_s: float
    unasked: int


@dataclass(frozen=True, slots=True)
class PrintedPapers:
    """Tickets that one kiosk printed on a day, reprints, and those that did not come out whole."""

    tickets: int = 0
    reprints: int = 0
    spoiled: int = 0


@dataclass(frozen=True, slots=True)
class DayReport:
    """One business day: figures by queue id and by window id, number of ratings by level (5 best .. 1 worst)."""

    day: date
    queues: dict[str, Figures]
    windows: dict[str, Figures]
    ratings: dict[int, int] = field(default_factory=dict)
    papers: dict[str, PrintedPapers] = field(default_factory=dict)
    """Papers by kiosk."""


@dataclass(frozen=True, slots=True)
class RatedService:
    """One rating. `number` is the ticket's, `window` the window's id, `clerk` the id of the clerk who served, `reasons` codes
    of the norm."""

    service: str
    ticket: str
    queue: str
    item: str | None
    window: str
    clerk: str | None
    level: int
    reasons: tuple[str, ...]
    text: str
    channel: str
    at: datetime
    number: str = ""


class Reports:
    """Looks into the ledger on connections that only read; safe to call from any thread."""

    def __init__(self, database: Database, hall: HallRules, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._hall = hall
        self._clock = clock

    def statistics(self, day: date) -> DayReport:
        """Sums of the periods of one business day. A period that still runs counts once it has ended."""
        with self._database.look() as connection:
            queues = self._figures(connection, day, P.queue, self._hall.queues)
            windows = self._figures(connection, day, P.window, self._hall.windows)
            for queue, counts in self._outcomes(connection, day).items():
                if queue in queues:
                    queues[queue].update(counts)
            for queue, window, number, unasked, seconds in self._served(connection, day):
                for figures in (queues.get(queue), windows.get(window)):
                    if figures is not None:
                        figures["served"] = figures.get("served", 0) + number
                        figures["unasked"] = figures.get("unasked", 0) + unasked
                        figures["served_s"] = figures.get("served_s", 0.0) + seconds
            levels = connection.execute(
                select(R.level, func.count()).where(R.business_day == day.isoformat()).group_by(R.level)
            )
            ratings = dict.fromkeys(range(5, 0, -1), 0) | dict(levels.all())
            papers = self._papers(connection, day)
        return DayReport(
            day,
            {queue: Figures(**figures) for queue, figures in queues.items()},
            {window: Figures(**figures) for window, figures in windows.items()},
            ratings,
            papers,
        )

    def ratings(self, day: date, *, bad_only: bool = False) -> list[RatedService]:
        """The ratings given on one business day, the newest first."""
        columns = (R.service, R.ticket, R.queue, R.item, R.window, R.clerk, R.level, R.reasons, R.text, R.channel, R.at)
        of_services = select(*columns, S.number).join_from(tables.ratings, tables.services, S.id == R.service)
        wanted = of_services.where(R.business_day == day.isoformat()).order_by(R.at.desc())
        if bad_only:
            wanted = wanted.where(R.level <= 2)
        with self._database.look() as connection:
            rows = connection.execute(wanted).all()
        return [RatedService(*row[:7], tuple(row[7]), *row[8:]) for row in rows]

    @staticmethod
    def _figures(connection: Connection, day: date, by: ColumnElement[str], known: Iterable[str]) -> dict[str, Sums]:
        """Sums of periods by queue or by window. The time before a call is put to the window that called."""
        figures: dict[str, Sums] = {key: {} for key in known}
        length = func.sum(P.ended_at - P.started_at)
        periods = select(by, P.kind, func.count(), func.count(P.ended_at), length).where(P.business_day == day.isoformat())
        for key, kind, begun, ended, microseconds in connection.execute(periods.group_by(by, P.kind)):
            if key not in figures:
                continue
            seconds = float(microseconds or 0) / SECOND
            sums = figures[key]
            match kind:
                case "waiting":
                    sums["waiting_s"], sums["waited"] = seconds, ended
                case "called":
                    sums["called"] = begun
                case "serving":
                    sums["serving_s"] = seconds
                case "missed":
                    sums["missed"] = begun
                case "held":
                    sums["held_s"] = seconds
        return figures

    def _served(self, connection: Connection, day: date) -> list[tuple[str, str, int, int, float]]:
        """Services finished on the day, by queue and window: how many, how many had no time to be rated, seconds of work. Only
        a finished service is asked about: one whose ticket went on unfinished has no time of asking."""
        ended = S.ended_at >= self._hall.begins(day), S.ended_at < self._hall.begins(day + timedelta(days=1))
        finished = and_(*ended, S.ask_expires_at.is_not(None))
        asked = type_coerce(S.ask_expires_at, BigInteger) - type_coerce(S.ended_at, BigInteger)
        short = asked < self._hall.rules.rating_timeout_s * SECOND
        unasked = func.sum(case((and_(short, R.service.is_(None)), 1), else_=0))
        at_work = P.ticket == S.ticket, P.kind == "serving", P.started_at >= S.started_at, P.started_at < S.ended_at
        length = func.sum(select(func.sum(P.ended_at - P.started_at)).where(*at_work).scalar_subquery())
        all_of_them = tables.services.outerjoin(tables.ratings, R.service == S.id)
        sums = select(S.queue, S.window, func.count(), unasked, length).select_from(all_of_them).where(finished)
        rows = connection.execute(sums.group_by(S.queue, S.window))
        return [(queue, window, number, int(cut), float(worked or 0) / SECOND) for queue, window, number, cut, worked in rows]

    @staticmethod
    def _papers(connection: Connection, day: date) -> dict[str, PrintedPapers]:
        """What kiosks printed. A ticket that became void was printed in part, or not at all."""
        spoiled = func.sum(case((T.state == "void", 1), else_=0))
        out = func.sum(case((T.state.in_(("void", "printing")), 0), else_=1))
        of_day = (T.business_day == day.isoformat(), T.channel == "kiosk", T.terminal.is_not(None))
        given = connection.execute(select(T.terminal, out, spoiled).where(*of_day).group_by(T.terminal)).all()
        again = select(A.terminal, func.count()).where(A.business_day == day.isoformat()).group_by(A.terminal)
        reprints: dict[str, int] = dict(connection.execute(again).all())
        tickets = {terminal: (int(printed), int(void)) for terminal, printed, void in given}
        return {
            terminal: PrintedPapers(
                tickets.get(terminal, (0, 0))[0], reprints.get(terminal, 0), tickets.get(terminal, (0, 0))[1]
            )
            for terminal in sorted({*tickets, *reprints})
        }

    @staticmethod
    def _outcomes(connection: Connection, day: date) -> dict[str, Sums]:
        """Numbers given out, cancelled and finished, by queue."""
        ends = [func.sum(case((T.state == state, 1), else_=0)) for state in ("cancelled", "finished")]
        given = select(T.queue, func.count(), *ends).where(T.business_day == day.isoformat()).group_by(T.queue)
        return {
            queue: {"issued": issued, "cancelled": int(cancelled), "finished": int(finished)}
            for queue, issued, cancelled, finished in connection.execute(given)
        }
