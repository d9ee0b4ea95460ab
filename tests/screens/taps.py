"""Taps everything on every page and draws what stands there right after it, before any answer has come; off screen.

`python -m tests.screens.taps hall:zh/portrait rating:zh` prints one line a page that cannot be drawn, has words that are cut off,
targets that are too small or overlap, or a grave target where the finger is that opened it; and ends with 1 if there is any.
Needs an X display. Besides taps, what may come without being asked for comes on every page: the line is lost, queues are taken
back, another guide file has nothing of what is shown.
"""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any

from contract.configuration.hall import HallConfig
from kiosk.flow.event import Broke, Connected
from kiosk.ui.page_context import PageContext
from kiosk.ui.theme import Mode
from tests.screens.fits import overlap, problems

DEEPEST = 2
"""So many taps away from the pages that are given; a tap that leads to no other page is the last one."""

HIDDEN = "hidden"
"""The page that the technician does not have."""


@dataclass(frozen=True)
class Walk:
    """One role in one mode and size: its pages by name, its flow, and how a state is drawn: `view` is what
    pages are drawn from."""

    states: dict[str, Any]
    step: Callable[[Any, Any], tuple[Any, Any]]
    draw: Callable[[PageContext, Any], Any]
    key: Callable[[Any], Hashable]
    hall: HallConfig
    size: tuple[int, int]
    mode: Mode
    page: Callable[[Any], str] = lambda state: str(state.page)
    view: Callable[[Any], Any] = lambda state: state
    unasked: tuple[Any, ...] = (Connected(False), Broke("test"))
    grave: tuple[Any, ...] = ()
    """Events, or types of events, that take something away: whoever taps twice must not cause one."""
    seen: list[tuple[Any, int]] = field(default_factory=list)

    def problems(self) -> Iterator[str]:
        """What cannot be drawn; `seen` has the pages that were."""
        from tests.screens.kivy_stage import give_back

        for name, state in self.states.items():
            yield from self._onward(state, name, DEEPEST)
            give_back()

    def _onward(self, state: Any, path: str, deep: int, touched: Any = None) -> Iterator[str]:
        """Draw a state, and every state that one tap or message makes of it; `touched` is where the finger is."""
        key = self.key(state)
        if (key, deep) in self.seen:
            return
        self.seen.append((key, deep))
        sent: list[Any] = []
        try:
            page = self._page(state, sent.append)
            events = [*placed_taps(page, sent), *((event, None) for event in self.unasked)]
        except Exception as error:
            yield f"{path}: {told(error)}"
            return
        yield from (f"{path}: {problem}" for problem in problems(page))
        for event, place in events:
            if touched is not None and place is not None and self._is_grave(event) and overlap(place, touched):
                yield f"{path}: {event} is where the finger is"
        for event, place in events if deep else ():
            yield from self._after(page, state, event, place, f"{path} → {event}"[:300], deep)

    def _is_grave(self, event: Any) -> bool:
        return event in self.grave or type(event) in self.grave

    def _after(self, page: Any, state: Any, event: Any, place: Any, path: str, deep: int) -> Iterator[str]:
        """As the program does: the page is told a state that leaves it standing, another page is drawn anew."""
        try:
            after, _effects = self.step(state, event)
            if self.key(after) == self.key(state):
                page.show(self.view(after))
                return
        except Exception as error:
            yield f"{path}: {told(error)}"
            return
        if self.page(after) != HIDDEN:
            yield from self._onward(after, path, 0 if self.page(after) == self.page(state) else deep - 1, place)

    def _page(self, state: Any, send: Callable[[Any], None]) -> Any:
        from tests.screens.kivy_stage import make_page

        return make_page(self.draw, self.view(state), self.hall, self.size, self.mode, send)


def taps(page: Any, sent: list[Any]) -> list[Any]:
    """What the flow gets when everything on a page is tapped, one after another."""
    return [event for event, _place in placed_taps(page, sent)]


def placed_taps(page: Any, sent: list[Any]) -> list[tuple[Any, Any]]:
    """The same, each with the box of its target."""
    from kiosk.ui.widgets import Tap

    found: list[tuple[Any, Any]] = []
    for widget in list(page.walk()):
        if isinstance(widget, Tap) and widget.enabled:
            before = len(sent)
            widget.on_tap()
            found += [(event, widget.rect) for event in sent[before:]]
    return found


def told(error: Exception) -> str:
    """What went wrong, and where."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({place.filename}:{place.lineno})"


def main(names: list[str]) -> int:
    """Walk over the modules named; `hall:small` only where that is part of the name."""
    count = bad = 0
    for word in names:
        module, _, only = word.partition(":")
        for name, walk in importlib.import_module(f"tests.screens.{module}").walks():
            if only not in name:
                continue
            for problem in walk.problems():
                bad += 1
                print(f"{name}: {problem}")
            count += len(walk.seen)
    print(f"{count} pages, {bad} problems")
    return 1 if bad or not count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
