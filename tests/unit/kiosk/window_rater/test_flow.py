"""The rater of a window: what a citizen taps and what becomes of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.wire.answers import Answer, Error
from contract.wire.messages import RatingAsk, ServerStatus, WindowClerk, WindowState, WindowTicket
from contract.wire.rating_reasons import TEXT_LIMIT
from kiosk.flow.event import Answered, Ask, Broke, Connected, LevelTapped, ReasonTapped, Received, Tick, Touched, Unanswered
from kiosk.window_rater.flow import start, step
from kiosk.window_rater.state import ButtonTapped, PhraseTapped, RaterSettings, RaterState

SEED = UUID(int=1)
FIRST = str(uuid5(SEED, "0"))
"""The id of the first request of a rater."""
NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
CLERK = WindowClerk("0301", "工号 0301")
ASK = RatingAsk("20261121-a012-s1", "A012", "社保卡申领", CLERK, NOON + timedelta(seconds=60))


def heard(ask: RatingAsk | None, retained: bool = False) -> Received:
    return Received(("rating", "03", "ask"), ask, retained)


def window(state: str, number: str | None = None) -> Received:
    ticket = WindowTicket("t", number, "social") if number else None
    return Received(("window", "03", "state"), WindowState(1, state, ticket, CLERK, 1, NOON))


def at(seconds: float) -> Tick:
    return Tick(seconds, NOON + timedelta(seconds=seconds))


class Rater:
    """A rater and what it has asked of the server."""

    def __init__(self, **rules) -> None:
        self.state: RaterState = start(RaterSettings(**rules), SEED)
        self.asked: list[Ask] = []
        self.tell(at(0), Connected(True), Received(("server", "status"), ServerStatus("ready", "s", "1", NOON)))

    def tell(self, *events) -> RaterState:
        for event in events:
            self.state, effects = step(self.state, event)
            self.asked += effects
        return self.state

    @property
    def page(self) -> str:
        return self.state.page


def bodies(rater: Rater) -> list[tuple]:
    """What was sent: level, reasons, text, whether it is said that no reason was given."""
    return [
        (body["level"], body["reasons"], body["text"], body.get("unexplained", False))
        for body in (ask.body for ask in rater.asked)
    ]


@pytest.mark.parametrize("level", [5, 4, 3])
def test_a_good_face_counts_with_the_touch_and_needs_nothing_more(level):
    rater = Rater()
    rater.tell(window("rating"), heard(ASK))
    assert rater.page == "faces" and rater.state.seconds_left == 60
    rater.tell(LevelTapped(level))
    [request] = rater.asked
    assert request.verb == "rate"
    assert request.body == {
        "service": "20261121-a012-s1",
        "level": level,
        "channel": "tablet",
        "reasons": [],
        "text": "",
        "unexplained": True,
    }
    assert rater.page == "reasons", "why is an offer"
    rater.tell(Answered(request.request_id, Answer("ok", {})), heard(None), window("idle"))
    assert rater.page == "reasons", "the server takes the question back, the offer stays"
    rater.tell(at(61))
    assert rater.page == "thanks" and len(rater.asked) == 1
    rater.tell(at(67))
    assert rater.page == "idle"


def test_reasons_follow_a_good_face_and_the_level_stays():
    rater = Rater()
    rater.tell(heard(ASK), LevelTapped(5), LevelTapped(1), ButtonTapped("back"), ButtonTapped("decline"))
    assert (rater.page, rater.state.level) == ("reasons", 5)
    rater.tell(ReasonTapped("510"), ReasonTapped("517"), ReasonTapped("510"), ButtonTapped("submit"))
    assert bodies(rater) == [(5, [], "", True), (5, ["517"], "", False)]
    assert rater.page == "sending" and len({ask.request_id for ask in rater.asked}) == 2
    rater.tell(Answered(rater.state.sent, Answer("ok", {})))
    assert rater.page == "thanks"


def test_done_without_a_reason_is_thanked_for():
    rater = Rater()
    rater.tell(heard(ASK), LevelTapped(4), ButtonTapped("submit"))
    assert rater.page == "thanks" and bodies(rater) == [(4, [], "", True)]


def test_a_double_tap_rates_once():
    rater = Rater()
    rater.tell(heard(ASK), LevelTapped(4), LevelTapped(4), LevelTapped(4))
    assert len(rater.asked) == 1
    rater.tell(ReasonTapped("410"), ButtonTapped("submit"), ButtonTapped("submit"), ButtonTapped("submit"))
    assert len(rater.asked) == 2


def test_what_is_not_answered_is_sent_again_while_the_next_citizen_rates():
    rater = Rater()
    rater.tell(heard(ASK), LevelTapped(1), ReasonTapped("108"), ButtonTapped("submit"))
    first = rater.state.sent
    rater.tell(Unanswered(first))
    assert rater.page == "thanks" and rater.state.problem == "no-answer", "nobody waits for the network"
    other = RatingAsk("20261121-a013-s1", "A013", None, None, NOON + timedelta(seconds=90))
    rater.tell(at(30), heard(other), LevelTapped(5), Unanswered(first))
    assert rater.page == "reasons"
    assert [ask.body["level"] for ask in rater.asked if ask.request_id == first] == [1, 1, 1]
    rater.tell(Answered(first, Answer("ok", {})))
    assert rater.page == "reasons" and rater.state.level == 5, "the answer is the one before's"


@pytest.mark.parametrize("code", ["busy", "internal"])
def test_what_the_server_cannot_take_just_now_is_sent_again_with_the_same_id(code):
    rater = Rater()
    rater.tell(heard(ASK), LevelTapped(2), at(60))
    [first] = rater.asked
    rater.tell(Answered(first.request_id, Answer("error", error=Error(code, ""))), at(61))
    assert len(rater.asked) == 1
    rater.tell(at(66))
    assert rater.asked[1] == first
    rater.tell(Answered(first.request_id, Answer("ok", {})), at(200))
    assert len(rater.asked) == 2


def test_a_rating_that_stood_already_is_thanked_for():
    rater = Rater()
    rater.tell(heard(ASK), LevelTapped(1), ReasonTapped("108"), ButtonTapped("submit"))
    rater.tell(Answered(FIRST, Answer("error", error=Error("already-rated", "the service is rated"))))
    assert rater.page == "thanks"


def test_silence_is_not_a_rating():
    rater = Rater()
    rater.tell(heard(ASK), at(59))
    assert rater.page == "faces" and rater.state.seconds_left == 1
    rater.tell(at(60))
    assert rater.page == "idle" and rater.asked == []


@pytest.mark.parametrize("level", [1, 2])
def test_a_bad_face_is_kept_without_a_reason_when_the_time_ends(level):
    rater = Rater()
    rater.tell(heard(ASK), LevelTapped(level), at(59))
    assert rater.page == "reasons" and rater.asked == []
    rater.tell(at(60))
    assert rater.page == "thanks" and bodies(rater) == [(level, [], "", True)]
    assert (rater.state.problem, rater.state.level) == ("time-out", level), "the page says what was kept"


def test_reasons_that_were_chosen_and_not_submitted_are_kept():
    bad, good = Rater(), Rater()
    bad.tell(heard(ASK), LevelTapped(1), ReasonTapped("108"), at(60))
    good.tell(heard(ASK), LevelTapped(5), ReasonTapped("510"), ButtonTapped("words"), PhraseTapped("办得又快又好"), at(60))
    assert bodies(bad) == [(1, ["108"], "", False)]
    assert bodies(good) == [(5, [], "", True), (5, ["510"], "办得又快又好", False)]


def test_a_bad_face_may_be_changed_until_it_is_sent():
    rater = Rater()
    rater.tell(heard(ASK), LevelTapped(1), ButtonTapped("back"), LevelTapped(4), at(60))
    assert bodies(rater) == [(4, [], "", True)]


def test_a_face_is_kept_by_whoever_went_back_and_away():
    rater = Rater()
    rater.tell(heard(ASK), LevelTapped(1), ButtonTapped("back"), at(60))
    assert bodies(rater) == [(1, [], "", True)]


def test_a_citizen_may_decline_and_is_not_asked_again():
    rater = Rater()
    rater.tell(heard(ASK), LevelTapped(1), ButtonTapped("decline"))
    assert rater.page == "idle" and rater.asked == []
    rater.tell(heard(ASK, retained=True))
    assert rater.page == "idle"


@pytest.mark.parametrize("level", [1, 2])
def test_a_bad_rating_is_submitted_with_a_reason_or_a_word(level):
    rater = Rater()
    rater.tell(heard(ASK), LevelTapped(level), ButtonTapped("submit"))
    assert rater.page == "reasons" and rater.state.lacks_reason and rater.asked == []
    with_word = replace(rater.state)
    rater.tell(ReasonTapped(f"{level}10"), ButtonTapped("submit"))
    assert rater.asked[0].body["reasons"] == [f"{level}10"]
    rater.state = with_word
    rater.tell(
        ButtonTapped("words"),
        PhraseTapped("等候时间太长"),
        PhraseTapped("窗口开得太少"),
        ButtonTapped("back"),
        ButtonTapped("submit"),
    )
    assert rater.asked[1].body["text"] == "等候时间太长；窗口开得太少"


def test_a_hall_may_take_bad_ratings_without_a_reason():
    rater = Rater(bad_needs_reason=False)
    rater.tell(heard(ASK), LevelTapped(1))
    assert rater.asked[0].body["level"] == 1


def test_reasons_of_another_level_are_forgotten_and_not_accepted():
    rater = Rater()
    rater.tell(heard(ASK), LevelTapped(1), ReasonTapped("108"), ButtonTapped("back"), LevelTapped(2), ReasonTapped("109"))
    assert rater.state.reasons == ()
    rater.tell(ReasonTapped("207"), ReasonTapped("509"), ButtonTapped("back"), LevelTapped(2))
    assert rater.state.reasons == ("207",)


def test_every_touch_begins_the_time_anew_and_it_is_twice_as_long_in_elder_mode():
    rater = Rater()
    rater.tell(heard(ASK), at(50), Touched())
    assert rater.state.seconds_left == 60
    rater.tell(heard(None))
    assert rater.page == "faces", "the time of the server is over, somebody is there"
    rater.tell(ButtonTapped("elder"))
    assert rater.state.seconds_left == 120
    rater.tell(LevelTapped(1), at(100), Touched(), at(200))
    assert rater.page == "reasons"
    rater.tell(at(220))
    assert rater.page == "thanks" and len(rater.asked) == 1


def test_the_next_call_takes_no_face_away():
    for taps in ((), (LevelTapped(1),), (LevelTapped(5),)):
        rater = Rater()
        rater.tell(heard(ASK), *taps, window("calling", "A013"))
        assert rater.page == ("reasons" if taps else "faces")


def test_the_next_service_ends_the_question_and_what_was_touched_counts_as_it_stands():
    untouched, bad, good = Rater(), Rater(), Rater()
    untouched.tell(heard(ASK), window("calling", "A013"), window("serving", "A013"))
    bad.tell(heard(ASK), LevelTapped(1), window("calling", "A013"), heard(None), window("serving", "A013"))
    good.tell(heard(ASK), LevelTapped(4), ReasonTapped("410"), window("serving", "A013"))
    assert [rater.page for rater in (untouched, bad, good)] == ["idle"] * 3
    assert bodies(untouched) == []
    assert bodies(bad) == [(1, [], "", True)]
    assert bodies(good) == [(4, [], "", True), (4, ["410"], "", False)]


def test_a_new_question_sends_the_one_before_as_it_stands_and_starts_clean():
    rater = Rater()
    rater.tell(heard(ASK), LevelTapped(1), ReasonTapped("108"))
    other = RatingAsk("20261121-a013-s1", "A013", None, None, NOON + timedelta(seconds=50))
    rater.tell(heard(other))
    assert bodies(rater) == [(1, ["108"], "", False)]
    assert (rater.page, rater.state.level, rater.state.reasons, rater.state.counted) == ("faces", None, (), False)


def test_a_page_that_breaks_takes_no_face_away():
    rater = Rater()
    rater.tell(heard(ASK), LevelTapped(2), Broke("boom"))
    assert rater.page == "failed" and bodies(rater) == [(2, [], "", True)]


def test_the_window_being_idle_or_the_same_ticket_does_not_withdraw_it():
    rater = Rater()
    rater.tell(heard(ASK), window("rating"), window("serving", "A012"), window("idle"))
    assert rater.page == "faces"


def test_the_server_withdraws_a_question_that_nobody_has_touched():
    rater = Rater()
    rater.tell(heard(ASK), heard(None))
    assert rater.page == "idle"


def test_a_rater_that_was_away_asks_for_the_time_that_is_left():
    rater = Rater()
    rater.tell(at(40), heard(ASK, retained=True))
    assert rater.page == "faces" and rater.state.seconds_left == 20
    late = Rater()
    late.tell(at(90), heard(ASK, retained=True))
    assert late.page == "idle"


def test_a_rater_with_a_wrong_clock_still_asks_what_was_just_asked():
    for years in (-3, 3):
        rater = Rater()
        rater.tell(Tick(0, NOON + timedelta(days=365 * years)), heard(ASK))
        assert rater.page == "faces" and rater.state.seconds_left == 60


def test_an_answer_to_an_older_request_changes_nothing():
    rater = Rater()
    rater.tell(heard(ASK), LevelTapped(1), ReasonTapped("108"), ButtonTapped("submit"))
    rater.tell(Answered("other", Answer("ok", {})), Unanswered("other"))
    assert rater.page == "sending"


def test_language_and_letter_size_go_back_to_the_halls_for_the_next_citizen():
    rater = Rater()
    rater.tell(heard(ASK), ButtonTapped("language"), ButtonTapped("elder"))
    assert (rater.state.language, rater.state.elder) == ("en", True)
    rater.tell(at(120))
    assert (rater.state.language, rater.state.elder) == ("zh", False)


def test_a_failure_of_the_screen_shows_the_fail_safe_page_and_then_the_plate():
    rater = Rater()
    rater.tell(window("serving", "A012"), heard(ASK), Broke("boom"))
    assert rater.page == "failed"
    rater.tell(at(5))
    assert rater.page == "idle" and rater.state.window is not None


EVENTS = st.one_of(
    st.builds(at, st.floats(0, 500)),
    st.sampled_from([Connected(True), Connected(False), Touched(), Broke("x"), heard(ASK), heard(None), heard(ASK, True)]),
    st.builds(
        window,
        st.sampled_from(["closed", "paused", "idle", "calling", "serving", "rating"]),
        st.sampled_from([None, "A012", "A013"]),
    ),
    st.builds(LevelTapped, st.integers(-1, 7)),
    st.builds(ReasonTapped, st.sampled_from(["510", "108", "509", "207", ""])),
    st.builds(PhraseTapped, st.text(max_size=200)),
    st.builds(ButtonTapped, st.sampled_from(["more", "words", "back", "submit", "decline", "home", "language", "elder"])),
    st.builds(
        lambda code: Answered(FIRST, Answer("error", error=Error(code, ""))), st.sampled_from(["expired", "busy", "internal"])
    ),
    st.sampled_from([Answered(FIRST, Answer("ok", {})), Unanswered(FIRST)]),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(EVENTS, max_size=40))
def test_any_sequence_of_events_is_survived_rates_honestly_and_comes_back_to_the_plate(events):
    rater = Rater()
    for event in events:
        rater.tell(event)
    for ask in rater.asked:
        assert 1 <= ask.body["level"] <= 5 and len(ask.body["text"]) <= TEXT_LIMIT
        assert ask.body["reasons"] or ask.body["text"] or ask.body["unexplained"]
    same = {ask.request_id: ask for ask in rater.asked}
    assert all(same[ask.request_id] == ask for ask in rater.asked), "one id always means one and the same rating"
    if rater.page == "sending":
        rater.tell(Unanswered(rater.state.sent))
    for _ in range(2):
        rater.tell(at(rater.state.now + 1000))
    assert rater.page == "idle"


@settings(max_examples=300, deadline=None)
@given(st.lists(EVENTS, max_size=20), st.integers(1, 5), st.lists(EVENTS, max_size=20))
def test_a_face_that_was_touched_is_sent_whatever_comes_unless_the_citizen_takes_it_back(before, level, after):
    rater = Rater()
    for event in before:
        rater.tell(event)
    other = RatingAsk("20261121-b001-s1", "B001", None, None, NOON + timedelta(seconds=600))
    rater.tell(heard(other), LevelTapped(level))
    for event in after:
        if event not in (ButtonTapped("decline"), ButtonTapped("back")) and not isinstance(event, LevelTapped):
            rater.tell(event)
    rater.tell(at(rater.state.now + 1000))
    assert level in [ask.body["level"] for ask in rater.asked if ask.body["service"] == other.service]


def test_language_and_elder_mode_are_the_choice_of_the_citizen_whose_number_is_at_the_window():
    rater = Rater()
    rater.tell(window("calling", "A012"), ButtonTapped("language"), ButtonTapped("elder"), at(900), window("serving", "A012"))
    assert (rater.state.language, rater.state.elder) == ("en", True), "a long service does not end the choice"
    rater.tell(window("rating"), heard(ASK))
    assert (rater.page, rater.state.language, rater.state.elder) == ("faces", "en", True)


def test_the_next_citizen_finds_the_rater_in_the_first_language():
    rater = Rater()
    rater.tell(ButtonTapped("language"), at(20), window("calling", "A013"))
    assert rater.state.language == "zh", "somebody passed by and touched it"
    rater.tell(ButtonTapped("language"), ButtonTapped("elder"), window("idle"), window("calling", "A014"))
    assert (rater.state.language, rater.state.elder) == ("zh", False), "whoever chose did not come, or has gone"


def test_a_question_about_another_number_is_asked_in_the_first_language():
    rater = Rater()
    rater.tell(window("serving", "A011"), ButtonTapped("language"), heard(ASK))
    assert (rater.page, rater.state.language) == ("faces", "zh")


def test_a_plate_that_is_left_alone_goes_back_to_the_first_language():
    rater = Rater()
    rater.tell(ButtonTapped("language"), at(59))
    assert rater.state.language == "en"
    rater.tell(at(61))
    assert (rater.page, rater.state.language) == ("idle", "zh")
