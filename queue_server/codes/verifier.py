"""Whom a personal or enterprise service code (一人一码, 一企一码) stands for.

A province has codes of its own: write a `CodeVerifier` for them and name it in `queue_server.codes.verifiers`. The example,
`queue_server.codes.ed25519`, reads codes that are signed, dated and used once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from contract.wire.facts import HolderKind

Why = Literal["forged", "expired", "foreign", "unreadable"]


@dataclass(frozen=True)
class Holder:
    """Whom a genuine code stands for. `id` is the platform's name of the holder: it never leaves the server.

    `nonce` names this very code, for codes that are good for one use until `expires_at`; "" for codes that may be shown again.
    """

    kind: HolderKind
    id: str
    name: str
    nonce: str
    expires_at: datetime


@dataclass(frozen=True)
class Refusal:
    """Why a code is not believed."""

    why: Why


class CodeVerifier(Protocol):
    """Knows the codes of one platform."""

    def recognises(self, text: str) -> bool:
        """Whether the text has the form of this platform's codes; nothing is checked yet."""

    def verify(self, text: str, now: datetime) -> Holder | Refusal:
        """Whom a recognised text stands for at `now` (aware), or why nobody. Never raises."""
