"""Titles of columns, as people write them over their tables."""

from __future__ import annotations

from contract.characters import plain


def title_of(cell: str) -> str:
    """The title in a cell, however it is broken into lines and spaced."""
    return "".join(plain(cell).split())
