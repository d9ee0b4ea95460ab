"""A number and the last four characters of a paper, as somebody types them: a case or an appointment is found by both."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Literal, Self

from contract.wire import case_number
from kiosk.ui.keys import BACK, CLEAR, typed

Field = Literal["number", "last_four"]
LENGTHS: dict[Field, int] = {"number": case_number.LONGEST, "last_four": 4}
HIDDEN = "●"
FOREIGN: dict[Field, re.Pattern[str]] = {
    "number": re.compile(rf"[^A-Z0-9{BACK}{CLEAR}-]"),
    "last_four": re.compile(rf"[^0-9A-Z{BACK}{CLEAR}]"),
}
"""What cannot be typed into a field. Of a number nothing else is needed: it is found by its letters and digits."""


@dataclass(frozen=True)
class NumberAndLastFour:
    """What is typed by now, kept out of every log; keys go into the `chosen` field."""

    number: str = field(default="", repr=False)
    last_four: str = field(default="", repr=False)
    chosen: Field = "number"

    @property
    def numbered(self) -> bool:
        """Whether the number may be whole."""
        return len(case_number.key(self.number)) >= case_number.LEAST_KEY

    @property
    def complete(self) -> bool:
        """Whether it can be asked."""
        return self.numbered and len(self.last_four) == LENGTHS["last_four"]

    def after(self, keys: str) -> Self:
        """What is typed after a key, or after several."""
        before = self.number if self.chosen == "number" else self.last_four
        text = typed(before, FOREIGN[self.chosen].sub("", keys.upper()))[: LENGTHS[self.chosen]]
        return replace(self, number=text) if self.chosen == "number" else replace(self, last_four=text)

    def shown(self, which: Field) -> str:
        """What a field shows: of the last four only the one that was typed last, while it is being typed."""
        if which == "number":
            return self.number
        clear = self.last_four[-1:] if self.chosen == which and len(self.last_four) < LENGTHS[which] else ""
        return HIDDEN * (len(self.last_four) - len(clear)) + clear


@dataclass(frozen=True)
class PickField:
    """Which of the two is typed now."""

    field: Field


@dataclass(frozen=True)
class FieldTyped:
    """A key for the chosen field, or several. Not the text after it: who types faster than pages are drawn would lose keys."""

    keys: str = field(repr=False)
