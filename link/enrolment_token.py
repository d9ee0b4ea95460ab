"""The one-time token with which a terminal enrols: `K7QM-2DXP-9RTA-5HWN-3F8C`.

Its first four characters name it; all twenty together make the key that signs the terminal's request and the server's answer
(HMAC-SHA256, RFC 2104). Letters that look like digits (I, L, O, U) are not used and are read as what they look like.
"""

from __future__ import annotations

import hmac
import re

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
NAME_LENGTH = 4
SECRET_LENGTH = 16


class BadToken(ValueError):
    """A text that cannot be a token; says what one looks like."""


def normal(text: str) -> str:
    """A token or its name as it is compared: capital letters, no hyphens."""
    return re.sub(r"[\s-]+", "", text).upper().translate(str.maketrans("ILOU", "110V"))


def checked(text: str) -> str:
    """The twenty characters of a token; raise BadToken."""
    token = normal(text)
    if len(token) != NAME_LENGTH + SECRET_LENGTH or set(token) - set(ALPHABET):
        raise BadToken(f"{text!r} is no enrolment token; it has five groups of four, for example K7QM-2DXP-9RTA-5HWN-3F8C")
    return token


def signing_key(token: str) -> bytes:
    """The 32 bytes that both sides make of a token."""
    return hmac.digest(b"jiaohao enrolment token", normal(token).encode(), "sha256")
