"""Text for displays: what may go onto the wire, and how wide it is.

Most display cards know the GB2312 characters and take control tags inside the text (backslash tags, escape bytes). Text
that comes from people must never become one of those.
"""

from __future__ import annotations

import logging
import unicodedata

from contract.characters import shown

LOG = logging.getLogger(__name__)
REPLACEMENT = "□"
_replaced: set[str] = set()
COLOURS = {"red": (255, 48, 32), "green": (48, 255, 64), "yellow": (255, 208, 32)}
"""The colours of two-colour LED modules."""
_LOOKALIKES = str.maketrans({"\\": "＼", "\t": " ", "\r": " ", "\n": " ", "—": "―", "\u00a0": " ", "\u3000": " "})


def plain(text: str, limit: int = 200) -> str:
    """`text` without control characters, backslashes and line breaks, at most `limit` characters long; □ for what nothing can
    show."""
    composed = unicodedata.normalize("NFC", shown(text[: 2 * limit])).translate(_LOOKALIKES)
    return "".join(c for c in composed if unicodedata.category(c) not in ("Cc", "Cf", "Cs"))[:limit]


def encode(text: str, limit_bytes: int = 512) -> bytes:
    """`plain(text)` in GB2312; what GB2312 lacks becomes □ and is logged once. Never cuts a character in two."""
    data = bytearray()
    for character in plain(text):
        try:
            code = character.encode("gb2312")
        except UnicodeEncodeError:
            code = REPLACEMENT.encode("gb2312")
            if character not in _replaced:
                _replaced.add(character)
                LOG.warning("a display cannot show %r (U+%04X, not in GB2312): %s", character, ord(character), REPLACEMENT)
        if len(data) + len(code) > limit_bytes:
            break
        data += code
    return bytes(data)


def decode(data: bytes) -> str:
    """Text of GB2312/GBK bytes; broken ones become □."""
    return data.decode("gbk", "replace").replace("\ufffd", REPLACEMENT)


def columns(text: str) -> int:
    """Width in Latin characters; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)
