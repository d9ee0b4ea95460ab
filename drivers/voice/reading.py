"""How an announcement is read aloud: ticket numbers digit by digit, window numbers as numbers, nothing that is a command.

A text such as "请A012号到12号窗口" becomes "请A零一二号到十二号窗口". The number of a ticket is a name: it follows a letter, or
stands before 号 or behind "number"; whatever else stands in the text is read as in `drivers.voice.chinese`.
"""

from __future__ import annotations

import re
import unicodedata

from drivers.voice.chinese import PLACE, in_words, signs_in_words, window
from drivers.voice.numerals import dialled, english, spelt

DIGITS_ZH = "零一二三四五六七八九"
DIGITS_EN = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
LIMIT = 300

_TAG = re.compile(r"\[[^\]\[]{0,20}\]|</?[A-Za-z][^<>]{0,80}>")
_TUNE = re.compile(r"(sound|msg|ring|alert)(?=[a-z0-9])", re.IGNORECASE)
_WINDOW_ZH = re.compile(rf"([A-Za-z]?)(\d{{1,4}})(?={PLACE})")
_TICKET_ZH = re.compile(
    r"(?<![A-Za-z/])([A-Za-z])[ ]?(\d+)(?!\.?\d)|(?<![\d第.\-路街巷道村令〕\]】])(\d{1,4})(?=号(?![楼线门院房室]))"
)
_NAME_EN = re.compile(
    r"\b(?P<place>(?:window|counter|desk|room) (?:no\.? ?)?)(?P<at>\d{1,4})\b"
    r"|\b(?P<call>(?:number|ticket|no\.) )(?P<ticket>\d+)\b"
    r"|\b(?P<letter>[A-Za-z])(?P<name>\d+)\b"
    r"|\b(?P<long>0\d*|\d{5,})\b",
    re.IGNORECASE,
)


def plain(text: str) -> str:
    """`text` without anything but words and punctuation: no control characters, no tags, brackets, backslashes or markup.

    Built-in tunes of speech chips ("sounda", "msgb") are broken up, so that a text never plays one. At most LIMIT characters.
    """
    text = unicodedata.normalize("NFKC", text)
    text = _TAG.sub(" ", text)
    text = "".join(" " if c in "[]{}<>\\|^`~" or unicodedata.category(c).startswith("C") else c for c in text)
    text = _TUNE.sub(lambda match: " ".join(match.group(1)) + " ", text)
    return re.sub(r"\s+", " ", text).strip()[:LIMIT]


def spoken(text: str, language: str, *, yao: bool = False) -> str:
    """What to say for an announcement; `language` is zh or en. With `yao` a 1 in a ticket's number is 幺, as on the telephone,
    which in a loud hall cannot be taken for 七."""
    if language == "en":
        return _NAME_EN.sub(_name_en, plain(text))
    digits = dialled if yao else spelt
    text = _WINDOW_ZH.sub(lambda m: m[1].upper() + window(m[2]), plain(signs_in_words(text)))
    text = _TICKET_ZH.sub(lambda m: (m[1] or "").upper() + digits(m[2] or m[3]), text)
    return plain(in_words(text))


def digit_by_digit(text: str, language: str) -> str:
    """The same with every number digit by digit, as recordings of digits alone can say it."""
    if language == "en":
        return re.sub(r"([A-Za-z]?)([0-9]+)", lambda m: f"{m[1]} {' '.join(DIGITS_EN[int(d)] for d in m[2])}", plain(text))
    return re.sub(r"[0-9]+", lambda m: spelt(m[0]), plain(text))


def _name_en(match: re.Match[str]) -> str:
    if match["at"]:
        return match["place"] + english(match["at"])
    digits = match["ticket"] or match["name"] or match["long"]
    if not digits.isascii():
        return match[0]
    said = " ".join(DIGITS_EN[int(digit)] for digit in digits)
    return f"{match['letter'].upper()} {said}" if match["letter"] else f"{match['call'] or ''}{said}"
