"""The example of a service code platform: codes signed with Ed25519 (RFC 8032), valid for minutes, good for one use.

JHP.<payload>.<signature>     both base64url without padding; the signature covers "JHP.<payload>"
payload: JSON {"iss", "kind": person|enterprise, "sub", "name", "iat", "exp", "nonce"}, times in seconds since 1970
"""

from __future__ import annotations

import base64
import binascii
import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Meta, Struct

from contract.wire import codec
from contract.wire.facts import HolderKind
from queue_server.codes.verifier import Holder, Refusal

PREFIX = "JHP."
CLOCK_DIFFERENCE = timedelta(seconds=60)
"""So much may the phone's platform be ahead of the hall's clock."""
LONGEST = timedelta(hours=24)
"""A code that says it is good for longer is not one for single use, and is not believed."""
Short = Annotated[str, Meta(min_length=1, max_length=64)]


class _Payload(Struct, frozen=True):
    iss: Short
    kind: Literal["person", "enterprise"]
    sub: Short
    name: Short
    iat: Annotated[int, Meta(ge=0, le=4102444800)]
    exp: Annotated[int, Meta(ge=0, le=4102444800)]
    nonce: Annotated[str, Meta(min_length=8, max_length=64)]


class SignedCodes:
    """Verifies the codes of one issuer by its public key."""

    def __init__(self, issuer: str, key: Ed25519PublicKey, kinds: tuple[HolderKind, ...]) -> None:
        self._issuer, self._key, self._kinds = issuer, key, kinds

    def recognises(self, text: str) -> bool:
        """Whether this looks like a code of this form by this issuer; by no issuer at all, so that it can be refused."""
        payload = _payload(text)
        return text.startswith(PREFIX) and (payload is None or payload.iss == self._issuer)

    def verify(self, text: str, now: datetime) -> Holder | Refusal:
        """Whom the code stands for. The signature is checked before anything else is believed."""
        payload, signature = _payload(text), _unpacked(text.rpartition(".")[2])
        if payload is None or signature is None:
            return Refusal("unreadable")
        if payload.iss != self._issuer or payload.kind not in self._kinds:
            return Refusal("foreign")
        try:
            self._key.verify(signature, text.rpartition(".")[0].encode())
        except InvalidSignature:
            return Refusal("forged")
        begins, ends = (datetime.fromtimestamp(at, UTC) for at in (payload.iat, payload.exp))
        if not begins - CLOCK_DIFFERENCE <= now < ends or ends - begins > LONGEST:
            return Refusal("expired")
        return Holder(payload.kind, payload.sub, payload.name, f"{payload.iss}:{payload.nonce}"[:128], ends)


def signed(
    key: Ed25519PrivateKey, *, issuer: str, kind: HolderKind, holder: str, name: str, now: datetime, minutes: float = 5
) -> str:
    """A code as the platform would make it: for demonstrations and tests."""
    begins = int(now.timestamp())
    payload = _Payload(issuer, kind, holder, name, begins, begins + int(minutes * 60), secrets.token_urlsafe(12))
    text = PREFIX + _packed(msgspec.json.encode(payload))
    return f"{text}.{_packed(key.sign(text.encode()))}"


def _payload(text: str) -> _Payload | None:
    body = text.removeprefix(PREFIX).partition(".")[0]
    return codec.read(_unpacked(body), _Payload)


def _packed(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unpacked(text: str) -> bytes | None:
    """The bytes of base64url; None unless it is written in the one way in which it is made."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if _packed(raw) == text else None
