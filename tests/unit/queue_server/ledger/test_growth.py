"""What was before costs nothing: every verb takes as many steps of the database after years as on the first day.

A step is an instruction of SQLite's virtual machine, so that the figures are the same on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from contract.wire.requests import VERBS
from tests.bed import Bed
from tests.ledgers import ledger_in
from tests.small_hall import add_kiosk_device, write_hall

SHORT, LONG = 300, 3000
"""Tickets of earlier days. The short past has the sixty services of each queue from which the pace of the hall is learned."""
LONGER = 1.1
"""How many times as many steps are allowed."""
REFUSED = ("find-case", "find-appointment", "check-technician-code", "fetch-technician-secret")
"""Verbs that are asked for something that is not there."""
GROWS = {"issue-ticket": 16, "start": 7, "waiting list": 40, "reprintable": 30, "statistics": 210}
"""What grows with the tickets of the day, by how many steps each: the first who needs a place in a line has all of them read."""
KIOSK = {"terminal": "kiosk-1", "channel": "kiosk"}


class Steps:
    """Counts the steps of every SQLite connection that is opened while it listens."""

    def __init__(self) -> None:
        self.count = 0

    @contextmanager
    def listening(self) -> Iterator[None]:
        event.listen(Engine, "connect", self._connected)
        try:
            yield
        finally:
            event.remove(Engine, "connect", self._connected)

    def of(self, action: Callable[[], object]) -> int:
        before = self.count
        action()
        return self.count - before

    def _connected(self, connection: Any, _record: object) -> None:
        connection.set_progress_handler(self._step, 1)

    def _step(self) -> int:
        self.count += 1
        return 0


PAST = """
INSERT INTO tickets (id, number, queue, class, business_day, state, rank, issued_at, changed_at, channel, recalls, services, step)
  SELECT id, number, queue, class, day, 'finished', at / 1e6, at, at, 'web', 0, 1, 3 FROM past;
INSERT INTO periods (ticket, step, kind, started_at, ended_at, business_day, queue, window)
  SELECT id, step, kind, at, at + 60000000, day, queue, '01' FROM past,
    (SELECT 1 AS step, 'waiting' AS kind UNION SELECT 2, 'called' UNION SELECT 3, 'serving');
INSERT INTO services (id, ticket, number, queue, window, business_day, called_at, started_at, ended_at)
  SELECT id || '-s1', id, number, queue, '01', day, at, at, at + 60000000 FROM past;
INSERT INTO ratings (service, ticket, queue, window, level, reasons, text, channel, business_day, at)
  SELECT id || '-s1', id, queue, '01', 5, '[]', '', 'tablet', day, at FROM past;
INSERT INTO leases (ticket, queue, business_day, count, terminal, at) SELECT id || '-l', queue, day, n, 'kiosk-1', at FROM past;
INSERT INTO reprints (ticket, terminal, business_day, at) SELECT id, 'kiosk-1', day, at FROM past;
INSERT INTO requests (id, verb, at, answer) SELECT 'old-' || n, 'issue-ticket', at, x'7b7d' FROM past;
INSERT INTO appointments (id, queue, starts_at, ends_at, name, person, state)
  SELECT 'old' || n, queue, at, at + 60000000, '', 'p' || n, 'no-show' FROM past;
INSERT INTO cases (number, content, changed_at, state) SELECT 'OLD-' || n, '{}', at, 'finished' FROM past;
INSERT INTO used_codes (nonce, until) SELECT 'old-' || n, at FROM past;
INSERT INTO wrong_guesses (subject, at) SELECT 'case:' || n, at FROM past;
"""


def give_a_past(bed: Bed, number: int) -> None:
    """So many tickets of the thirty days before today, with all that belongs to them."""
    days = [(bed.hall.day(bed.clock.now) - timedelta(days=back)).isoformat() for back in range(1, 31)]
    with bed.database.writer.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TEMP TABLE past (n INTEGER PRIMARY KEY, id TEXT, number TEXT, queue TEXT, class TEXT, day TEXT, at INTEGER)"
        )
        noon = int(bed.clock.now.timestamp() * 1e6)
        rows = []
        for n in range(number):
            back, queue = n % 30, ("household", "tax", "enterprise")[n % 3]
            class_ = ("ordinary", "ordinary", "priority", "appointment")[n % 4]
            at = noon - (back + 1) * 86_400_000_000 + n * 1_000_000
            rows.append((n, f"{days[back].replace('-', '')}-z{n}", f"Z{n}", queue, class_, days[back], at))
        connection.exec_driver_sql("INSERT INTO past VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        for statement in PAST.strip().split(";\n"):
            connection.exec_driver_sql(statement.rstrip(";"))


TODAY = """
INSERT INTO tickets (id, number, queue, class, business_day, state, rank, issued_at, changed_at, channel, recalls, services, step)
  SELECT day || 'w' || n, 'W' || n, queue, class, day, 'waiting', at / 1e6, at, at, 'web', 0, 0, 0 FROM today;
INSERT INTO tickets (id, number, queue, class, business_day, state, rank, issued_at, changed_at, channel, recalls, services, step)
  SELECT day || 'f' || n, 'F' || n, queue, class, day, 'finished', at / 1e6, at, at, 'web', 0, 1, 3 FROM today;
INSERT INTO periods (ticket, step, kind, started_at, ended_at, business_day, queue, window)
  SELECT day || 'f' || n, step, kind, at, at + 60000000, day, queue, '01' FROM today,
    (SELECT 1 AS step, 'waiting' AS kind UNION SELECT 2, 'called' UNION SELECT 3, 'serving');
