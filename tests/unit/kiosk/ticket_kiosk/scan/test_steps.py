"""A citizen holds a code under the kiosk's scanner. Pure flow, no screen, no network."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from contract.wire.answers import Answer, Error
from contract.wire.messages import Estimate, Text
from kiosk.flow.event import Answered, Ask, Broke, Connected, LevelTapped, ReasonTapped, Tick, Unanswered
from kiosk.ticket_kiosk import flow
from kiosk.ticket_kiosk.events import Back, Confirm, GoHome, PickTheme, PrintBroke, Printed, PrinterIs, TakeNumber
from kiosk.ticket_kiosk.guides.state import Contents, ContentsAre, ItemIs, ReadItem
from kiosk.ticket_kiosk.my_ticket.state import AskGiveUp, ConfirmGiveUp, MoreReasons, OpenRating, SubmitRating
from kiosk.ticket_kiosk.role import device_states
from kiosk.ticket_kiosk.scan.state import (
    CameraPicture,
    CheckIn,
    NextPicture,
    OpenScan,
    PickAppointment,
    PickCase,
    Pictured,
    Scanned,
    ScannerIs,
    Watch,
)
from kiosk.ticket_kiosk.scan.steps import waits
from kiosk.ticket_kiosk.state import KioskState
from kiosk.ticket_kiosk.take_number.state import PrintTicket
from tests.facts import case_facts, ticket_facts
from tests.unit.kiosk.ticket_kiosk.test_flow import CLOCK, FIRST, READY, SECOND, SEED, SETTING, THIRD, queue_is

HALL = replace(SETTING, scanners=("camera-1",))
TICKET_CODE = "http://10.0.0.1/t/261122a001-abcdefghijkl"
APPOINTMENT = "JHA.testhall.abcdefghjk.AAAAAAAAAAAA"
SERVICE = "JHP.eyJpc3MiOiJ4In0.c2ln"
GUIDE = "http://10.0.0.1/g/62052400MZ-XK-0001"
REFUSED = Text("这个码是无效的，请从原来的渠道重新打开。", "This code is not genuine.")


class Citizen:
    """Drives the flow and remembers its effects."""

    def __init__(self) -> None:
        self.state: KioskState = flow.first(HALL, SEED)
        self.effects: list[Any] = []
        self.does(Tick(100, CLOCK), Connected(True), READY, queue_is("social"), PrinterIs("ok"))
        self.does(ScannerIs("camera-1", "ok", films=True))

    def does(self, *events: Any) -> KioskState:
        for event in events:
            self.state, effects = flow.step(self.state, event)
            self.effects += effects
        return self.state

    def waits(self, seconds: int) -> KioskState:
        start = int(self.state.now)
        return self.does(*(Tick(second, CLOCK) for second in range(start + 1, start + seconds + 1)))

    def scans(self, code: str, answer: Answer | None = None) -> KioskState:
        """Hold a code there, on the scan page; the server answers."""
        if self.state.page == "home":
            self.does(OpenScan())
        self.does(Scanned(code))
        return self.does(Answered(self.asked[-1].request_id, answer)) if answer is not None else self.state

    @property
    def asked(self) -> list[Ask]:
        return [effect for effect in self.effects if isinstance(effect, Ask)]

    @property
    def watching(self) -> list[bool]:
        return [effect.on for effect in self.effects if isinstance(effect, Watch)]


@pytest.fixture
def citizen() -> Citizen:
    """At the home page of an open hall with a camera."""
    found = Citizen()
    assert "scan" in found.state.tiles
    return found


def ok(**data: Any) -> Answer:
    return Answer("ok", data=data)


def error(code: str, texts: Text | None = REFUSED) -> Answer:
    return Answer("error", error=Error(code, "no", texts=texts))  # type: ignore[arg-type]


def appointment(standing: str = "due") -> dict[str, Any]:
    return {
        "id": "abcdefghjk",
        "queue": "social",
        "item": None,
        "name": "张*",
        "starts_at": "2026-11-22T09:30:00+08:00",
        "ends_at": "2026-11-22T10:00:00+08:00",
        "opens_at": "2026-11-22T09:00:00+08:00",
        "standing": standing,
        "ticket": None,
        "code": APPOINTMENT,
    }


def ticket(state: str = "waiting", **service: Any) -> dict[str, Any]:
    facts = ticket_facts(state=state, **{"class": "appointment"})
    return {"ticket": facts, "ahead": 2, "estimate_s": {"low": 60, "high": 300}, "windows": ["03"], **service}


def scanned(kind: str, **more: Any) -> Answer:
    return ok(kind=kind, **more)


# --- the camera -------------------------------------------------------------------------------------------------------


def test_the_camera_is_on_only_while_the_scan_page_is_shown(citizen: Citizen):
    citizen.does(OpenScan())
    assert citizen.watching == [True]
    citizen.does(Back())
    assert citizen.watching == [True, False]
    citizen.does(OpenScan())
    citizen.waits(46)
    assert citizen.state.shown == "home"
    citizen.does(OpenScan(), Broke("a page failed"))
    citizen.waits(6)
    citizen.does(OpenScan(), Connected(False))
    assert citizen.watching == [True, False] * 4


def test_each_picture_is_shown_before_the_next_is_asked_for_and_none_is_kept(citizen: Citizen):
    picture = CameraPicture(1, 1, b"\0\0\0")
    assert citizen.does(Pictured(picture)).scan.picture is None, "nobody scans"
    citizen.does(OpenScan())
    assert citizen.does(Pictured(picture)).scan.picture == picture
    assert citizen.effects.count(NextPicture()) == 1
    assert citizen.does(Back()).scan.picture is None


def test_a_scanner_that_is_unplugged_leaves_its_tile_which_says_so_until_it_is_back(citizen: Citizen):
    citizen.does(OpenScan(), ScannerIs("camera-1", "unreachable", films=True, detail="the camera is gone"))
    assert (citizen.state.shown, citizen.state.scan.able) == ("scan", False)
    [printer, camera] = device_states(citizen.state)
    assert (camera.id, camera.kind, camera.state, camera.detail) == ("camera-1", "scanner", "unreachable", "the camera is gone")
    home = citizen.does(GoHome())
    assert "scan" in home.tiles and home.out_of_order == ("scan",)
    assert citizen.does(OpenScan()).page == "scan", "the page says what to do"
    citizen.does(GoHome())
    assert citizen.does(ScannerIs("camera-1", "ok", films=True)).out_of_order == ()
    assert printer.kind == "printer"


# --- one code, one action -----------------------------------------------------------------------------------------------


def test_a_code_is_looked_up_once_however_long_it_is_held_there(citizen: Citizen):
    citizen.does(OpenScan(), *(Scanned(SERVICE) for _ in range(5)))
    assert [(ask.verb, ask.body) for ask in citizen.asked] == [("scan", {"code": SERVICE, "terminal": "kiosk-1"})]
    citizen.does(Answered(FIRST, error("expired")))
    for _ in range(5):
        citizen.waits(2)
        citizen.does(Scanned(SERVICE))
    assert len(citizen.asked) == 1, "it was never out of sight"
    citizen.waits(4)
    citizen.does(Scanned(SERVICE))
    assert len(citizen.asked) == 2


def test_of_two_codes_at_once_one_counts(citizen: Citizen):
    citizen.does(OpenScan(), Scanned(TICKET_CODE), Scanned(APPOINTMENT))
    assert len(citizen.asked) == 1
    citizen.does(Answered(FIRST, scanned("ticket", token="t", **ticket())), Scanned(APPOINTMENT))
    assert citizen.state.page == "my-ticket"
    assert len(citizen.asked) == 1


def test_a_code_under_the_gun_counts_at_home_and_nowhere_else(citizen: Citizen):
    citizen.does(TakeNumber(), Scanned(TICKET_CODE))
    assert citizen.asked == []
    citizen.does(GoHome(), Scanned(TICKET_CODE))
    assert citizen.state.page == "scan"
    assert [ask.request_id for ask in citizen.asked] == [FIRST]


def test_a_phone_that_lies_under_the_gun_is_read_again_only_after_it_was_away(citizen: Citizen):
    citizen.does(Scanned(TICKET_CODE), Answered(FIRST, scanned("ticket", token="t", **ticket())))
    for _ in range(8):
        citizen.waits(1)
        citizen.does(Scanned(TICKET_CODE))
    citizen.does(GoHome(), Scanned(TICKET_CODE))
    assert citizen.state.page == "home"
    citizen.waits(4)
    assert citizen.does(Scanned(TICKET_CODE)).page == "scan"
    citizen.does(GoHome(), OpenScan(), Scanned(TICKET_CODE))
    assert [ask.request_id for ask in citizen.asked] == [FIRST, SECOND, THIRD], "whoever opens the page wants it read"


def test_without_an_answer_the_same_question_is_asked_again_and_then_given_up(citizen: Citizen):
    citizen.scans(SERVICE)
    citizen.does(Unanswered(FIRST), Unanswered(FIRST))
    assert [ask.request_id for ask in citizen.asked] == [FIRST] * 3
    assert citizen.does(Unanswered(FIRST)).scan.refusal == "no-answer"
    assert not waits(citizen.state)


def test_an_answer_for_somebody_who_went_back_moves_nothing(citizen: Citizen):
    citizen.scans(TICKET_CODE)
    state = citizen.does(Back(), Answered(FIRST, scanned("ticket", token="t", **ticket())))
    assert (state.page, state.my_ticket.ticket) == ("home", None)
    citizen.does(GoHome())
    assert not waits(citizen.state)


# --- what is refused ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["", "   ", "http://evil.example/x", "号票", "a b", "\x00\x1b[2J", "x" * 5000, "JHA.nonsense"])
def test_nonsense_gets_one_sentence_without_asking_anybody(citizen: Citizen, code: str):
    state = citizen.scans(code)
    assert (state.page, state.scan.refusal) == ("scan", "nonsense")
    assert citizen.asked == []


@pytest.mark.parametrize("why", ["not-authorised", "expired", "bad-request", "wrong-state"])
def test_forged_expired_used_and_foreign_codes_get_the_servers_sentence_and_nothing_else(citizen: Citizen, why: str):
    state = citizen.scans(SERVICE, error(why))
    assert (state.page, state.scan.refusal, state.scan.holder) == ("scan", REFUSED, None)
    citizen.waits(4)
    assert citizen.scans(TICKET_CODE).scan.refusal is None, "the next code begins anew"


@pytest.mark.parametrize(
    "answer",
    [
        ok(),
        ok(kind="ticket"),
        ok(kind="elephant"),
        error("internal", None),
        Answer("ok"),
        ok(kind="ticket", token="t", ticket=None, ahead=1, estimate_s={}),
        ok(kind="appointment", appointment="x"),
        ok(kind="holder"),
    ],
)
def test_an_answer_that_is_none_is_said_to_be_none(citizen: Citizen, answer: Answer):
    state = citizen.scans(TICKET_CODE, answer)
    assert (state.page, state.scan.refusal) == ("scan", "no-answer")


# --- guides and cases ---------------------------------------------------------------------------------------------------


def test_a_guide_code_opens_the_guide_even_while_the_server_is_away(citizen: Citizen):
    citizen.does(ContentsAre(Contents("1")), Connected(False))
    citizen.does(Scanned(GUIDE))
    assert (citizen.state.shown, citizen.effects[-2:]) == ("scan", [ReadItem("62052400mz-xk-0001"), Watch(True)])
    item: Any = object()
    state = citizen.does(ItemIs("62052400mz-xk-0001", item))
    assert (state.shown, state.lookup.item) == ("guide", item)
    assert citizen.watching == [True, False]


def test_a_guide_that_is_not_here_and_other_codes_without_the_server_are_said_so(citizen: Citizen):
    citizen.does(ContentsAre(Contents("1")))
    citizen.scans(GUIDE)
    assert citizen.does(ItemIs("62052400mz-xk-0001", None)).scan.refusal == "unknown-guide"
    citizen.does(Connected(False), Scanned(TICKET_CODE))
    assert citizen.state.scan.refusal == "away"
    assert citizen.asked == []
    nothing = Citizen()
    assert nothing.does(Connected(False), Scanned(GUIDE)).page == "home", "there is nothing to show"


def test_a_case_code_opens_its_case(citizen: Citizen):
    state = citizen.scans("JHC.testhall.WS-1.AAAAAAAAAAAA", scanned("case", case=case_facts()))
    assert (state.shown, state.case_query.case and state.case_query.case.number) == ("case", "WS-1")


# --- appointments -------------------------------------------------------------------------------------------------------


def check_in(citizen: Citizen) -> Ask:
    citizen.scans(APPOINTMENT, scanned("appointment", appointment=appointment()))
    assert citizen.state.shown == "printing"
    return citizen.asked[-1]


def test_an_appointment_in_time_gets_its_number_on_paper_without_another_tap(citizen: Citizen):
    ask = check_in(citizen)
    assert ask.verb == "issue-ticket"
    assert ask.body == {
        "queue": "social",
        "class": "ordinary",
        "channel": "kiosk",
        "terminal": "kiosk-1",
        "appointment": APPOINTMENT,
    }
    citizen.does(Answered(ask.request_id, ok(**ticket("printing"))))
    [printed] = [effect for effect in citizen.effects if isinstance(effect, PrintTicket)]
    assert printed.ticket.number == "A001"
    assert citizen.does(Printed("20261122-a001")).shown == "done"
    assert citizen.asked[-1].body == {"ticket": "20261122-a001", "result": "printed"}
    assert citizen.does(GoHome()).scan.check_in is None


@pytest.mark.parametrize("code", ["wrong-state", "expired", "queue-closed", "limit-reached"])
def test_a_check_in_that_is_refused_says_why_and_goes_on_scanning(citizen: Citizen, code: str):
    ask = check_in(citizen)
    state = citizen.does(Answered(ask.request_id, error(code)))
    assert (state.shown, state.scan.refusal, state.scan.check_in, state.taking.wanted) == ("scan", REFUSED, None, None)
    citizen.does(Scanned(APPOINTMENT))
    assert len(citizen.asked) == 2, "the phone that is still held there is not read again"


def test_a_check_in_without_paper_is_offered_on_the_screen_with_the_same_appointment(citizen: Citizen):
    ask = check_in(citizen)
    citizen.does(Answered(ask.request_id, ok(**ticket("printing"))), PrintBroke("20261122-a001", "paper-out"))
    citizen.does(Confirm(on_screen=True))
    assert citizen.asked[-1].body == {"queue": "social", "class": "ordinary", "channel": "phone", "appointment": APPOINTMENT}
    assert citizen.does(Answered(citizen.asked[-1].request_id, ok(**ticket("waiting")))).shown == "done"


def test_a_check_in_that_another_kiosk_was_quicker_with_prints_no_second_paper(citizen: Citizen):
    ask = check_in(citizen)
    state = citizen.does(Answered(ask.request_id, ok(**ticket("waiting"))))
    assert state.shown == "my-ticket"
    assert not [effect for effect in citizen.effects if isinstance(effect, PrintTicket)]


def test_a_check_in_given_up_and_tried_again_is_one_order_and_one_paper(citizen: Citizen):
    first = check_in(citizen)
    citizen.does(*(Unanswered(first.request_id) for _ in range(3)))
    assert citizen.state.taking.trouble == "no-answer"
    citizen.does(GoHome())
    citizen.waits(4)
    citizen.scans(APPOINTMENT, scanned("appointment", appointment=appointment()))
    assert citizen.state.taking.wanted == first.request_id
    citizen.does(Answered(first.request_id, ok(**ticket("printing"))))
    assert len([effect for effect in citizen.effects if isinstance(effect, PrintTicket)]) == 1


def test_a_check_in_whose_citizen_is_gone_gives_back_only_what_was_not_printed(citizen: Citizen):
    citizen.does(PrinterIs("paper-out"))
    ask = check_in(citizen)
    citizen.does(Broke("a page failed"), Answered(ask.request_id, ok(**ticket("waiting"))))
    assert citizen.asked[-1] == ask, "the ticket of an appointment on the screen is not cancelled"
    other = Citizen()
    ask = check_in(other)
    other.does(Broke("a page failed"), Answered(ask.request_id, ok(**ticket("printing"))))
    assert (other.asked[-1].verb, other.asked[-1].body["result"]) == ("confirm-print", "failed")


@pytest.mark.parametrize("standing", ["early", "late", "over", "cancelled", "no-show"])
def test_an_appointment_out_of_time_says_so_before_anything_is_printed(citizen: Citizen, standing: str):
    state = citizen.scans(APPOINTMENT, scanned("appointment", appointment=appointment(standing)))
    assert state.shown == "appointment"
    assert len(citizen.asked) == 1


def test_who_is_late_may_take_a_number_after_reading_what_that_means(citizen: Citizen):
    citizen.scans(APPOINTMENT, scanned("appointment", appointment=appointment("late")))
    citizen.does(CheckIn(), CheckIn())
    assert [ask.request_id for ask in citizen.asked] == [FIRST, SECOND]
    assert citizen.state.shown == "printing"


def test_an_appointment_that_has_its_number_shows_it(citizen: Citizen):
    citizen.scans(APPOINTMENT, scanned("appointment", appointment=appointment("checked-in")))
    ask = citizen.asked[-1]
    assert ask.body == {"queue": "social", "channel": "phone", "appointment": APPOINTMENT}
    state = citizen.does(Answered(ask.request_id, ok(**ticket())))
    assert (state.shown, state.my_ticket.ticket and state.my_ticket.ticket.number) == ("my-ticket", "A001")


# --- tickets ------------------------------------------------------------------------------------------------------------


def at_ticket(citizen: Citizen, state: str = "waiting", **service: Any) -> KioskState:
    shown = citizen.scans(TICKET_CODE, scanned("ticket", **{**ticket(state, **service), "token": "tok"}))
    assert shown.shown == "my-ticket"
    return shown


def test_a_ticket_code_tells_where_one_stands(citizen: Citizen):
    shown = at_ticket(citizen).my_ticket.ticket
    assert shown is not None
    assert (shown.number, shown.ahead, shown.estimate_s, shown.windows) == ("A001", 2, Estimate(60, 300), ("03",))


def test_a_place_is_given_up_only_after_a_second_question(citizen: Citizen):
    at_ticket(citizen)
    citizen.does(ConfirmGiveUp(), AskGiveUp(), AskGiveUp(False), ConfirmGiveUp())
    assert len(citizen.asked) == 1
    citizen.does(AskGiveUp(), ConfirmGiveUp(), ConfirmGiveUp())
    assert [(a.verb, a.body, a.request_id) for a in citizen.asked[1:]] == [
        ("cancel-ticket", {"token": "tok", "reason": "citizen"}, SECOND)
    ]
    state = citizen.does(Answered(SECOND, ok(ticket=ticket("cancelled")["ticket"])))
    assert state.my_ticket.ticket is not None
    assert (state.shown, state.my_ticket.ticket.state) == ("my-ticket", "cancelled")


@pytest.mark.parametrize("state", ["called", "serving", "finished", "expired", "void", "cancelled"])
def test_a_ticket_that_stands_in_no_line_cannot_be_given_up(citizen: Citizen, state: str):
    at_ticket(citizen, state)
    citizen.does(AskGiveUp(), ConfirmGiveUp())
    assert len(citizen.asked) == 1


RATEABLE = {"id": "s", "window": "03", "level": None, "can_rate": True}


def ratings(citizen: Citizen) -> list[dict[str, Any]]:
    """What was sent about the service."""
    return [dict(ask.body) for ask in citizen.asked if ask.verb == "rate"]


def test_a_good_face_counts_with_the_touch_and_once(citizen: Citizen):
    at_ticket(citizen, "finished", service=RATEABLE)
    state = citizen.does(OpenRating(), LevelTapped(5), LevelTapped(1))
    assert ratings(citizen) == [{"token": "tok", "level": 5, "channel": "kiosk", "unexplained": True}]
    assert state.shown == "rate-reasons", "why is an offer"
    assert citizen.does(Answered(SECOND, ok(rating={}))).shown == "rate-reasons"
    assert citizen.does(SubmitRating()).shown == "rated" and len(ratings(citizen)) == 1
    assert citizen.waits(9).shown == "home"


def test_reasons_follow_a_good_face(citizen: Citizen):
    at_ticket(citizen, "finished", service=RATEABLE)
    citizen.does(OpenRating(), LevelTapped(4), ReasonTapped("410"), SubmitRating(), SubmitRating())
    assert ratings(citizen)[1:] == [{"token": "tok", "level": 4, "channel": "kiosk", "reasons": ["410"]}]
    assert citizen.does(Answered(citizen.asked[-1].request_id, ok(rating={}))).shown == "rated"
    assert len(ratings(citizen)) == 2


def test_a_bad_rating_is_submitted_with_a_reason_of_its_own_level(citizen: Citizen):
    at_ticket(citizen, "finished", service=RATEABLE)
    citizen.does(OpenRating(), LevelTapped(1), SubmitRating(), ReasonTapped("510"), SubmitRating())
    assert len(citizen.asked) == 1
    assert citizen.does(MoreReasons()).my_ticket.more
    citizen.does(ReasonTapped("108"), ReasonTapped("109"), ReasonTapped("108"), SubmitRating())
    assert citizen.asked[-1].body["reasons"] == ["109"]
    assert citizen.does(Answered(SECOND, error("already-rated"))).my_ticket.refusal == REFUSED


@pytest.mark.parametrize(
    "leaves", [(GoHome(),), (Back(), Back()), (Back(), GoHome()), ()], ids=["home", "back", "both", "gone"]
)
def test_a_bad_face_is_kept_without_a_reason_however_the_citizen_leaves(citizen: Citizen, leaves: tuple[object, ...]):
    at_ticket(citizen, "finished", service=RATEABLE)
    citizen.does(OpenRating(), LevelTapped(1), *leaves)
    citizen.waits(400)
    assert citizen.state.shown == "home"
    assert ratings(citizen) == [{"token": "tok", "level": 1, "channel": "kiosk", "unexplained": True}]


def test_a_rating_without_an_answer_keeps_nobody_waiting_and_is_sent_on(citizen: Citizen):
    at_ticket(citizen, "finished", service=RATEABLE)
    citizen.does(OpenRating(), LevelTapped(1), ReasonTapped("108"), SubmitRating())
    assert citizen.does(Unanswered(SECOND)).shown == "rated"
    citizen.does(GoHome(), Unanswered(SECOND), Answered(SECOND, error("busy")))
    citizen.waits(6)
    assert [ask.request_id for ask in citizen.asked if ask.verb == "rate"] == [SECOND] * 4
    assert citizen.state.shown == "home"


@pytest.mark.parametrize("service", [{}, {"service": {"id": "s", "window": "03", "level": 5, "can_rate": False}}])
def test_what_is_rated_already_or_too_late_offers_no_rating(citizen: Citizen, service: dict[str, Any]):
    at_ticket(citizen, "finished", **service)
    assert citizen.does(OpenRating()).shown == "my-ticket"


# --- service codes ------------------------------------------------------------------------------------------------------


def at_holder(citizen: Citizen) -> KioskState:
    holder = {"kind": "person", "name": "张*", "key": "k"}
    found = scanned("holder", holder=holder, appointments=[appointment()], cases=[case_facts()])
    return citizen.scans(SERVICE, found)


def test_a_service_code_leads_to_the_holders_appointments_cases_and_a_number(citizen: Citizen):
    assert at_holder(citizen).shown == "holder"
    assert citizen.does(PickCase("WS-2")).shown == "holder"
    assert citizen.does(PickCase("WS-1")).shown == "case"
    assert citizen.does(Back(), PickAppointment("abcdefghjk")).shown == "appointment"
    assert citizen.does(CheckIn()).shown == "printing"
    other = Citizen()
    at_holder(other)
    assert other.does(TakeNumber(), PickTheme("insurance")).shown == "businesses"


def test_nothing_of_the_holder_outlives_the_visit_or_stands_in_a_log(citizen: Citizen):
    state = at_holder(citizen)
    for secret in (SERVICE, "张*", "WS-1", APPOINTMENT):
        assert secret not in repr(state)
    state = citizen.waits(91)
    assert (state.page, state.scan.holder, state.scan.appointment) == ("home", None, None)
    assert state.scan.able, "the scanner stays"
