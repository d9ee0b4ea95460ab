"""The technician's pages: found by the gesture only, opened by a right code only, and closed again by themselves."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from contract.wire.answers import Answer, Error
from contract.wire.messages import ServerStatus, Text
from kiosk.flow.device_test import Result, Tried, TryDevice
from kiosk.flow.event import Answered, Ask, Broke, Connected, Received, Tick, Touched, Unanswered
from kiosk.flow.requests import PendingRequests
from kiosk.service_pages.action_reports import PAUSE_S
from kiosk.service_pages.events import (
    ActsReport,
    Checked,
    CheckOffline,
    CodeCheck,
    Do,
    Forget,
    KeepSecret,
    KeyTyped,
    Landed,
    Leave,
    LookAround,
    NextColour,
    Note,
    NotOrdered,
    Open,
    Pointer,
    PressOrder,
    ReadLog,
    SecretFetch,
    Try,
)
from kiosk.service_pages.flow import step
from kiosk.service_pages.gesture import WITHIN_S
from kiosk.service_pages.state import (
    CODE_S,
    COLOURS,
    FREE_TRIES,
    LONGEST_WAIT_S,
    MARKS,
    MENU_S,
    SCAN_S,
    SPEAKER,
    Landing,
    Own,
    OwnDevice,
    Technician,
    UnreportedActs,
)
from kiosk.ticket_kiosk.events import Turn
from kiosk.ticket_kiosk.scan.state import CameraPicture, NextPicture, Pictured, Scanned, Watch
from kiosk.ui.keys import BACK, CLEAR

CLOCK = datetime(2026, 11, 23, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
LEFT, RIGHT, MIDDLE = (0.03, 0.97), (0.97, 0.97), (0.5, 0.5)
GESTURE = (LEFT, RIGHT) * 3
CODE = "12345678"
SECRET = "ab" * 32


class Terminal:
    """A terminal under test: `does` takes events, `effects` are those of the last one but notes."""

    def __init__(self) -> None:
        parts = (OwnDevice("printer-1", "printer"), OwnDevice(SPEAKER, SPEAKER))
        self.state = Technician(Own("kiosk-1", "hall-kiosk", "1", parts), PendingRequests(uuid.UUID(int=7)))
        self.effects: tuple[Any, ...] = ()
        self.noted: list[Note] = []
        self.now = 100.0
        self.does(Tick(self.now, CLOCK))

    def does(self, *events: Any) -> Terminal:
        for event in events:
            self.state, effects = step(self.state, event)
            self.noted += [effect for effect in effects if isinstance(effect, Note)]
            self.effects = tuple(effect for effect in effects if not isinstance(effect, Note))
        return self

    def passes(self, seconds: float) -> Terminal:
        self.now += seconds
        return self.does(Tick(self.now, CLOCK))

    def server(self, state: str = "ready") -> Terminal:
        return self.does(Connected(True), Received(("server", "status"), ServerStatus(state, "s", "1", CLOCK)))  # type: ignore[arg-type]

    def touches(self, *places: tuple[float, float], pause_s: float = 0.3) -> Terminal:
        for x, y in places:
            self.passes(pause_s).does(Touched(x, y, self.now))
        return self

    def types(self, code: str = CODE) -> Terminal:
        return self.does(*(KeyTyped(digit) for digit in code))

    def asks(self) -> Ask:
        [ask] = self.effects
        assert isinstance(ask, Ask)
        return ask

    def hears(self, status: str, code: str = "") -> Terminal:
        """The server's answer to the code."""
        error = Error(code, "", texts=Text("不对", "wrong")) if code else None  # type: ignore[arg-type]
        return self.does(Answered(self.checking, Answer(status, {} if not code else None, error)))  # type: ignore[arg-type]

    @property
    def checking(self) -> str:
        """The id of the request by which the server is asked for a code."""
        [pending] = self.state.requests.of(CodeCheck)
        return pending.id

    def inside(self) -> Terminal:
        """Behind the code."""
        return self.server().touches(*GESTURE).types().hears("ok")


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


def test_the_gesture_opens_the_page_for_the_code_and_shows_the_pointer(terminal: Terminal) -> None:
    terminal.touches(*GESTURE)
    assert (terminal.state.page, terminal.effects) == ("code", (Pointer(True),))


