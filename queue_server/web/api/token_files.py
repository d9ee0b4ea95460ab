"""The tokens that other programs show to the web pages: one a file in the state folder, for its owner only."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from contract import durable

CASES = "case-token.txt"
APPOINTMENTS = "appointment-token.txt"
METRICS = "metrics-token.txt"


@dataclass(frozen=True)
class ApiTokens:
    """The tokens of one server."""

    cases: str
    appointments: str
    metrics: str


def tokens_of(state: Path) -> ApiTokens:
    """The tokens in the state folder; they are made on the first start. Raise OSError."""
    return ApiTokens(token_of(state / CASES), token_of(state / APPOINTMENTS), token_of(state / METRICS))


def token_of(path: Path) -> str:
    """The token in a file, made if there is none. An empty file counts as none: no token would otherwise be the right one.
    Raise OSError."""
    try:
        if token := path.read_text(encoding="utf-8").strip():
            return token
    except FileNotFoundError:
        pass
    token = secrets.token_urlsafe(32)
    durable.replace_file(path, f"{token}\n".encode(), mode=0o600)
    return token
