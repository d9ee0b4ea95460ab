"""Time-based one-time codes (TOTP, RFC 6238): the server shows them, a terminal checks them without the server.

SHA-256, eight digits, a new code every minute: long enough to be read out over a telephone. Standard library only.
"""

from __future__ import annotations

import hmac

DIGITS = 8
STEP_S = 60
DRIFT_STEPS = 1
"""How many steps the clock of a terminal may be off, either way."""


def step_of(now: float) -> int:
    """The step that an instant (seconds since 1970) is in."""
    return int(now // STEP_S)


def code_at(secret: bytes, step: int) -> str:
    """The code of a step, DIGITS digits."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha256")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def matching_step(secret: bytes, code: str, now: float, after: int = -1) -> int | None:
    """The step for which `code` is right, within the drift; only steps later than `after`, the last one that was used. None
    for a wrong or used code."""
    here = step_of(now)
    steps = range(max(0, here - DRIFT_STEPS), here + DRIFT_STEPS + 1)
    found = [step for step in steps if hmac.compare_digest(code_at(secret, step).encode(), code.encode())]
    return next((step for step in found if step > after), None)
