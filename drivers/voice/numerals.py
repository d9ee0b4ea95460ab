"""Numbers in words, as they are said: 10305 is 一万零三百零五, window 21 is twenty one."""

from __future__ import annotations

DIGITS = "零一二三四五六七八九"
PLACES = ("", "十", "百", "千")
GROUPS = ("", "万", "亿")
ENGLISH = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
MOST_DIGITS = 12
"""Longer numbers are names, not quantities, and are spelt."""


def spelt(digits: str) -> str:
    """Digit by digit: years, numbers with a zero in front."""
    return "".join(DIGITS[int(digit)] for digit in digits)


def dialled(digits: str) -> str:
    """Digit by digit as telephone numbers are said: 一 becomes 幺, which cannot be taken for 七."""
    return spelt(digits).replace("一", "幺")


def counted(number: str) -> str:
    """A quantity, written in digits with perhaps a decimal point."""
    whole, _, part = number.partition(".")
    part = part.rstrip("0")
    return _whole(whole) + (f"点{spelt(part)}" if part else "")


def english(digits: str) -> str:
    """A number of up to three digits in English words; a longer one digit by digit."""
    number = int(digits)
    if number >= 1000:
        return " ".join(ENGLISH[int(digit)] for digit in digits)
    hundreds, rest = divmod(number, 100)
    words = [f"{ENGLISH[hundreds]} hundred"] if hundreds else []
    if rest >= 20:
        words.append(TENS[rest // 10] + (f" {ENGLISH[rest % 10]}" if rest % 10 else ""))
    elif rest or not hundreds:
        words.append(ENGLISH[rest])
    return " and ".join(words)


def _whole(digits: str) -> str:
    digits = digits.lstrip("0")
    if len(digits) > MOST_DIGITS:
        return spelt(digits)
    groups: list[str] = []
    while digits:
        groups.insert(0, digits[-4:])
        digits = digits[:-4]
    said, gap = "", False
    for place, group in zip(reversed(range(len(groups))), groups, strict=True):
        words = _group(group)
        gap = gap or group.startswith("0")
        if words:
            said += ("零" if said and gap else "") + words + GROUPS[place]
            gap = False
    if said.startswith("一十"):
        said = said[1:]
    return said or DIGITS[0]


def _group(digits: str) -> str:
    """Up to four digits; a gap of zeros inside is one 零."""
    said, gap = "", False
    for place, digit in zip(reversed(range(len(digits))), digits, strict=True):
        if digit == "0":
            gap = bool(said)
            continue
        said += ("零" if gap else "") + DIGITS[int(digit)] + PLACES[place]
        gap = False
    return said
