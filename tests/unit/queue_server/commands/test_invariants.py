"""Whatever clerks and citizens do in whatever order: the books stay right."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from math import inf
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy.exc import OperationalError

from contract.wire.messages import TicketClass
from queue_server.store.unit_of_work import UnitOfWork
from tests.bed import Bed
from tests.ledgers import ledger_in
from tests.small_hall import write_hall

WINDOWS = st.sampled_from(["01", "03"])
QUEUES = st.sampled_from(["household", "tax", "enterprise"])
CLASSES = st.sampled_from(["ordinary", "ordinary", "appointment", "priority", "military"])
PLAIN = st.sampled_from(["call-next", "call-next", "recall", "start-service", "finish-service", "no-show", "hold", "resume"])
MINUTES = st.sampled_from([0, 0.5, 2, 15, 40])
KNOWN = {
    "unknown-queue",
    "unknown-window",
    "wrong-state",
    "nothing-waiting",
    "limit-reached",
    "bad-request",
    "already-rated",
    "expired",
    "in-use",
    "not-authorised",
}


def _full(_unit: UnitOfWork) -> None:
    raise OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full"))


class Hall(RuleBasedStateMachine):
    """A hall where anybody does anything."""

    @initialize()
    def opens(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="jiaohao-hall-"))
        hall = write_hall(self.folder / "hall", rules="issue_outside_hours = true\nrecall_limit = 1")
        self.bed = Bed(hall, ledger_in(self.folder)).open()
        self.whole = self.bed.hall.config
        self.lists: dict[str, Any] = {}
        self.calendar: dict[str, Any] = {}
        self.tickets: list[str] = []
        self.leased: list[str] = []
        for window in ("01", "03"):
            self.bed.ok("open-window", window=window, clerk=f"01{window}")

    def teardown(self) -> None:
        self.bed.close()
        shutil.rmtree(self.folder)

    def ask(self, verb: str, **body: Any) -> dict[str, Any] | None:
        answer = self.bed.ask(verb, **body)
        assert answer.error is None or answer.error.code in KNOWN, answer.error
        return answer.data

    def some(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(self.tickets)) if self.tickets else "20261123-a001"

    @rule(queue=QUEUES, class_=CLASSES, printed=st.sampled_from([None, "printed", "failed"]))
    def a_citizen_takes_a_number(self, queue: str, class_: str, printed: str | None) -> None:
        more = {} if printed is None else {"terminal": "kiosk-1"}
        channel = "web" if printed is None else "kiosk"
        given = self.ask("issue-ticket", queue=queue, class_=class_, channel=channel, **more)
        if given is None:
            assert queue not in self.bed.hall.queues or not self.bed.hall.is_open(self.bed.clock.now)
            return
        ticket = given["ticket"]
        assert ticket["id"] not in self.tickets
        self.tickets.append(ticket["id"])
        if printed is not None:
            self.ask("confirm-print", ticket=ticket["id"], result=printed)

    @rule(window=WINDOWS, verbs=st.lists(PLAIN, min_size=2, max_size=5))
    def a_clerk_works(self, window: str, verbs: list[str]) -> None:
        for verb in verbs:
            self.ask(verb, window=window)

    @rule(window=WINDOWS, verb=st.sampled_from(["hold", "finish-service", "no-show", "transfer"]))
    def a_clerk_serves(self, window: str, verb: str) -> None:
        self.a_citizen_takes_a_number("household", "ordinary", None)
        self.ask("call-next", window=window)
        if verb in ("hold", "finish-service"):
            self.ask("start-service", window=window)
        self.ask(verb, window=window, **({"to_queue": "tax", "return_": True} if verb == "transfer" else {}))

    @rule(
        verb=st.sampled_from(["open-window", "pause-window", "close-window"]),
        window=WINDOWS,
        clerk=st.sampled_from([None, "0101", "0102", "0103", "0104"]),
        confirmed=st.booleans(),
    )
    def a_window_changes(self, verb: str, window: str, clerk: str | None, confirmed: bool) -> None:
        self.ask(verb, window=window, clerk=clerk, confirmed=confirmed)
        self.ask("open-window", window=window, clerk=clerk, confirmed=confirmed, stand_in=clerk is None)
        self.ask("open-window", window=window)

    @rule(data=st.data(), queue=st.none() | QUEUES, window=st.none() | WINDOWS, returns=st.booleans(), by_window=st.booleans())
    def a_ticket_is_transferred(
        self, data: st.DataObject, queue: str | None, window: str | None, returns: bool, by_window: bool
    ) -> None:
        target = {"to_queue": queue, "to_window": window, "return_": returns}
        if by_window:
            self.ask("transfer", window=data.draw(WINDOWS), **target)
        elif self.tickets:
            self.ask("transfer", ticket=self.some(data), **target)

    @rule(data=st.data(), verb=st.sampled_from(["requeue", "cancel-ticket", "resume", "lookup"]))
    def somebody_names_a_ticket(self, data: st.DataObject, verb: str) -> None:
        if self.tickets:
            self.ask(verb, ticket=self.some(data))

    @rule(data=st.data(), window=WINDOWS)
    def a_clerk_picks_a_ticket(self, data: st.DataObject, window: str) -> None:
        if self.tickets:
            self.ask("call-ticket", window=window, ticket=self.some(data), reason="认识")

    @rule(level=st.integers(1, 5), window=WINDOWS)
    def a_citizen_rates(self, level: int, window: str) -> None:
        asked = self.bed.rows(f"SELECT json_extract(ask, '$.service') FROM windows WHERE id = '{window}' AND ask IS NOT NULL")
        for (service,) in asked:
            self.ask("rate", service=service, level=level, text="慢", channel="tablet")

    @rule(minutes=MINUTES)
    def time_passes(self, minutes: float) -> None:
        self.bed.pass_time(minutes=minutes)

    @rule(window=WINDOWS)
    def the_disk_refuses_a_group_in_which_a_place_was_asked(self, window: str) -> None:
        if not self.tickets:
            return
        look = ("lookup", {"ticket": self.tickets[-1]})
        asked = [("issue-ticket", {"queue": "tax", "channel": "web"}), ("call-next", {"window": window}), look]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(UnitOfWork, "flush", _full)
            answers = self.bed.group(*asked)
        assert answers[0].error is not None and answers[0].error.code in ("busy", "unknown-queue")

    @rule()
    def the_server_restarts(self) -> None:
        self.bed = self.bed.again()

    @rule(
        letters=st.permutations("ABC"),
        queues=st.lists(QUEUES, min_size=1, unique=True),
        windows=st.lists(st.sampled_from(["01", "02", "03", "04"]), min_size=1, unique=True),
        clerks=st.lists(st.sampled_from(["0101", "0102", "0103", "0104"]), unique=True),
    )
    def the_lists_change_in_the_middle_of_the_day(
        self, letters: list[str], queues: list[str], windows: list[str], clerks: list[str]
    ) -> None:
        """Queues, letters, windows and clerks come, go and are swapped."""
        hall = self.whole
        lettered = [queue.model_copy(update={"letter": letter}) for queue, letter in zip(hall.queue, letters, strict=True)]
        kept = [window for window in hall.window if window.id in windows]
        self.lists = {
            "queue": [queue for queue in lettered if queue.id in queues],
            "window": [w.model_copy(update={"queues": [q for q in w.queues if q in ("*", *queues)]}) for w in kept],
            "clerk": [clerk for clerk in hall.clerk if clerk.id in clerks],
        }
        self.bed = self.bed.again(hall.model_copy(update=self.lists | self.calendar))

    @rule(today=st.sampled_from(["closed_days", "open_days", None]), any_hour=st.booleans())
    def the_calendar_changes_in_the_middle_of_the_day(self, today: str | None, any_hour: bool) -> None:
        """Today becomes a day off or an extra day, or numbers are given in the hours alone."""
        days = {
            which: [self.bed.hall.day(self.bed.clock.now)] if which == today else [] for which in ("closed_days", "open_days")
        }
        rules = self.whole.rules.model_copy(update={"issue_outside_hours": any_hour})
        self.calendar = {**days, "rules": rules}
        self.bed = self.bed.again(self.whole.model_copy(update=self.lists | self.calendar))

    @rule(queue=QUEUES, count=st.integers(1, 3), day_on=st.booleans())
    def a_kiosk_gives_numbers_offline(self, queue: str, count: int, day_on: bool) -> None:
        leased = self.ask("lease-numbers", queue=queue, terminal="kiosk-1", count=count)
        self.leased += [one["ticket"] for one in leased["numbers"]] if leased else []
        assert len(self.leased) == len(set(self.leased)), "a number is leased twice"
        if self.leased and not day_on:
            at = self.bed.clock.now.isoformat()
            told = [{"ticket": ticket, "issued_at": at, "result": "printed"} for ticket in self.leased[-2:]]
            merged = self.ask("merge-tickets", terminal="kiosk-1", tickets=told)
            assert merged is not None and "refused" not in [one["state"] for one in merged["tickets"]]

    @invariant()
    def places_in_line_are_those_of_the_database(self) -> None:
        if not hasattr(self, "bed"):
            return
        with self.bed.database.look() as connection:
            orders = [UnitOfWork(connection, shared=False, order=order).lines() for order in (None, self.bed.ledger.order)]
        lines = [(queue, class_) for queue in ("household", "tax", "enterprise") for class_ in get_args(TicketClass)]
        places = [(self.bed.clock.now.timestamp() - 60, ""), (inf, "")]
        read, kept = ([order.before(*line, place) for line in lines for place in places] for order in orders)
        assert read == kept
        assert [list(orders[0].bound(w)) for w in ("01", "03")] == [list(orders[1].bound(w)) for w in ("01", "03")]

    @invariant()
    def the_books_are_right(self) -> None:
        if not hasattr(self, "bed"):
            return
        assert self.none("SELECT number FROM tickets GROUP BY business_day, number HAVING count(*) > 1"), "a number twice"
        assert self.none("SELECT ticket FROM windows WHERE ticket IS NOT NULL GROUP BY ticket HAVING count(*) > 1"), (
            "two windows"
        )
        windows = self.bed.hall.windows
        listed = {ticket.id for window in windows for ticket in self.bed.line(window)}
        away = "SELECT id FROM tickets WHERE state IN ('waiting', 'missed', 'held')"
        assert {ticket for (ticket,) in self.bed.rows(away)} <= listed, "somebody waits where no window looks"
        there = self.bed.rows("SELECT id FROM windows WHERE state <> 'closed'")
        assert {window for (window,) in there} <= windows.keys(), "a window is open that the hall has no more"
        at_window = "(state IN ('called', 'serving')) != (id IN (SELECT ticket FROM windows WHERE ticket IS NOT NULL))"
        assert self.none(f"SELECT id, state FROM tickets WHERE {at_window}"), "tickets and windows do not agree"
        busy = "(state IN ('calling', 'serving')) != (ticket IS NOT NULL)"
        assert self.none(f"SELECT id, state FROM windows WHERE {busy}"), "a window does not agree with itself"
        assert self.none(
            "SELECT a.ticket FROM periods a LEFT JOIN periods b ON b.ticket = a.ticket AND b.step = a.step + 1 "
            "WHERE b.ticket IS NOT NULL AND a.ended_at IS NOT b.started_at"
        ), "a gap between periods"
        assert self.none(
            "SELECT t.id FROM tickets t WHERE (SELECT count(*) FROM periods p WHERE p.ticket = t.id AND p.ended_at IS NULL) "
            "!= (t.state IN ('printing', 'waiting', 'called', 'serving', 'held', 'missed'))"
        ), "an open ticket has one open period"
        assert self.none(
            "SELECT queue, class FROM lines l WHERE waiting != "
            "(SELECT count(*) FROM tickets t WHERE t.state = 'waiting' AND t.queue = l.queue AND t.class = l.class)"
        ), "a line is counted wrong"
        assert self.none(
            "SELECT clerk FROM windows WHERE state <> 'closed' AND clerk IS NOT NULL GROUP BY clerk HAVING count(*) > 1"
        ), "one person at two windows"
        assert self.none("SELECT r.service FROM ratings r LEFT JOIN services s ON s.id = r.service WHERE s.ended_at IS NULL")
        counted = {key: n for key, n in self.bed.ledger.wait_times.lines.items() if n}
        assert (
            counted == {(q, c): n for q, c, n in self.bed.rows("SELECT queue, class, waiting FROM lines") if n} or not counted
        )

    def none(self, sql: str) -> bool:
        found = self.bed.rows(sql)
        assert not found, found
        return True


Hall.TestCase.settings = settings(
    max_examples=20, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
test_the_books_stay_right_whatever_happens = Hall.TestCase
