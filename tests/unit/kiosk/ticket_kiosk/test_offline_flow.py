"""The hall kiosk without the server: numbers from the lease, on paper, told later. Pure flow, no screen, no network."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from contract.wire import codec
from contract.wire.answers import Answer, Error, LeaseAnswer, MergeAnswer, MergedTicket
from contract.wire.messages import LeaseStatus, ServerStatus
from kiosk.flow.event import Answered, Ask, Broke, Connected, Received, Tick, Unanswered
from kiosk.ticket_kiosk import flow
from kiosk.ticket_kiosk.events import (
    Confirm,
    GoHome,
    PickClass,
    PickQueue,
    PickTheme,
    PrintBroke,
    Printed,
    PrinterIs,
    TakeNumber,
)
from kiosk.ticket_kiosk.offline_numbers.state import (
    KeepLease,
    LeasedNumber,
    LeaseIs,
    MarkMerged,
    NoNumber,
    NumberGiven,
    Settle,
    TakeLeased,
)
from kiosk.ticket_kiosk.offline_numbers.steps import lease_status
from kiosk.ticket_kiosk.state import Business
from kiosk.ticket_kiosk.take_number import steps
from kiosk.ticket_kiosk.take_number.state import PRINTING_S, PrintTicket
from tests.unit.kiosk.ticket_kiosk.test_flow import CLOCK, READY, SETTING, Citizen, issued, queue_is

OFFLINE = replace(
    SETTING,
    offline_numbers=10,
    businesses=(
        Business("social", "insurance", offline=True),
        Business("medical", "insurance", offline=True),
        Business("household", "family"),
    ),
)
DAY = timedelta(hours=9)
BACK = (Connected(True), READY)
"""Broker and server are there again."""
UNTOLD = {"ticket": "20261122-c901", "issued_at": CLOCK.isoformat(), "result": "printed", "class": "ordinary", "item": None}
LOST = Received(("server", "status"), ServerStatus("lost", "s1", "1", CLOCK))


def lease_is(left: dict[str, int], *unmerged: dict[str, Any], **more: Any) -> LeaseIs:
    begins, ends = CLOCK - DAY, CLOCK + DAY
    return LeaseIs(left, more.get("since", begins), more.get("expires", ends), more.get("open", ((begins, ends),)), unmerged)


class Alone(Citizen):
    """A citizen at a kiosk that holds numbers; `wished` and `settled` are what the flow asked of the lease's keeper."""

    def __init__(self, setting: Any = OFFLINE) -> None:
        super().__init__(setting)
        self.effects: list[Any] = []

    def does(self, *events: Any) -> Any:
        for event in events:
            self.state, effects = flow.step(self.state, event)
            self.effects += effects
        return self.state

    def done(self, kind: type) -> list[Any]:
        return [effect for effect in self.effects if isinstance(effect, kind)]

    def asks(self, verb: str) -> list[Ask]:
        return [ask for ask in self.done(Ask) if ask.verb == verb]

    def is_given(self, number: str = "C901") -> None:
        """The keeper has written the number down that was wished last."""
        wish = self.done(TakeLeased)[-1]
        self.does(
            NumberGiven(
                wish.request,
                LeasedNumber(f"20261122-{number.lower()}", number, "tok", wish.queue, wish.class_, wish.at, ("03",)),
            )
        )

    def tick(self, seconds: float = 1, **clock: float) -> None:
        assert self.state.clock is not None
        self.does(Tick(self.state.now + seconds, self.state.clock + timedelta(**clock)))


@pytest.fixture
def alone() -> Alone:
    """At home, the server just lost; twelve numbers on lease, none of the household queue."""
    found = Alone()
    found.does(Tick(100, CLOCK), Connected(True), READY, PrinterIs("ok"), *(queue_is(b.id) for b in OFFLINE.businesses))
    found.does(lease_is({"social": 6, "medical": 6}), Tick(110, CLOCK))
    found.effects.clear()
    found.does(Connected(False), Tick(111, CLOCK))
    assert found.state.offline
    return found


def at_confirm(alone: Alone) -> Alone:
    alone.does(TakeNumber(), PickTheme("insurance"), PickQueue("social"))
    assert alone.state.shown == "confirm"
    return alone


# --- giving numbers ---------------------------------------------------------------------------------------------------


