"""What was done behind the technician's page comes to the hall's log: written down at once, reported when the server is there.

Pure. The diary (`kiosk.service_pages.action_log`) keeps every act on the disk and says after each change what is not reported.
"""

from __future__ import annotations

from dataclasses import replace

from contract.wire import answers
from contract.wire.answers import ActsAnswer, Answer
from kiosk.flow.requests import Pending, ask
from kiosk.service_pages.events import ActsReport, Effects, Forget
from kiosk.service_pages.state import Technician, UnreportedActs

MAX_ACTS = 50
"""Acts in one request."""
PAUSE_S = 30
"""How long after an answer that did not come, or was no, the acts are reported again."""


def changed(state: Technician, event: UnreportedActs) -> tuple[Technician, Effects]:
    """The diary has changed."""
    return report(replace(state, unreported=event))


def report(state: Technician) -> tuple[Technician, Effects]:
    """Report what the server does not know, if it is there and nothing is under way."""
    acts = state.unreported.acts[:MAX_ACTS]
    if not state.served or not acts or state.requests.waits_for(ActsReport) or state.now < state.report_at:
        return state, ()
    state, asked = ask(state, ActsReport(state.unreported.diary, acts))
    return state, (asked,)


def answered(state: Technician, pending: Pending[ActsReport], answer: Answer) -> tuple[Technician, Effects]:
    """What the server knows need not be kept."""
    taken = answers.of(answer, ActsAnswer)
    if taken is None:
        return unanswered(state, pending)
    return state, (Forget(pending.request.diary, taken.known),)


def unanswered(state: Technician, _pending: Pending[ActsReport]) -> tuple[Technician, Effects]:
    """Later once more."""
    return replace(state, report_at=state.now + PAUSE_S), ()