@pytest.mark.parametrize(
    "places",
    [
        GESTURE[:5],
        (RIGHT, *GESTURE[:5]),
        (LEFT,) * 6,
        (RIGHT, LEFT) * 3,
        (*GESTURE[:3], MIDDLE, *GESTURE[3:]),
        (MIDDLE,) * 20,
        ((0.03, 0.03), (0.97, 0.03)) * 3,
    ],
)
def test_other_touches_do_not(terminal: Terminal, places: tuple[tuple[float, float], ...]) -> None:
    assert terminal.touches(*places).state.page == "hidden"


def test_whoever_errs_begins_again_at_the_left(terminal: Terminal) -> None:
    assert terminal.touches(LEFT, RIGHT, RIGHT, LEFT, LEFT, *GESTURE[1:]).state.page == "code"


def test_a_slow_gesture_is_none(terminal: Terminal) -> None:
    assert terminal.touches(*GESTURE, pause_s=WITHIN_S / 4).state.page == "hidden"


def test_with_the_server_the_eighth_digit_asks_it_and_a_right_code_opens_the_menu(terminal: Terminal) -> None:
    terminal.server().touches(*GESTURE).types(CODE[:7])
    assert terminal.effects == ()
    ask = terminal.types(CODE[7]).asks()
    assert (ask.verb, ask.body) == (CodeCheck.verb, {"code": CODE}) and uuid.UUID(ask.request_id)
    assert terminal.hears("ok").state.page == "menu"
    assert terminal.state.typed == ""


def test_digits_can_be_taken_back_and_other_keys_are_none(terminal: Terminal) -> None:
    terminal.touches(*GESTURE).types("12").does(KeyTyped(BACK), KeyTyped("x"), KeyTyped("9"))
    assert terminal.state.typed == "19"
    assert terminal.does(KeyTyped(CLEAR)).state.typed == ""


def test_nothing_is_typed_while_a_code_is_checked(terminal: Terminal) -> None:
    terminal.server().touches(*GESTURE).types().types("9")
    assert (terminal.state.typed, terminal.effects) == (CODE, ())


def test_without_the_server_the_terminal_checks_a_code_itself(terminal: Terminal) -> None:
    terminal.touches(*GESTURE).types()
    assert terminal.effects == (CheckOffline(CODE),)
    assert terminal.does(Checked("right")).state.page == "menu"


def test_a_silent_or_busy_server_leaves_the_check_to_the_terminal(terminal: Terminal) -> None:
    terminal.server().touches(*GESTURE).types()
    terminal.does(Unanswered(terminal.checking))
    assert terminal.effects == (CheckOffline(CODE),)
    terminal.does(Checked("wrong")).types().hears("error", "busy")
    assert terminal.effects == (CheckOffline(CODE),)


@pytest.mark.parametrize("code", ["not-authorised", "limit-reached"])
def test_a_code_that_the_server_refuses_is_not_tried_at_the_terminal(terminal: Terminal, code: str) -> None:
    terminal.server().touches(*GESTURE).types().hears("error", code)
    assert (terminal.state.page, terminal.effects, terminal.state.typed) == ("code", (), "")
    assert terminal.state.refusal == Text("不对", "wrong") and terminal.state.wrong == 1


def wrong_codes(terminal: Terminal, count: int) -> list[int]:
    """How long the terminal waits after each of so many wrong codes."""
    waits = []
    for _ in range(count):
        terminal.types().does(Checked("wrong"))
        waits.append(terminal.state.wait_s)
        terminal.passes(terminal.state.wait_s)
        terminal.touches(*(() if terminal.state.is_open else GESTURE))
    return waits


def test_after_five_wrong_codes_the_terminal_waits_longer_and_longer(terminal: Terminal) -> None:
    terminal.touches(*GESTURE)
    assert wrong_codes(terminal, 12) == [0] * FREE_TRIES + [30, 60, 120, 240, 480, *[LONGEST_WAIT_S] * 3]
    terminal.types().does(Checked("wrong")).types()
    assert (terminal.state.typed, terminal.effects) == ("", ()), "nothing can be typed in that time"


def test_leaving_does_not_shorten_the_wait_and_a_right_code_ends_the_count(terminal: Terminal) -> None:
    terminal.touches(*GESTURE)
    wrong_codes(terminal, FREE_TRIES)
    terminal.types().does(Checked("wrong"), Leave()).touches(*GESTURE)
    assert terminal.state.wait_s > 0
    terminal.passes(31).touches(*(() if terminal.state.is_open else GESTURE)).types().does(Checked("right"), Leave())
    assert terminal.touches(*GESTURE).types().does(Checked("wrong")).state.wait_s == 0


