"""A citizen's way through the hall kiosk: touch this, expect that. Pure flow, no screen, no network."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.wire.answers import Answer, Error
from contract.wire.messages import Estimate, QueueState, ServerStatus, Text, WindowState, WindowTicket
from kiosk.flow.event import Answered, Ask, Broke, Connected, Received, Tick, Touched, Unanswered
from kiosk.ticket_kiosk import flow
from kiosk.ticket_kiosk.a4_print.state import Job
from kiosk.ticket_kiosk.events import (
    Back,
    Confirm,
    GoHome,
    PickClass,
    PickQueue,
    PickTheme,
    PrintBroke,
    Printed,
    PrinterIs,
    SetLanguage,
    Switch,
    TakeNumber,
    Turn,
)
from kiosk.ticket_kiosk.state import Business, KioskState, Setting
from kiosk.ticket_kiosk.take_number.state import PRINTING_S, PrintTicket, TicketRequest
from kiosk.ui.theme import Mode
from tests.facts import ticket_facts

CLOCK = datetime(2026, 11, 22, 9, 41, tzinfo=ZoneInfo("Asia/Shanghai"))
SETTING = Setting(
    terminal="kiosk-1",
    printer="printer-1",
    web="http://10.0.0.1",
    businesses=(Business("social", "insurance"), Business("medical", "insurance"), Business("household", "family")),
)
SEED = UUID(int=1)
FIRST, SECOND, THIRD = (str(uuid5(SEED, str(count))) for count in range(3))
"""The ids of the requests of a kiosk, in their order."""
READY = Received(("server", "status"), ServerStatus("ready", "s1", "1", CLOCK))


def queue_is(queue: str, *, is_open: bool = True, waiting: int = 3) -> Received:
    state = QueueState(1, Text(queue, queue), is_open, waiting, None, None, Estimate(60, 300))
    return Received(("queue", queue, "state"), state, retained=True)


class Citizen:
    """Drives the flow and remembers what it asked for."""

    def __init__(self, setting: Setting = SETTING) -> None:
        self.state: KioskState = flow.first(setting, SEED)
        self.asked: list[Ask] = []
        self.printing: list[PrintTicket] = []

    def does(self, *events: Any) -> KioskState:
        for event in events:
            self.state, effects = flow.step(self.state, event)
            self.asked += [effect for effect in effects if isinstance(effect, Ask)]
            self.printing += [effect for effect in effects if isinstance(effect, PrintTicket)]
        return self.state

    def waits(self, seconds: int) -> KioskState:
        start = int(self.state.now)
        for second in range(start + 1, start + seconds + 1):
            self.does(Tick(second, CLOCK))
        return self.state


@pytest.fixture
def citizen() -> Citizen:
    """At the home page of an open hall, paper in the printer."""
    found = Citizen()
    found.does(Tick(100, CLOCK), Connected(True), READY, PrinterIs("ok"), *(queue_is(b.id) for b in SETTING.businesses))
    assert found.state.shown == "home"
    return found


def issued(request_id: str, number: str = "C001") -> Answered:
    ticket = ticket_facts(number, "printing", token="tok")
    data = {"ticket": ticket, "ahead": 3, "estimate_s": {"low": 60, "high": 300}, "windows": ["03"]}
    return Answered(request_id, Answer("ok", data=data))


def refused(request_id: str, code: str) -> Answered:
    return Answered(request_id, Answer("error", error=Error(code, "no")))  # type: ignore[arg-type]


def at_confirm(citizen: Citizen) -> Citizen:
    citizen.does(TakeNumber(), PickTheme("insurance"), PickQueue("social"))
    assert citizen.state.shown == "confirm"
    return citizen


# --- the good day -----------------------------------------------------------------------------------------------------


def test_a_citizen_takes_a_number_and_gets_it_on_paper(citizen: Citizen):
    at_confirm(citizen).does(Confirm())
    assert citizen.state.shown == "printing"
    ask = citizen.asked[-1]
    assert (ask.verb, ask.request_id) == ("issue-ticket", FIRST)
    assert ask.body == {"queue": "social", "class": "ordinary", "channel": "kiosk", "terminal": "kiosk-1"}
    citizen.does(issued(FIRST))
    assert citizen.printing[-1].ticket.number == "C001"
    citizen.does(Printed("20261122-c001"))
    assert citizen.state.shown == "done"
    assert citizen.state.taking.on_paper
    assert citizen.asked[-1].body == {"ticket": "20261122-c001", "result": "printed"}
    citizen.waits(11)
    assert citizen.state.shown == "home"


def test_an_elder_claims_priority_and_may_take_it_back(citizen: Citizen):
    at_confirm(citizen).does(PickClass("priority"))
    assert citizen.state.taking.class_ == "priority"
    citizen.does(PickClass("priority"), PickClass("military"), Confirm())
    assert citizen.asked[-1].body["class"] == "military"


def test_a_theme_with_one_business_goes_straight_to_it(citizen: Citizen):
    assert citizen.does(TakeNumber(), PickTheme("family")).shown == "confirm"
    assert citizen.state.taking.queue == "household"


def test_back_leads_page_by_page_to_the_home_page(citizen: Citizen):
    at_confirm(citizen)
    assert [citizen.does(Back()).shown for _ in range(4)] == ["businesses", "themes", "home", "home"]


def test_language_and_modes_end_with_the_citizen(citizen: Citizen):
    citizen.does(SetLanguage("en"), Switch("elder"), Switch("low"))
    assert citizen.state.mode == Mode("en", elder=True, low=True)
    citizen.waits(61)
    assert citizen.state.mode == SETTING.first_mode


# --- twice, late, lost ------------------------------------------------------------------------------------------------


def test_a_double_tap_takes_one_number(citizen: Citizen):
    at_confirm(citizen).does(Confirm(), Confirm(), Confirm())
    assert [ask.request_id for ask in citizen.asked] == [FIRST]


def test_a_lost_answer_is_asked_for_with_the_same_id_and_prints_once(citizen: Citizen):
    at_confirm(citizen).does(Confirm(), Unanswered(FIRST))
    assert [ask.request_id for ask in citizen.asked] == [FIRST, FIRST]
    citizen.does(issued(FIRST), issued(FIRST))
    assert len(citizen.printing) == 1


def test_a_number_that_came_after_the_citizen_had_gone_is_given_back(citizen: Citizen):
    at_confirm(citizen).does(Confirm(), *[Unanswered(FIRST)] * 4)
    assert citizen.state.taking.trouble == "no-answer"
    citizen.does(GoHome(), issued(FIRST))
    assert citizen.state.shown == "home"
    assert citizen.asked[-1].body["result"] == "failed"
    assert citizen.printing == []


def test_a_report_that_nobody_answered_is_sent_again(citizen: Citizen):
    at_confirm(citizen).does(Confirm(), issued(FIRST), Printed("20261122-c001"))
    report = citizen.asked[-1]
    citizen.does(Unanswered(report.request_id))
    assert citizen.asked[-1] == report


def test_a_paper_that_comes_late_is_not_shown_to_the_next_citizen(citizen: Citizen):
    at_confirm(citizen).does(Confirm(), issued(FIRST), Broke("a defect"))
    citizen.waits(6)
    at_confirm(citizen).does(Confirm())
    assert citizen.does(Printed("20261122-c001")).shown == "printing"
    assert citizen.asked[-1].body == {"ticket": "20261122-c001", "result": "printed"}
    citizen.does(issued(SECOND, "C002"), Printed("20261122-c002"))
    assert (
        citizen.state.shown == "done"
        and citizen.state.taking.ticket is not None
        and citizen.state.taking.ticket.number == "C002"
    )


def test_every_request_has_an_id_of_its_own_and_a_kiosk_that_starts_again_others(citizen: Citizen):
    at_confirm(citizen).does(Confirm(), issued(FIRST), Printed("20261122-c001"))
    again = flow.first(SETTING, UUID(int=2))
    assert len({ask.request_id for ask in citizen.asked}) == len(citizen.asked) == 2
    assert again.requests.new_id()[1] not in {ask.request_id for ask in citizen.asked}


# --- trouble ----------------------------------------------------------------------------------------------------------


def test_when_the_paper_ends_the_number_is_void_and_offered_on_the_screen(citizen: Citizen):
    at_confirm(citizen).does(Confirm(), issued(FIRST), PrintBroke("20261122-c001", "paper-out", "no paper"))
    assert (citizen.state.shown, citizen.state.taking.trouble, citizen.state.taking.trouble_detail) == (
        "trouble",
        "print",
        "paper-out",
    )
    assert citizen.asked[-1].body["result"] == "failed"
    citizen.does(Confirm(on_screen=True))
    assert citizen.asked[-1].body == {"queue": "social", "class": "ordinary", "channel": "phone"}
    citizen.does(issued(THIRD, "C002"))
    assert (citizen.state.shown, citizen.state.taking.on_paper) == ("done", False)


def test_without_paper_the_kiosk_says_so_before_a_number_is_taken(citizen: Citizen):
    citizen.does(PrinterIs("paper-out"))
    assert not citizen.state.prints
    at_confirm(citizen).does(Confirm())
    assert citizen.asked[-1].body["channel"] == "phone"
    citizen.does(PrinterIs("ok"))
    assert citizen.state.prints, "it recovers without a restart"


def test_a_number_that_may_be_on_paper_counts_and_stands_on_the_screen(citizen: Citizen):
    at_confirm(citizen).does(Confirm(), issued(FIRST), PrintBroke("20261122-c001", "cutter", "the cutter is stuck", True))
    taking = citizen.state.taking
    assert (citizen.state.shown, taking.on_paper, taking.in_doubt) == ("done", False, True)
    assert taking.ticket is not None and taking.ticket.id == "20261122-c001"
    assert citizen.asked[-1].body == {
        "ticket": "20261122-c001",
        "result": "printed",
        "detail": "unsure: cutter: the cutter is stuck",
    }


def test_of_a_print_that_never_ends_the_number_counts_and_stands_on_the_screen(citizen: Citizen):
    at_confirm(citizen).does(Confirm(), issued(FIRST))
    citizen.waits(PRINTING_S + 1)
    assert citizen.state.shown == "done" and citizen.state.taking.in_doubt
    citizen.does(Printed("20261122-c001"))
    assert [ask.body.get("result") for ask in citizen.asked if ask.verb == "confirm-print"] == ["printed"]


@pytest.mark.parametrize(
    ("code", "trouble"),
    [
        ("queue-closed", "closed"),
        ("limit-reached", "limit"),
        ("busy", "no-answer"),
        ("internal", "no-answer"),
        ("bad-request", "refused"),
    ],
)
def test_a_refusal_is_told_in_the_words_of_its_reason(citizen: Citizen, code: str, trouble: str):
    at_confirm(citizen).does(Confirm(), refused(FIRST, code))
    assert (citizen.state.shown, citizen.state.taking.trouble) == ("trouble", trouble)


def test_while_the_server_is_away_no_number_is_offered_and_it_comes_back_by_itself(citizen: Citizen):
    citizen.does(Connected(False))
    assert citizen.state.shown == "away"
    assert citizen.does(TakeNumber()).shown == "away"
    citizen.does(Connected(True), READY)
    assert citizen.state.shown == "home"


def test_after_a_lost_connection_no_number_is_offered_before_the_server_says_that_it_is_ready(citizen: Citizen):
    citizen.does(Connected(False), Connected(True))
    assert citizen.state.shown == "away", "the server may have died meanwhile; its will is still on its way"
    assert citizen.does(READY).shown == "home"


def test_outside_the_hours_the_kiosk_is_locked(citizen: Citizen):
    citizen.does(*(queue_is(b.id, is_open=False) for b in SETTING.businesses))
    assert citizen.state.shown == "closed"
    citizen.does(TakeNumber(), PickTheme("insurance"), PickQueue("social"), Confirm())
    assert citizen.state.shown == "closed"
    assert citizen.asked == []
    citizen.does(queue_is("social"))
    assert citizen.state.shown == "home"


def test_a_locked_kiosk_knows_when_numbers_are_given_again(citizen: Citizen):
    opens = CLOCK.replace(day=23, hour=8, minute=30)
    for business in SETTING.businesses:
        state = QueueState(1, Text("", ""), False, 0, None, None, None, opens)
        citizen.does(Received(("queue", business.id, "state"), state, retained=True))
    assert (citizen.state.shown, citizen.state.opens_at) == ("closed", opens)
    citizen.does(*(queue_is(b.id) for b in SETTING.businesses))
    assert citizen.state.opens_at is None


def test_a_closed_business_cannot_be_picked(citizen: Citizen):
    citizen.does(queue_is("medical", is_open=False), TakeNumber(), PickTheme("insurance"), PickQueue("medical"))
    assert citizen.state.shown == "businesses"


def test_a_page_that_breaks_becomes_the_fail_safe_page_and_then_home(citizen: Citizen):
    at_confirm(citizen).does(Broke("a defect"))
    assert citizen.state.shown == "fail-safe"
    citizen.waits(6)
    assert citizen.state.shown == "home"


@pytest.mark.parametrize(("modes", "seconds"), [((), 45), ((Switch("elder"),), 90)])
def test_a_page_asks_whether_somebody_is_there_before_it_closes_and_any_touch_is_the_answer(citizen, modes, seconds):
    at_confirm(citizen).does(*modes, Touched())
    for _ in range(3):
        assert not citizen.waits(seconds - 20).asks_still_there
        assert citizen.waits(10).asks_still_there
        assert not citizen.does(Touched()).asks_still_there
    assert citizen.waits(seconds - 1).shown == "confirm"
    assert citizen.waits(1).shown == "home"


def test_a_page_that_says_only_one_thing_goes_without_a_question(citizen: Citizen):
    for page in ("done", "rated", "trouble", "printout"):
        taking = replace(citizen.state.taking, on_paper=True)
        printed = replace(citizen.state.printing, sent=True, job=Job("j", "done", Text("", ""), 1, 1))
        state = replace(citizen.state, page=page, taking=taking, printing=printed, now=citizen.state.idle_since + 9)
        assert not state.asks_still_there


def test_an_untouched_page_returns_home_with_a_countdown_before(citizen: Citizen):
    at_confirm(citizen).waits(31)
    assert citizen.state.left_s is not None
    citizen.does(Touched())
    assert citizen.state.left_s is None
    citizen.waits(46)
    assert citizen.state.shown == "home"


def test_who_is_still_to_come_is_shown_before_who_is_at_a_window_each_with_the_newest_first(citizen: Citizen):
    for minute, window, number, what in (
        (1, "01", "A001", "calling"),
        (3, "02", "A003", "serving"),
        (2, "03", "A002", "calling"),
        (4, "04", "A004", "serving"),
    ):
        since = CLOCK.replace(minute=minute)
        state = WindowState(1, what, WindowTicket(f"t{minute}", number, "social"), None, 1, since)
        citizen.does(Received(("window", window, "state"), state))
    assert [(call.number, call.window, call.serving) for call in citizen.state.calls] == [
        ("A002", "03", False),
        ("A001", "01", False),
        ("A004", "04", True),
        ("A003", "02", True),
    ]


# --- whatever happens -------------------------------------------------------------------------------------------------

QUEUES = st.sampled_from(["social", "medical", "household", "unknown"])
REQUESTS = st.sampled_from([FIRST, SECOND, THIRD])
TICKETS = st.sampled_from(["20261122-c001", "20261122-c002", "nobody"])
EVENTS = st.one_of(
    st.builds(Tick, st.floats(0, 500), st.just(CLOCK)),
    st.builds(Touched),
    st.builds(Connected, st.booleans()),
    st.just(READY),
    st.builds(lambda q, o: queue_is(q, is_open=o), QUEUES, st.booleans()),
    st.builds(TakeNumber),
    st.builds(Back),
    st.builds(GoHome),
    st.builds(PickTheme, st.sampled_from(["insurance", "family", "x"])),
    st.builds(PickQueue, QUEUES),
    st.builds(Turn, st.integers(-3, 9)),
    st.builds(PickClass, st.sampled_from(["priority", "military"])),
    st.builds(Confirm, st.booleans()),
    st.builds(SetLanguage, st.sampled_from(["zh", "en", "fr"])),
    st.builds(Switch, st.sampled_from(["elder", "contrast", "low"])),
    st.builds(PrinterIs, st.sampled_from(["ok", "paper-out"])),
    st.builds(Printed, TICKETS),
    st.builds(PrintBroke, TICKETS, st.just("paper-out")),
    st.builds(Unanswered, REQUESTS),
    st.builds(lambda r, n: issued(r, n), REQUESTS, st.sampled_from(["C001", "C002"])),
    st.builds(lambda r: refused(r, "busy"), REQUESTS),
    st.builds(lambda r: Answered(r, Answer("ok", data={"ticket": 7})), REQUESTS),
    st.builds(Broke, st.just("defect")),
    st.builds(Received, st.just(("queue", "social", "state")), st.none()),
    st.just(object()),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(EVENTS, max_size=40))
def test_whatever_happens_the_flow_never_breaks_and_home_is_always_reached(events: list[Any]):
    citizen = Citizen()
    citizen.does(*events)
    citizen.state = replace(citizen.state, now=1000.0, idle_since=min(citizen.state.idle_since, 1000.0))
    citizen.does(Connected(True), READY, queue_is("social"))
    for second in range(1, 200):
        citizen.does(Tick(1000.0 + second, CLOCK))
        for pending in citizen.state.requests.of(TicketRequest):
            citizen.does(refused(pending.id, "busy"))
    assert citizen.state.shown == "home"
    assert citizen.state.requests.of(TicketRequest) == ()
