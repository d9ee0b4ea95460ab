"""The role `rating`: the rater of one window."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from contract.configuration.hall import HallConfig, Window
from kiosk.flow.event import Ask
from kiosk.flow.role import Role
from kiosk.ui.theme import Mode
from kiosk.window_rater import flow
from kiosk.window_rater.state import RaterSettings, RaterState

if TYPE_CHECKING:
    from kiosk.ui.page import Page
    from kiosk.ui.page_context import PageContext


class WindowRater(Role[RaterState, RaterState]):
    """Asks for a rating after each service of `window`. Photos of clerks are paths in `photos`."""

    kind = "rating"
    effects = (Ask,)

    def __init__(self, window: Window, settings: RaterSettings, photos: Path) -> None:
        self.window, self.settings, self.photos = window, settings, photos
        self.topics = ("server/status", f"window/{window.id}/state", f"rating/{window.id}/ask")

    def first(self, seed: UUID) -> RaterState:
        return flow.start(self.settings, seed)

    def step(self, state: RaterState, event: object) -> tuple[RaterState, tuple[Ask, ...]]:
        return flow.step(state, event)

    def mode(self, state: RaterState) -> Mode:
        return Mode(language=state.language, elder=state.elder)

    def watches(self, state: RaterState) -> Hashable:
        return watches(state)

    def page_state(self, state: RaterState) -> RaterState:
        return state

    def draw(self, context: PageContext, page_state: RaterState) -> Page[RaterState]:
        from kiosk.window_rater.pages import page

        return page(context, page_state, self.window, self.photos)


def window_of(hall: HallConfig, terminal: str, named: str | None) -> Window:
    """The window a rater belongs to: `named` (an id or a number), or the one of the terminal in devices.toml. Raise ValueError
    when there is none."""
    bound = next((t.window for t in hall.terminal if t.id == terminal), None)
    wanted = named or bound
    if wanted is None:
        raise ValueError(f"rater {terminal!r} belongs to no window; give --window-id, or write window = in devices.toml")
    window = next((w for w in hall.window if wanted in (w.id, w.number)), None)
    if window is None:
        raise ValueError(f"window {wanted!r} is not in windows.toml; known there: {', '.join(w.id for w in hall.window)}")
    return window


def watches(state: RaterState) -> Hashable:
    """What makes a page another page."""
    chosen = state.level, state.counted, state.reasons, state.phrases, state.more
    return state.page, state.ask, chosen, state.problem, _plate(state)


def _plate(state: RaterState) -> Hashable:
    """What changes the idle page beyond words: who is at the window and what the window does."""
    return (state.window.state, state.window.clerk) if state.page == "idle" and state.window else None
