"""How many tickets are called before one, if nobody else comes: counted by the rule that chooses (`routing`), not by trying.

For one window the figure is exact. Several windows are taken to call in turn. Windows that call by different rules are counted
each kind for itself: that one counts which comes to the ticket first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, inf, nextafter
from typing import NamedTuple, Protocol

from queue_server.domain.routing import (
    AGED,
    PREFERRED,
    Candidate,
    Place,
    WindowRules,
    aged_before,
    settle,
    stage_of,
    takes_turns,
)

CLASSES = ("ordinary", "appointment", "priority", "military")
_FIRST: Place = (-inf, "")
_LAST: Place = (inf, "")


class WaitingLines(Protocol):
    """The tickets that wait, in order."""

    def before(self, queue: str, class_: str, place: Place) -> int:
        """How many tickets of a line that are meant for no window stand before `place`."""
        ...

    def bound(self, window: str) -> Sequence[tuple[Place, str]]:
        """The tickets that are meant for a window, each with its class, in the order of their places."""
        ...


@dataclass(frozen=True, slots=True)
class CallingWindow:
    """A window that may call a ticket, and what it owes by the ratio of classes."""

    rules: WindowRules
    tally: int = 0


class CallsBefore(NamedTuple):
    """How many tickets are called before one, and how many of them are of its queue."""

    calls: int
    of_queue: int


class _Count(NamedTuple):
    """Tickets of one kind in one stage: all of them, and those of the queue that is asked about."""

    tickets: int = 0
    of_queue: int = 0

    def plus(self, tickets: int, *, own: bool) -> _Count:
        return _Count(self.tickets + tickets, self.of_queue + tickets * own)


def calls_before(ticket: Candidate, windows: Sequence[CallingWindow], lines: WaitingLines, now: float) -> CallsBefore:
    """How many tickets the windows call before this one. 0 of them only if each of the windows would call it next.

    `windows` are those that may call the ticket; one that is bound to a window has that window alone. An appointment before its
    time is counted as when it is due, with the line as it is now.
    """
    if ticket.window is not None:
        ahead = sum(
            place < (ticket.rank, ticket.ticket) for place, class_ in lines.bound(ticket.window) if _due(place, class_, now)
        )
        return CallsBefore(ahead, ahead)
    then = max(now, ticket.rank) if ticket.class_ == "appointment" else now
    in_use = _in_use(ticket, windows, lines)
    kinds: dict[_Kind, list[CallingWindow]] = {}
    for window in windows:
        queues = tuple(queue for queue in window.rules.queues if queue in in_use)
        kinds.setdefault((queues, window.rules.by_age or len(queues) == 1, window.rules.prefers), []).append(window)
    counts = [_Calling(ticket, kind[0], alike, lines, then).calls() for kind, alike in kinds.items()]
    others_first = any(count.calls for count in counts) or any(
        _due(place, class_, then) for window in windows for place, class_ in lines.bound(window.rules.window)
    )
    if ticket.rank > now and then > now:
        others_first = others_first or any(_somebody(window.rules, lines, now) for window in windows)
    first = min(counts, default=CallsBefore(0, 0))
    return CallsBefore(max(first.calls, int(others_first)), first.of_queue)


_Kind = tuple[tuple[str, ...], bool, tuple[str, ...]]
"""What windows must have in common to be counted together: the queues in which somebody waits, by age or not, preferences."""


def _in_use(ticket: Candidate, windows: Sequence[CallingWindow], lines: WaitingLines) -> set[str]:
    """The queues of these windows in which somebody waits, and the ticket's own."""
    served = {queue for window in windows for queue in window.rules.queues}
    return {ticket.queue, *(queue for queue in served if any(lines.before(queue, class_, _LAST) for class_ in CLASSES))}


def _due(place: Place, class_: str, now: float) -> bool:
    return class_ != "appointment" or place[0] <= now


def _somebody(rules: WindowRules, lines: WaitingLines, now: float) -> bool:
    return any(lines.before(queue, class_, _end(class_, now)) for queue in rules.queues for class_ in CLASSES)


def _end(class_: str, now: float) -> Place:
    """Before this place stands whoever of a class may be called at `now`."""
    return (nextafter(now, inf), "") if class_ == "appointment" else _LAST


