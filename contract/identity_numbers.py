"""Numbers of papers about persons and enterprises: written in one way before they are compared or hashed, and checked.

Sources: GB 11643 (citizen identity number: eighteen characters, the last one a check character), GB 32100 (credit code of an
enterprise: eighteen characters without I, O, S, V, Z), and the forms of passports and permits in use.
"""

from __future__ import annotations

import re
from datetime import date

from contract.characters import plain

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_CITIZEN = re.compile("[1-9][0-9]{5}(?:18|19|20)[0-9]{9}[0-9X]")
_INCOMPLETE = re.compile("[1-8][0-9]{5}(?:19|20)[0-9]{8}(?:[0-9X]|[0-9]{2}[0-9X])?")
"""Sixteen, seventeen or nineteen characters that begin like a citizen's number: place, then date of birth."""
_PAPER = re.compile(
    "[0-9]{17}[0-9X]|[0-9A-Z]{2}[0-9]{6}[0-9A-Z]{10}"  # identity card, credit code
    r"|[A-Z]{1,3}[0-9]{6,12}|[A-Z]{1,2}[0-9]{6}\([0-9A]\)"  # passports and permits, identity card of Hong Kong
)
_SCIENTIFIC = re.compile(r"[0-9](?:[.,][0-9]+)?E\+?[0-9]{2,3}", re.IGNORECASE)
_ROUNDED = re.compile("[1-9][0-9]{14}000")
Words = tuple[str, str]
"""The same in English and in Chinese."""

BY_SPREADSHEET: Words = (
    "was changed by the spreadsheet; format the column as text and fill it in again",
    "已被 Excel 改写，请把这一列设为文本后重新填写",
)


def uniform(number: str) -> str:
    """The one way in which a number is written: without blanks, in capitals. What is no number of a paper (the id of a person
    on a platform) keeps its letters as they are: there, small and large ones may be two persons."""
    kept = plain(number)
    packed = re.sub(r"[\s-]+", "", kept).upper()
    return packed if _PAPER.fullmatch(packed) else kept


def is_scientific(text: str) -> bool:
    """Whether `text` is a long number as a spreadsheet shows it, 6.20524E+17: its digits are lost."""
    return _SCIENTIFIC.fullmatch(plain(text)) is not None


def check_character(first: str) -> str:
    """The last character of a citizen's number, from the seventeen digits before it (GB 11643)."""
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(first[:17], _WEIGHTS, strict=True)) % 11]


def problem(number: str) -> Words | None:
    """What is wrong with the number of a person, or None. The id of a platform may be anything."""
    written = uniform(number)
    if is_scientific(written):
        return BY_SPREADSHEET
    if _CITIZEN.fullmatch(written) and written[17] != check_character(written):
        if _ROUNDED.fullmatch(written):
            return BY_SPREADSHEET
        wrong = "is no right identity number: its last character does not agree with the others; check every digit"
        return wrong, "身份证号不对，最后一位与前面的数字不符，请核对每一位"
    if _INCOMPLETE.fullmatch(written) and _is_day(written[6:14]):
        wrong = f"is no right identity number: it has 18 digits, this one {len(written)}; check every digit"
        return wrong, f"位数不对：身份证号应为 18 位，这里是 {len(written)} 位，请核对"
    if _CITIZEN.fullmatch(written) and not _is_day(written[6:14]):
        return "is no right identity number: digits 7 to 14 are no date of birth", "身份证号不对，第7至14位不是出生日期"
    return None


def _is_day(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True
