"""Sentences that the rules give to people."""

from __future__ import annotations

from typing import NamedTuple


class Sentence(NamedTuple):
    """One sentence in the hall's two languages."""

    zh: str
    en: str
