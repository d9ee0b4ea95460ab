"""CSV as rows of cells, in the encodings that spreadsheets in China write."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from queue_server.row_files.problem import BadRows, Problem

FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")
"""A cell that begins so would run in a spreadsheet; it is written behind an apostrophe, which reading takes away."""
_TWO_BYTES = range(0x80, 0x800)


def text_of(content: bytes) -> str:
    """The text of a file in UTF-8 or GB 18030; raise BadRows where it is neither, or nobody can tell.

    A few words in GBK may be UTF-8 by chance (薛学 is Ѧѧ). Chinese takes three bytes in UTF-8, so a file whose every foreign
    character takes two, and is a Chinese one in GBK, is not guessed.
    """
    marked = content.startswith(b"\xef\xbb\xbf")
    found = [text for encoding in ("utf-8-sig", "gb18030") if (text := _decoded(content, encoding)) is not None]
    if not found:
        reason = "is neither UTF-8 nor GB 18030; save it as CSV UTF-8"
        raise BadRows([Problem(0, "", reason, "无法识别文字编码，请另存为 CSV UTF-8")])
    foreign = [c for c in found[0] if not c.isascii()]
    if not marked and len(found) == 2 and foreign and all(ord(c) in _TWO_BYTES for c in foreign) and _is_chinese(found[1]):
        reason = "may be UTF-8 or GB 18030; save it as CSV UTF-8"
        raise BadRows([Problem(0, "", reason, "无法判断文字编码，请另存为“CSV UTF-8”后再导入")])
    return found[0]


def csv_of(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows as a CSV that every spreadsheet reads as UTF-8, and of which nothing runs there."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([f"'{c}" if c.startswith(FORMULA) else c for c in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def rows_of(text: str) -> Iterator[list[str]]:
    """The rows of a CSV text, empty ones too; raise csv.Error."""
    return csv.reader(io.StringIO(text, newline=""), strict=True)


def _decoded(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_chinese(text: str) -> bool:
    return all("\u4e00" <= c <= "\u9fff" for c in text if not c.isascii())
