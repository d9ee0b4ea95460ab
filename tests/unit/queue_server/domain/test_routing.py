"""The choice of the next ticket: order of rules, ratio, fairness, explanation."""

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queue_server.domain.routing import Candidate, WindowRules, choose, rank_behind, settle

NOW = 1_800_000_000.0
CLASSES = ("ordinary", "appointment", "priority", "military")


def head(
    number: str, *, queue: str = "social", class_: str = "ordinary", waited: float = 60, window: str | None = None
) -> Candidate:
    return Candidate(f"20261122-{number}", queue, class_, NOW - waited, window)


def picked(candidates, rules, tally=0):
    choice = choose(candidates, rules, NOW, tally)
    assert choice is not None
    return choice.candidate.ticket.partition("-")[2]


ONE = WindowRules("03", ("social",))
TWO = WindowRules("03", ("social", "civil"))
ALL = WindowRules("01", ("social", "civil"), by_age=True)


def test_nobody_waits_then_nobody_is_chosen():
    assert choose([], ONE, NOW) is None
    assert choose([head("b001", queue="civil")], ONE, NOW) is None


def test_a_ticket_meant_for_the_window_goes_first():
    candidates = [head("a001", waited=4000), head("a002", class_="military"), head("a009", waited=1, window="03")]
    assert picked(candidates, ONE) == "a009"


def test_a_ticket_meant_for_another_window_is_left_alone():
    assert picked([head("a001", waited=4000, window="07"), head("a002")], ONE) == "a002"
    assert choose([head("a001", window="07")], ONE, NOW) is None


def test_a_ticket_sent_to_a_window_is_called_there_though_it_does_not_serve_the_queue():
    assert picked([head("b001", queue="civil", window="03"), head("a001")], ONE) == "b001"


def test_who_waited_too_long_goes_before_younger_tickets_of_any_class():
    old = head("a001", waited=1801)
    assert picked([old, head("a050", class_="military", waited=1700)], ONE) == "a001"
    green = WindowRules("12", ("social",), prefers=("military",))
    assert picked([old, head("a050", class_="military", waited=1700)], green) == "a001"


def test_favoured_tickets_keep_their_share_when_everybody_waits_too_long():
    crowd = [head("a001", waited=3600), head("a050", class_="priority", waited=2000)]
    assert picked(crowd, ONE, tally=0) == "a050"
    assert picked(crowd, ONE, tally=-2) == "a001"


def test_a_window_calls_the_classes_it_prefers_in_its_order():
    green = WindowRules("12", ("social",), prefers=("military", "priority"))
    waiting = [head("a001", waited=900), head("a002", class_="priority", waited=500), head("a003", class_="military", waited=5)]
    assert picked(waiting, green, tally=-2) == "a003"
    assert picked(waiting[:2], green, tally=-2) == "a002"


def test_an_appointment_is_not_called_before_its_time_and_favoured_after_it():
    early, due = head("a009", class_="appointment", waited=-60), head("a009", class_="appointment", waited=0)
    assert choose([early], ONE, NOW) is None
    assert picked([early, head("a001", waited=10)], ONE) == "a001"
    assert picked([due, head("a001", waited=10)], ONE) == "a009"


def test_a_clock_that_was_set_back_never_hides_an_ordinary_ticket():
    assert picked([head("a001", waited=-3600)], ONE) == "a001"


def test_a_sector_window_follows_its_own_order_of_queues():
    assert picked([head("b001", queue="civil", waited=900), head("a001", waited=5)], TWO) == "a001"


def test_a_comprehensive_window_goes_by_age():
    assert picked([head("b001", queue="civil", waited=900), head("a001", waited=5)], ALL) == "b001"


def test_equal_ages_are_decided_by_the_ticket_id():
    assert picked([head("a002"), head("a001")], ONE) == "a001"


