"""What a citizen is told of the line is what the windows then do."""

import random

import pytest

from tests.bed import Bed

CLASSES = ("ordinary", "ordinary", "priority", "military")


@pytest.fixture
def open_bed(bed: Bed) -> Bed:
    """Window 01 alone is open."""
    for window in ("02", "03"):
        bed.ok("close-window", window=window)
    return bed


def waiting(bed: Bed, tickets: list[str]) -> dict[str, int]:
    """How many are told to be ahead of each of these tickets that waits."""
    found = {ticket: bed.ok("lookup", ticket=ticket) for ticket in tickets}
    return {ticket: told["ahead"] for ticket, told in found.items() if told["ticket"]["state"] == "waiting"}


@pytest.mark.parametrize("seed", range(4))
def test_the_tickets_of_a_line_are_called_in_the_order_that_was_told(open_bed: Bed, seed: int) -> None:
    """One window, random classes, somebody missed and put back, somebody sent to the window."""
    bed, rng = open_bed, random.Random(seed)
    issued = []
    for _ in range(14):
        bed.clock.advance(seconds=rng.randint(1, 90))
        asked = {"queue": "household", "class": rng.choice(CLASSES), "channel": "web"}
        answer = bed.ok("issue-ticket", **asked)
        issued.append(answer["ticket"]["id"])
        assert answer["ahead"] == waiting(bed, issued[-1:])[issued[-1]], "the paper says what the phone says"
    missed = bed.ok("call-next", window="01")["ticket"]["id"]
    bed.ok("no-show", window="01")
    bed.ok("requeue", ticket=missed)
    bed.ok("transfer", ticket=issued[-1], to_window="01")
    told = waiting(bed, issued)
    called = []
    while len(called) < len(told):
        left = waiting(bed, issued)
        ticket = bed.ok("call-next", window="01")["ticket"]["id"]
        assert left[ticket] == 0, "whoever is called was told to be the next"
        called.append(ticket)
        bed.ok("start-service", window="01")
        bed.ok("finish-service", window="01")
    assert sorted(told, key=lambda ticket: told[ticket]) == called
    assert sorted(told.values()) == list(range(len(told)))


def test_a_favoured_ticket_put_back_is_not_told_to_be_next_while_ordinary_ones_are_due(open_bed: Bed) -> None:
    bed = open_bed
    first = bed.ok("issue-ticket", queue="household", channel="web", **{"class": "military"})["ticket"]["id"]
    others = [bed.ok("issue-ticket", queue="household", channel="web")["ticket"]["id"] for _ in range(4)]
    bed.ok("call-next", window="01")
    bed.ok("no-show", window="01")
    bed.ok("requeue", ticket=first)
    assert bed.ok("lookup", ticket=first)["ahead"] == 2
    assert [bed.ok("lookup", ticket=ticket)["ahead"] for ticket in others] == [0, 1, 3, 4]


def test_whoever_was_sent_to_a_window_goes_first_also_where_a_call_names_a_queue(open_bed: Bed) -> None:
    bed = open_bed
    bed.ok("open-window", window="02", clerk="0102")
    sent = bed.ok("issue-ticket", queue="household", channel="web")["ticket"]["id"]
    bed.ok("issue-ticket", queue="tax", channel="web")
    bed.ok("transfer", ticket=sent, to_window="02")
    answer = bed.ok("call-next", window="02", queue="tax")
    assert (answer["ticket"]["id"], answer["why"]["zh"]) == (sent, "A001指定在本窗口办理")


def test_a_call_that_names_a_queue_says_nothing_of_the_other_queues(open_bed: Bed) -> None:
    bed = open_bed
    bed.ok("open-window", window="02", clerk="0102")
    queues = bed.hall.queues_of["02"]
    for queue in reversed(queues):
        bed.ok("issue-ticket", queue=queue, channel="web")
    answer = bed.ok("call-next", window="02", queue=queues[-1])
    name = bed.hall.queues[queues[-1]].name
    assert answer["why"]["zh"].startswith(f"窗口只叫{name.zh}的号。")
    assert answer["why"]["en"].startswith(f"asked for {name.en} only; ")
