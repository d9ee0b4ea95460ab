"""Payloads of the wire contract to and from JSON in UTF-8.

Unknown fields are ignored, an illegal known field is refused. Times are RFC 3339 with offset.
"""

from __future__ import annotations

import threading
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

T = TypeVar("T")
_DECODERS: dict[object, msgspec.json.Decoder[Any]] = {}
_MAKING = threading.Lock()
"""Held while a decoder is made: msgspec 0.22 publishes what it knows of a struct before that is complete, and a second thread
that decodes the same struct at that moment reads a null pointer."""
_ENCODER = msgspec.json.Encoder()


class Illegal(ValueError):
    """A payload that is not what its topic or verb takes; the text says which field."""


def encode(message: object) -> bytes:
    """The JSON of a message."""
    return _ENCODER.encode(message)


def decode(payload: bytes | str, kind: type[T]) -> T:
    """Read `payload` as a message of type `kind`; raise Illegal, saying what is wrong and where."""
    try:
        message: T = _decoder(kind).decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Illegal(str(error)) from None
    return message


def read(payload: bytes | str | None, kind: type[T]) -> T | None:
    """`payload` as a message of type `kind`; None where there is none, and where it is not one."""
    if not payload:
        return None
    try:
        return decode(payload, kind)
    except Illegal:
        return None


def convert(data: object, kind: type[T]) -> T:
    """What was read as JSON's own kinds, or is a message already, as type `kind`; raise Illegal as `decode` does."""
    _decoder(kind)  # what msgspec knows of `kind` is complete from here on
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        raise Illegal(str(error)) from None


def plain(message: Struct) -> dict[str, object]:
    """A message as JSON's own kinds, as they are stored: instants are texts."""
    facts: dict[str, object] = msgspec.to_builtins(message)
    return facts


def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    decoder = _DECODERS.get(kind)
    if decoder is None:
        with _MAKING:
            decoder = _DECODERS[kind] = msgspec.json.Decoder(kind)
    return decoder
