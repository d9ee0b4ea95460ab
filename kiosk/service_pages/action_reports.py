"""What was done behind the technician's page comes to the hall's log: written down at once, told when the server is there.

Pure. The diary (`kiosk.service_pages.action_log`) keeps every act on the disk and says after each change what is not told yet.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.flow.event import Answered, Ask
from kiosk.service_pages.events import Effects, Forget
from kiosk.service_pages.state import Technician, Untold

TELL = "tell-technician-acts"
MOST_TOLD = 50
"""Acts in one request."""
PAUSE_S = 30
"""So long after an answer that did not come, or was no, the server is told again."""


def untold(state: Technician, event: Untold) -> tuple[Technician, Effects]:
    """The diary has changed."""
    return tell(replace(state, untold=event))


def tell(state: Technician) -> tuple[Technician, Effects]:
    """Tell the server what it does not know, if it is there and nothing is under way."""
    if not state.served or not state.untold.acts or state.telling is not None or state.now < state.tell_at:
        return state, ()
    body = {"diary": state.untold.diary, "acts": list(state.untold.acts[:MOST_TOLD])}
    request = state.own.request_id(state.asked)
    return replace(state, asked=state.asked + 1, telling=request), (Ask(TELL, body, request),)


def answered(state: Technician, event: Answered) -> tuple[Technician, Effects]:
    """What the server knows need not be kept."""
    number = (event.answer.data or {}).get("known")
    if event.answer.status != "ok" or not isinstance(number, int):
        return unanswered(state)
    return replace(state, telling=None), (Forget(state.untold.diary, number),)


def unanswered(state: Technician) -> tuple[Technician, Effects]:
    """Later once more."""
    return replace(state, telling=None, tell_at=state.now + PAUSE_S), ()
