"""How an announcement is read aloud: ticket and window numbers digit by digit, nothing that a speech engine takes as a command.

A text such as "请A012号到03号窗口" becomes "请A零一二号到零三号窗口": a number that is a name (it follows a letter,
begins with 0, is followed by 号, or is longer than four digits) is spelt; another number is a quantity and left to the engine.
"""

from __future__ import annotations

import re
import unicodedata

DIGITS_ZH = "零一二三四五六七八九"
DIGITS_EN = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
LIMIT = 300

_TAG = re.compile(r"\[[^\]\[]{0,20}\]|</?[A-Za-z][^<>]{0,80}>")
_TUNE = re.compile(r"(sound|msg|ring|alert)(?=[a-z0-9])", re.IGNORECASE)
_NAME_ZH = re.compile(r"([A-Za-z])?[ ]?(\d+)(?=(号)?)")
_NAME_EN = re.compile(r"\b(?:([A-Za-z])(\d+)|(0\d*|\d{5,})|(?<=window )(\d+))\b")


def plain(text: str) -> str:
    """`text` without anything but words and punctuation: no control characters, no tags, brackets, backslashes or markup.

    Built-in tunes of speech chips ("sounda", "msgb") are broken up, so that a text never plays one. At most LIMIT characters.
    """
    text = unicodedata.normalize("NFKC", text)
    text = _TAG.sub(" ", text)
    text = "".join(" " if c in "[]{}<>\\|^`~" or unicodedata.category(c).startswith("C") else c for c in text)
    text = _TUNE.sub(lambda match: " ".join(match.group(1)) + " ", text)
    return re.sub(r"\s+", " ", text).strip()[:LIMIT]


def spoken(text: str, language: str) -> str:
    """What to say for `text`; `language` is zh or en."""
    return _NAME_EN.sub(_spell_en, plain(text)) if language == "en" else _NAME_ZH.sub(_spell_zh, plain(text))


def _spell_zh(match: re.Match[str]) -> str:
    letter, digits, is_name = match.group(1), match.group(2), match.group(3)
    if not (letter or is_name or digits.startswith("0") or len(digits) > 4) or not digits.isascii():
        return match.group(0)
    return (letter or "").upper() + "".join(DIGITS_ZH[int(digit)] for digit in digits)


def _spell_en(match: re.Match[str]) -> str:
    letter = match.group(1)
    digits = match.group(2) or match.group(3) or match.group(4)
    if not digits.isascii():
        return match.group(0)
    spelt = " ".join(DIGITS_EN[int(digit)] for digit in digits)
    return f"{letter.upper()} {spelt}" if letter else spelt
