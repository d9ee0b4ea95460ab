"""A touch belongs to the page it was meant for.

Whoever taps twice, as many do, must not choose on the page that the first tap has opened. So a target counts once it has been
on the screen for SETTLE_S; what stays in its place when a page is only brought up to date keeps its age. A finger that was put
down on one page and lifted on another has chosen nothing. Of a mouse only the left button touches.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kivy.input import MotionEvent
    from kivy.uix.widget import Widget

    from kiosk.ui.widgets.button import Tap

SETTLE_S = 0.4


class TouchGuard:
    """Knows since when each target has been on the screen."""

    def __init__(self) -> None:
        self._page: Widget | None = None
        self._shown_at = 0.0
        self._since: dict[Hashable, float] = {}

    def shown(self, page: Widget, now: float) -> None:
        """`page` is on the screen from `now` on (monotonic seconds)."""
        before = self._since if type(page) is type(self._page) else {}
        self._since = {place: before.get(place, now) for place in map(place_of, targets(page))}
        self._page, self._shown_at = page, now

    def is_settled(self, target: Tap, now: float) -> bool:
        """Whether a target has been there for long enough; one that came to a page that stays counts with its page."""
        return now - self._since.get(place_of(target), self._shown_at) >= SETTLE_S

    def allows(self, touch: MotionEvent, page: Widget, now: float) -> bool:
        """Whether a finger that is put down on `page`, the newest one, may choose what is under it.

        While a page that was only brought up to date is still to be shown, what stays in its place counts: keys come fast.
        """
        touch.ud["page"] = type(page)
        if not is_finger(touch) or type(page) is not type(self._page):
            return False
        under = [target for target in targets(page) if target.enabled and target.collide_point(*touch.pos)]
        if page is not self._page and not all(place_of(target) in self._since for target in under):
            return False
        return all(self.is_settled(target, now) for target in under)

    @staticmethod
    def lifted(touch: MotionEvent, page: Widget) -> None:
        """A finger is lifted: what it was put down on is forgotten when another page is there by now."""
        if touch.ud.get("page") is not type(page):
            touch.grab_list.clear()


def is_finger(touch: MotionEvent) -> bool:
    """Whether it is a finger or the left button, not a wheel and not another button."""
    return "button" not in touch.profile or touch.button == "left"


def targets(page: Widget) -> Iterator[Tap]:
    """Everything on a page that can be tapped."""
    from kiosk.ui.widgets import Tap

    return (widget for widget in page.walk() if isinstance(widget, Tap))


def place_of(target: Tap) -> Hashable:
    """Where a target is and what is on it: the same on a page that is built anew for another reason."""
    on_it = tuple(getattr(part, "text", "") or getattr(part, "icon_name", "") for part in target.walk())
    return tuple(map(round, (*target.pos, *target.size))), on_it
