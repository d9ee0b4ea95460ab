"""The number of a case (办件编号) as departments write it, and what of it counts when two are compared. Pure.

Departments write 武市监准〔2026〕12号, WS-2026-0001, (2026)0524/17 or WS_2026 0001; citizens type what their keyboard has. The
number is kept and shown as the department writes it. It is found by its Latin letters and digits alone, which every keyboard
has; Chinese characters tell apart only numbers that agree in those.
"""

from __future__ import annotations

import re

from contract.characters import plain, shown, trimmed
from contract.configuration.table import BrokenRule

LONGEST, LEAST_KEY = 64, 3
_SIGNS = r" ._/\\·#()（）\[\]［］{}｛｝<>＜＞〔〕【】〖〗《》〈〉「」『』‐‑‒–—―−﹣\-"
_FULL_WIDTH = {0xFF00 + code: 0x20 + code for code in range(1, 95) if chr(0x20 + code) not in "()[]{}<>"}
_HAN = "\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_FOREIGN = re.compile(f"[^A-Z0-9{_HAN}{_SIGNS}]")
_UNSAID = re.compile(rf"[{_SIGNS}\s号號第字]")
"""Signs between the parts of a number, and the words that tell nothing."""
_UNTYPED = re.compile("[^A-Z0-9]")


def spelling(number: str) -> str:
    """`number` as it is kept and shown: the department's own, but for letters, which are capitals, full-width letters and
    digits, which are plain ones, and white space."""
    return " ".join(shown(trimmed(number)).translate(_FULL_WIDTH).split()).upper()


def meaning(number: str) -> str:
    """What tells two numbers apart: letters, digits and Chinese characters but 号, 第 and 字, without any sign."""
    return _UNSAID.sub("", plain(number).upper())[:LONGEST]


def key(number: str) -> str:
    """What a number is found by: its Latin letters and digits."""
    return _UNTYPED.sub("", meaning(number))


def may_mean(written: str, number: str) -> bool:
    """Whether somebody who writes `written` may mean `number`: its Chinese characters may be left out, all of them."""
    said = meaning(written)
    return said == meaning(number) or said == key(written) == key(number)


def is_possible(text: str) -> bool:
    """Whether `text` may be a number."""
    try:
        checked(text)
    except BrokenRule:
        return False
    return True


def checked(number: str) -> str:
    """The spelling of a number that is handed over; raise BrokenRule for one that nobody could find again."""
    written = spelling(number)
    if found := _FOREIGN.search(written):
        one = found[0] if found[0].isprintable() else "□"
        raise BrokenRule(
            f"holds “{one}”; use only letters, digits, Chinese characters, brackets, hyphens and slashes",
            f"里有“{one}”，办件编号只能用字母、数字、汉字、括号、横线和斜线",
        )
    if len(key(written)) < LEAST_KEY or len(written) > LONGEST:
        raise BrokenRule(
            f"needs {LEAST_KEY} letters or digits at least, and may have {LONGEST} characters, as in WS-2026-0001",
            f"应至少有{LEAST_KEY}个字母或数字，最多{LONGEST}个字，如 WS-2026-0001",
        )
    return written
