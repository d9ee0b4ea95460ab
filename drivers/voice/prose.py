"""How a longer text is read aloud: what is abbreviated is said in full, and long paragraphs come in pieces.

In Chinese every number becomes words before the engine sees it (`drivers.voice.chinese`). In English the engine reads numbers
well; only dates, ranges, telephone and window numbers are written out.
"""

from __future__ import annotations

import calendar
import re
import unicodedata

from drivers.voice.chinese import Rule, in_words, signs_in_words
from drivers.voice.reading import DIGITS_EN, plain, spoken

LONGEST = 120
"""Characters of a piece: about half a minute, so that a listener can follow and the page knows where the voice is."""
_SENTENCE = re.compile(r"[^。！？；!?;]+[。！？；!?;]*|[。！？；!?;]+")
_CLAUSE = re.compile(r"[^，,、]+[，,、]*")
_COMMA = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


def pieces(text: str) -> list[str]:
    """The text in sentences, several together up to LONGEST characters; a longer sentence is broken at its commas."""
    found: list[str] = []
    for part in (part for sentence in _SENTENCE.findall(text) for part in _broken(sentence)):
        if found and len(found[-1]) + len(part) <= LONGEST:
            found[-1] += part
        else:
            found.append(part)
    return [piece.strip() for piece in found if re.search(r"\w", piece)]


def _broken(sentence: str) -> list[str]:
    if len(sentence) <= LONGEST:
        return [sentence]
    clauses = _CLAUSE.findall(sentence)
    return [clause[start : start + LONGEST] for clause in clauses for start in range(0, len(clause), LONGEST)]


def read_out(text: str, language: str) -> str:
    """What to say for one piece; `language` is zh or en. Nothing in it is a command to a speech engine."""
    if language == "en":
        text = _COMMA.sub("", unicodedata.normalize("NFKC", text))
        for pattern, say in RULES_EN:
            text = pattern.sub(say, text)
        return spoken(text, "en")
    return plain(in_words(unicodedata.normalize("NFKC", signs_in_words(text))))


def _date_en(match: re.Match[str]) -> str:
    year, month, day = (int(part) for part in match.groups())
    return f"{day} {calendar.month_name[month]} {year}" if 1 <= month <= 12 else match[0]


def _clock_en(match: re.Match[str]) -> str:
    hour, minute = str(int(match[1])), match[2]
    if minute == "00":
        return f"{hour} o'clock"
    return f"{hour} oh {minute[1]}" if minute[0] == "0" else f"{hour} {minute}"


RULES_EN: list[Rule] = [
    (re.compile(r"https?://\S+"), "the address on the screen"),
    (re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)"), _date_en),
    (re.compile(r"(?<!\d)0\d{2,3}-?\d{7,8}(?!\d)"), lambda m: re.sub(r"\d", lambda d: DIGITS_EN[int(d[0])] + " ", m[0])),
    (re.compile(r"(?<!\d)(\d{1,2}):(\d{2})(?!\d)"), _clock_en),
    (re.compile(r"(?<=[\dk])\s*[-–—~]\s*(?=\d)"), " to "),
]
"""One after another; what one rule has put into words the later ones leave alone."""
