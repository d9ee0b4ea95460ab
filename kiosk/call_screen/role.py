"""The role `screen`: the call screen of the waiting area."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING
from uuid import UUID

from kiosk.call_screen import flow
from kiosk.call_screen.flow import CallScreenState
from kiosk.flow.role import Role
from kiosk.ui.theme import Mode

if TYPE_CHECKING:
    from kiosk.ui.page import Page
    from kiosk.ui.page_context import PageContext


class CallScreen(Role[CallScreenState, CallScreenState]):
    """Shows who is called where; the language only says which text comes first where there is room for one."""

    kind = "screen"
    topics = (
        "server/status",
        "queue/+/state",
        "window/+/state",
        "announce",
        "voice/+/saying",
        "event/ticket-missed",
        "event/ticket-requeued",
        "event/ticket-transferred",
    )
    effects = ()

    def __init__(self, language: str) -> None:
        self._mode = Mode(language=language)

    def first(self, seed: UUID) -> CallScreenState:
        return CallScreenState()

    def step(self, state: CallScreenState, event: object) -> tuple[CallScreenState, tuple[object, ...]]:
        return flow.step(state, event)

    def mode(self, state: CallScreenState) -> Mode:
        return self._mode

    def watches(self, state: CallScreenState) -> Hashable:
        return watches(state)

    def page_state(self, state: CallScreenState) -> CallScreenState:
        return state

    def draw(self, context: PageContext, page_state: CallScreenState) -> Page[CallScreenState]:
        from kiosk.call_screen.page import page

        return page(context, page_state)


def watches(state: CallScreenState) -> Hashable:
    """What makes a page another page: how many calls it has to place, and how long the large numbers are."""
    return state.failed, tuple(len(call.number) for call in state.large), len(state.others)
