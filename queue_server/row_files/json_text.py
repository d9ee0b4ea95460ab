"""Reads JSON that strangers write."""

from __future__ import annotations

import json
import re

_HALF = re.compile(r"\\u[dD][89a-fA-F]")


def json_of(content: bytes) -> object:
    """What a JSON text says. Raise ValueError for what is none, for one that is nested too deeply, and for one with half a
    character (a lone surrogate), which no text of the hall can hold."""
    text = content.decode(json.detect_encoding(content))
    try:
        found: object = json.loads(text)
        if _HALF.search(text):
            json.dumps(found, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return found
