"""How long somebody waits, in words: what kiosk, paper and pages say of one estimate.

A range is told as it is while it is of use: nobody can plan with 6 to 177 minutes. A wider one becomes the time within which it
is one's turn. Where no window works for the queue there is no estimate: then it is told when windows open, if that is known.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from contract.texts import Gettext
from contract.wire.messages import Estimate

WIDEST = 4
"""The most times as long as its beginning the end of a range may be that is told as a range."""
AT_ONCE_MIN = 2
"""So long a clerk's hand takes to the key: the wait where a window is free."""
EXACT_MIN = 20
"""Longer waits are told in steps of five minutes."""
STEP_MIN = 5
A_WEEK = timedelta(days=7)
WITHIN_MIN = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180)
"""The times, in minutes, within which a wait is told to end."""


def wait_words(estimate: Estimate | None, opens_at: datetime | None, today: date | None, _: Gettext) -> str:
    """The wait of one ticket; `today` is the day of the hall, None where the clock is not known."""
    if estimate is None:
        return opening_words(opens_at, today, _)
    low, high = told_minutes(estimate)
    if high <= AT_ONCE_MIN:
        return _("马上就到")
    if 0 < low < high:
        return _("约 {low}–{high} 分钟").format(low=low, high=high)
    if low == high:
        return _("约 {high} 分钟").format(high=high)
    return _within(high, _)


def ahead_words(ahead: int, _: Gettext) -> str:
    """How many people are called before somebody."""
    return _("前面还有 {count} 人").format(count=ahead) if ahead > 0 else _("前面没有人")


def told_minutes(estimate: Estimate) -> tuple[int, int]:
    """The range that is told, in whole minutes: never narrower than the estimate. Without a beginning (0) where it is too wide
    to be of use."""
    low, high = estimate.low // 60, -(-estimate.high // 60)
    if high > EXACT_MIN:
        low, high = low - low % STEP_MIN, high + -high % STEP_MIN
    if high <= max(AT_ONCE_MIN, low * WIDEST):
        return low, high
    return 0, next((within for within in WITHIN_MIN if high <= within), high)


def opening_words(opens_at: datetime | None, today: date | None, _: Gettext) -> str:
    """When windows open, or that none is open."""
    if opens_at is None:
        return _("暂无窗口办理")
    time = f"{opens_at:%H:%M}"
    if opens_at.date() == today:
        return _("窗口 {time} 开").format(time=time)
    soon = today is not None and timedelta(0) < opens_at.date() - today < A_WEEK
    return _("窗口 {day} {time} 开").format(day=_weekday(opens_at, _) if soon else day_words(opens_at, _), time=time)


def _within(minutes: int, _: Gettext) -> str:
    if minutes > WITHIN_MIN[-1]:
        return _("可能超过 {hours} 小时").format(hours=WITHIN_MIN[-1] // 60)
    if minutes == 30:
        return _("半小时以内")
    if minutes == 60:
        return _("1 小时以内")
    if minutes == 90:
        return _("一个半小时以内")
    if minutes % 60 == 0:
        return _("{hours} 小时以内").format(hours=minutes // 60)
    return _("{minutes} 分钟以内").format(minutes=minutes)


def day_words(day: date, _: Gettext) -> str:
    """A day with its day of the week."""
    months = (
        _("1月"),
        _("2月"),
        _("3月"),
        _("4月"),
        _("5月"),
        _("6月"),
        _("7月"),
        _("8月"),
        _("9月"),
        _("10月"),
        _("11月"),
        _("12月"),
    )
    return _("{month}{day}日 {weekday}").format(month=months[day.month - 1], day=day.day, weekday=_weekday(day, _))


def _weekday(day: date, _: Gettext) -> str:
    return (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))[day.weekday()]
