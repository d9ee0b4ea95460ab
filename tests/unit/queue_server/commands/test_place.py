"""Where a ticket stands and how long it waits: its own window's line when it is bound to one, nothing where nobody is open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import cycle
from typing import Any

import pytest

from contract.wire import codec
from contract.wire.messages import QueueState
from queue_server.broker.published_states import PublishedStates
from queue_server.broker.queue_states import QueueStates
from queue_server.broker.retained import RetainedTopics
from tests.bed import Bed

MakeBed = Callable[..., Bed]
MORE = """
[[queue]]
id = "{id}"
letter = "{letter}"
name = {{zh = "业务", en = "More"}}
theme = "people"
"""


def place(bed: Bed, ticket: dict[str, Any]) -> tuple[int, dict[str, int] | None, list[str]]:
    """People ahead, the estimate, the windows: the same by id, by token, and by the code on the paper."""
    found = bed.ok("lookup", ticket=ticket["id"])
    for again in (bed.ok("lookup", token=ticket["token"]), bed.ok("scan", code=ticket["token"])):
        assert {key: again[key] for key in found} == found
    return found["ahead"], found["estimate_s"], found["windows"]


def test_a_transferred_ticket_has_the_line_of_its_window(bed: Bed) -> None:
    for window, clerk in (("01", "0101"), ("02", "0102")):
        bed.ok("open-window", window=window, clerk=clerk)
    moved = bed.issue()
    others = [bed.issue() for _ in range(13)]
    bed.call("01")
    bed.ok("start-service", window="01")
    bed.ok("transfer", window="01", to_window="02", return_=True)
    ahead, wait, windows = place(bed, moved)
    assert (ahead, windows) == (0, ["02"]) and wait is not None and wait["high"] <= 120
    assert bed.call("02") == moved["number"], "it is called next, as it was told"
    bed.ok("start-service", window="02")
    bed.ok("transfer", window="02", to_window="01")
    assert place(bed, moved)[0] == 0 and place(bed, moved)[2] == ["01"]
    assert place(bed, others[5])[0] == 5 and place(bed, others[5])[2] == ["01", "02", "03"], "those that are open"


def test_a_window_of_every_queue_works_for_those_in_which_people_wait(make_bed: MakeBed) -> None:
    """No wait is made longer by the queues in which nobody is: it was told in hours with one person ahead."""
    bed = make_bed(queues="".join(MORE.format(id=letter.lower(), letter=letter) for letter in "DEFGHJ"))
    tickets = [bed.issue() for _ in range(3)]
    waits = []
    for window, clerk in (("01", "0101"), ("03", "0103")):
        bed.ok("open-window", window=window, clerk=clerk)
        bed.clock.advance(seconds=3)
        waits.append([place(bed, ticket)[:2] for ticket in tickets])
        bed.ok("close-window", window=window)
    assert waits[0] == waits[1] and [ahead for ahead, _ in waits[1]] == [0, 1, 2]


def test_those_bound_to_one_window_wait_for_each_other_and_for_the_service_there(bed: Bed) -> None:
    bed.ok("open-window", window="01", clerk="0101")
    tickets = [bed.issue() for _ in range(4)]
    for ticket in tickets[:3]:
        bed.ok("transfer", ticket=ticket["id"], to_window="01")
    assert [place(bed, ticket)[0] for ticket in tickets[:3]] == [0, 1, 2]
    bed.call("01")
    bed.ok("start-service", window="01")
    bed.clock.advance(seconds=3)
    waits = [place(bed, ticket)[1] for ticket in tickets[1:3]]
    assert waits[0] is not None and waits[1] is not None and 120 < waits[0]["high"] < waits[1]["high"]


def test_a_ticket_that_is_at_a_window_or_over_waits_for_nothing(bed: Bed) -> None:
    bed.ok("open-window", window="01", clerk="0101")
    ticket = bed.issue()
    bed.call("01")
    assert place(bed, ticket)[:2] == (0, None)


@pytest.mark.parametrize("shut", ["close-window", "pause-window"])
def test_a_wait_is_estimated_only_where_a_window_is_open(bed: Bed, shut: str) -> None:
    ticket = bed.issue()
    for window in ("01", "02", "03"):
        bed.ok("close-window", window=window)
    assert place(bed, ticket)[1] is None
    bed.ok("open-window", window="01", clerk="0101")
    assert place(bed, ticket)[1] is not None
    assert bed.ok("issue-ticket", queue="household", channel="web")["estimate_s"] is not None
    bed.ok(shut, window="01")
    assert place(bed, ticket)[1] is None
    assert bed.ok("issue-ticket", queue="household", channel="web")["estimate_s"] is None


def test_a_ticket_bound_to_a_closed_window_has_no_estimate_though_others_are_open(bed: Bed) -> None:
    for window, clerk in (("01", "0101"), ("02", "0102")):
        bed.ok("open-window", window=window, clerk=clerk)
    ticket = bed.issue()
    bed.ok("transfer", ticket=ticket["id"], to_window="02")
    bed.ok("pause-window", window="02")
    assert place(bed, ticket) == (0, None, ["02"])


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ((2026, 11, 23, 9, 0), None),
        ((2026, 11, 23, 12, 30), "2026-11-23T13:30:00+08:00"),
        ((2026, 11, 23, 18, 0), "2026-11-24T08:30:00+08:00"),
        ((2026, 11, 27, 18, 0), "2026-11-30T08:30:00+08:00"),
        ((2026, 10, 1, 10, 0), "2026-10-08T08:30:00+08:00"),  # National Day
        ((2026, 9, 20, 10, 0), None),  # a Sunday on which everybody works
    ],
)
def test_outside_the_hours_it_is_told_when_they_begin(make_bed: MakeBed, at: tuple[int, ...], opens: str | None) -> None:
    bed = make_bed(rules="issue_outside_hours = true")
    bed.clock.now = datetime(*at, tzinfo=bed.hall.zone)
    answer = bed.ok("issue-ticket", queue="household", channel="web")
    found = bed.ok("lookup", token=answer["ticket"]["token"])
    assert answer.get("opens_at") == found.get("opens_at") == opens and answer["estimate_s"] is None


def test_the_states_of_queues_say_when_windows_open_and_how_long_it_takes_once_they_do(make_bed: MakeBed) -> None:
    bed = make_bed(rules="issue_outside_hours = true")
    bed.clock.now = datetime(2026, 11, 23, 13, 29, tzinfo=bed.hall.zone)
    sent: dict[str, QueueState] = {}

    def send(topic: str, payload: bytes, _retain: bool, _expiry: int | None) -> None:
        state = codec.read(payload, QueueState)
        assert state is not None
        sent[topic] = state

    published = PublishedStates(RetainedTopics(), send, clock=lambda: bed.clock.now)
    states = QueueStates(bed.ledger, published, clock=lambda: bed.clock.now, monotonic=lambda: bed.clock.monotonic)

    def household() -> QueueState:
        states.changed(bed.changes.queues)
        bed.clock.advance(seconds=1)
        states.pass_time()
        return sent["queue/household/state"]

    closed = household()
    assert closed.opens_at == datetime(2026, 11, 23, 13, 30, tzinfo=bed.hall.zone) and closed.estimate_s is None
    bed.clock.advance(minutes=1)
    assert household().opens_at is None, "the hours have begun"
    bed.ok("open-window", window="01", clerk="0101")
    assert household().estimate_s is not None, "nobody had to take a number for that"
    bed.ok("close-window", window="01")
    assert household().estimate_s is None


def only_window_01(bed: Bed) -> None:
    for window in ("02", "03"):
        bed.ok("close-window", window=window)


@pytest.mark.parametrize("class_", ["priority", "military"])
def test_a_favoured_ticket_is_told_its_place_in_the_order_of_calls(bed: Bed, class_: str) -> None:
    only_window_01(bed)
    plain = [bed.ok("issue-ticket", queue="household", channel="web") for _ in range(4)]
    favoured = [bed.ok("issue-ticket", queue="household", channel="web", **{"class": class_}) for _ in range(2)]
    told = {answer["ticket"]["number"]: answer["ahead"] for answer in favoured}
    assert list(told.values()) == [0, 3], "the ratio is two ordinary tickets to one favoured"
    called = []
    for _ in range(6):
        called.append(bed.call("01"))
        bed.ok("start-service", window="01")
        bed.clock.advance(minutes=1)
        bed.ok("finish-service", window="01")
    assert {number: called.index(number) for number in told} == told
    assert [number for number in called if number not in told] == [answer["ticket"]["number"] for answer in plain]


@pytest.mark.parametrize("before", [1, 2, 3])
def test_the_calls_that_a_window_owes_to_ordinary_tickets_stand_before_a_favoured_one(bed: Bed, before: int) -> None:
    only_window_01(bed)
    for class_ in ("priority", *["ordinary"] * 5):
        bed.ok("issue-ticket", queue="household", channel="web", **{"class": class_})
    for _ in range(before):
        bed.serve("01", minutes=1)
    answer = bed.ok("issue-ticket", queue="household", channel="web", **{"class": "priority"})
    assert answer["ahead"] == 3 - before
    for _ in range(3 - before):
        assert bed.call("01") != answer["ticket"]["number"]
        bed.ok("start-service", window="01")
        bed.clock.advance(minutes=1)
        bed.ok("finish-service", window="01")
    assert bed.call("01") == answer["ticket"]["number"]


def test_a_favoured_ticket_is_told_its_place_among_several_windows_each_with_its_own_ratio(bed: Bed) -> None:
    bed.ok("close-window", window="03")
    in_turn = cycle(["01", "02"])
    for _ in range(12):
        bed.issue()

    def favoured() -> tuple[str, int]:
        answer = bed.ok("issue-ticket", queue="household", channel="web", **{"class": "priority"})
        return answer["ticket"]["number"], answer["ahead"]

    def called() -> str:
        window = next(in_turn)
        number = bed.call(window)
        bed.ok("no-show", window=window)
        bed.clock.advance(seconds=10)
        return number

    (first, before_first), (second, before_second) = favoured(), favoured()
    assert (before_first, before_second) == (0, 1), "neither window owes anything"
    assert [called(), called()] == [first, second]
    third, before_third = favoured()
    assert before_third == 4, "each of the two windows owes two ordinary tickets"
    assert third not in [called() for _ in range(4)] and called() == third


def test_whoever_was_sent_on_is_told_where_and_where_to_go_afterwards(bed: Bed) -> None:
    ticket = bed.issue()
    assert "sent" not in bed.ok("lookup", token=ticket["token"])
    bed.call("01")
    bed.ok("start-service", window="01")
    bed.ok("transfer", window="01", to_window="02", **{"return": True})
    assert bed.ok("lookup", token=ticket["token"])["sent"] == {"window": "02", "returns_to": "01"}
    bed.ok("call-next", window="02")
    assert "sent" not in bed.ok("lookup", token=ticket["token"]), "it is called"
    bed.ok("start-service", window="02")
    bed.ok("finish-service", window="02")
    assert bed.ok("lookup", token=ticket["token"])["sent"] == {"window": "01", "returns_to": None}


def test_whoever_waits_in_the_line_of_another_queue_is_told_so(bed: Bed) -> None:
    ticket = bed.issue()
    bed.ok("transfer", ticket=ticket["id"], to_queue="tax")
    assert bed.ok("lookup", token=ticket["token"])["sent"] == {"window": None, "returns_to": None}
