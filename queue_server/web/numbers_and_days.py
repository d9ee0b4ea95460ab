"""What stands in addresses and forms for a number or a day, within what the ledger can hold."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

Number = Annotated[int, Field(ge=0, le=2**31 - 1)]
"""A number in an address; another one is answered by 422."""
YEARS = range(2000, 2100)


def day_of(text: str) -> date | None:
    """A day as browsers write it (2026-11-24); None for other text, and for a day of another age."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in YEARS else None