@pytest.mark.parametrize(
    ("candidates", "rules", "zh", "en"),
    [
        ([head("a009", window="03")], ONE, "A009指定在本窗口办理", "A009 is meant for this window"),
        (
            [head("a001", waited=2460)],
            ONE,
            "A001已等候41分钟，超过30分钟的先叫",
            "A001 has waited 41 minutes; whoever has waited more than 30 minutes goes first",
        ),
        (
            [head("a003", class_="military")],
            WindowRules("12", ("social",), prefers=("military",)),
            "本窗口先办军人优先号，A003排在最前",
            "this window takes military tickets first, and A003 leads",
        ),
        (
            [head("a001"), head("a002", class_="priority")],
            ONE,
            "普通号每叫2个，叫1个优先的；现在轮到优先的A002",
            "ordinary and favoured tickets take turns 2:1, and it is the turn of priority ticket A002",
        ),
        (
            [head("a001", waited=300)],
            TWO,
            "按本窗口的业务顺序先叫A001：A001已等候5分钟",
            "this window's order of queues: A001 has waited 5 minutes",
        ),
        ([head("a001", waited=60)], ALL, "排在最前：A001已等候1分钟", "first in line: A001 has waited 1 minute"),
        (
            [head("a001", class_="appointment", waited=2400)],
            ONE,
            "A001预约时间已过40分钟，超过30分钟的先叫",
            "the appointment of A001 was 40 minutes ago; whoever has waited more than 30 minutes goes first",
        ),
    ],
)
def test_every_choice_explains_itself_in_one_sentence(candidates, rules, zh, en):
    choice = choose(candidates, rules, NOW)
    assert choice is not None
    assert (choice.reason.zh, choice.reason.en) == (zh, en)


candidate_lists = st.lists(
    st.builds(
        Candidate,
        ticket=st.integers(1, 999).map(lambda n: f"20261122-a{n:03d}"),
        queue=st.sampled_from(["social", "civil", "tax"]),
        class_=st.sampled_from(CLASSES),
        rank=st.floats(NOW - 7200, NOW + 600),
        window=st.sampled_from([None, None, "03", "07"]),
    ),
    max_size=12,
    unique_by=lambda c: c.ticket,
)
rules_of_windows = st.builds(
    WindowRules,
    window=st.sampled_from(["03", "07"]),
    queues=st.lists(st.sampled_from(["social", "civil", "tax"]), unique=True, min_size=1).map(tuple),
    by_age=st.booleans(),
    prefers=st.lists(st.sampled_from(CLASSES[1:]), unique=True, max_size=2).map(tuple),
    ratio_ordinary=st.integers(1, 4),
    ratio_favoured=st.integers(1, 4),
)


@given(candidate_lists, rules_of_windows, st.integers(-4, 3), st.randoms())
def test_the_choice_is_one_the_window_may_call_and_the_same_in_any_order(candidates, rules, tally, rng):
    choice = choose(candidates, rules, NOW, tally)
    shuffled = candidates[:]
    rng.shuffle(shuffled)
    assert choose(shuffled, rules, NOW, tally) == choice
    may = [c for c in candidates if (c.window == rules.window if c.window else c.queue in rules.queues)]
    may = [c for c in may if c.class_ != "appointment" or c.rank <= NOW]
    assert (choice is None) == (not may)
    if choice is not None:
        assert choice.candidate in may
        same = [
            c
            for c in may
            if (c.queue, c.class_, c.window) == (choice.candidate.queue, choice.candidate.class_, choice.candidate.window)
        ]
        assert choice.candidate.rank == min(c.rank for c in same)


