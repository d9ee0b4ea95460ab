"""Which version of the product this is, as `setup.py` says it, since when there is one, and which of two versions is newer."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from importlib import metadata

FIRST_DAY = datetime(2026, 11, 22, tzinfo=UTC)
"""The day of the first version: a clock that shows an earlier time is wrong."""


@cache
def version() -> str:
    """The version of the installed package, such as "0.1.0"."""
    return metadata.version("jiaohao")


STAGES = {"dev": 0, "alpha": 1, "a": 1, "beta": 2, "b": 2, "pre": 3, "rc": 3}
"""What comes before a release, in this order."""
VERSION = re.compile(
    r"v?(?P<release>[0-9]+(?:\.[0-9]+)*)(?:[.~-]?(?P<stage>dev|alpha|beta|pre|rc)[.-]?(?P<count>[0-9]*)|(?P<short>[ab])(?P<of>[0-9]+))?"
    r"(?:[-+~].*)?",
    re.ASCII,
)
FINAL = len(STAGES)


def newer(version: str, than: str) -> bool:
    """Whether `version` certainly comes after `than`: numbers count as numbers, and 1.0-rc1 comes before 1.0.

    What follows a further hyphen or a plus, such as the commit in 20261128.0900-abcdef0, says nothing of the order. Versions of
    which nobody can say which one is newer are not.
    """
    one, other = _rank(version), _rank(than)
    return one is not None and other is not None and one > other


def _rank(version: str) -> tuple[list[int], int, int] | None:
    """What versions are ordered by; None for a text that is none."""
    found = VERSION.fullmatch(version)
    if found is None:
        return None
    release = [int(number) for number in found["release"].split(".")]
    while len(release) > 1 and release[-1] == 0:
        release.pop()
    stage = found["stage"] or found["short"]
    return release, STAGES[stage] if stage else FINAL, int(found["count"] or found["of"] or 0)
