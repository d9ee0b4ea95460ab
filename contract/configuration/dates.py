"""The one reader of days and times that people, spreadsheets and other systems hand over.

    2026-11-24   2026/11/24   2026.11.24   2026年11月24日   20261124
    2026-11-24 09:30   2026-11-24T09:30:00+08:00   2026年11月24日 上午9时30分   20261124093000   202611240930

Digits alone are never seconds since 1970 and never the day number of a spreadsheet: what is none of these forms is refused. A
time without an offset is the hall's own, where the caller says which zone that is: `context={"zone": ...}` of pydantic.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, tzinfo
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator, ValidationInfo

from contract.configuration.table import BrokenRule

FIRST_YEAR, LAST_YEAR = 1900, 2099
_YEAR, _TWO = "((?:19|20)[0-9]{2})", "([0-9]{2})"
_DAY = re.compile(rf"{_YEAR}(?:([-/.])([0-9]{{1,2}})\2([0-9]{{1,2}})|年([0-9]{{1,2}})月([0-9]{{1,2}})日?)")
_DIGITS = re.compile(rf"{_YEAR}{_TWO}{_TWO}(?:{_TWO}{_TWO}{_TWO}?)?")
_CLOCK = re.compile(r"(上午|下午)? ?([0-9]{1,2})(?::([0-9]{2})(?::([0-9]{2}))?|[时点](?:([0-9]{1,2})分(?:([0-9]{1,2})秒)?)?)")
_ISO_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ISO = re.compile(f"{_ISO_DAY.pattern}[T ][0-9]{{2}}:[0-9]{{2}}.*")
_MIDNIGHT = re.compile(r"[ T]0?0:00(:00)?$")


def day_of(value: object) -> date:
    """A day; raise BrokenRule for what is none. A time is none, unless it is midnight, as spreadsheets write days."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and (day := _day(_MIDNIGHT.sub("", _plain(value)))) is not None:
        return day
    raise BrokenRule("is not a day; write 2026-11-24", "不是日期，请写成 2026-11-24")


def time_of(value: object, zone: tzinfo | None = None) -> datetime:
    """An instant; raise BrokenRule for what is none, and for one without an offset where no `zone` is given."""
    found = value if isinstance(value, datetime) else _time(_plain(value)) if isinstance(value, str) else None
    if found is None:
        if isinstance(value, str) and _day(_plain(value)) is not None:
            raise BrokenRule("lacks the time of day; write 2026-11-24 09:30", "缺少时刻，请写成 2026-11-24 09:30")
        raise BrokenRule("is not a time; write 2026-11-24 09:30", "不是时间，请写成 2026-11-24 09:30")
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise BrokenRule("is a time of another age; write 2026-11-24 09:30", "年份不对，请写成 2026-11-24 09:30")
    if found.tzinfo is None and zone is None:
        raise BrokenRule("lacks an offset; write 2026-11-24T09:30+08:00", "缺少时区，请写成 2026-11-24T09:30+08:00")
    return found if found.tzinfo is not None else found.replace(tzinfo=zone)


def clock_of(value: object) -> time:
    """A time of day; raise BrokenRule for what is none. Numbers are not read: what is 900?"""
    if isinstance(value, time):
        return value
    found = _clock(_plain(value)) if isinstance(value, str) else None
    if found is None:
        raise BrokenRule("is not a time of day; write 09:30", "不是时刻，请写成 09:30")
    return found


def _in_zone(value: object, info: ValidationInfo) -> datetime:
    return time_of(value, (info.context or {}).get("zone"))


Day = Annotated[date, BeforeValidator(day_of)]
Instant = Annotated[AwareDatetime, BeforeValidator(_in_zone)]
Clock = Annotated[time, BeforeValidator(clock_of)]


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())


def _day(text: str) -> date | None:
    if _ISO_DAY.fullmatch(text):
        return _made(*text.split("-"))
    found = _DAY.fullmatch(text)
    if found is not None:
        return _made(found[1], found[3] or found[5], found[4] or found[6])
    digits = _DIGITS.fullmatch(text)
    return _made(*digits.groups()[:3]) if digits is not None and digits[4] is None else None


def _made(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _time(text: str) -> datetime | None:
    """A day and a time of day, without a zone where none is written."""
    if _ISO.fullmatch(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            return None
    digits = _DIGITS.fullmatch(text)
    if digits is not None and digits[4] is not None:
        day, clock = _made(*digits.groups()[:3]), _clock(":".join(filter(None, digits.groups()[3:])))
    else:
        parts = re.split(r"[ T]|(?<=日)", text, maxsplit=1)
        day, clock = (_day(parts[0]), _clock(parts[1].strip())) if len(parts) == 2 else (None, None)
    return datetime.combine(day, clock) if day is not None and clock is not None else None


def _clock(text: str) -> time | None:
    found = _CLOCK.fullmatch(text)
    if found is None:
        return None
    hour, minute, second = int(found[2]), int(found[3] or found[5] or 0), int(found[4] or found[6] or 0)
    if found[1] is not None:
        hour = hour % 12 + (12 if found[1] == "下午" else 0) if 1 <= hour <= 12 else 24
    try:
        return time(hour, minute, second)
    except ValueError:
        return None
