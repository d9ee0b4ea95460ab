"""Texts that people write in an editor: configuration, the file of a terminal."""

from __future__ import annotations

from pathlib import Path


class BadText(ValueError):
    """A file whose characters cannot be read; the text says what to do."""


def read(path: Path) -> str:
    """The text of a file in UTF-8, with or without the mark (BOM) that Notepad puts in front. Raise OSError and BadText."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        remedy = "open it in Notepad, choose Save as, and the encoding UTF-8"
        raise BadText(f"is not in UTF-8 (Windows saves GBK or UTF-16 where it is not told otherwise); {remedy}") from None
