"""The played crowd: the same people for the same seed, and hands off windows where somebody else works."""

import threading
from collections import Counter
from concurrent.futures import Future
from datetime import UTC, date, datetime

import msgspec
import pytest

from contract.configuration.hall import HallConfig
from contract.wire import answers, codec, messages, requests
from contract.wire.rating_reasons import unfit
from contract.wire.topics import Topics
from queue_server.crowd.clerk import PlayedClerk
from queue_server.crowd.people import Citizens, Handling, clerks_for, handling, opinion
from queue_server.crowd.play import Crowd, Habits
from queue_server.domain import rating
from tests.facts import ticket_facts
from tests.programs import wait_until

TODAY, TOMORROW = date(2026, 11, 22), date(2026, 11, 23)
SINCE = datetime(2026, 11, 22, 1, tzinfo=UTC)


def text(zh: str) -> dict[str, str]:
    return {"zh": zh, "en": zh}


HALL = HallConfig.model_validate(
    {
        "hall": {"id": "test", "name": text("厅"), "region": "620524", "address": text("路"), "telephone": "1"},
        "hours": [],
        "theme": [{"id": "all", "name": text("全部")}],
        "queue": [
            {"id": "social", "letter": "A", "name": text("社保"), "theme": "all", "service_minutes": 6},
            {"id": "civil", "letter": "B", "name": text("民政"), "theme": "all", "service_minutes": 12},
        ],
        "window": [
            {"id": "01", "number": "01", "name": text("综合"), "kind": "comprehensive", "queues": ["*"]},
            {"id": "03", "number": "03", "name": text("社保"), "kind": "sector", "queues": ["social"]},
        ],
        "clerk": [
            {"id": "0101", "name": "工号 0101", "windows": ["01", "03"]},
            {"id": "0103", "name": "工号 0103", "windows": ["03"]},
            {"id": "0109", "name": "工号 0109", "windows": []},
        ],
    }
)
COMES = Handling(True, None, 10, 300, "finish", None, 100)


def shown(condition: str, *, ticket: str | None = None, clerk: str | None = "0103", calls: int = 0) -> messages.WindowState:
    at = messages.WindowTicket(ticket, ticket.partition("-")[2].upper(), "social") if ticket else None
    who = messages.WindowClerk(clerk, clerk) if clerk and condition != "closed" else None
    return messages.WindowState(1, condition, at, who, calls, SINCE)


def seat_at(condition: str, **facts) -> PlayedClerk:
    seat = PlayedClerk("03", "0103")
    seat.shows(shown(condition, **facts), TODAY)
    return seat


def act(seat: PlayedClerk, *, plan: Handling = COMES, waiting: bool = True, may_open: bool = True, now: float = 0):
    return seat.next_act(now, waiting=waiting, may_open=may_open, recall_limit=3, handling=lambda ticket: plan)


# --- people ----------------------------------------------------------------------------------------------------------


def stream(seed: int, length: int = 300):
    citizens = Citizens(HALL, seed=seed, per_hour=120)
    return [citizens.next() for _ in range(length)]


def test_the_same_seed_brings_the_same_people_and_another_seed_others():
    assert stream(7) == stream(7)
    assert stream(7) != stream(8)


def test_people_come_as_often_as_asked_and_mostly_where_most_can_be_served():
    people = stream(3, 2000)
    assert sum(p.after_s for p in people) / 2000 == pytest.approx(30, rel=0.1)
    queues = Counter(p.request["queue"] for p in people)
    assert queues["social"] > 2 * queues["civil"]
    assert {p.request["class"] for p in people} == {"ordinary", "priority", "appointment", "military"}
    for p in people:
        codec.decode(codec.encode(p.request), requests.IssueTicket)
        assert p.request["channel"] != "kiosk"


def test_a_handling_depends_on_seed_and_ticket_alone():
    first = handling(1, "20261122-a001", 0, 6, ["civil"])
    assert first == handling(1, "20261122-a001", 0, 6, ["civil"])
    assert first != handling(2, "20261122-a001", 0, 6, ["civil"])


def test_services_take_what_the_configuration_says_on_average_and_most_people_come():
    plans = [handling(1, f"20261122-a{n:04d}", 0, 6, ["civil"]) for n in range(1, 2000)]
    assert sum(p.service_s for p in plans) / len(plans) == pytest.approx(360, rel=0.06)
    assert 0.02 < sum(not p.comes for p in plans) / len(plans) < 0.09
    assert {p.ending for p in plans} == {"finish", "hold", "transfer"}


def test_who_was_held_or_sent_on_is_served_to_the_end_the_next_time():
    assert all(handling(1, f"20261122-a{n:03d}", 1, 6).ending == "finish" for n in range(1, 200))
    assert all(handling(1, f"20261122-a{n:03d}", 1, 6).comes for n in range(1, 200))


def test_opinions_are_mostly_good_and_always_acceptable():
    views = [view for n in range(2000) if (view := opinion(1, f"20261122-a{n:04d}-s1", 0.5))]
    assert 900 < len(views) < 1100
    levels = Counter(view.request["level"] for view in views)
    assert set(levels) == {1, 2, 3, 4, 5}
    assert levels[5] > len(views) / 2
    for view in views:
        rating.check(view.request["level"], view.request["reasons"], "", channel=view.request["channel"])
        assert unfit(view.request["level"], view.request["reasons"]) is None


