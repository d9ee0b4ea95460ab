"""The properties of a PUBLISH packet (MQTT 5, 3.3.2.3), as far as this product uses them: Response Topic and Correlation Data.

Whoever may publish chooses the properties, and the broker lets more through than paho reads: paho ends the connection at
U+FEFF in a property that nobody uses, and needs time that grows with the square of their number. Here the rest is stepped over
unread, in one pass.
"""

from __future__ import annotations

import struct

LARGEST = 1024
"""Bytes of properties in one packet: a reply topic and a request id take less than 300."""
RESPONSE_TOPIC, CORRELATION_DATA = 8, 9
_FIXED = {1: 1, 2: 4, 35: 2}
"""Payload Format Indicator, Message Expiry Interval, Topic Alias: so many bytes."""
_TEXTS = {3: 1, RESPONSE_TOPIC: 1, CORRELATION_DATA: 1, 38: 2}
"""Content Type, the two that are used, User Property: so many texts, each behind its length in two bytes."""
_SUBSCRIPTION = 11
"""Subscription Identifier: a number of 1 to 4 bytes."""


class BadProperties(ValueError):
    """Properties that cannot be read, or more of them than anybody needs; the text says which."""


def used(packet: bytes | bytearray, start: int) -> tuple[bytes, int]:
    """The properties that are used, behind their length as they go over the wire, and where all of them end in the packet.

    They begin, with their length, at `start`. Of a property that is there twice the first one counts. A Response Topic that is
    not printable ASCII, as no topic of the contract is, is left out. Raise BadProperties.
    """
    length, at = _number(packet, start, len(packet))
    if length > LARGEST:
        raise BadProperties(f"{length} bytes of properties, at most {LARGEST} are read")
    end = at + length
    if end > len(packet):
        raise BadProperties("they end behind the packet")
    found: dict[int, bytes] = {}
    while at < end:
        kind = packet[at]
        behind = _behind(kind, packet, at + 1, end)
        if kind == CORRELATION_DATA or (kind == RESPONSE_TOPIC and _is_plain(packet[at + 3 : behind])):
            found.setdefault(kind, bytes(packet[at:behind]))
        at = behind
    return _length(sum(map(len, found.values()))) + b"".join(found.values()), end


def _behind(kind: int, packet: bytes | bytearray, at: int, end: int) -> int:
    """Where the property ends whose value begins at `at`."""
    if kind in _FIXED:
        at += _FIXED[kind]
    elif kind == _SUBSCRIPTION:
        _, at = _number(packet, at, end)
    elif kind in _TEXTS:
        for _ in range(_TEXTS[kind]):
            if at + 2 > end:
                raise BadProperties("a length is cut off")
            at += 2 + struct.unpack_from("!H", packet, at)[0]
    else:
        raise BadProperties(f"a PUBLISH packet has no property {kind}")
    if at > end:
        raise BadProperties(f"property {kind} is cut off")
    return at


def _number(packet: bytes | bytearray, at: int, end: int) -> tuple[int, int]:
    """The variable byte integer at `at`, and where it ends."""
    value = 0
    for place in range(4):
        if at + place >= end:
            break
        value |= (packet[at + place] & 0x7F) << (7 * place)
        if packet[at + place] < 0x80:
            return value, at + place + 1
    raise BadProperties("a number is cut off or too long")


def _length(length: int) -> bytes:
    """A length below 16,384 as a variable byte integer."""
    return bytes([length]) if length < 0x80 else bytes([length & 0x7F | 0x80, length >> 7])


def _is_plain(text: bytes | bytearray) -> bool:
    return text.isascii() and bytes(text).decode("ascii").isprintable()
