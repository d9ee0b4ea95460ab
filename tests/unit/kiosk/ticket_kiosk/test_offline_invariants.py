"""Two kiosks, one server, links that break, power that goes: no number is ever on two papers, and every paper is called."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from contract.wire.messages import Estimate, QueueState, ServerStatus, Text
from kiosk.flow.event import Answered, Ask, Connected, Received, Tick, Unanswered
from kiosk.ticket_kiosk import flow
from kiosk.ticket_kiosk.events import Confirm, GoHome, PickQueue, PickTheme, PrintBroke, Printed, PrinterIs, TakeNumber
from kiosk.ticket_kiosk.offline_numbers.book import LeaseBook
from kiosk.ticket_kiosk.offline_numbers.state import KeepLease, MarkMerged, NoNumber, NumberGiven, Settle, TakeLeased
from kiosk.ticket_kiosk.role import setting_of
from kiosk.ticket_kiosk.take_number.state import PrintTicket
from kiosk.ui.theme import Mode
from tests.bed import Bed
from tests.ledgers import ledger_in
from tests.small_hall import write_hall

QUEUES = ("household", "tax", "enterprise")
MOST = 4
WHICH = st.integers(0, 1)
ENDS = st.sampled_from(
    ["answered", "answered", "answer is lost", "link breaks", "not printed", "power goes", "power goes after the paper"]
)
"""What happens while a number is taken; most of it may happen with the link or without."""


class Kiosk:
    """The kiosk's flow and its book; the wire and the printer are moved by hand."""

    def __init__(self, name: str, folder: Path, bed: Bed) -> None:
        self.path, self.bed, self.up = folder / f"{name}.db", bed, False
        hall = bed.hall.config
        self.setting = replace(setting_of(hall, name, Mode(), printer="printer-1"), offline_numbers=MOST)
        self.papers: list[tuple[str, bool]] = []
        self.starts()

    def starts(self) -> None:
        self.state, self.sent, self.printing = flow.first(self.setting, uuid.uuid4()), [], []
        self.book = LeaseBook(self.path)
        self.book.open()
        self.does(Tick(0, self.clock), PrinterIs("ok"), self.book.holding(), Tick(10, self.clock))
        self.link(self.up)

    @property
    def clock(self) -> Any:
        return self.bed.clock.now.astimezone(self.bed.hall.zone)

    def tick(self, seconds: float = 1) -> None:
        self.does(Tick(self.state.now + seconds, self.clock))

    def link(self, up: bool) -> None:
        self.up = up
        self.does(Connected(up))
        if up:
            self.does(Received(("server", "status"), ServerStatus("ready", "s", "1", self.clock)))
            for queue in QUEUES:
                state = QueueState(1, Text(queue, queue), True, 0, None, None, Estimate(0, 0))
                self.does(Received(("queue", queue, "state"), state))

    def does(self, *events: Any) -> None:
        for event in events:
            self.state, effects = flow.step(self.state, event)
            for effect in effects:
                self.perform(effect)

    def perform(self, effect: Any) -> None:
        match effect:
            case Ask():
                self.sent.append(effect)
            case PrintTicket():
                self.printing.append(effect.ticket)
            case TakeLeased():
                given = self.book.take(effect)
                self.does(NoNumber(effect.request) if given is None else NumberGiven(effect.request, given))
            case Settle():
                self.book.settle(effect.ticket, effect.result)
            case KeepLease():
                self.book.add(effect.answer)
            case MarkMerged():
                assert self.book.merged(effect.answer) == [], "the server refused a number that it had leased"
        if isinstance(effect, TakeLeased | Settle | KeepLease | MarkMerged):
            self.does(self.book.holding())

    def prints(self, well: bool) -> None:
        for ticket in self.printing:
            if well:
                self.papers.append((ticket.id, ticket.offline))
            self.does(Printed(ticket.id) if well else PrintBroke(ticket.id, "paper-out"), PrinterIs("ok"))
        self.printing = []

    def hears(self, lost: bool) -> None:
        """The server does what was asked; its answers come, or get lost."""
        sent, self.sent = self.sent, []
        for ask in sent:
            [answer] = self.bed.group((ask.verb, ask.body), ids=[ask.request_id]) if self.up else [None]
            self.does(Unanswered(ask.request_id) if lost or answer is None else Answered(ask.request_id, answer))

    def loses_power(self, paper_was_out: bool) -> None:
        if paper_was_out:
            self.papers += [(ticket.id, ticket.offline) for ticket in self.printing]
        self.book.close()
        self.starts()


