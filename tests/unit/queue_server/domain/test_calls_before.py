"""The number told to be ahead is the number that is called before, by the rule that chooses."""

from bisect import bisect_left

from hypothesis import assume, given
from hypothesis import strategies as st

from queue_server.domain.calls_before import CallingWindow, calls_before
from queue_server.domain.routing import Candidate, WindowRules, choose

NOW = 1_800_000_000.0
CLASSES = ("ordinary", "appointment", "priority", "military")
QUEUES = ("social", "civil", "tax")


class Lines:
    """A line as a list of tickets."""

    def __init__(self, waiting: list[Candidate]) -> None:
        self._waiting = waiting

    def before(self, queue: str, class_: str, place: tuple[float, str]) -> int:
        of_line = [c for c in self._waiting if (c.queue, c.class_, c.window) == (queue, class_, None)]
        return bisect_left(sorted((c.rank, c.ticket) for c in of_line), place)

    def bound(self, window: str) -> list[tuple[tuple[float, str], str]]:
        return sorted(((c.rank, c.ticket), c.class_) for c in self._waiting if c.window == window)


def called_before(ticket: Candidate, waiting: list[Candidate], window: CallingWindow) -> int:
    """How many the window really calls before the ticket, one after another."""
    left, tally, calls = list(waiting), window.tally, 0
    while (choice := choose(left, window.rules, NOW, tally)) is not None and choice.candidate is not ticket:
        left.remove(choice.candidate)
        tally, calls = choice.tally, calls + 1
    assert choice is not None, "the window may call the ticket"
    return calls


def lines(windows: tuple[str | None, ...], latest: float = 0, most: int = 40) -> st.SearchStrategy[list[Candidate]]:
    return st.lists(
        st.builds(
            Candidate,
            ticket=st.integers(1, 999).map(lambda n: f"20261122-a{n:03d}"),
            queue=st.sampled_from(QUEUES),
            class_=st.sampled_from((*CLASSES, "ordinary", "ordinary")),
            rank=st.one_of(st.integers(int(NOW) - 3600, int(NOW + latest)).map(float), st.floats(NOW - 7200, NOW + latest)),
            window=st.sampled_from(windows),
        ),
        min_size=1,
        max_size=most,
        unique_by=lambda c: c.ticket,
    )


def windows(window: st.SearchStrategy[str]) -> st.SearchStrategy[CallingWindow]:
    rules = st.builds(
        WindowRules,
        window=window,
        queues=st.lists(st.sampled_from(QUEUES), unique=True, min_size=1).map(tuple),
        by_age=st.booleans(),
        prefers=st.lists(st.sampled_from(CLASSES), unique=True, max_size=2).map(tuple),
        ratio_ordinary=st.integers(1, 4),
        ratio_favoured=st.integers(1, 4),
        ageing_s=st.sampled_from([600.0, 1800.0, 9000.0]),
    )
    return st.builds(CallingWindow, rules, st.integers(-5, 4))


def may_call(window: CallingWindow, ticket: Candidate) -> bool:
    rules = window.rules
    return ticket.window == rules.window if ticket.window is not None else ticket.queue in rules.queues


@given(lines((None, None, None, "03", "07"), latest=600), windows(st.just("03")), st.data())
def test_as_many_are_called_before_a_ticket_at_one_window_as_it_is_told(waiting, window, data):
    able = [c for c in waiting if may_call(window, c) and (c.class_ != "appointment" or c.rank <= NOW)]
    assume(able)
    ticket = data.draw(st.sampled_from(able))
    assert calls_before(ticket, [window], Lines(waiting), NOW).calls == called_before(ticket, waiting, window)


@given(st.integers(0, 60), st.integers(0, 60), windows(st.just("03")), st.data())
def test_it_is_as_exact_in_long_lines_of_both_kinds(ordinary, favoured, window, data):
    queue = window.rules.queues[0]
    waiting = [Candidate(f"a{n:03d}", queue, "ordinary", NOW - 500 + n) for n in range(ordinary)]
    waiting += [Candidate(f"p{n:03d}", queue, "priority", NOW - 500 + n) for n in range(favoured)]
    assume(waiting)
    ticket = data.draw(st.sampled_from(waiting))
    assert calls_before(ticket, [window], Lines(waiting), NOW).calls == called_before(ticket, waiting, window)


@given(
    lines((None, None, None, "03", "07"), latest=600, most=12),
    st.lists(windows(st.sampled_from(["03", "07", "09"])), min_size=1, max_size=6),
    st.data(),
)
def test_nobody_is_told_to_be_the_next_while_a_window_would_call_another(waiting, several, data):
    ticket = data.draw(st.sampled_from(waiting))
    serving = [window for window in several if may_call(window, ticket)]
    assume(serving)
    told = calls_before(ticket, serving, Lines(waiting), NOW).calls
    choices = [choose(waiting, window.rules, NOW, window.tally) for window in serving]
    others = [choice for choice in choices if choice is not None and choice.candidate is not ticket]
    assert 0 <= told < len(waiting)
    if ticket.rank <= NOW or ticket.class_ != "appointment":
        assert (told == 0) == (not others)
    elif others:
        assert told > 0


def test_a_favoured_ticket_whose_turn_is_over_is_told_of_the_ordinary_ones_before_it():
    """Put back after a no-show, first of its class: two ordinary tickets are due, by 2:1."""
    waiting = [Candidate(f"c00{n}", "social", "ordinary", NOW - 300 + n) for n in range(2, 6)]
    ticket = Candidate("c001", "social", "military", NOW - 297.5)
    window = CallingWindow(WindowRules("03", ("social",)), tally=-2)
    assert calls_before(ticket, [window], Lines([*waiting, ticket]), NOW).calls == 2


def test_windows_that_call_in_turn_share_what_they_owe():
    """Three windows that each owe two ordinary tickets: six are called before a favoured one."""
    waiting = [Candidate(f"c{n:03d}", "social", "ordinary", NOW - 300 + n) for n in range(2, 20)]
    ticket = Candidate("c001", "social", "priority", NOW - 1)
    desks = [CallingWindow(WindowRules(f"0{n}", ("social",)), tally=-2) for n in range(3)]
    assert calls_before(ticket, desks, Lines([*waiting, ticket]), NOW).calls == 6
