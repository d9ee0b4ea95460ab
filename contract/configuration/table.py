"""What every table of a hall's configuration is made of: no unknown key, no text that cannot be shown, two languages."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator

from contract.characters import UNPRINTABLE, assigned, plain
from contract.identity_numbers import problem, uniform

Identifier = Annotated[str, Field(pattern=r"^[a-z0-9-]+$", max_length=64)]


def _plain(value: object) -> object:
    return plain(value) if isinstance(value, str) else value


def _capitals(value: object) -> object:
    return plain(value).upper() if isinstance(value, str) else value


Plain = BeforeValidator(_plain)
"""Of a code or a number only the characters count: a full-width digit is the digit, a blank behind it is none."""
Capitals = BeforeValidator(_capitals)
"""As `Plain`, and the same in small letters."""


class BrokenRule(ValueError):
    """A rule that a table or a row breaks, for people too: `zh` says it in Chinese."""

    def __init__(self, text: str, zh: str) -> None:
        super().__init__(text)
        self.zh = zh


def _person(value: str) -> str:
    if (wrong := problem(value)) is not None:
        raise BrokenRule(*wrong)
    return uniform(value)


PersonNumber = Annotated[str, AfterValidator(_person)]
"""The number of a person's paper or an enterprise's credit code, or the id that a platform has for either; "" where unknown."""


class TextConfig(BaseModel):
    """A text in the two languages of the hall."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    zh: str
    en: str


class Table(BaseModel):
    """A table of the configuration, or a row that was handed over. Keys that nobody reads and unprintable texts are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def stored(cls, content: str | bytes) -> Self:
        """What the hall took in before, as JSON: an earlier version may have let pass what is refused today. It is shown all
        the same, with □ for each unprintable character. Raise ValidationError for what this version cannot read at all."""
        return cls.model_validate_json(content, context=STORED)

    @field_validator("*")
    @classmethod
    def _shown(cls, value: object, info: ValidationInfo) -> object:
        """`value` with the characters that everybody can show; raise BrokenRule for a text, or one in a list, with another."""
        kept = is_stored(info)
        return [_shown(entry, kept) for entry in value] if isinstance(value, list) else _shown(value, kept)


STORED = {"stored": True}


def is_stored(info: ValidationInfo) -> bool:
    """Whether what is read was taken in before."""
    return info.context is STORED


def _shown(value: object, kept: bool) -> object:
    if isinstance(value, TextConfig):
        return TextConfig(zh=_printable(value.zh, kept), en=_printable(value.en, kept))
    return _printable(value, kept) if isinstance(value, str) else value


def _printable(text: str, kept: bool) -> str:
    text = assigned(text)
    found = UNPRINTABLE.search(text)
    if found is None or kept:
        return UNPRINTABLE.sub("□", text)
    code = f"U+{ord(found[0]):04X}"
    raise BrokenRule(f"holds the unprintable character {code}; type the text anew", f"含有不能显示的字符 {code}，请重新输入")