def test_a_judgement_that_comes_late_or_unasked_opens_nothing(terminal: Terminal) -> None:
    for late in (Checked("right"), Answered("some-id", Answer("ok", {})), Open("menu"), Open("devices")):
        assert terminal.does(late).state.page == "hidden"
        terminal.touches(*GESTURE)
        assert terminal.does(late).state.page == "code"
        terminal.does(Leave())
    terminal.server().touches(*GESTURE).types()
    answer = Answered(terminal.checking, Answer("ok", {}))
    assert terminal.does(Leave(), answer).state.page == "hidden"


def test_the_secret_is_fetched_whenever_the_server_comes_and_kept(terminal: Terminal) -> None:
    ask = terminal.server().asks()
    assert (ask.verb, ask.body) == (SecretFetch.verb, {})
    terminal.does(Answered(ask.request_id, Answer("ok", {"secret": SECRET})))
    assert terminal.effects == (KeepSecret(SECRET),)
    assert terminal.server().effects == (), "a server that was there is not asked again"
    terminal.server("lost").server()
    assert terminal.asks().request_id != ask.request_id
    terminal.does(Answered(terminal.asks().request_id, Answer("error", None, Error("unknown-verb", ""))))
    assert terminal.effects == (), "an older server has none"


def test_pages_close_by_themselves_and_forget(terminal: Terminal) -> None:
    terminal.touches(*GESTURE).types("123").passes(CODE_S - 1)
    assert terminal.state.page == "code"
    terminal.passes(1.5)
    assert (terminal.state.page, terminal.state.typed, terminal.effects) == ("hidden", "", (Pointer(False),))
    terminal.inside().passes(MENU_S - 1).touches(MIDDLE).passes(MENU_S - 1)
    assert terminal.state.page == "menu"
    assert terminal.passes(1.5).state.page == "hidden"


def test_a_page_that_breaks_gives_the_screen_back_to_the_public(terminal: Terminal) -> None:
    assert terminal.inside().does(Broke("x")).state.page == "hidden"


def test_a_device_is_tried_once_at_a_time_and_only_one_of_this_terminal(terminal: Terminal) -> None:
    terminal.inside().does(Open("devices"), Try("printer-1"))
    assert terminal.effects == (TryDevice("printer-1"),)
    assert terminal.does(Try("printer-1")).effects == () and terminal.does(Try("strip-01")).effects == ()
    terminal.does(Tried("printer-1", Result(True)))
    assert terminal.state.results["printer-1"] == Result(True)
    assert terminal.does(Try("printer-1")).effects == (TryDevice("printer-1"),)


def test_pages_ask_for_what_they_show(terminal: Terminal) -> None:
    terminal.inside()
    assert terminal.does(Open("network")).effects == (LookAround(),)
    assert terminal.does(Open("log")).effects == (ReadLog(),)
    assert terminal.does(Turn(3)).state.sheet == 3 and terminal.does(Turn(-1)).state.sheet == 0


def test_nine_touches_end_the_touch_test_and_every_colour_is_shown_once(terminal: Terminal) -> None:
    terminal.inside().does(Open("touch"))
    for number in range(len(MARKS)):
        assert terminal.state.page == "touch"
        terminal.does(Landed(Landing(3, 4 * number)))
    assert terminal.state.page == "touched" and terminal.state.landings[1].error == 5
    assert terminal.does(Open("touch")).state.landings == ()
    terminal.does(Open("colours"), *[NextColour()] * (len(COLOURS) - 1))
    assert terminal.state.page == "colours"
    assert terminal.does(NextColour()).state.page == "menu"


def test_program_and_machine_are_restarted_at_the_second_tap_only(terminal: Terminal) -> None:
    terminal.inside().does(PressOrder("restart"))
    assert (terminal.effects, terminal.state.armed) == ((), "restart")
    assert terminal.does(PressOrder("reboot")).effects == () and terminal.state.armed == "reboot"
    assert terminal.does(PressOrder("reboot")).effects == (Do("reboot"),)
    terminal.does(NotOrdered("reboot"))
    assert (terminal.state.ordered, terminal.state.refused) == (None, "reboot")
    assert terminal.does(PressOrder("restart"), PressOrder("restart")).effects == (Do("restart"),)
    assert replace(terminal.state, armed=None).ordered == "restart"


def test_before_the_code_no_order_and_no_test_does_anything(terminal: Terminal) -> None:
    for page in ("hidden", "code"):
        assert terminal.state.page == page
        for event in (
            PressOrder("reboot"),
            PressOrder("reboot"),
            Try("printer-1"),
            Open("log"),
            Landed(Landing(0, 0)),
            NextColour(),
        ):
            assert terminal.does(event).effects == () and terminal.state.page == page
        terminal.touches(*GESTURE)


