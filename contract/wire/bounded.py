"""The kinds of values in messages, each with its bounds: nobody can send a number, a text or a list that a reader cannot bear.

tests/unit/contract/wire/test_bounds.py holds every field of the contract to it; docs/wire-contract.md has the bounds.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

Id = Annotated[str, Meta(pattern=r"^[a-z0-9-]+\Z", max_length=64)]
Word = Annotated[str, Meta(max_length=64)]
"""A word of a program: a kind, a state, a session."""
Name = Annotated[str, Meta(max_length=200)]
"""A name, a number that people read, an id or a token that is compared and nothing else."""
Phrase = Annotated[str, Meta(max_length=500)]
Passage = Annotated[str, Meta(max_length=2000)]
Sentence = Annotated[str, Meta(max_length=8000)]
"""What is said to people in one language."""
FileText = Annotated[str, Meta(max_length=262_144)]
ScannedCode = Annotated[str, Meta(min_length=1, max_length=2000)]
Count = Annotated[int, Meta(ge=0, le=1_000_000_000)]
Seq = Annotated[int, Meta(ge=0, le=2**53 - 1)]
"""The number of a message: every JSON reader keeps it exact."""
Size = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Days = Annotated[int, Meta(ge=-100_000, le=100_000)]
Level = Annotated[int, Meta(ge=1, le=5)]
Degrees = Annotated[float, Meta(ge=-100, le=1000)]
Instant = Annotated[datetime, Meta(tz=True)]
Names = Annotated[list[Name], Meta(max_length=1000)]
FIRST_YEAR, LAST_YEAR = 1969, 2999
"""A machine that has lost its time begins with 1970, in some zones a day earlier."""


class Reported(Struct, frozen=True):
    """What another program than the server reports. Its instants can be shown in every time zone; ValueError otherwise."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, datetime) and not FIRST_YEAR <= value.year <= LAST_YEAR:
                raise ValueError(f"{name} is in the year {value.year}")