def test_nobody_rates_or_everybody():
    assert opinion(1, "x-s1", 0.0) is None
    assert opinion(1, "x-s1", 1.0) is not None


def test_no_clerk_sits_at_two_windows():
    assert clerks_for(HALL, ["01", "03"]) == {"01": "0101", "03": "0103"}


# --- one clerk -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "facts", "verb"),
    [
        ("closed", {}, "open-window"),
        ("idle", {}, "call-next"),
        ("rating", {}, "call-next"),
        ("calling", {"ticket": "20261122-a001"}, "start-service"),
        ("serving", {"ticket": "20261122-a001"}, "finish-service"),
    ],
)
def test_a_clerk_does_what_the_window_shows_to_be_next(condition, facts, verb):
    next_act = act(seat_at(condition, **facts))
    assert next_act is not None
    assert next_act.verb == verb
    codec.decode(codec.encode(next_act.body), requests.VERBS[verb].request)


def test_a_clerk_rests_when_nobody_waits_the_hall_is_shut_or_the_window_is_paused():
    assert act(seat_at("idle"), waiting=False) is None
    assert act(seat_at("closed"), may_open=False) is None
    assert act(seat_at("paused")) is None


def test_who_does_not_come_is_called_again_twice_and_then_missed():
    absent, seat = Handling(False, None, 10, 300, "finish", None, 100), seat_at("calling", ticket="20261122-a001")
    assert act(seat, plan=absent).verb == "recall"
    seat.recalls["20261122-a001"] = 2
    assert act(seat, plan=absent).verb == "no-show"


def test_a_held_ticket_is_taken_up_again_when_its_time_has_come():
    seat = seat_at("idle")
    seat.held.append((50.0, "20261122-a001"))
    assert act(seat, now=10, waiting=False) is None
    assert act(seat, now=60).verb == "resume"


def test_a_window_with_another_clerk_is_left_alone():
    seat = seat_at("idle", clerk="0109")
    assert not seat.ours
    assert act(seat) is None


def test_a_move_that_the_crowd_did_not_ask_for_leaves_the_window():
    seat = seat_at("idle")
    seat.shows(shown("calling", ticket="20261122-a001", calls=1), TODAY)
    assert not seat.ours


def test_a_move_that_the_crowd_asked_for_keeps_the_window():
    seat = seat_at("idle")
    seat.asks("call-next")
    seat.shows(shown("calling", ticket="20261122-a001", calls=1), TODAY)
    assert seat.ours
    assert seat.asked is None


def test_a_rating_that_ends_just_before_the_crowds_own_call_takes_nothing_away():
    seat = seat_at("rating")
    seat.asks("call-next")
    seat.shows(shown("idle"), TODAY)
    seat.shows(shown("calling", ticket="20261122-a001", calls=1), TODAY)
    assert seat.ours


def test_a_recall_by_somebody_else_leaves_the_window():
    seat = seat_at("calling", ticket="20261122-a001", calls=1)
    seat.shows(shown("calling", ticket="20261122-a001", calls=2), TODAY)
    assert not seat.ours


def test_a_rating_that_ends_and_a_state_shown_again_are_nobodys_doing():
    seat = seat_at("rating")
    for condition in ("rating", "idle", "idle"):
        seat.shows(shown(condition), TODAY)
    assert seat.ours


def test_the_same_clerk_who_logs_in_on_a_web_page_takes_the_window_over():
    seat = seat_at("idle")
    seat.opened(TODAY)
    assert not seat.ours


def test_the_news_that_the_crowd_itself_opened_a_window_is_nobody_elses_doing():
    seat = seat_at("closed")
    seat.asks("open-window")
    seat.shows(shown("idle"), TODAY)
    seat.opened(TODAY)
    assert seat.ours
    seat.opened(TODAY)
    assert not seat.ours


def test_a_window_left_to_a_human_stays_theirs_for_the_day_and_comes_back_the_next():
    seat = seat_at("idle", clerk="0109")
    seat.shows(shown("closed"), TODAY)
    assert not seat.ours
    seat.shows(shown("closed"), TOMORROW)
    assert seat.ours


def test_the_end_of_the_day_closes_windows_without_taking_them_away():
    seat = seat_at("serving", ticket="20261122-a001")
    seat.shows(shown("closed"), TOMORROW)
    assert seat.ours
    assert act(seat).verb == "open-window"


# --- the whole crowd on a link that the test holds -------------------------------------------------------------------


