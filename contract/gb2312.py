"""The characters of GB 2312-80, which is what LED cards and simple printers have; and what stands there for others. Pure.

Python's `gb2312` gives two of its cells to other characters than the standard and every other program: A1A4, the middle dot,
and A1AA, the dash. Sources: GB 2312-80 row 1; code page 936.
"""

from __future__ import annotations

import unicodedata

BOX = "□"
"""Stands for what nothing can be meant by."""

_CELLS = {"·": b"\xa1\xa4", "—": b"\xa1\xaa", "・": None, "―": None}
_MEANT = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–−﹣", "-"),
        **dict.fromkeys("―⸺⸻─━﹘", "—"),
        **dict.fromkeys("・•‧∙⋅", "·"),
        **dict.fromkeys("„‟〝", "“"),
        "〞": "”",
        **dict.fromkeys("‚‛", "‘"),
        **{"〇": "○", "«": "《", "»": "》", "‹": "〈", "›": "〉", "⁄": "/", "¥": "￥", "£": "￡", "¢": "￠", "€": "EUR"},
        **{"©": "(C)", "®": "(R)", "☎": "电话", "☏": "电话", "⚠": "!", "❗": "！", "❓": "？", "⭐": "★", "∼": "～"},
        **dict.fromkeys("✓✔☑✅", "√"),
        **dict.fromkeys("✕✖✗✘☒❌❎", "×"),
        **dict.fromkeys("➔➜➡⇒▶►", "→"),
        **dict.fromkeys("⬅⇐◀◄", "←"),
        **dict.fromkeys("⬆⇧", "↑"),
        **dict.fromkeys("⬇⇩", "↓"),
        **{"☐": "□", "▢": "□", "◼": "■", "⬛": "■", "⚫": "●", "⬤": "●"},
        **{"ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "ı": "i"},
    }
)
"""What says the same with a character of GB 2312."""


def code_of(character: str) -> bytes | None:
    """Its one or two bytes; None for what GB 2312 lacks, and for control characters."""
    if character in _CELLS:
        return _CELLS[character]
    if not " " <= character != "\x7f":
        return None
    try:
        return character.encode("gb2312")
    except UnicodeEncodeError:
        return None


def legible(text: str) -> str:
    """`text` in characters of GB 2312 alone: of another character what says the same, a letter without its accent, or □."""
    return "".join(character if code_of(character) else _instead_of(character) for character in text)


def lacking(text: str) -> str:
    """The characters of `text` for which only □ can stand, each once."""
    return "".join(dict.fromkeys(c for c in text if c != BOX and legible(c) == BOX))


def encoded(text: str) -> bytes:
    """`legible(text)` in bytes."""
    return b"".join(code_of(character) or b"" for character in legible(text))


def decoded(data: bytes) -> str:
    """Text of GB 2312 or GBK bytes; broken ones become □."""
    return data.decode("gbk", "replace").replace("\ufffd", BOX)


def _instead_of(character: str) -> str:
    """Its meant character; else as it is written in plain ones (㎡ is m2); else without its accent."""
    plain = unicodedata.normalize("NFKC", character).translate(_MEANT)
    bare = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c)).translate(_MEANT)
    return next((text for text in (character.translate(_MEANT), plain, bare) if all(map(code_of, text))), BOX)
