"""Text for ESC/POS printers: what may be printed, how wide it is, which bytes print it. Pure.

A printer has two kinds of characters: Latin ones of one byte and one column, Chinese ones of two bytes and two columns,
the latter only while Chinese mode is on (FS &). Which Chinese ones its ROM holds is its `Charset`.
"""

from __future__ import annotations

import unicodedata
from typing import Literal

from contract import gb2312
from contract.characters import shown

Charset = Literal["gbk", "gb2312", "latin"]
"""gbk: 21,003 hanzi; gb2312: 6,763 hanzi; latin: no Chinese at all."""

CLOSING = set("，。、；：！？）》】」』”’％℃")
"""Marks that may not begin a line."""
OPENING = set("（《【「『“‘")
"""Marks that may not end a line."""
_CONTROL = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def clean(text: str) -> str:
    """`text` without anything a printer could take for a command: controls, line breaks, direction marks, half surrogates.

    White space becomes one space, so that words stay apart. A character that nothing can show is □: a name lacks none unseen.
    """
    spaced = "".join(" " if c.isspace() else c for c in shown(text))
    return " ".join("".join(c for c in spaced if unicodedata.category(c) not in _CONTROL).split())


def is_printable(text: str, charset: Charset) -> bool:
    """Whether a printer with this character set prints all of `text` from its own font."""
    return all(_bytes_of(c, charset) is not None for c in text)


def encode(text: str, charset: Charset) -> bytes:
    """The bytes that print `text`; no byte below 0x20 is among them. Raise ValueError for what the printer lacks."""
    parts = []
    for character in text:
        code = _bytes_of(character, charset)
        if code is None:
            raise ValueError(f"a printer with {charset} characters has no {character!r}")
        parts.append(code)
    return b"".join(parts)


def columns(text: str) -> int:
    """The width of `text` in columns: 1 for ASCII, 2 for everything else."""
    return sum(1 if c.isascii() else 2 for c in text)


def wrap(text: str, width: int) -> list[str]:
    """Break `text` into lines of at most `width` columns (4 or more): between hanzi or words, never before a closing mark."""
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        for part in _split(piece, width):
            if line and columns(line + part.rstrip()) > width:
                lines.append(line.rstrip())
                line = ""
            line += part if line else part.lstrip()
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _bytes_of(character: str, charset: Charset) -> bytes | None:
    if " " <= character <= "~":
        return character.encode("ascii")
    match charset:
        case "latin":
            return None
        case "gb2312":
            return gb2312.code_of(character)
        case "gbk":
            code = character.encode("gbk", "ignore")
            return code if len(code) == 2 else None


def _pieces(text: str) -> list[str]:
    """The parts of `text` that stay together on a line: words with their space, single hanzi with the marks beside them."""
    pieces: list[str] = []
    for character in text:
        last = pieces[-1] if pieces else ""
        in_word = character.isascii() and last[-1:].isascii() and last and not last.endswith(" ")
        if last and (in_word or character in CLOSING or last[-1] in OPENING):
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def _split(piece: str, width: int) -> list[str]:
    """`piece` in parts that fit into a line of their own."""
    parts = [""]
    for character in piece:
        if columns((parts[-1] + character).rstrip()) > width:
            parts.append("")
        parts[-1] += character
    return parts
