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
from kiosk.window_rater.flow import ButtonTapped, PhraseTapped, RaterSettings, RaterState, start, step

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


def test_a_citizen_taps_a_face_and_a_reason_and_submits():
    rater = Rater()
    rater.tell(window("rating"), heard(ASK))
    assert rater.page == "faces" and rater.state.seconds_left == 60
    rater.tell(LevelTapped(5))
    assert rater.page == "reasons" and not rater.state.lacks_reason
    rater.tell(ReasonTapped("510"), ReasonTapped("517"), ReasonTapped("510"), ButtonTapped("submit"))
    [request] = rater.asked
    assert request.verb == "rate"
    assert request.body == {
        "service": "20261121-a012-s1",
        "level": 5,
        "channel": "tablet",
        "reasons": ["517"],
        "text": "",
    }
    assert rater.page == "sending"
    rater.tell(Answered(request.request_id, Answer("ok", {})))
    assert rater.page == "thanks"
    rater.tell(at(6))
    assert rater.page == "idle"


def test_a_double_tap_rates_once():
    rater = Rater()
    rater.tell(heard(ASK), LevelTapped(4), ButtonTapped("submit"), ButtonTapped("submit"), ButtonTapped("submit"))
    assert len(rater.asked) == 1


def test_after_a_lost_answer_the_same_request_is_sent_again():
    rater = Rater()
    rater.tell(heard(ASK), LevelTapped(4), ButtonTapped("submit"))
    rater.tell(Unanswered(FIRST))
    assert rater.page == "trouble" and rater.state.problem == "no-answer"
    rater.tell(ButtonTapped("submit"))
    assert [ask.request_id for ask in rater.asked] == [FIRST, FIRST]
    assert rater.asked[0] == rater.asked[1]


def test_a_rating_that_stood_already_is_thanked_for():
    rater = Rater()
    rater.tell(heard(ASK), LevelTapped(4), ButtonTapped("submit"))
    rater.tell(Answered(FIRST, Answer("error", error=Error("already-rated", "the service is rated"))))
    assert rater.page == "thanks"


def test_silence_is_not_a_rating():
    rater = Rater()
    rater.tell(heard(ASK), at(59))
    assert rater.page == "faces" and rater.state.seconds_left == 1
    rater.tell(at(60))
    assert rater.page == "idle" and rater.asked == []


def test_a_level_that_was_chosen_but_not_submitted_is_not_a_rating():
    rater = Rater()
    rater.tell(heard(ASK), LevelTapped(5), ReasonTapped("510"), at(61))
    assert rater.page == "idle" and rater.asked == []


def test_a_citizen_may_decline_and_is_not_asked_again():
    rater = Rater()
    rater.tell(heard(ASK), ButtonTapped("decline"))
    assert rater.page == "idle" and rater.asked == []
    rater.tell(heard(ASK, retained=True))
    assert rater.page == "idle"


@pytest.mark.parametrize("level", [1, 2])
def test_a_bad_rating_needs_a_reason_or_a_word(level):
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
    rater.tell(heard(ASK), LevelTapped(1), ButtonTapped("submit"))
    assert rater.asked[0].body["level"] == 1


def test_reasons_of_another_level_are_forgotten_and_not_accepted():
    rater = Rater()
    rater.tell(heard(ASK), LevelTapped(5), ReasonTapped("510"), ButtonTapped("back"), LevelTapped(2), ReasonTapped("511"))
    assert rater.state.reasons == ()
    rater.tell(ReasonTapped("207"), ReasonTapped("509"), ButtonTapped("back"), LevelTapped(2))
    assert rater.state.reasons == ("207",)


def test_the_next_ticket_withdraws_the_question():
    rater = Rater()
    rater.tell(heard(ASK), LevelTapped(5), window("calling", "A013"))
    assert rater.page == "idle" and rater.asked == []


def test_the_window_being_idle_or_the_same_ticket_does_not_withdraw_it():
    rater = Rater()
    rater.tell(heard(ASK), window("rating"), window("serving", "A012"), window("idle"))
    assert rater.page == "faces"


def test_the_server_withdraws_the_question_but_not_the_thanks():
    rater = Rater()
    rater.tell(heard(ASK), heard(None))
    assert rater.page == "idle"
    rater = Rater()
    rater.tell(heard(ASK), LevelTapped(5), ButtonTapped("submit"), heard(None), Answered(FIRST, Answer("ok", {})), heard(None))
    assert rater.page == "thanks"


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


def test_a_new_question_replaces_the_old_one_and_starts_clean():
    rater = Rater()
    rater.tell(heard(ASK), LevelTapped(1), ReasonTapped("108"))
    other = RatingAsk("20261121-a013-s1", "A013", None, None, NOON + timedelta(seconds=50))
    rater.tell(heard(other))
    assert (rater.page, rater.state.level, rater.state.reasons, rater.state.sent) == ("faces", None, (), "")


def test_an_answer_to_an_older_request_changes_nothing():
    rater = Rater()
    rater.tell(heard(ASK), LevelTapped(5), ButtonTapped("submit"), Answered("other", Answer("ok", {})), Unanswered("other"))
    assert rater.page == "sending"


def test_language_and_letter_size_go_back_to_the_halls_for_the_next_citizen():
    rater = Rater()
    rater.tell(heard(ASK), ButtonTapped("language"), ButtonTapped("elder"))
    assert (rater.state.language, rater.state.elder) == ("en", True)
    rater.tell(at(60))
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
        assert ask.body["level"] > 2 or ask.body["reasons"] or ask.body["text"]
    same = {ask.request_id: ask for ask in rater.asked}
    assert all(same[ask.request_id] == ask for ask in rater.asked), "one id always means one and the same rating"
    if rater.page == "sending":
        rater.tell(Unanswered(rater.state.sent))
    rater.tell(at(rater.state.now + 1000))
    assert rater.page == "idle"
