"""Which ticket a window calls next: a pure choice among the heads of the lines, explained in one sentence.

In this order:
1. tickets meant for this window (transferred to it, or returning to it);
2. tickets that have waited longer than the ageing time, so that nobody waits for ever;
3. classes that the window prefers, in its order;
4. ordinary and favoured tickets by the hall's ratio while both wait;
5. the window's queues in its order (a comprehensive window has none: age decides);
6. whoever has stood in line longest.
Among aged tickets only ratio and age count: they are not kept back by preferences, yet the favoured classes keep their share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from contract.wire.messages import Text
from queue_server.domain.ticket_number import number_of

CLASS_WORDS: dict[str, Text] = {
    "ordinary": Text("普通", "ordinary"),
    "appointment": Text("预约", "appointment"),
    "priority": Text("优先", "priority"),
    "military": Text("军人优先", "military"),
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """The head of one line: the ticket with the smallest rank of its queue, class and bound window.

    `rank` is the instant, in seconds since the epoch, from which the ticket counts as standing in line: when it was issued, the
    booked time of an appointment, or a later place after a requeue. An appointment is not called before its rank. `since` is
    from when on the ticket has waited, as people are told it: the rank if left out.
    """

    ticket: str
    queue: str
    class_: str
    rank: float
    window: str | None = None
    since: float | None = None


Place = tuple[float, str]
"""Rank and id of a ticket: the order of a line."""


@dataclass(frozen=True, slots=True)
class WindowRules:
    """What one window calls: `queues` in its order of preference, or by age alone when `by_age` (comprehensive windows)."""

    window: str
    queues: tuple[str, ...]
    by_age: bool = False
    prefers: tuple[str, ...] = ()
    ratio_ordinary: int = 2
    ratio_favoured: int = 1
    ageing_s: float = 1800
    places: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "places", {queue: 0 if self.by_age else i for i, queue in enumerate(self.queues)})


@dataclass(frozen=True, slots=True)
class RoutingChoice:
    """The ticket to call, why, and the window's tally after calling it."""

    candidate: Candidate
    reason: Text
    tally: int


def choose(candidates: Iterable[Candidate], rules: WindowRules, now: float, tally: int = 0) -> RoutingChoice | None:
    """Pick the ticket that the window calls at `now` (seconds since the epoch); None when nobody waits for it.

    `tally` is what the window owes: 0 at first, then the number of the last Choice. Negative, ordinary tickets are due.
    """
    able = [(stage_of(c, rules, now), c) for c in candidates if _callable(c, rules, now)]
    if not able:
        return None
    stage = min(first for first, _ in able)
    waiting = [c for first, c in able if first == stage]
    due = _by_ratio(waiting, tally) if takes_turns(stage, rules) else waiting
    chosen = min(due, key=lambda c: order_in(stage, c.queue, (c.rank, c.ticket), rules))
    reason = _reason(stage, rules, is_turn=len(due) < len(waiting))
    return _chosen(chosen, reason, rules, now, tally)


BOUND, AGED, PREFERRED = 0, 1, 2
"""Stages of calling: whoever is in an earlier one is called before. `PREFERRED` is the first class that the window prefers, the
stages of the others follow, and the last one is for all the rest."""


def stage_of(candidate: Candidate, rules: WindowRules, now: float) -> int:
    """In which stage a ticket is called that this window may call."""
    if candidate.window is not None:
        return BOUND
    if candidate.rank < aged_before(rules, now):
        return AGED
    return PREFERRED + (rules.prefers.index(candidate.class_) if candidate.class_ in rules.prefers else len(rules.prefers))


def takes_turns(stage: int, rules: WindowRules) -> bool:
    """Whether ordinary and favoured tickets of a stage are called by the ratio."""
    return stage in (AGED, PREFERRED + len(rules.prefers))


def aged_before(rules: WindowRules, now: float) -> float:
    """Tickets with a rank before this one have waited too long."""
    return now - rules.ageing_s


def order_in(stage: int, queue: str, place: Place, rules: WindowRules) -> tuple[int, float, str]:
    """The order in which tickets of a stage are called, each kind of the ratio by itself."""
    return (rules.places[queue] if stage >= PREFERRED else 0, *place)


def rank_behind(ranks: Sequence[float], places: int, now: float) -> float:
    """The rank that puts a ticket back behind the first `places` of a line with these ranks; at its end when it is shorter."""
    line = sorted(ranks)
    if places >= len(line):
        return max(now, line[-1]) if line else now
    if places == 0:
        return line[0] - 1.0
    return (line[places - 1] + line[places]) / 2