# --- a scanner is tried by showing it a code -------------------------------------------------------------------------


def scanning() -> Terminal:
    terminal = Terminal()
    parts = (OwnDevice("scanner-1", "scanner", shows=True), OwnDevice("scanner-2", "scanner", shows=True))
    terminal.state = replace(terminal.state, own=replace(terminal.state.own, devices=parts))
    return terminal.inside().does(Open("devices"), Try("scanner-1"))


def test_a_scanner_is_on_until_a_code_was_shown_and_nothing_of_the_code_is_kept() -> None:
    terminal = scanning()
    assert terminal.effects == (Watch(True),) and terminal.state.results["scanner-1"].well is None
    assert terminal.does(Pictured(CameraPicture(1, 1, b"\0\0\0"))).effects == (NextPicture(),)
    terminal.does(Scanned("62052419900101001X"))
    assert terminal.effects == (Watch(False),) and terminal.state.results["scanner-1"] == Result(True, "18")
    assert "62052419900101001X" not in repr(terminal.state)
    assert terminal.does(Pictured(CameraPicture(1, 1, b"\0\0\0"))).effects == ()


def test_a_code_that_never_comes_ends_the_test_of_a_scanner() -> None:
    terminal = scanning().passes(SCAN_S - 1)
    assert terminal.state.scanning == "scanner-1"
    terminal.passes(1)
    assert terminal.effects == (Watch(False),) and terminal.state.results["scanner-1"] == Result(False, "nothing-read")


def test_the_scanner_is_switched_off_when_the_technician_goes_elsewhere() -> None:
    assert Watch(False) in scanning().does(Open("menu")).effects
    assert Watch(False) in scanning().does(Leave()).effects
    terminal = scanning().does(Try("scanner-2"))
    assert terminal.state.results["scanner-1"] == Result(False, "nothing-read") and terminal.state.scanning == "scanner-2"


ACTS = tuple({"number": number, "at": "2026-11-23T09:00:00+08:00", "act": "viewed"} for number in range(1, 61))


def test_what_is_done_behind_the_page_is_noted_and_so_is_every_use_of_a_time_based_code(terminal: Terminal) -> None:
    terminal.touches(*GESTURE).types().does(Checked("wrong"))
    terminal.types().does(Checked("right"), Open("devices"), Try("printer-1"), Tried("printer-1", Result(False, "paper-out")))
    terminal.does(Open("menu"), PressOrder("reboot"), PressOrder("reboot"), Leave())
    assert terminal.noted == [
        Note("refused-offline", result="wrong"),
        Note("entered-offline"),
        Note("viewed", "devices"),
        Note("tested", "printer-1", "paper-out"),
        Note("reboot"),
        Note("left"),
    ]


def test_the_page_for_the_code_and_the_servers_own_codes_are_not_noted(terminal: Terminal) -> None:
    terminal.touches(*GESTURE).does(Leave())
    assert terminal.inside().noted == []


def test_what_the_server_does_not_know_is_told_when_it_comes_a_part_at_a_time(terminal: Terminal) -> None:
    assert terminal.does(UnreportedActs("d", ACTS)).effects == ()
    terminal.server().passes(1)
    ask = terminal.asks()
    assert (ask.verb, ask.body) == (ActsReport.verb, {"diary": "d", "acts": list(ACTS[:50])})
    assert terminal.passes(100).effects == (), "one request at a time"
    terminal.does(Answered(ask.request_id, Answer("ok", {"known": 50})))
    assert terminal.effects == (Forget("d", 50),)
    assert terminal.does(UnreportedActs("d", ACTS[50:])).asks().body["acts"] == list(ACTS[50:])


def test_an_answer_that_does_not_come_or_is_no_is_waited_for_and_then_told_again(terminal: Terminal) -> None:
    terminal.server().does(UnreportedActs("d", ACTS[:1]))
    first = terminal.asks()
    assert terminal.does(Unanswered(first.request_id)).passes(PAUSE_S - 1).effects == ()
    second = terminal.passes(2).asks()
    assert second.body == first.body and second.request_id != first.request_id
    terminal.does(Answered(second.request_id, Answer("error", None, Error("unknown-verb", ""))))
    assert terminal.effects == () and terminal.passes(PAUSE_S + 1).asks().body == first.body
