"""The rules of the public evaluation ("好差评"): what a rating needs, what counts as bad, until when it may be given.

Sources: the norm's tags (`contract.wire.rating_reasons`), provincial rating interfaces for channel codes, GB/T 39046 A.8.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta, tzinfo

from contract.wire.messages import Text
from contract.wire.rating_reasons import BAD_LEVELS, LEVELS, TEXT_LIMIT, lacks_reason, unfit
from queue_server.domain.business_day import add_working_days, business_day, day_begins, is_weekday

CHANNEL_CODES: dict[str, int] = {"web": 1, "mobile": 2, "qr": 3, "tablet": 4, "kiosk": 5, "phone": 6, "sms": 7}
"""Where a rating was given → its code `pf` in the reporting interfaces: window tablet 4, kiosk 5, the code on a ticket 3."""

_LEVELS = frozenset(level.value for level in LEVELS)


class BadRating(ValueError):
    """A rating that cannot be taken; `hint` says to the citizen what is missing."""

    def __init__(self, message: str, hint: Text) -> None:
        super().__init__(message)
        self.hint = hint


def is_bad(level: int) -> bool:
    """Whether `level` is a bad rating, which has to be verified and followed up: 不满意 and 非常不满意."""
    return level in BAD_LEVELS


def check(level: int, reasons: Sequence[str], text: str, *, channel: str, bad_needs_reason: bool = True) -> None:
    """Raise BadRating unless level, tags, text and channel make a rating; `bad_needs_reason` is False for one that is kept
    although the citizen gave no reason."""
    if level not in _LEVELS:
        raise BadRating(f"level {level} is none of 5 to 1", Text("请选择满意程度。", "Choose one of the five levels."))
    if channel not in CHANNEL_CODES:
        known = ", ".join(CHANNEL_CODES)
        raise BadRating(f"channel {channel!r} is unknown; known are {known}", Text("评价渠道有误。", "Wrong channel."))
    if len(text) > TEXT_LIMIT:
        raise BadRating(
            f"the text has {len(text)} characters, {TEXT_LIMIT} are possible",
            Text(f"评价文字请不要超过{TEXT_LIMIT}字。", f"Please write no more than {TEXT_LIMIT} characters."),
        )
    if problem := unfit(level, list(reasons)):
        raise BadRating(problem, Text("所选评价标签与满意程度不符，请重新选择。", "Choose reasons that belong to the level."))
    if lacks_reason(level, reasons, text, required=bad_needs_reason):
        raise BadRating(
            "a bad rating needs a reason or a text",
            Text(
                "请至少选择一项原因或填写意见，便于我们核实整改。",
                "Choose at least one reason or write a line, so that we can act.",
            ),
        )


def gbt_39046(level: int) -> int:
    """The level's code in GB/T 39046 A.8, which counts from 1 非常满意 to 5 非常不满意."""
    return 6 - level


def from_gbt_39046(code: int) -> int:
    """The level for a code of GB/T 39046 A.8."""
    return 6 - code


def open_until(
    finished: datetime, days: int, zone: tzinfo, *, starts: time = time(0, 0), is_working: Callable[[date], bool] = is_weekday
) -> datetime:
    """Until when a service that ended at `finished` may be rated: the end of the `days`-th working day after, in UTC."""
    last = add_working_days(business_day(finished, zone, starts), days, is_working)
    return day_begins(last + timedelta(days=1), zone, starts)
