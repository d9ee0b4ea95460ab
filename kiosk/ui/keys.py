"""Keys of the screen that are no character, and what a key makes of a text."""

from __future__ import annotations

BACK, CLEAR = "\b", "\x18"
"""What the keys that take back one character and all of them send."""


def typed(text: str, key: str) -> str:
    """The text after a key."""
    if key == BACK:
        return text[:-1]
    return "" if key == CLEAR else text + key