class _Calling:
    """Windows that call by the same rules, on their way to one ticket."""

    def __init__(
        self,
        ticket: Candidate,
        queues: Sequence[str],
        windows: Sequence[CallingWindow],
        lines: WaitingLines,
        now: float,
    ) -> None:
        self._ticket = ticket
        self._queues = queues
        self._rules = windows[0].rules
        self._windows = windows
        self._tallies = [window.tally for window in windows]
        self._lines = lines
        self._now = now
        self._aged: Place = (aged_before(self._rules, now), "")

    def calls(self) -> CallsBefore:
        own = stage_of(self._ticket, self._rules, self._now)
        calls = of_queue = self._call_bound()
        of_queue = 0
        for stage in range(AGED, own):
            ordinary, favoured = self._in_stage(stage)
            self._call_all(ordinary.tickets, favoured.tickets)
            calls += ordinary.tickets + favoured.tickets
            of_queue += ordinary.of_queue + favoured.of_queue
        ordinary, favoured = self._in_stage(own, (self._ticket.rank, self._ticket.ticket))
        same, other = (ordinary, favoured) if self._ticket.class_ == "ordinary" else (favoured, ordinary)
        turns = self._turns(same.tickets, other.tickets) if takes_turns(own, self._rules) else 0
        shared = turns * other.of_queue // other.tickets if other.tickets else 0
        return CallsBefore(calls + same.tickets + turns, of_queue + same.of_queue + shared)

    def _call_bound(self) -> int:
        """Each window first calls those that are meant for it: so many calls until one of the windows is through."""
        called = []
        for i, window in enumerate(self._windows):
            due = [class_ for place, class_ in self._lines.bound(window.rules.window) if _due(place, class_, self._now)]
            for class_ in due:
                self._settle(i, favoured=class_ != "ordinary")
            called.append(len(due))
        return min(called) * len(called)

    def _in_stage(self, stage: int, until: Place | None = None) -> tuple[_Count, _Count]:
        """The ordinary and the favoured tickets of a stage; of the ticket's own kind only those before `until`, its place."""
        counts = [_Count(), _Count()]
        for queue in self._queues:
            for class_ in self._classes(stage):
                favoured = class_ != "ordinary"
                own_kind = until is not None and favoured == (self._ticket.class_ != "ordinary")
                limit = self._limit(stage, queue, until) if own_kind and until is not None else _LAST
                counts[favoured] = counts[favoured].plus(
                    self._count(stage, queue, class_, limit), own=queue == self._ticket.queue
                )
        return counts[0], counts[1]

    def _classes(self, stage: int) -> Iterable[str]:
        prefers = self._rules.prefers
        if stage == AGED:
            return CLASSES
        rest = stage == PREFERRED + len(prefers)
        return [class_ for class_ in CLASSES if class_ not in prefers] if rest else (prefers[stage - PREFERRED],)

    def _limit(self, stage: int, queue: str, until: Place) -> Place:
        """Before this place stand the tickets of a queue that are called before the ticket; see `routing.order_in`."""
        places = self._rules.places
        if stage == AGED or places[queue] == places[self._ticket.queue]:
            return until
        return _LAST if places[queue] < places[self._ticket.queue] else _FIRST

    def _count(self, stage: int, queue: str, class_: str, limit: Place) -> int:
        before = self._lines.before
        if stage == AGED:
            return before(queue, class_, min(self._aged, limit))
        return max(0, before(queue, class_, min(_end(class_, self._now), limit)) - before(queue, class_, self._aged))

    def _call_all(self, ordinary: int, favoured: int) -> None:
        """All of a stage are called: what the windows owe afterwards."""
        left, windows, calls = [ordinary, favoured], len(self._windows), 0
        while left[0] and left[1]:
            if calls == windows:
                rounds = self._rounds(*left)
                left = [
                    left[0] - rounds * self._rules.ratio_ordinary * windows,
                    left[1] - rounds * self._rules.ratio_favoured * windows,
                ]
            favours = self._tallies[calls % windows] >= 0
            left[favours] -= 1
            self._settle(calls % windows, favoured=favours)
            calls += 1
        of_one_kind = min(max(left), windows * (self._rules.ratio_ordinary + self._rules.ratio_favoured))
        for call in range(calls, calls + of_one_kind):
            self._settle(call % windows, favoured=left[1] > 0)

    def _turns(self, same: int, other: int) -> int:
        """How many of the `other` kind are called before a ticket that has `same` before it in its own kind."""
        favours, windows, called, first = self._ticket.class_ != "ordinary", len(self._windows), 0, True
        while other:
            own_turn = sum((tally >= 0) == favours for tally in self._tallies)
            others = min(other, windows - own_turn)
            own = windows - others
            if same < own:  # who of these windows is the first to call is not known
                return called + ceil(others * (same + 1) / (own + 1))
            same, other, called = same - own, other - others, called + others
            for i, tally in enumerate(self._tallies):
                self._settle(i, favoured=tally >= 0)
            if first:
                rounds = self._rounds(other, same) if favours else self._rounds(same, other)
                ordinary, favoured = (
                    rounds * self._rules.ratio_ordinary * windows,
                    rounds * self._rules.ratio_favoured * windows,
                )
                same, other = (same - favoured, other - ordinary) if favours else (same - ordinary, other - favoured)
                called, first = called + (ordinary if favours else favoured), False
        return called

    def _rounds(self, ordinary: int, favoured: int) -> int:
        """How many times the windows may go through their whole ratio, after which they owe the same, with both kinds left."""
        rules, windows = self._rules, len(self._windows)
        return max(0, min(ordinary // (rules.ratio_ordinary * windows), favoured // (rules.ratio_favoured * windows)) - 1)

    def _settle(self, window: int, *, favoured: bool) -> None:
        rules = self._rules
        self._tallies[window] = settle(self._tallies[window], favoured, rules.ratio_ordinary, rules.ratio_favoured)
