"""Codes of service items and organisations: taken apart and checked.

Sources: the coding rule of the county's item lists (62052400MZ-XK-0001), GB 32100 (unified social credit code),
GB 11714 (organisation code), GB/T 2260 (regions). The national implementation code
follows real codes in use, not a published text; its parts are therefore a best reading and never required.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LOCAL = re.compile("([0-9]{8})([A-Z]{2})-([A-Z]{2})-([0-9]{4})")
PROVINCIAL = re.compile("([0-9A-Z]+(?:-[0-9A-Z]+)*)-([0-9]{12})-([0-9]{3})-([0-9A-Z]{18}|[0-9A-Z]{9})-([0-9])-([0-9]{2})")
PROVINCIAL_TYPES = {"511A": "01", "511F": "07", "511Z": "10", "512": "20", "513": "20"}
"""How a code of that form begins, and the item type that its province gives it."""
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


class BadCode(ValueError):
    """A code that breaks its rule; the text says where and what is expected."""


@dataclass(frozen=True)
class LocalCode:
    """A local item code: eight digits of region, two letters of department, two of item type, four digits of serial."""

    region: str
    department: str
    type: str
    serial: int

    @classmethod
    def parse(cls, text: str) -> LocalCode:
        """Take a code such as 62052400MZ-XK-0001 apart; raise BadCode if it is none."""
        found = LOCAL.fullmatch(text)
        if not found:
            raise BadCode(f"{text!r} is no item code; write it like 62052400MZ-XK-0001")
        region, department, kind, serial = found.groups()
        if serial == "0000":
            raise BadCode(f"{text!r}: serial numbers begin at 0001")
        region_level(region)
        return cls(region, department, kind, int(serial))

    def __str__(self) -> str:
        return f"{self.region}{self.department}-{self.type}-{self.serial:04d}"


def region_code(province: str, city: str = "", county: str = "", town: str = "") -> str:
    """The eight digits of a region: two for every level, padded with zeros behind the last one given."""
    parts = [province, city, county, town]
    given = [part for part in parts if part]
    if parts[: len(given)] != given:
        raise BadCode("a region is given from the province downwards, without a gap")
    if any(not re.fullmatch(r"[0-9]{2}", part) for part in given):
        raise BadCode("every level of a region has two digits")
    return "".join(given).ljust(8, "0")


def region_level(region: str) -> str:
    """`province`, `city`, `county` or `town` for eight digits; raise BadCode where a level is missing in between."""
    pairs = [region[i : i + 2] for i in range(0, 8, 2)]
    filled = [pair != "00" for pair in pairs]
    depth = sum(filled)
    if len(region) != 8 or depth == 0 or filled != [True] * depth + [False] * (4 - depth):
        raise BadCode(f"region {region!r}: two digits a level, zeros only behind the last level, for example 62052400")
    return ("province", "city", "county", "town")[depth - 1]


@dataclass(frozen=True)
class NationalCode:
    """A national item code kept as written, with its parts where they can be read.

    31 characters: USCC of the agency (18), level (1), basic code (12). 33 characters: two more for the handled item.
    12 or 13 characters: a basic code alone, or with the level before it. With hyphens, as provincial platforms write it in
    their links: the province's basic code, the region (12 digits), three digits, the agency (18 characters, or its
    organisation code of 9), two more numbers. Anything else stays opaque.
    """

    text: str
    agency: str | None = None
    level: str | None = None
    basic: str | None = None
    handled: str | None = None
    region: str | None = None

    @classmethod
    def parse(cls, text: str) -> NationalCode:
        """Read the parts of `text`; what is not understood is kept and its parts are None."""
        body = text.strip().upper()
        if re.fullmatch(r"[0-9A-Z]{18}[1-7][0-9A-Z]{12}([0-9A-Z]{2})?", body):
            return cls(text, body[:18], body[18], body[19:31], body[31:] or None)
        if re.fullmatch(r"[1-7]?[0-9A-Z]{12}", body):
            return cls(text, None, body[0] if len(body) == 13 else None, body[-12:])
        if found := PROVINCIAL.fullmatch(body):
            basic, region, _, agency, *_ = found.groups()
            return cls(text, agency if len(agency) == 18 else None, None, basic, region=region)
        return cls(text)

    @property
    def type(self) -> str | None:
        """The item type (01 licence, 07 confirmation, 20 public service ...) inside the basic code."""
        if self.basic and self.region:
            return next((type for start, type in PROVINCIAL_TYPES.items() if self.basic.startswith(start)), None)
        return self.basic[2:4] if self.basic else None

    @property
    def built_locally(self) -> bool:
        """Whether the item was made up locally and is not to be sent to the province (eight zeros in the code)."""
        return self.basic is not None and self.region is None and "00000000" in self.basic


def uscc_check(first: str) -> str:
    """The check character for the first 17 characters of a unified social credit code (GB 32100)."""
    total = sum(USCC_ALPHABET.index(c) * w for c, w in zip(first[:17], USCC_WEIGHTS, strict=True))
    return USCC_ALPHABET[(31 - total % 31) % 31]


def organisation_check(first: str) -> str:
    """The check character for the first 8 characters of an organisation code (GB 11714)."""
    total = sum(int(c, 36) * w for c, w in zip(first[:8], ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


def uscc_problem(text: str) -> str | None:
    """What is wrong with a unified social credit code, or None if it holds. Small letters are taken as large ones."""
    code = text.strip().upper()
    if len(code) != 18:
        return f"a unified social credit code has 18 characters, this has {len(code)}"
    if stray := sorted(set(code) - set(USCC_ALPHABET)):
        return f"{''.join(stray)} cannot stand in a unified social credit code; I, O, S, V and Z are not used"
    if code[17] != uscc_check(code):
        return "the last character does not agree with the others; a character was probably mistyped"
    if code[16] != organisation_check(code[8:16]):
        return "the organisation code inside (characters 9 to 17) does not agree with its check character"
    return None
