"""Where a case is against its promised day: far, near, reached or exceeded (正常, 预警, 黄牌, 红牌), in working days.

Warning, yellow and red are near, at and past the limit; near is one working day before, as cities rule it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from contract.wire.facts import DeadlineState
from contract.wire.messages import Text
from queue_server.domain.working_days import WorkingDays

ONE_DAY = timedelta(days=1)
LONGEST_DAYS = 3700
"""Ten years without enough working days: the calendar has none."""

COLOURS: dict[DeadlineState, Text] = {
    "far": Text("正常", "in time"),
    "near": Text("预警", "near"),
    "reached": Text("黄牌", "yellow card"),
    "exceeded": Text("红牌", "red card"),
}


@dataclass(frozen=True)
class Deadline:
    """`working_days` are left, negative when overdue. Not `certain`: holidays are not known yet, only weekends were counted."""

    state: DeadlineState
    working_days: int
    certain: bool = True

    def words(self) -> Text:
        """How many working days are left, or since how many it is overdue."""
        days, mark = abs(self.working_days), Text("", "")
        if not self.certain:
            mark = Text("（节假日未定，按周末推算）", " (holidays not yet known; counted by weekends)")
        if self.state == "exceeded" and days == 0:
            return Text(f"已过承诺日期{mark.zh}", f"past the promised day{mark.en}")
        if self.state == "reached":
            return Text(f"今天到期{mark.zh}", f"due today{mark.en}")
        plural = "" if days == 1 else "s"
        if self.state == "exceeded":
            return Text(f"已超期{days}个工作日{mark.zh}", f"overdue by {days} working day{plural}{mark.en}")
        return Text(f"还有{days}个工作日{mark.zh}", f"{days} working day{plural} left{mark.en}")


def standing(
    promised: date, today: date, working: WorkingDays, *, is_known: Callable[[date], bool], near_days: int = 1
) -> Deadline:
    """Where `today` is against the promised day. `is_known` says whether a day's year is in the holiday calendar."""
    certain = is_known(today) and is_known(promised)
    left = working.between(today, promised)
    if promised < today:
        return Deadline("exceeded", left, certain)
    if left == 0 or promised == today:
        return Deadline("reached", 0, certain)
    return Deadline("near" if left <= near_days else "far", left, certain)


def last_days(today: date, working: WorkingDays, near_days: int = 1) -> tuple[date, date]:
    """The last promised day that counts as reached, and the last that counts as near, seen from `today`."""
    reached = today
    while working.between(today, reached + ONE_DAY) == 0 and reached - today < timedelta(LONGEST_DAYS):
        reached += ONE_DAY
    near = reached
    while working.between(today, near + ONE_DAY) <= near_days and near - today < timedelta(LONGEST_DAYS):
        near += ONE_DAY
    return reached, near
