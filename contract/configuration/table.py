"""What every table of a hall's configuration is made of: no unknown key, no text that cannot be shown, two languages."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

Identifier = Annotated[str, Field(pattern=r"^[a-z0-9-]+$", max_length=64)]


class BrokenRule(ValueError):
    """A rule that a table or a row breaks, for people too: `zh` says it in Chinese."""

    def __init__(self, text: str, zh: str) -> None:
        super().__init__(text)
        self.zh = zh


UNPRINTABLE = re.compile("[\0-\x08\v\f\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""Control characters, on which databases and fonts stumble; those that turn text around, so that it says something else."""


class TextConfig(BaseModel):
    """A text in the two languages of the hall."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    zh: str
    en: str


class Table(BaseModel):
    """A table of the configuration, or a row that was handed over. Keys that nobody reads and unprintable texts are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*")
    @classmethod
    def _printable(cls, value: object) -> object:
        """Raise BrokenRule for a text, or one in a list, with a character that cannot be printed."""
        for text in value if isinstance(value, list | tuple) else (value,):
            words = text.zh + text.en if isinstance(text, TextConfig) else text
            if isinstance(words, str) and (found := UNPRINTABLE.search(words)):
                code = f"U+{ord(found[0]):04X}"
                raise BrokenRule(
                    f"holds the unprintable character {code}; type the text anew", f"含有不能显示的字符 {code}，请重新输入"
                )
        return value