class HeldLink:
    """A link whose requests the test answers."""

    def __init__(self) -> None:
        self.topics = Topics("test")
        self.connected = threading.Event()
        self.connected.set()
        self.handlers = {}
        self.requests = []
        self.asked = threading.Condition()

    def subscribe(self, topic_filter, handler):
        self.handlers[topic_filter] = handler

    def request(self, verb, body, **_):
        answer = Future()
        with self.asked:
            self.requests.append((verb, body, answer))
            self.asked.notify_all()
        return answer

    def show(self, topic, message, filter_=None):
        self.handlers[self.topics.root + (filter_ or topic)](self.topics.root + topic, codec.encode(message), True)

    def wait_for(self, verb):
        with self.asked:
            assert self.asked.wait_for(lambda: any(v == verb for v, _, _ in self.requests), 60), self.requests
            found = next(entry for entry in self.requests if entry[0] == verb)
            self.requests.remove(found)
            return found


@pytest.fixture
def played():
    link = HeldLink()
    habits = Habits(speed=1000, citizens_per_hour=36000, rating_share=1, leave_windows=frozenset({"01"}))
    crowd = Crowd(link, HALL, habits)
    crowd.open()
    thread = threading.Thread(target=crowd.run)
    thread.start()
    link.show("server/status", messages.ServerStatus("ready", "s", "1", SINCE))
    line = messages.QueueState(1, messages.Text("社保", "social"), True, 3, None, None, messages.Estimate(0, 60))
    link.show("queue/social/state", line, "queue/+/state")
    yield link, crowd
    crowd.stop()
    thread.join(60)
    assert not thread.is_alive()


def window(link, state):
    link.show("window/03/state", state, "window/+/state")


def test_the_crowd_opens_calls_serves_and_rates_as_the_window_shows(played):
    link, _crowd = played
    window(link, shown("closed"))
    _, body, answer = link.wait_for("open-window")
    assert body == {"window": "03", "clerk": "0103"}
    answer.set_result(answers.Answer("ok", {}))
    window(link, shown("idle"))
    link.wait_for("call-next")[2].set_result(answers.Answer("ok", {}))
    window(link, shown("calling", ticket="20261122-a002", calls=1))
    link.wait_for("start-service")[2].set_result(answers.Answer("ok", {}))
    window(link, shown("serving", ticket="20261122-a002", calls=1))
    link.wait_for("finish-service")[2].set_result(answers.Answer("ok", {}))
    window(link, shown("rating"))
    ask = messages.RatingAsk("20261122-a002-s1", "A002", None, None, SINCE)
    link.show("rating/03/ask", ask, "rating/+/ask")
    _, body, _ = link.wait_for("rate")
    assert body["service"] == "20261122-a002-s1"
    assert body["channel"] == "tablet"


def test_the_crowd_sends_people_while_the_line_is_open(played):
    link, crowd = played
    _, body, answer = link.wait_for("issue-ticket")
    assert body["queue"] == "social"
    given = {"ticket": ticket_facts() | {"token": "t"}, "ahead": 0, "estimate_s": {"low": 0, "high": 0}, "windows": ["03"]}
    answer.set_result(answers.Answer("ok", given))
    link.wait_for("issue-ticket")
    wait_until(lambda: crowd.counts["tickets"] == 1)


def test_windows_left_to_people_are_never_touched(played):
    link, crowd = played
    link.show("window/01/state", shown("closed"), "window/+/state")
    window(link, shown("idle"))
    link.wait_for("call-next")
    assert set(crowd.clerks) == {"03"}
    assert not [body for _, body, _ in link.requests if body.get("window") == "01"]


def test_the_crowd_withdraws_when_a_human_clerk_acts(played):
    link, crowd = played
    window(link, shown("idle"))
    _, _, answer = link.wait_for("call-next")
    answer.set_result(answers.Answer("error", error=answers.Error("wrong-state", "window 03 is serving")))
    window(link, shown("serving", ticket="20261122-a009"))
    wait_until(lambda: not crowd.clerks["03"].ours)
    with link.asked:
        link.requests[:] = [entry for entry in link.requests if entry[0] != "issue-ticket"]
    link.wait_for("issue-ticket")
    link.wait_for("issue-ticket")
    assert not [v for v, body, _ in link.requests if body.get("window") == "03"]


def test_the_first_queue_of_a_window_left_to_people_is_called_by_nobody_else():
    link = HeldLink()
    crowd = Crowd(link, HALL, Habits(speed=1000, citizens_per_hour=0.001, leave_windows=frozenset({"03"})))
    crowd.open()
    thread = threading.Thread(target=crowd.run)
    thread.start()
    try:
        link.show("server/status", messages.ServerStatus("ready", "s", "1", SINCE))
        for queue, waiting in (("social", 9), ("civil", 1)):
            state = messages.QueueState(1, messages.Text(queue, queue), True, waiting, None, None, messages.Estimate(0, 60))
            link.show(f"queue/{queue}/state", state, "queue/+/state")
        link.show("window/01/state", shown("closed"), "window/+/state")
        _, body, answer = link.wait_for("open-window")
        assert body["window"] == "01"
        answer.set_result(answers.Answer("ok", {}))
        clerk = messages.WindowClerk(body["clerk"], body["clerk"]) if "clerk" in body else None
        link.show("window/01/state", msgspec.structs.replace(shown("idle"), clerk=clerk), "window/+/state")
        assert link.wait_for("call-next")[1] == {"window": "01", "queue": "civil"}
    finally:
        crowd.stop()
        thread.join(60)
