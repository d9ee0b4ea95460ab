"""Text for displays: what may go onto the wire, and how wide it is.

Most display cards know the characters of GB 2312 (`contract.gb2312`) and take control tags inside the text (backslash tags,
escape bytes). Text that comes from people must never become one of those.
"""

from __future__ import annotations

import logging
import unicodedata

from contract import gb2312
from contract.characters import shown

LOG = logging.getLogger(__name__)
_replaced: set[str] = set()
COLOURS = {"red": (255, 48, 32), "green": (48, 255, 64), "yellow": (255, 208, 32)}
"""The colours of two-colour LED modules."""
_LOOKALIKES = str.maketrans({"\\": "＼", "\t": " ", "\r": " ", "\n": " ", "\u00a0": " ", "\u3000": " "})


def plain(text: str, limit: int = 200) -> str:
    """`text` without control characters, backslashes and line breaks, at most `limit` characters long; □ for what nothing can
    show."""
    legible = shown(text[: 2 * limit]).translate(_LOOKALIKES)
    return "".join(c for c in legible if unicodedata.category(c) not in ("Cc", "Cf", "Cs"))[:limit]


def encode(text: str, limit_bytes: int = 512) -> bytes:
    """`simple(text)` in bytes of GB 2312. Never cuts a character in two."""
    data = bytearray()
    for code in map(gb2312.encoded, simple(text)):
        if len(data) + len(code) > limit_bytes:
            break
        data += code
    return bytes(data)


def simple(text: str) -> str:
    """`plain(text)` in characters of GB 2312; what nothing there stands for is □ and is logged once."""
    clean = plain(text)
    for character in gb2312.lacking(clean):
        if character not in _replaced:
            _replaced.add(character)
            LOG.warning("a display cannot show %r (U+%04X, not in GB 2312): %s", character, ord(character), gb2312.BOX)
    return gb2312.legible(clean).translate(_LOOKALIKES)


def decode(data: bytes) -> str:
    """Text of GB 2312 or GBK bytes; broken ones become □."""
    return gb2312.decoded(data)


def columns(text: str) -> int:
    """Width in Latin characters; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)
