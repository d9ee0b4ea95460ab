"""Characters as people, spreadsheets and other systems hand them over, and as the hall keeps them. Pure.

`plain` is for codes, numbers and keys, of which only the characters count; `trimmed` is for every text.
`assigned` puts right what older programs kept in the private use area, which every font shows differently or not at all.
"""

from __future__ import annotations

import re
import unicodedata

UNPRINTABLE = re.compile(
    "[\0-\x08\v\f\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffd-\uffff\ue000-\uf8ff\U000f0000-\U0010ffff]"
)
"""Control characters, on which databases and fonts stumble; those that turn text around, so that it says something else; what
stands for a broken character (U+FFFD); and the private use areas, in which every program means another character."""

_SHOWN_BY_NOTHING = re.compile("[\ue000-\uf8ff\ufdd0-\ufdef\ufffd-\uffff\U000f0000-\U0010ffff]")
"""Private use, noncharacters, and what stands for a broken character."""
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2060-\u2064\u3164\ufe00-\ufe0f\ufeff]"
)
_ENDS = re.compile(rf"^(?:\s|{_INVISIBLE.pattern})+|(?:\s|{_INVISIBLE.pattern})+$")

_MOVED = {
    **{0xE78D: 0xFE10, 0xE78E: 0xFE12, 0xE78F: 0xFE11},
    **{0xE790 + step: 0xFE13 + step for step in range(7)},
    **{0xE81E: 0x9FB4, 0xE826: 0x9FB5, 0xE82B: 0x9FB6, 0xE82C: 0x9FB7, 0xE832: 0x9FB8, 0xE843: 0x9FB9},
    **{0xE854: 0x9FBA, 0xE864: 0x9FBB},
    **{0xE816: 0x20087, 0xE817: 0x20089, 0xE818: 0x200CC, 0xE831: 0x215D7, 0xE83B: 0x2298F, 0xE855: 0x241FE},
}
"""GB 18030-2022, annex: the characters that left the private use area with this edition, and in 2005."""
_TRAILS = [trail for trail in range(0x50, 0xA1) if trail != 0x7F]
_ASSIGNED = {
    0xE815 + place: _MOVED.get(0xE815 + place, ord(bytes([0xFE, trail]).decode("gb18030")))
    for place, trail in enumerate(_TRAILS)
} | _MOVED
"""A place in the private use area → its character. GBK kept 80 characters there, in the order of the codes FE50 to FEA0."""


def plain(text: str) -> str:
    """A code, a number or a key: full-width characters made plain (NFKC), without white space around and invisible marks."""
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).strip()


def trimmed(text: str) -> str:
    """`text` without white space and invisible marks around it."""
    return _ENDS.sub("", text)


def shown(text: str) -> str:
    """`text` as a display or a printer can show it: accents on their letters, without invisible marks, and □ for what nothing
    can show. Characters that are newer than this program stay."""
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", _SHOWN_BY_NOTHING.sub("□", assigned(text))))


def assigned(text: str) -> str:
    """`text` with the characters of Unicode for those that GBK had in the private use area: U+E863 becomes 䶮."""
    return text.translate(_ASSIGNED)