@given(candidate_lists, rules_of_windows, st.integers(-4, 3))
def test_the_reason_that_is_given_is_true(candidates, rules, tally):
    choice = choose(candidates, rules, NOW, tally)
    if choice is None:
        return
    chosen, en = choice.candidate, choice.reason.en
    may = [c for c in candidates if (c.window == rules.window if c.window else c.queue in rules.queues)]
    others = [c for c in may if c is not chosen and (c.class_ != "appointment" or c.rank <= NOW)]
    favoured = chosen.class_ != "ordinary"
    if "is meant for this window" in en:
        assert chosen.window == rules.window
        return
    assert not [c for c in others if c.window], "whoever is meant for the window goes first"
    aged = [c for c in others if c.rank < NOW - rules.ageing_s]
    if "whoever has waited more" in en:
        assert chosen.rank < NOW - rules.ageing_s
        return
    assert not aged
    if "tickets first" in en:
        earlier = rules.prefers[: rules.prefers.index(chosen.class_)]
        assert not [c for c in others if c.class_ in earlier]
        return
    assert not [c for c in others if c.class_ in rules.prefers]
    if "take turns" in en:
        assert [c for c in others if (c.class_ != "ordinary") != favoured]
        assert favoured == (tally >= 0)
        return
    assert all((c.class_ != "ordinary") == favoured for c in others)
    first = min([chosen, *others], key=lambda c: (rules.places[c.queue], c.rank, c.ticket))
    assert first is chosen
    assert ("order of queues" in en) == (len(rules.queues) > 1 and not rules.by_age)


@given(st.integers(1, 5), st.integers(1, 5), st.integers(1, 60), st.data())
def test_the_ratio_is_kept_within_one_in_every_stretch_while_both_wait(ordinary, favoured, length, data):
    tally = data.draw(st.integers(-ordinary, favoured - 1))
    rules = WindowRules("03", ("social",), ratio_ordinary=ordinary, ratio_favoured=favoured)
    called = Counter()
    for _ in range(length):
        choice = choose([head("a001"), head("a002", class_="priority")], rules, NOW, tally)
        called[choice.candidate.class_], tally = called[choice.candidate.class_] + 1, choice.tally
        fair = (called["ordinary"] + called["priority"]) * favoured / (ordinary + favoured)
        assert abs(called["priority"] - fair) <= 1


@given(st.lists(st.booleans(), max_size=80), st.integers(1, 5), st.integers(1, 5))
def test_a_quiet_hour_of_one_class_builds_up_no_debt(calls, ordinary, favoured):
    tally = 0
    for is_favoured in calls:
        tally = settle(tally, is_favoured, ordinary, favoured)
        assert -ordinary <= tally <= favoured - 1


def serve_a_busy_day(rules: WindowRules, seed: int, load: float) -> dict[str, float]:
    """One window, `load` tickets for every one it can serve, 300 calls; the longest wait of each class in calls of 60 s."""
    rng = random.Random(seed)
    line, longest, tally, number = [], Counter(), 0, 0
    for step in range(300):
        now = NOW + step * 60
        while number < load * (step + 1):
            number += 1
            class_ = rng.choices(CLASSES, [8, 1, 2, 1])[0]
            queue = rng.choices(["social", "civil"], [5, 1])[0]
            line.append(Candidate(f"20261122-a{number:03d}", queue, class_, now))
        heads = {(c.queue, c.class_): c for c in reversed(line)}
        if (choice := choose(heads.values(), rules, now, tally)) is not None:
            tally = choice.tally
            line.remove(choice.candidate)
            longest[choice.candidate.class_] = max(longest[choice.candidate.class_], now - choice.candidate.rank)
    for waiting in line:
        longest[waiting.class_] = max(longest[waiting.class_], NOW + 300 * 60 - waiting.rank)
    return longest


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 10**6),
    st.sampled_from([TWO, ALL, WindowRules("12", ("social", "civil"), prefers=("military", "priority"))]),
    st.sampled_from([0.98, 1.1, 1.3]),
)
def test_nobody_starves_in_any_class_or_queue(seed, rules, load):
    """Whoever waits longest waits little longer than the backlog of the whole line takes, even where more come than can be served."""
    backlog = 300 * 60 * max(0.0, load - 1)
    assert max(serve_a_busy_day(rules, seed, load).values()) <= rules.ageing_s + 600 + 1.5 * backlog


def test_rank_behind_puts_a_ticket_back_after_the_given_places():
    line = [NOW - 50, NOW - 40, NOW - 30, NOW - 20]
    assert line[2] < rank_behind(line, 3, NOW) < line[3]
    assert rank_behind(line, 0, NOW) < line[0]
    assert rank_behind(line, 9, NOW) == NOW
    assert rank_behind([], 3, NOW) == NOW
    assert rank_behind([NOW + 5], 3, NOW) >= NOW + 5
