"""The call screen: what it shows of the hall, and what it keeps while the hall's server is away."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.wire.events import TicketMissed, TicketRequeued, TicketTransferred
from contract.wire.messages import (
    Announce,
    Estimate,
    QueueState,
    ServerStatus,
    SpokenCall,
    Text,
    VoiceSaying,
    WindowClerk,
    WindowState,
    WindowTicket,
)
from kiosk.call_screen.flow import CallScreenState, ShownCall, step
from kiosk.flow.event import Broke, Connected, Received, Tick

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


def at(seconds: float) -> Tick:
    return Tick(seconds, NOON + timedelta(seconds=seconds))


def server(state: str = "ready") -> Received:
    return Received(("server", "status"), ServerStatus(state, "s", "1", NOON), True)


def window(
    name: str, state: str, number: str | None = None, *, since: float = 0, calls: int = 1, retained: bool = False
) -> Received:
    ticket = WindowTicket(f"t-{number}", number, "social") if number else None
    what = WindowState(1, state, ticket, WindowClerk("0301", "张三", "photo.jpg"), calls, NOON + timedelta(seconds=since))
    return Received(("window", name, "state"), what, retained)


def queue(name: str, waiting: int, is_open: bool = True) -> Received:
    state = QueueState(1, Text(zh="社保", en="Social"), is_open, waiting, None, None, Estimate(0, 0))
    return Received(("queue", name, "state"), state)


def announce(number: str, name: str) -> Received:
    return Received(("announce",), Announce(1, name, number, Text(zh="", en="")))


def says(*calls: tuple[str, str], voice: str = "voice-1") -> Received:
    return Received(("voice", voice, "saying"), VoiceSaying([SpokenCall(*call) for call in calls]))


def missed(number: str, name: str, *, since: float = 0) -> Received:
    what = TicketMissed(
        ticket=f"t-{number}", number=number, queue="social", window=name, state="missed", at=NOON + timedelta(seconds=since)
    )
    return Received(("event", "ticket-missed"), what)


def back_in_line(number: str) -> Received:
    return Received(("event", "ticket-requeued"), TicketRequeued(ticket=f"t-{number}", number=number, queue="social", places=3))


def large(state: CallScreenState) -> list[str]:
    return [call.number for call in state.large]


def play(*events, state: CallScreenState | None = None) -> CallScreenState:
    state = state or CallScreenState()
    for event in events:
        state, effects = step(state, event)
        assert effects == ()
    return state


LIVE = (at(0), Connected(True), server())


def shown(state: CallScreenState) -> list[tuple[str, str, str]]:
    return [(call.number, call.window, call.standing) for call in state.calls]


def test_the_newest_call_stands_first_and_catches_the_eye_for_a_while():
    state = play(*LIVE, window("01", "calling", "A001"), at(1), window("02", "calling", "B001", since=1))
    assert shown(state) == [("B001", "02", "calling"), ("A001", "01", "calling")]
    assert state.highlighted
    assert not play(at(8), state=state).highlighted


def test_two_calls_of_one_moment_are_both_large_and_later_the_newest_alone():
    state = play(*LIVE, window("01", "calling", "A001"), at(2), window("02", "calling", "B001", since=1))
    assert large(state) == ["B001", "A001"] and state.highlighted
    assert large(play(at(7), state=state)) == ["B001"]
    later = play(at(9), state=state)
    assert large(later) == ["B001"] and not later.highlighted
    assert [call.number for call in later.others] == ["A001"]


def test_what_a_voice_says_is_large_while_it_is_said():
    busy = play(*LIVE, window("01", "calling", "F001"), says(("F001", "01")), at(3), window("02", "calling", "N001", since=3))
    assert large(busy) == ["F001"] and [call.number for call in busy.others] == ["N001"]
    still = play(at(14), state=busy)
    assert large(still) == ["F001"] and still.highlighted, "a long announcement is shown to its end"
    then = play(says(), says(("N001", "02")), state=still)
    assert large(then) == ["N001"] and then.highlighted
    silent = play(says(), state=then)
    assert large(silent) == ["N001"] and not silent.highlighted


def test_numbers_that_share_a_sentence_are_large_together_in_its_order():
    calls = [(f"A00{i}", f"0{i}") for i in range(1, 6)]
    state = play(*LIVE, *(window(name, "calling", number) for number, name in calls), at(20), says(*calls[:4]))
    assert large(state) == ["A001", "A002", "A003", "A004"]
    assert {call.number for call in state.large} | {call.number for call in state.others} == {number for number, _ in calls}


def test_a_voice_that_dies_in_the_middle_of_a_word_holds_the_screen_for_a_moment_only():
    state = play(*LIVE, window("01", "calling", "F001"), says(("F001", "01")), window("02", "calling", "N001", since=3))
    assert large(play(at(60), state=state)) == ["N001"]
    assert large(play(Connected(False), state=state)) == ["N001", "F001"], "its end may be missed"
    unknown = play(at(60), says(("Z999", "77")), state=state)
    assert large(unknown) == ["N001"] and not unknown.highlighted


def test_two_voices_are_shown_together_and_each_ends_by_itself():
    state = play(*LIVE, window("01", "calling", "F001"), window("02", "calling", "N001", since=1), at(20))
    state = play(says(("F001", "01")), says(("N001", "02"), voice="voice-2"), state=state)
    assert large(state) == ["F001", "N001"]
    assert large(play(says(), state=state)) == ["N001"]


def test_who_is_still_to_come_stands_before_who_is_at_a_window_and_who_was_missed():
    state = play(
        *LIVE,
        window("01", "calling", "A001"),
        window("02", "serving", "A002", since=1),
        window("03", "calling", "A003", since=2),
        missed("A003", "03", since=3),
        window("03", "idle", since=3),
        window("04", "calling", "A004", since=4),
        at(20),
    )
    assert large(state) == ["A004"]
    assert [(call.number, call.standing) for call in state.others] == [
        ("A001", "calling"),
        ("A002", "serving"),
        ("A003", "missed"),
    ]


def test_a_call_goes_on_top_even_when_the_servers_clock_went_back():
    state = play(*LIVE, window("01", "calling", "A001", since=100), window("02", "calling", "B001", since=-3600))
    assert state.calls[0].number == "B001"


def test_a_recall_comes_back_to_the_top_and_is_highlighted():
    state = play(*LIVE, window("01", "calling", "A001"), window("02", "calling", "B001", since=1), at(20))
    assert not state.highlighted
    state = play(window("01", "calling", "A001", calls=2), announce("A001", "01"), state=state)
    assert state.calls[0].number == "A001" and state.highlighted
    assert len(state.calls) == 2


def test_a_call_that_was_answered_is_being_served_and_goes_when_its_service_is_over():
    state = play(*LIVE, window("01", "calling", "A001"), window("01", "serving", "A001", since=5))
    assert shown(state) == [("A001", "01", "serving")]
    assert shown(play(window("01", "rating"), state=state)) == []
    assert shown(play(window("01", "calling", "A002", since=9), state=state)) == [("A002", "01", "calling")]


def test_a_number_to_which_nobody_came_is_shown_as_missed_whatever_is_told_first():
    called = play(*LIVE, window("01", "calling", "A001"))
    for events in permutations((missed("A001", "01"), window("01", "idle"))):
        assert shown(play(*events, state=called)) == [("A001", "01", "missed")]
    again = play(missed("A001", "01"), window("01", "idle"), window("03", "calling", "A001", since=90), state=called)
    assert shown(again) == [("A001", "03", "calling")]


@pytest.mark.parametrize(
    "event",
    [
        back_in_line("A001"),
        Received(("event", "ticket-transferred"), TicketTransferred(ticket="t", number="A001", to_window="04")),
    ],
)
def test_a_missed_number_that_waits_again_is_missed_no_more(event: Received):
    state = play(*LIVE, window("01", "calling", "A001"), window("01", "idle"), missed("A001", "01"))
    assert shown(play(event, state=state)) == []


def test_a_number_that_was_sent_on_or_put_aside_is_not_shown_at_its_old_window():
    state = play(*LIVE, window("01", "calling", "A001"), window("02", "serving", "A002"))
    assert shown(play(window("01", "idle"), window("02", "idle"), state=state)) == []


def test_after_a_number_is_over_the_next_one_that_is_still_called_is_large():
    state = play(*LIVE, window("01", "calling", "A001"), window("02", "serving", "B001", since=1), at(9))
    state = play(window("04", "calling", "D003", since=10), announce("D003", "04"), says(("D003", "04")), state=state)
    assert large(state) == ["D003"]
    gone = play(window("04", "idle", since=12), missed("D003", "04", since=12), state=state)
    assert large(gone) == ["A001"] and not gone.highlighted, "not even while the voice still says it"
    assert {call.number for call in gone.others} == {"D003", "B001"}
    served = play(window("01", "serving", "A001", since=14), state=gone)
    assert large(served) == ["B001"], "of those at a window the newest call"
    over = play(window("01", "rating", since=20), window("02", "idle", since=20), state=served)
    assert large(over) == [] and [call.number for call in over.others] == ["D003"]


def test_missed_numbers_go_after_a_quarter_of_an_hour_but_not_while_the_server_is_away():
    state = play(*LIVE, window("01", "calling", "A001"), missed("A001", "01"), window("01", "idle"))
    away = play(server("lost"), at(3600), state=state)
    assert shown(away) == [("A001", "01", "missed")]
    assert shown(play(server(), at(3601), state=away)) == []


def test_a_ticket_moved_to_another_window_is_shown_once():
    state = play(*LIVE, window("01", "calling", "A001"), window("02", "calling", "A001", since=5))
    assert shown(state) == [("A001", "02", "calling")]


def test_while_the_server_is_away_the_last_good_picture_stays_and_is_marked():
    state = play(*LIVE, window("01", "calling", "A001"), queue("social", 7), at(30))
    assert state.live
    lost = play(server("lost"), at(60), state=state)
    assert not lost.live and shown(lost) == shown(state) and lost.lines["social"].waiting == 7
    assert lost.good_at == NOON + timedelta(seconds=30)
    offline = play(Connected(False), at(90), state=state)
    assert not offline.live and shown(offline) == shown(state)


def test_a_reconnected_screen_trusts_nothing_before_the_server_is_ready():
    state = play(*LIVE, Connected(False), Connected(True))
    assert not state.live
    assert play(server("lost"), state=state).live is False
    assert play(server(), state=state).live


def test_after_a_reconnect_the_screen_shows_the_truth_without_calling_anybody_again():
    state = play(*LIVE, window("01", "calling", "A001"), window("02", "calling", "B001", since=1), at(60), Connected(False))
    back = (
        Connected(True),
        server(),
        window("01", "calling", "A009", since=50, retained=True),
        window("02", "idle", since=40, retained=True),
        window("03", "serving", "C003", since=45, retained=True),
        queue("social", 3),
    )
    state = play(*back, state=state)
    assert shown(state)[0] == ("A009", "01", "calling")
    assert ("C003", "03", "serving") in shown(state) and len(shown(state)) == 2
    assert not state.highlighted and state.live and state.lines["social"].waiting == 3


def test_retained_calls_are_sorted_by_when_they_were_made():
    states = [window(f"0{i}", "calling", f"A00{i}", since=since, retained=True) for i, since in enumerate((30, 10, 20))]
    assert [call.number for call in play(*LIVE, *states).calls] == ["A000", "A002", "A001"]


def test_no_more_than_twelve_missed_numbers_are_kept_and_every_present_one_is():
    events = [missed(f"A{i:03}", "01", since=i) for i in range(40)]
    present = [window(f"w{i}", "serving", f"B{i:03}", since=i) for i in range(30)]
    state = play(*LIVE, *events, *present)
    assert sum(call.standing == "missed" for call in state.calls) == 12
    assert sum(call.standing == "serving" for call in state.calls) == 30


def test_nothing_of_a_person_gets_into_the_state():
    state = play(*LIVE, window("01", "calling", "A001"))
    assert "张三" not in repr(state) and "photo" not in repr(state)
    assert {field.name for field in fields(ShownCall)} == {"number", "window", "standing", "calls", "rank"}


def test_a_failure_shows_the_fail_safe_page_for_a_moment():
    state = play(*LIVE, window("01", "calling", "A001"), Broke("boom"))
    assert state.failed and state.calls
    assert not play(at(6), state=state).failed


WINDOWS = st.builds(
    window,
    st.sampled_from(["01", "02", "03"]),
    st.sampled_from(["closed", "paused", "idle", "calling", "serving", "rating"]),
    st.sampled_from([None, "A001", "A002", "B001"]),
    since=st.integers(-100, 100),
    calls=st.integers(0, 4),
    retained=st.booleans(),
)
EVENTS = st.one_of(
    WINDOWS,
    st.builds(at, st.integers(0, 5000)),
    st.builds(queue, st.sampled_from(["a", "b"]), st.integers(-5, 500), st.booleans()),
    st.sampled_from(
        [
            Connected(True),
            Connected(False),
            server(),
            server("lost"),
            announce("A001", "01"),
            Broke("x"),
            Received(("window", "01", "state"), None),
            Received(("queue", "a", "state"), None),
            Received(("announce",), None),
            says(("A001", "01"), ("B001", "03")),
            says(voice="voice-2"),
            missed("A001", "01", since=3),
            missed("B001", "03", since=4),
            back_in_line("A001"),
            Received(("voice", "voice-1", "saying"), None),
        ]
    ),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(EVENTS, max_size=60))
def test_whatever_happens_each_window_shows_one_present_call_and_no_number_stands_twice_at_present(events):
    state = play(at(0), *events)
    present = [call for call in state.calls if call.standing != "missed"]
    assert len({call.window for call in present}) == len(present)
    assert len({call.number for call in present}) == len(present)
    assert [call.rank for call in state.calls] == sorted((call.rank for call in state.calls), reverse=True)
    assert all(line.waiting >= 0 for line in state.lines.values())
    assert len(state.large) + len(state.others) == len(state.calls) and bool(state.large) == bool(present)
    assert all(call.standing != "missed" for call in state.large)