def test_without_the_server_a_citizen_gets_a_number_from_the_lease_on_paper(alone: Alone):
    assert alone.state.shown == "home"
    at_confirm(alone).does(PickClass("priority"), Confirm(), Confirm())
    assert [replace(taken, request="r") for taken in alone.done(TakeLeased)] == [
        TakeLeased("r", "social", "priority", None, CLOCK)
    ]
    assert alone.state.shown == "printing" and not alone.done(PrintTicket), "nothing is printed before it is written down"
    alone.is_given()
    printing = alone.done(PrintTicket)
    assert [(p.ticket.number, p.ticket.offline) for p in printing] == [("C901", True)]
    alone.does(Printed("20261122-c901"))
    assert alone.state.shown == "done"
    assert alone.done(Settle) == [Settle("20261122-c901", "printed")]
    assert not alone.done(Ask)


@pytest.mark.parametrize("lost", [Connected(False), LOST])
def test_broker_or_server_away_is_the_same_for_the_citizen(alone: Alone, lost: Any):
    alone.does(Connected(True), READY, lost)
    assert alone.state.shown == "home" and alone.state.offline


def test_only_queues_with_numbers_left_can_be_chosen(alone: Alone):
    alone.does(TakeNumber(), PickTheme("family"))
    assert alone.state.shown == "businesses"
    alone.does(PickQueue("household"))
    assert alone.state.shown == "businesses"
    alone.does(lease_is({"social": 0, "medical": 2}))
    assert not alone.state.gives_numbers("social") and alone.state.gives_numbers("medical")


@pytest.mark.parametrize(
    "lease",
    [
        lease_is({}),
        lease_is({"social": 0}),
        lease_is({"social": 5}, expires=CLOCK),
        lease_is({"social": 5}, since=CLOCK + timedelta(minutes=6)),
        lease_is({"social": 5}, open=((CLOCK - DAY, CLOCK), (CLOCK + timedelta(hours=1), CLOCK + DAY))),
    ],
)
def test_without_a_number_for_now_the_kiosk_says_that_the_system_is_away(alone: Alone, lease: LeaseIs):
    alone.does(lease)
    assert alone.state.shown == "away"
    alone.does(TakeNumber())
    assert not alone.done(TakeLeased)


def test_a_kiosk_that_starts_without_the_server_and_without_a_lease_says_so(alone: Alone):
    new = Alone()
    new.does(Tick(100, CLOCK), PrinterIs("ok"), LeaseIs({}, None, None, (), ()), Tick(110, CLOCK))
    assert new.state.shown == "away"


def test_a_kiosk_that_starts_again_without_the_server_goes_on_after_a_moment():
    new = Alone()
    new.does(Tick(100, CLOCK), PrinterIs("ok"), lease_is({"social": 3}), Tick(103, CLOCK))
    assert new.state.shown == "starting", "the server may be there any moment"
    new.does(Tick(106, CLOCK))
    assert new.state.shown == "home"


def test_after_midnight_nothing_is_given_from_yesterdays_lease(alone: Alone):
    alone.tick(hours=24)
    assert alone.state.shown == "away"


def test_after_a_start_without_the_server_nothing_is_given_before_the_printer_has_said_how_it_is():
    new = Alone()
    new.does(Tick(100, CLOCK), lease_is({"social": 3}), Tick(110, CLOCK))
    assert not new.state.offline
    new.does(PrinterIs("ok"))
    assert new.state.offline and new.state.shown == "home"


@pytest.mark.parametrize("condition", ["paper-out", "unreachable"])
def test_without_paper_the_number_from_the_lease_stands_on_the_screen_long_enough_to_be_noted(alone: Alone, condition: str):
    alone.does(PrinterIs(condition))
    at_confirm(alone).does(Confirm())
    alone.is_given()
    assert alone.done(Settle) == [Settle("20261122-c901", "shown")] and not alone.done(PrintTicket)
    assert alone.state.shown == "done" and not alone.state.taking.on_paper and alone.state.time_out_s == 45
    assert alone.state.taking.ticket is not None and alone.state.taking.ticket.offline


def test_after_paper_that_did_not_come_out_the_next_number_may_stand_on_the_screen(alone: Alone):
    at_confirm(alone).does(Confirm())
    alone.is_given()
    alone.does(PrintBroke("20261122-c901", "paper-out"))
    assert alone.state.shown == "trouble" and alone.state.offline
    alone.does(Confirm(on_screen=True))
    alone.is_given("C902")
    assert alone.state.shown == "done" and alone.done(Settle)[-1] == Settle("20261122-c902", "shown")


