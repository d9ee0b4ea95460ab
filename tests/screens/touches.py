"""Whether touches count only for the page they were meant for: on real pages, off screen, with touches made by hand.

`python -m tests.screens.touches` prints what is not as it should be and how much that is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from contract.configuration.hall_files import load
from kiosk.app.touch_guard import SETTLE_S, TouchGuard, targets
from kiosk.ticket_kiosk.events import PickQueue
from kiosk.ticket_kiosk.role import draw
from kiosk.ticket_kiosk.take_number.state import Taking
from tests.screens import hall as hall_pages
from tests.screens import rating, technician
from tests.screens.hall import HALL, MODES, PORTRAIT, busy_hall
from tests.screens.kivy_stage import make_page
from tests.screens.taps import placed_taps

OTHER_BUTTONS = ("right", "middle", "scrollup", "scrolldown")


@dataclass
class Touch:
    """A touch as Kivy makes it, of a mouse whose pointer somebody moves with a finger."""

    pos: tuple[float, float]
    button: str = "left"
    profile: tuple[str, ...] = ("pos", "button")
    ud: dict[str, object] = field(default_factory=dict)
    grab_list: list[object] = field(default_factory=lambda: ["a target"])
    sx: float = 0.5
    sy: float = 0.5


def middle(rect: Any) -> tuple[float, float]:
    return rect.x + rect.w / 2, rect.y + rect.h / 2


def problems() -> Iterator[str]:
    hall, mode = load(HALL), MODES["zh"]
    state = busy_hall(hall, mode)
    theme = state.setting.businesses[0].theme
    chosen = replace(state, page="businesses", taking=Taking(theme))

    sent: list[Any] = []

    def page_of(state: Any) -> Any:
        return make_page(draw, state, hall, PORTRAIT, mode, sent.append)

    home, list_, again = page_of(state), page_of(chosen), page_of(chosen)
    take = next(target for target in targets(home) if target.rect.h > home.rect.h * 0.2)
    first = middle(next(t.rect for t in targets(list_) if t.rect.contains(*middle(take.rect))))
    guard = TouchGuard()
    guard.shown(home, 10.0)
    if guard.allows(Touch(middle(take.rect)), home, 10.0 + SETTLE_S / 2):
        yield "a touch counts before the page can have been seen"
    touch = Touch(middle(take.rect))
    if not guard.allows(touch, home, 10.0 + SETTLE_S):
        yield "a touch on the first page does not count"
    if guard.allows(Touch(first), list_, 11.0):
        yield "a touch counts on a page that is not on the screen yet"
    guard.shown(list_, 11.0)
    guard.lifted(touch, list_)
    if touch.grab_list:
        yield "a finger that is lifted on another page chooses"
    for gap in (0.05, 0.15, 0.25, 0.3, 0.39):
        if guard.allows(Touch(first), list_, 11.0 + gap):
            yield f"the second of two taps, {gap} s later, chooses on the page that the first one has opened"
    if not guard.allows(Touch(first), again, 12.0):
        yield "a key is lost while the page that the key before has brought up to date is still to be shown"
    guard.shown(again, 12.0)
    same = Touch(first)
    if not guard.allows(same, again, 12.01):
        yield "a page that was only brought up to date forgets how long its targets have been there"
    guard.lifted(same, list_)
    if not same.grab_list:
        yield "a finger that is lifted on the same page chooses nothing"
    for button in OTHER_BUTTONS:
        if guard.allows(Touch(first, button), again, 20.0):
            yield f"the button {button} chooses"
    if not any(isinstance(event, PickQueue) for event, _place in placed_taps(again, sent)):
        yield "the list has nothing to choose"


def of_every_page() -> Iterator[str]:
    """The same of every target of every page of the roles that are touched: too early, with another button, from elsewhere."""
    from kivy.uix.widget import Widget

    roles = (hall_pages.every("hall/zh/portrait"), rating.every("rating/zh/portrait"), technician.every())
    for name, make in chain(*roles):
        page, guard, before = make(), TouchGuard(), Widget()
        guard.shown(before, 0.0)
        guard.shown(page, 10.0)
        for target in (target for target in targets(page) if target.enabled):
            place = middle(target.rect)
            for gap in (0.0, SETTLE_S / 2, SETTLE_S * 0.97):
                if guard.allows(Touch(place), page, 10.0 + gap):
                    yield f"{name}: a touch {gap:.2f} s after the page has come chooses at {place}"
            if not guard.allows(Touch(place), page, 10.0 + SETTLE_S * 1.01):
                yield f"{name}: a touch in time does not count at {place}"
            for button in OTHER_BUTTONS:
                if guard.allows(Touch(place, button), page, 20.0):
                    yield f"{name}: the button {button} chooses at {place}"
            from_elsewhere = Touch(place, ud={"page": type(before)})
            guard.lifted(from_elsewhere, page)
            if from_elsewhere.grab_list:
                yield f"{name}: a finger that was put down on another page chooses at {place}"


def main() -> None:
    found = [*problems(), *of_every_page()]
    print(*found, f"{len(found)} problems", sep="\n")


if __name__ == "__main__":
    main()
