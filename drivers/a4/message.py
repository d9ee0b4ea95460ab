"""Messages of IPP, made ready for pyipp, which takes them apart but stumbles over groups without attributes and over kinds of
groups that it does not know. Both are legal: RFC 8010, section 3.1.2.
"""

from __future__ import annotations

from collections.abc import Iterator

HEAD = 8
"""Bytes of version, status and request id."""
END = 0x03
FIRST_VALUE = 0x10
"""Lower tags begin a group, or end them all."""
MOST_VALUES = 20_000
"""Of one message. A list of a thousand jobs has a third of this; taking more apart would hold the program up."""
KNOWN = frozenset({0x01, 0x02, 0x04, 0x05})
"""Operation, job, printer and unsupported attributes."""


def tidied(content: bytes) -> bytes:
    """`content` without empty groups and without groups of other kinds. Raise ValueError where it is no whole message, or one
    of more than MOST_VALUES."""
    groups = [group for group in _groups(content) if group[0] in KNOWN and len(group) > 1]
    return content[:HEAD] + b"".join(groups) + bytes((END,))


def _groups(content: bytes) -> Iterator[bytes]:
    begin = at = HEAD
    values = 0
    while at < len(content):
        tag = content[at]
        if tag >= FIRST_VALUE:
            if at == begin:
                raise ValueError(f"a value without a group at byte {at}")
            values += 1
            if values > MOST_VALUES:
                raise ValueError(f"more than {MOST_VALUES} values")
            at = _behind(content, _behind(content, at + 1))
            continue
        if at > begin:
            yield content[begin:at]
        if tag == END:
            return
        begin, at = at, at + 1
    raise ValueError("the message has no end")


def _behind(content: bytes, at: int) -> int:
    """The place behind a field with its length of two bytes."""
    end = at + 2 + int.from_bytes(content[at : at + 2], "big")
    if at + 2 > len(content) or end > len(content):
        raise ValueError(f"the message is cut off at byte {at}")
    return end
