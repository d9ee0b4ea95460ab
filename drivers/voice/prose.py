"""How a longer text is read aloud: what is abbreviated is said in full, and long paragraphs come in pieces.

In Chinese every number becomes words before the engine sees it (espeak-ng says 10000 as 十千): years and telephone numbers
digit by digit, times, money, shares, ranges and quantities as they are said. In English the engine reads numbers well;
only dates, ranges and telephone numbers are written out.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Callable

from drivers.voice.numerals import counted, dialled, spelt
from drivers.voice.reading import DIGITS_EN, plain, spoken

LONGEST = 120
"""Characters of a piece: about half a minute, so that a listener can follow and the page knows where the voice is."""
_SENTENCE = re.compile(r"[^。！？；!?;]+[。！？；!?;]*|[。！？；!?;]+")
_CLAUSE = re.compile(r"[^，,、]+[，,、]*")
_MEASURE = "个份样张次天年名人寸种位条项周套户倍元块角分钟小公米件本枚处间家只"
_NUMBER = r"\d+(?:\.\d+)?"
_COMMA = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")

Rule = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]


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
    text = _COMMA.sub("", unicodedata.normalize("NFKC", text))
    for pattern, say in RULES_EN if language == "en" else RULES_ZH:
        text = pattern.sub(say, text)
    return spoken(text, "en") if language == "en" else plain(text)


def _clock(match: re.Match[str]) -> str:
    hour, minute = match[1], match[2]
    past = "" if minute == "00" else f"{'零' if minute[0] == '0' else ''}{counted(minute)}分"
    return f"{_two(hour, '点')}点{past}"


def _day_zh(match: re.Match[str]) -> str:
    year, month, day = match.groups()
    return f"{spelt(year)}年{counted(month)}月{counted(day)}日"


def _quantity(match: re.Match[str]) -> str:
    ordinal, digits, unit = match[1], match[2], match[3]
    if digits.startswith("0") and "." not in digits and len(digits) > 1:
        return ordinal + spelt(digits)
    if len(digits) > 4 and "." not in digits and not (unit and unit in _MEASURE + "万亿"):
        return ordinal + dialled(digits)
    return ordinal + (counted(digits) if ordinal else _two(digits, unit))


def _two(digits: str, unit: str) -> str:
    """Two of something is 两."""
    return "两" if digits.lstrip("0") == "2" and unit and unit in _MEASURE + "点万亿" else counted(digits)


def _named(match: re.Match[str]) -> str:
    return match[1] + spelt(match[2])


def _date_en(match: re.Match[str]) -> str:
    year, month, day = (int(part) for part in match.groups())
    return f"{day} {calendar.month_name[month]} {year}" if 1 <= month <= 12 else match[0]


def _clock_en(match: re.Match[str]) -> str:
    hour, minute = str(int(match[1])), match[2]
    if minute == "00":
        return f"{hour} o'clock"
    return f"{hour} oh {minute[1]}" if minute[0] == "0" else f"{hour} {minute}"


RULES_ZH: list[Rule] = [
    (re.compile(r"https?://\S+?(?=[\s,。;)》]|$)"), "网址请看屏幕"),
    (re.compile(r"^\s*(\d{1,2})\.(?!\d)\s*"), lambda m: f"第{counted(m[1])},"),
    (re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)"), _day_zh),
    (re.compile(r"(?<!\d)(\d{4})(?=年)"), lambda m: spelt(m[1])),
    (re.compile(r"[〔\[](\d{4})[〕\]]"), lambda m: f",{spelt(m[1])}年,"),
    (re.compile(r"(?<!\d)(0\d{2,3})-?(\d{7,8})(?!\d)"), lambda m: f"{dialled(m[1])},{dialled(m[2])}"),
    (re.compile(r"(?<!\d)(\d{3})-(\d{3,4})-(\d{3,4})(?!\d)"), lambda m: ",".join(map(dialled, m.groups()))),
    (re.compile(r"(?<!\d)(\d{1,2}):(\d{2})(?::\d{2})?(?!\d)"), _clock),
    (re.compile(rf"[¥$]\s*({_NUMBER})"), lambda m: f"{m[1]}元"),
    (re.compile(rf"({_NUMBER})%"), lambda m: f"百分之{counted(m[1])}"),
    (re.compile(r"(?<![\d/])(\d{1,3})/(\d{1,3})(?![\d/])"), lambda m: f"{counted(m[2])}分之{counted(m[1])}"),
    (re.compile(r"(?<=[\d点分日月年])\s*[-–—~]+\s*(?=[\d零一二三四五六七八九十两])"), "到"),
    (re.compile(r"([A-Za-z])(\d+)(?![\d.])"), _named),
    (re.compile(rf"(第?)\s*({_NUMBER})\s*(?=(\D?))"), _quantity),
    (re.compile(r"\s*[()—–/·•]+\s*"), ","),
    (re.compile(r"[《》〔〕【】“”‘’\"]"), ""),
]
RULES_EN: list[Rule] = [
    (re.compile(r"https?://\S+"), "the address on the screen"),
    (re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)"), _date_en),
    (re.compile(r"(?<!\d)0\d{2,3}-?\d{7,8}(?!\d)"), lambda m: re.sub(r"\d", lambda d: DIGITS_EN[int(d[0])] + " ", m[0])),
    (re.compile(r"(?<!\d)(\d{1,2}):(\d{2})(?!\d)"), _clock_en),
    (re.compile(r"(?<=[\dk])\s*[-–—~]\s*(?=\d)"), " to "),
]
"""One after another; what one rule has put into words the later ones leave alone."""
