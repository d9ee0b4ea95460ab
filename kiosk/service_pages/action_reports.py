"""What was done behind the technician's page comes to the hall's log: written down at once, told when the server is there.

Pure. The diary (`kiosk.service_pages.action_log`) keeps every act on the disk and says after each change what is not told yet.
"""

from __future__ import annotations

from dataclasses import replace

from contract.wire.answers import Answer
from kiosk.flow.requests import Pending, ask
from kiosk.service_pages.events import ActsReport, Effects, Forget
from kiosk.service_pages.state import Technician, UnreportedActs

MOST_TOLD = 50
"""Acts in one request."""
PAUSE_S = 30
"""So long after an answer that did not come, or was no, the server is told again."""


def untold(state: Technician, event: UnreportedActs) -> tuple[Technician, Effects]:
    """The diary has changed."""
    return tell(replace(state, untold=event))


def tell(state: Technician) -> tuple[Technician, Effects]:
    """Tell the server what it does not know, if it is there and nothing is under way."""
    if not state.served or not state.untold.acts or state.requests.waits_for(ActsReport) or state.now < state.tell_at:
        return state, ()
    state, asked = ask(state, ActsReport(state.untold.diary, state.untold.acts[:MOST_TOLD]))
    return state, (asked,)


def answered(state: Technician, pending: Pending[ActsReport], answer: Answer) -> tuple[Technician, Effects]:
    """What the server knows need not be kept."""
    number = (answer.data or {}).get("known")
    if answer.status != "ok" or not isinstance(number, int):
        return unanswered(state, pending)
    return state, (Forget(pending.request.diary, number),)


def unanswered(state: Technician, _pending: Pending[ActsReport]) -> tuple[Technician, Effects]:
    """Later once more."""
    return replace(state, tell_at=state.now + PAUSE_S), ()
