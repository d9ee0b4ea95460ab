"""Why a window pauses: what a clerk chooses from, and what of it people in front of the window may read.

A pause may also come without a reason (from a keypad), or with words of its own (from another program): staff read those as
they are, nobody else does.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from contract.wire.messages import Text


@dataclass(frozen=True)
class PauseReason:
    """One reason: `zh` and `en` are for staff, `public` stands beside "暂停服务", and is None where it is nobody's business."""

    code: str
    zh: str
    en: str
    public: Text | None = None


PAUSE_REASONS = (
    PauseReason("away", "暂时离开", "Away for a moment"),
    PauseReason("lunch", "午休", "Lunch break", Text("午休", "Lunch break")),
    PauseReason("meeting", "开会", "In a meeting"),
    PauseReason("fault", "设备故障", "Equipment fault", Text("设备故障", "Equipment fault")),
)
"""In the order in which they are offered."""
BY_CODE = MappingProxyType({reason.code: reason for reason in PAUSE_REASONS})


def for_staff(given: str | None) -> Text | None:
    """What staff read of the reason that was given; None when there is none."""
    known = BY_CODE.get(given or "")
    return Text(known.zh, known.en) if known else Text(given, given) if given else None


def for_public(given: str | None) -> Text | None:
    """What everybody may read of it."""
    known = BY_CODE.get(given or "")
    return known.public if known else None
