"""The role `screen`: the call screen of the waiting area."""

from __future__ import annotations

import argparse

from contract.configuration.hall import HallConfig
from kiosk.call_screen.flow import CallScreenState, step
from kiosk.flow.role import Role
from kiosk.ui.page import Page
from kiosk.ui.page_context import PageContext
from kiosk.ui.theme import Mode


def make(_hall: HallConfig, args: argparse.Namespace) -> Role:
    """The call screen; the language only says which text comes first where there is room for one."""

    def draw(stage: PageContext, state: CallScreenState) -> Page:
        from kiosk.call_screen.page import page  # Kivy is loaded only when the window opens

        return page(stage, state)

    return Role(
        kind="screen",
        first=lambda _seed: CallScreenState(),
        step=step,
        mode=lambda _state: Mode(language=args.language),
        key=lambda state: (state.failed, len(state.newest.number) if state.newest else 0),
        draw=draw,
        topics=("server/status", "queue/+/state", "window/+/state", "announce"),
    )