class Hall(RuleBasedStateMachine):
    """A hall whose network is as bad as can be."""

    @initialize(issued=st.sampled_from([0, 899]))
    def opens(self, issued: int) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="jiaohao-offline-"))
        hall = write_hall(self.folder / "hall", rules="issue_outside_hours = true\nprint_timeout_s = 100000")
        devices = hall / "devices.toml"
        devices.write_text(devices.read_text() + '\n[[terminal]]\nid = "kiosk-2"\nrole = "hall"\n')
        self.bed = Bed(hall, ledger_in(self.folder)).open()
        with self.bed.database.writer.begin() as connection:
            for queue in QUEUES if issued else ():
                connection.exec_driver_sql(f"INSERT INTO counters VALUES ('{queue}', '2026-11-23', {issued})")
        self.kiosks = [Kiosk(name, self.folder, self.bed) for name in ("kiosk-1", "kiosk-2")]
        for kiosk in self.kiosks:
            kiosk.link(True)
            kiosk.tick()
            kiosk.hears(lost=False)

    def teardown(self) -> None:
        if hasattr(self, "kiosks"):
            self.everything_is_told_in_the_end()
            for kiosk in self.kiosks:
                kiosk.book.close()
            self.bed.close()
            shutil.rmtree(self.folder)

    @rule(which=WHICH, queue=st.sampled_from(QUEUES), ends=st.lists(ENDS, min_size=1, max_size=4))
    def citizens_take_numbers(self, which: int, queue: str, ends: list[str]) -> None:
        kiosk = self.kiosks[which]
        for end in ends:
            kiosk.does(GoHome(), TakeNumber(), PickTheme("people"), PickQueue(queue), Confirm())
            self.bed.clock.advance(seconds=7)
            kiosk.tick(7)
            match end:
                case "link breaks":
                    kiosk.link(False)
                    kiosk.tick()
                case "answer is lost":
                    kiosk.hears(lost=True)
                case "answered":
                    kiosk.hears(lost=False)
            if end == "power goes":
                kiosk.loses_power(paper_was_out=False)
            elif end == "power goes after the paper":
                kiosk.loses_power(paper_was_out=True)
            else:
                kiosk.prints(well=end != "not printed")

    @rule(which=WHICH, lost=st.booleans())
    def the_server_answers(self, which: int, lost: bool) -> None:
        self.kiosks[which].hears(lost)

    @rule(which=WHICH, up=st.booleans())
    def a_link_breaks_or_comes_back(self, which: int, up: bool) -> None:
        self.kiosks[which].link(up)
        self.kiosks[which].tick()

    @rule(which=WHICH, paper_was_out=st.booleans())
    def a_kiosk_loses_its_power(self, which: int, paper_was_out: bool) -> None:
        self.kiosks[which].loses_power(paper_was_out)

    @rule()
    def the_server_restarts(self) -> None:
        self.bed = self.bed.again()
        for kiosk in self.kiosks:
            kiosk.bed = self.bed

    @rule(seconds=st.sampled_from([1, 10, 70]))
    def time_passes(self, seconds: int) -> None:
        self.bed.clock.advance(seconds=seconds)
        for kiosk in self.kiosks:
            kiosk.tick(seconds)

    @invariant()
    def no_number_is_on_two_papers(self) -> None:
        papers = Counter(ticket for kiosk in getattr(self, "kiosks", ()) for ticket, _ in kiosk.papers)
        assert all(count == 1 for count in papers.values()), papers.most_common(3)

    def everything_is_told_in_the_end(self) -> None:
        for kiosk in self.kiosks:
            kiosk.prints(well=True)
            kiosk.link(True)
            for _ in range(10):
                kiosk.tick(70)
                kiosk.prints(well=True)
                kiosk.hears(lost=False)
            assert kiosk.book.holding().unmerged == ()
        self.no_number_is_on_two_papers()
        offline = [ticket for kiosk in self.kiosks for ticket, offline in kiosk.papers if offline]
        states = {ticket: self.bed.ok("lookup", ticket=ticket)["ticket"]["state"] for ticket in offline}
        assert set(states.values()) <= {"waiting"}, "whoever has an offline paper stands in line"
        rows = self.bed.rows("SELECT id, number, queue, issued_at FROM tickets WHERE state = 'waiting' ORDER BY queue, rank")
        in_line = [(queue, issued_at) for _, _, queue, issued_at in rows]
        assert in_line == sorted(in_line), "in line by the time at which they were given"


def test_no_number_is_given_twice_and_no_paper_is_forgotten() -> None:
    rules = settings(
        max_examples=12,
        stateful_step_count=12,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        phases=(Phase.explicit, Phase.generate),
    )
    run_state_machine_as_test(Hall, settings=rules)