def test_the_terminals_status_says_what_is_left_and_what_is_not_told(alone: Alone):
    assert lease_status(alone.state) == LeaseStatus({"social": 6, "medical": 6}, 10, 0) and not alone.state.few_left
    alone.does(lease_is({"social": 2}, UNTOLD))
    assert lease_status(alone.state) == LeaseStatus({"social": 2, "medical": 0}, 10, 1) and alone.state.few_left
    alone.tick(hours=24)
    assert lease_status(alone.state) == LeaseStatus({}, 10, 1) and not alone.state.few_left, "yesterday's numbers are none"
    alone.does(lease_is({}))
    assert lease_status(alone.state) is None


def test_a_ticket_that_did_not_come_out_is_settled_as_failed_and_told_so(alone: Alone):
    at_confirm(alone).does(Confirm())
    alone.is_given()
    alone.does(PrintBroke("20261122-c901", "paper-out"))
    assert alone.done(Settle) == [Settle("20261122-c901", "failed")]
    assert (alone.state.shown, alone.state.taking.trouble) == ("trouble", "print")


def test_a_number_from_the_lease_that_may_be_on_paper_is_settled_as_unsure(alone: Alone):
    at_confirm(alone).does(Confirm())
    alone.is_given()
    alone.does(PrintBroke("20261122-c901", "paper-out", in_doubt=True))
    assert alone.done(Settle) == [Settle("20261122-c901", "unsure")]
    assert alone.state.shown == "done" and alone.state.taking.in_doubt


def test_when_the_last_number_has_just_gone_the_citizen_is_sent_to_the_help_desk(alone: Alone):
    at_confirm(alone).does(Confirm())
    alone.does(NoNumber(alone.done(TakeLeased)[-1].request))
    assert (alone.state.shown, alone.state.taking.trouble) == ("trouble", "none-left")
    alone.does(GoHome())
    assert alone.state.shown == "home"


def test_a_number_whose_citizen_got_an_error_page_is_void(alone: Alone):
    at_confirm(alone).does(Confirm(), Broke("a page broke"))
    alone.is_given()
    assert alone.done(Settle) == [Settle("20261122-c901", "failed")] and not alone.done(PrintTicket)


def test_a_disk_that_does_not_answer_leaves_nobody_standing(alone: Alone):
    at_confirm(alone).does(Confirm())
    alone.tick(PRINTING_S + 1)
    assert alone.state.shown == "trouble"
    alone.is_given()
    assert alone.done(Settle) == [Settle("20261122-c901", "failed")]


def test_whoever_waits_for_an_answer_when_the_server_goes_gets_a_number_from_the_lease(alone: Alone):
    alone.does(*BACK)
    at_confirm(alone).does(Confirm())
    assert len(alone.asks("issue-ticket")) == 1
    alone.does(Connected(False))
    alone.tick()
    alone.is_given()
    alone.does(Printed("20261122-c901"))
    assert alone.state.shown == "done" and alone.state.taking.ticket is not None and alone.state.taking.ticket.number == "C901"
    alone.does(*BACK, issued(alone.asks("issue-ticket")[0].request_id, "C001"))
    assert alone.asks("confirm-print")[-1].body["result"] == "failed", "the other number is given back"
    assert [p.ticket.number for p in alone.done(PrintTicket)] == ["C901"]


def test_whoever_gets_no_answer_at_all_gets_a_number_from_the_lease(alone: Alone):
    alone.does(*BACK)
    at_confirm(alone).does(Confirm())
    alone.tick(7)
    assert not alone.done(TakeLeased), "the server may take its time"
    ask = alone.asks("issue-ticket")[0]
    alone.does(Unanswered(ask.request_id))
    alone.tick()
    assert len(alone.done(TakeLeased)) == 1 and alone.state.shown == "printing"
    alone.is_given()
    alone.does(Printed("20261122-c901"), *[Unanswered(ask.request_id)] * 2)
    assert alone.state.shown == "done", "what the server never answered is followed in the background"


def test_whoever_checks_in_waits_for_the_server(alone: Alone):
    alone.does(*BACK)
    alone.state, [ask] = steps.check_in(alone.state, "social", "code")
    assert isinstance(ask, Ask)
    alone.does(Connected(False), Unanswered(ask.request_id))
    alone.tick()
    assert not alone.done(TakeLeased)


def test_a_number_under_way_when_the_server_comes_back_stays_an_offline_one(alone: Alone):
    at_confirm(alone).does(Confirm(), *BACK)
    alone.is_given()
    alone.does(Printed("20261122-c901"))
    assert alone.done(Settle) == [Settle("20261122-c901", "printed")] and not alone.asks("confirm-print")


