"""Which version of the product this is, as `setup.py` says it, and since when there is one."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from importlib import metadata

FIRST_DAY = datetime(2026, 11, 22, tzinfo=UTC)
"""The day of the first version: a clock that shows an earlier time is wrong."""


@cache
def version() -> str:
    """The version of the installed package, such as "0.1.0"."""
    return metadata.version("jiaohao")