def settle(tally: int, favoured: bool, ratio_ordinary: int, ratio_favoured: int) -> int:
    """The tally after a call. Kept within one round of the ratio, so that a quiet hour builds up no debt."""
    tally += -ratio_ordinary if favoured else ratio_favoured
    return max(-ratio_ordinary, min(tally, ratio_favoured - 1))


def _callable(candidate: Candidate, rules: WindowRules, now: float) -> bool:
    if candidate.class_ == "appointment" and candidate.rank > now:
        return False
    if candidate.window is not None:
        return candidate.window == rules.window
    return candidate.queue in rules.places


def _by_ratio(candidates: list[Candidate], tally: int) -> list[Candidate]:
    """Those of the kind whose turn it is; all of them when only one kind waits."""
    ordinary = [c for c in candidates if c.class_ == "ordinary"]
    favoured = [c for c in candidates if c.class_ != "ordinary"]
    if not ordinary or not favoured:
        return candidates
    return favoured if tally >= 0 else ordinary


def _reason(stage: int, rules: WindowRules, *, is_turn: bool) -> _Reason:
    if stage == BOUND:
        return _bound_reason
    if stage == AGED:
        return _aged_reason
    if stage < PREFERRED + len(rules.prefers):
        return _preferred_reason
    return _ratio_reason if is_turn else _line_reason


def _chosen(candidate: Candidate, reason: _Reason, rules: WindowRules, now: float, tally: int) -> RoutingChoice:
    favoured = candidate.class_ != "ordinary"
    since = candidate.rank if candidate.since is None else candidate.since
    sentence = reason(number_of(candidate.ticket), candidate, rules, max(0, int(now - since) // 60))
    return RoutingChoice(candidate, sentence, settle(tally, favoured, rules.ratio_ordinary, rules.ratio_favoured))


def _bound_reason(number: str, _candidate: Candidate, _rules: WindowRules, _minutes: int) -> Text:
    return Text(f"{number}指定在本窗口办理", f"{number} is meant for this window")


def _aged_reason(number: str, candidate: Candidate, rules: WindowRules, minutes: int) -> Text:
    limit, waited = int(rules.ageing_s // 60), _waited(number, candidate, minutes)
    return Text(
        f"{waited.zh}，超过{limit}分钟的先叫",
        f"{waited.en}; whoever has waited more than {limit} minutes goes first",
    )


def _preferred_reason(number: str, candidate: Candidate, _rules: WindowRules, _minutes: int) -> Text:
    words = CLASS_WORDS[candidate.class_]
    return Text(f"本窗口先办{words.zh}号，{number}排在最前", f"this window takes {words.en} tickets first, and {number} leads")


def _ratio_reason(number: str, candidate: Candidate, rules: WindowRules, _minutes: int) -> Text:
    words, ratio = CLASS_WORDS[candidate.class_], f"{rules.ratio_ordinary}:{rules.ratio_favoured}"
    return Text(
        f"普通号每叫{rules.ratio_ordinary}个，叫{rules.ratio_favoured}个优先的；现在轮到{words.zh}的{number}",
        f"ordinary and favoured tickets take turns {ratio}, and it is the turn of {words.en} ticket {number}",
    )


def _line_reason(number: str, candidate: Candidate, rules: WindowRules, minutes: int) -> Text:
    """Not that nobody has waited longer: whoever was put back, or is meant for another window, may have."""
    waited = _waited(number, candidate, minutes)
    if not rules.by_age and len(rules.queues) > 1:
        return Text(
            f"按本窗口的业务顺序先叫{number}：{waited.zh}",
            f"this window's order of queues: {waited.en}",
        )
    return Text(f"排在最前：{waited.zh}", f"first in line: {waited.en}")


def _waited(number: str, candidate: Candidate, minutes: int) -> Text:
    """How long; of an appointment, since its time."""
    unit = "minute" if minutes == 1 else "minutes"
    if candidate.class_ == "appointment":
        return Text(f"{number}预约时间已过{minutes}分钟", f"the appointment of {number} was {minutes} {unit} ago")
    return Text(f"{number}已等候{minutes}分钟", f"{number} has waited {minutes} {unit}")


_Reason = Callable[[str, Candidate, WindowRules, int], Text]