# --- keeping the lease and telling what was given ---------------------------------------------------------------------


def test_a_lease_is_filled_up_for_every_queue_that_may_be_offline(alone: Alone):
    alone.does(*BACK, lease_is({"social": 5, "medical": 6}))
    alone.tick()
    assert [ask.body for ask in alone.asks("lease-numbers")] == [{"terminal": "kiosk-1", "queue": "social", "count": 5}]
    alone.tick()
    assert len(alone.asks("lease-numbers")) == 1, "one question at a time"
    answer = {
        "queue": "social",
        "business_day": "2026-11-22",
        "leased_at": CLOCK.isoformat(),
        "expires": CLOCK.isoformat(),
        "open": [],
        "windows": ["03"],
        "numbers": [{"ticket": "20261122-c907", "number": "C907", "token": "tok"}],
    }
    alone.does(Answered(alone.asks("lease-numbers")[0].request_id, Answer("ok", data=answer)))
    assert alone.done(KeepLease) == [KeepLease(codec.convert(answer, LeaseAnswer))]


def test_a_lost_answer_to_a_lease_is_asked_for_again_with_the_same_id(alone: Alone):
    alone.does(*BACK, lease_is({"medical": 10}))
    alone.tick()
    first = alone.asks("lease-numbers")[0]
    alone.does(Unanswered(first.request_id))
    assert alone.asks("lease-numbers") == [first, first]


def test_a_refused_lease_is_not_asked_for_again_at_once(alone: Alone):
    alone.does(*BACK, lease_is({"medical": 10}))
    alone.tick()
    alone.does(Answered(alone.asks("lease-numbers")[0].request_id, Answer("error", error=Error("busy", "no"))))
    for _ in range(30):
        alone.tick()
    assert len(alone.asks("lease-numbers")) == 1
    for _ in range(31):
        alone.tick()
    again = alone.asks("lease-numbers")
    assert len(again) == 2 and again[0].request_id != again[1].request_id


def test_yesterdays_lease_is_renewed_as_soon_as_the_new_day_begins(alone: Alone):
    alone.does(*BACK, lease_is({"social": 10, "medical": 10}))
    alone.tick(hours=24)
    assert {ask.body["queue"]: ask.body["count"] for ask in alone.asks("lease-numbers")} == {"social": 10, "medical": 10}


def test_a_wrong_clock_does_not_make_the_kiosk_lease_without_end(alone: Alone):
    alone.does(*BACK, lease_is({"social": 10, "medical": 10}))
    alone.tick(days=400)
    for ask in alone.asks("lease-numbers"):
        alone.does(Answered(ask.request_id, Answer("ok", data={})))
    for _ in range(600):
        alone.tick()
    assert len(alone.asks("lease-numbers")) == 2


def test_what_was_given_is_told_once_the_server_is_back_and_ticked_off(alone: Alone):
    alone.does(lease_is({"social": 9, "medical": 9}, UNTOLD))
    alone.tick()
    assert not alone.asks("merge-tickets"), "nobody hears it yet"
    alone.does(*BACK)
    alone.tick()
    ask = alone.asks("merge-tickets")[0]
    assert ask.body == {"terminal": "kiosk-1", "tickets": [UNTOLD]}
    alone.does(Unanswered(ask.request_id))
    assert alone.asks("merge-tickets") == [ask, ask]
    answer = {"tickets": [{"id": "20261122-c901", "state": "waiting"}]}
    alone.does(Answered(ask.request_id, Answer("ok", data=answer)))
    assert alone.done(MarkMerged) == [MarkMerged(MergeAnswer([MergedTicket("20261122-c901", "waiting")]))]


def test_a_merge_that_was_refused_is_told_again_later(alone: Alone):
    alone.does(*BACK, lease_is({"social": 9, "medical": 9}, UNTOLD))
    alone.tick()
    alone.does(Answered(alone.asks("merge-tickets")[0].request_id, Answer("error", error=Error("busy", "no"))))
    for _ in range(6):
        alone.tick()
    assert len(alone.asks("merge-tickets")) == 2


@pytest.mark.parametrize("setting", [replace(OFFLINE, printer=None), replace(OFFLINE, offline_numbers=0), SETTING])
def test_a_kiosk_without_a_printer_or_a_hall_that_wants_none_leases_nothing(setting: Any):
    kiosk = Alone(setting)
    kiosk.does(Tick(100, CLOCK), Connected(True), READY, PrinterIs("ok"), LeaseIs({}, None, None, (), ()))
    kiosk.tick()
    assert not kiosk.done(Ask)