"""


def give_a_day(bed: Bed, number: int) -> None:
    """So many tickets of today that wait, and as many that are served."""
    day = bed.hall.day(bed.clock.now).isoformat()
    with bed.database.writer.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TEMP TABLE today (n INTEGER PRIMARY KEY, queue TEXT, class TEXT, day TEXT, at INTEGER)"
        )
        at = int(bed.clock.now.timestamp() * 1e6)
        queues, classes = ("household", "tax", "enterprise"), ("ordinary", "ordinary", "ordinary", "priority")
        rows = [(n, queues[n % 3], classes[n % 4], day, at - n * 1_000) for n in range(number)]
        connection.exec_driver_sql("INSERT INTO today VALUES (?, ?, ?, ?, ?)", rows)
        for statement in TODAY.strip().split(";\n"):
            connection.exec_driver_sql(statement.rstrip(";"))


def a_day(bed: Bed, steps: Steps) -> dict[str, int]:
    """One day in which everything is asked once: what was asked → how many steps that took."""
    found: dict[str, int] = {}

    def ask(verb: str, **body: Any) -> dict[str, Any]:
        answer: dict[str, Any] = {}

        def action() -> None:
            result = bed.ask(verb, **body)
            assert result.error is None or verb in REFUSED, f"{verb}: {result.error}"
            answer.update(result.data or {})

        found[verb] = found.get(verb, 0) + steps.of(action)
        return answer

    found["start"] = steps.of(bed.open)
    for window in ("01", "02", "03"):
        ask("open-window", window=window, clerk=f"01{window}")
    tickets = [ask("issue-ticket", queue="household", channel="web")["ticket"] for _ in range(8)]
    printing = ask("issue-ticket", queue="tax", **KIOSK)["ticket"]
    ask("confirm-print", ticket=printing["id"], result="printed")
    called = ask("call-next", window="01")["ticket"]
    ask("recall", window="01")
    ask("no-show", window="01")
    ask("requeue", ticket=called["id"])
    ask("call-ticket", window="01", ticket=tickets[3]["id"], reason="x")
    ask("start-service", window="01")
    ask("hold", window="01")
    ask("resume", window="01")
    service = ask("finish-service", window="01")["service"]
    ask("rate", service=service, level=5, channel="tablet")
    ask("call-next", window="02")
    ask("transfer", window="02", to_window="01")
    ask("lookup", token=tickets[3]["token"])
    ask("lookup", token=tickets[5]["token"])
    ask("cancel-ticket", token=tickets[5]["token"])
    ask("reprint-ticket", ticket=tickets[6]["id"], terminal="kiosk-1")
    ask("confirm-reprint", ticket=tickets[6]["id"], terminal="kiosk-1", result="printed")
    ask("scan", code=tickets[4]["token"], terminal="kiosk-1")
    ask("find-case", number="X-1", last_four="1234", terminal="kiosk-1")
    ask("find-appointment", number="X-1", last_four="1234", terminal="kiosk-1")
    leased = ask("lease-numbers", queue="tax", terminal="kiosk-1", count=5)["numbers"][0]
    given = {"ticket": leased["ticket"], "issued_at": bed.clock.now.isoformat(), "result": "printed"}
    ask("merge-tickets", terminal="kiosk-1", tickets=[given])
    bed.actor = "kiosk-1"
    ask("check-technician-code", code="12345678")
    ask("fetch-technician-secret")
    ask("tell-technician-acts", diary="0" * 36, acts=[{"number": 1, "at": bed.clock.now.isoformat(), "act": "viewed"}])
    bed.actor = "test"
    ask("pause-window", window="03")
    ask("close-window", window="03")
    bed.clock.advance(seconds=5)
    found["tick"] = steps.of(bed.ledger.pass_time)
    found["waiting list"] = steps.of(lambda: bed.lines.at("01", 50))
    found["reprintable"] = steps.of(lambda: bed.lines.reprintable("", 100))
    found["statistics"] = steps.of(lambda: bed.reports.statistics(bed.hall.day(bed.clock.now)))
    return found


def slower(first: dict[str, int], later: dict[str, int]) -> dict[str, int]:
    """What takes longer than at first, and how many steps more."""
    return {what: later[what] - first[what] for what in first if later[what] > LONGER * first[what]}


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[[str], Bed]]:
    """Makes the ledger of the small hall in a folder of its own."""
    beds: list[Bed] = []

    def bed(name: str) -> Bed:
        (tmp_path / name).mkdir()
        hall = write_hall(tmp_path / name / "hall")
        add_kiosk_device(hall, "printer-1", kind="printer", model="escpos-generic", address="emulator://printer-1")
        beds.append(Bed(hall, ledger_in(tmp_path / name)))
        return beds[-1]

    yield bed
    for one in beds:
        one.close()


def test_years_of_old_tickets_make_no_verb_slower(make: Callable[[str], Bed]) -> None:
    steps = Steps()
    with steps.listening():
        young, old = make("young"), make("old")
        for bed, number in ((young, SHORT), (old, LONG)):
            bed.open()
            give_a_past(bed, number)
            bed.close()
        first, later = a_day(young, steps), a_day(old, steps)
    assert set(VERBS) <= set(first), "every verb is asked"
    assert slower(first, later) == {}


def test_a_long_line_and_a_busy_day_make_no_verb_slower(make: Callable[[str], Bed]) -> None:
    steps = Steps()
    with steps.listening():
        quiet, busy = make("quiet"), make("busy")
        for bed, number in ((quiet, SHORT), (busy, LONG)):
            bed.open()
            give_a_day(bed, number)
            bed.close()
        first, later = a_day(quiet, steps), a_day(busy, steps)
    grown = slower(first, later)
    assert set(grown) == set(GROWS)
    assert {what: more for what, more in grown.items() if more > GROWS[what] * (LONG - SHORT)} == {}
