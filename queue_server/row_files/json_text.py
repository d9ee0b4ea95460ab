"""Reads JSON that strangers write."""

from __future__ import annotations

import json
import re

_HALF = re.compile(r"\\u[dD][89a-fA-F]")


def parsed(content: bytes) -> object:
    """What a JSON text says, whatever characters its texts hold. Raise ValueError for what is none, and for one that is nested
    too deeply."""
    try:
        found: object = json.loads(content)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return found


def json_of(content: bytes) -> object:
    """The same; raise ValueError also for half a character (a lone surrogate), which no text of the hall can hold."""
    found = parsed(content)
    if _HALF.search(content.decode(json.detect_encoding(content))):
        json.dumps(found, ensure_ascii=False).encode()
    return found
