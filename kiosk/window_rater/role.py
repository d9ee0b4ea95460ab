"""The role `rating`: the rater of one window."""

from __future__ import annotations

import argparse
from collections.abc import Hashable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from contract.configuration.hall import HallConfig, Window
from kiosk.flow.role import Role
from kiosk.ui.theme import Mode
from kiosk.window_rater.flow import RaterSettings, RaterState, start, step

if TYPE_CHECKING:
    from kiosk.ui.page import Page
    from kiosk.ui.page_context import PageContext


def make(hall: HallConfig, args: argparse.Namespace) -> Role:
    """The rater of the window named on the command line or in devices.toml; raise ValueError when there is none."""
    window = window_of(hall, args.terminal, args.window_id)
    settings = RaterSettings(hall.rules.rating_timeout_s, hall.rules.bad_rating_needs_reason, args.language)
    photos: Path = args.hall

    def draw(stage: PageContext, state: RaterState) -> Page:
        from kiosk.window_rater.pages import page  # Kivy is loaded only when the window opens

        return page(stage, state, window, photos)

    return Role(
        kind="rating",
        first=partial(start, settings),
        step=step,
        mode=lambda state: Mode(language=state.language, elder=state.elder),
        key=key,
        draw=draw,
        topics=("server/status", f"window/{window.id}/state", f"rating/{window.id}/ask"),
    )


def window_of(hall: HallConfig, terminal: str, named: str | None) -> Window:
    """The window a rater belongs to: `named` (an id or a number), or the one of the terminal in devices.toml."""
    bound = next((t.window for t in hall.terminal if t.id == terminal), None)
    wanted = named or bound
    if wanted is None:
        raise ValueError(f"rater {terminal!r} belongs to no window; give --window-id, or write window = in devices.toml")
    window = next((w for w in hall.window if wanted in (w.id, w.number)), None)
    if window is None:
        raise ValueError(f"window {wanted!r} is not in windows.toml; known there: {', '.join(w.id for w in hall.window)}")
    return window


def key(state: RaterState) -> Hashable:
    """What makes a page another page."""
    return state.page, state.level, state.reasons, state.phrases, state.more, _plate(state)


def _plate(state: RaterState) -> Hashable:
    """What changes the idle page beyond words: who sits at the window and what the window does."""
    return (state.window.state, state.window.clerk) if state.page == "idle" and state.window else None
