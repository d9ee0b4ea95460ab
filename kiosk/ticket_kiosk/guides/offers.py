"""The Chinese characters that the search page offers for what was typed. Pure."""

from __future__ import annotations

import re

from kiosk.ticket_kiosk.guides.state import GuideLookup

HANZI = re.compile("[㐀-鿿]{2,}")
SUGGESTIONS = 3
TYPED = re.compile(r"[a-z]+$")


def typed_pinyin(query: str) -> str:
    """The letters at the end of what was typed, for which characters may be chosen."""
    found = TYPED.search(query)
    return found[0] if found else ""


def suggestions(lookup: GuideLookup) -> list[str]:
    """The characters that what was typed may mean, taken from what was found; the likeliest first."""
    parts = (entry.matched[entry.start : entry.start + entry.length] for entry in lookup.results)
    fitting = (part for part in parts if HANZI.fullmatch(part) and part != lookup.query)
    return list(dict.fromkeys(fitting))[:SUGGESTIONS]


def offers(lookup: GuideLookup) -> list[tuple[str, str]]:
    """Characters to choose, and what is typed once they are chosen: those of what was found, then all that fit the pinyin.

    They belong to the query that was answered, which may be a key older than the one typed.
    """
    query = lookup.answered
    if not lookup.query or not query:
        return []
    letters = typed_pinyin(query)
    before = query.removesuffix(letters)
    chosen = [(c.text, before + c.text + letters[c.letters :]) for c in lookup.candidates]
    named = [(part, part) for part in suggestions(lookup)]
    found: dict[str, str] = {}
    for text, becomes in (*named, *chosen):
        found.setdefault(text, becomes)
    return list(found.items())
