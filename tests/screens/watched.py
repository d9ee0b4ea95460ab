"""Looks for what a page draws and does not watch: `python -m tests.screens.watched hall:zh/portrait rating callscreen technician`.

Every page is built from a state that notes which of its fields are read meanwhile. Each of them is given another value. If the
role then says that the page is still the same, the page must be so: brought up to date by `show`, it must look and answer
touches like one that is built anew. Prints one line a field that fails and ends with 1 if there is any; needs an X display.
"""

from __future__ import annotations

import dataclasses
import importlib
import sys
from collections.abc import Hashable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from tests.screens.taps import Walk, taps

Path = tuple[str, ...]
CONSTANT = {"setting", "settings", "own"}
"""Parts of a state that do not change while the program runs."""
MOST_VALUES = 2
"""So many other values a field is given."""
MOST_STATES = 5
"""Of so many states that show the same page."""


# --- which fields are read -------------------------------------------------------------------------------------------


@cache
def noting(kind: type) -> type:
    """A subclass of a frozen dataclass that notes which fields are read; its properties and methods read them too."""
    names = {field.name for field in dataclasses.fields(kind)}

    def read(self: Any, name: str) -> Any:
        if name not in names:
            return object.__getattribute__(self, name)
        real, path, noted = object.__getattribute__(self, "_noting")
        value = getattr(real, name)
        noted.add((*path, name))
        return noted_value(value, (*path, name), noted)

    def equal(self: Any, other: object) -> bool:
        return bool(real_value(self) == real_value(other))

    body = {
        "__getattribute__": read,
        "__eq__": equal,
        "__hash__": lambda self: hash(real_value(self)),
        "__repr__": lambda self: repr(real_value(self)),
    }
    return type(f"Noting{kind.__name__}", (kind,), body)


def noted_value(value: Any, path: Path, noted: set[Path]) -> Any:
    """A value that notes what is read of it, if it is one of the flow's dataclasses."""
    if not dataclasses.is_dataclass(value) or isinstance(value, type) or not type(value).__module__.startswith("kiosk."):
        return value
    made = object.__new__(noting(type(value)))
    object.__setattr__(made, "_noting", (value, path, noted))
    return made


def real_value(value: Any) -> Any:
    """What is behind a value that notes."""
    return object.__getattribute__(value, "_noting")[0] if type(value).__name__.startswith("Noting") else value


# --- other values ----------------------------------------------------------------------------------------------------


def value_at(view: Any, path: Path) -> Any:
    """The value of a field; None where a part of the way is None."""
    for name in path:
        view = getattr(view, name, None)
    return view


def changed(view: Any, path: Path, value: Any) -> Any:
    """The view with another value in a field."""
    first, *rest = path
    return dataclasses.replace(view, **{first: changed(getattr(view, first), tuple(rest), value) if rest else value})


def other_values(view: Any, path: Path, views: list[Any]) -> list[Any]:
    """Values that a field has elsewhere, and others of its type."""
    present = value_at(view, path)
    found: list[Any] = []
    for other in (*guesses(present), *(value_at(one, path) for one in views)):
        if other is not None and other != present and other not in found:
            found.append(other)
    return found[:MOST_VALUES]


def guesses(value: Any) -> list[Any]:
    """Other values of the type of a value."""
    match value:
        case bool():
            return [not value]
        case int() | float():
            return [value + 1, 0]
        case str():
            return [value + "1", ""]
        case datetime():
            return [value + timedelta(days=1)]
        case tuple() | frozenset():
            return [value[:1] if isinstance(value, tuple) else frozenset(list(value)[:1]), type(value)()]
        case Mapping():
            return [dict(list(value.items())[:1]), {}]
    return []


# --- what a page looks like ------------------------------------------------------------------------------------------


def look(page: Any, sent: list[Any]) -> list[str]:
    """Everything that is seen of a page, in any order, and what its targets send to `sent`."""
    sent.clear()
    seen = (part for widget in visible(page) for part in parts(widget))
    return sorted(map(repr, [*seen, *taps(page, sent)]))


def visible(widget: Any) -> Iterator[Any]:
    """The widget and all in it, without those that are hidden."""
    if widget.opacity:
        yield widget
        for child in widget.children:
            yield from visible(child)


def parts(widget: Any) -> Iterator[Hashable]:
    """Words, icon and shapes of a widget."""
    yield type(widget).__name__, *widget.pos, *widget.size, float(widget.opacity)
    yield getattr(widget, "text", ""), getattr(widget, "icon_name", "")
    for shape in widget.canvas.children:
        name = type(shape).__name__
        if name.endswith("Color"):
            yield name, *shape.rgba
        elif name in ("Rectangle", "RoundedRectangle", "SmoothRoundedRectangle") and all(shape.size):
            yield name, *shape.pos, *shape.size
            if type(widget).__name__ in ("QrCode", "PaperPicture", "Viewfinder") and shape.texture is not None:
                yield shape.texture.pixels
        elif name in ("Line", "SmoothLine"):
            yield name, *shape.points


# --- the search ------------------------------------------------------------------------------------------------------


class Looker:
    """Builds and compares pages of one walk."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.views = [walk.view(state) for state in walk.states.values()]
        self.tried = 0

    def problems(self) -> Iterator[str]:
        """What is drawn and not watched."""
        from tests.screens.kivy_stage import give_back

        shown: dict[str, int] = {}
        for name, state in self.walk.states.items():
            view = self.walk.view(state)
            page = self.walk.page(state)
            shown[page] = shown.get(page, 0) + 1
            if shown[page] <= MOST_STATES:
                yield from (f"{page} ({name}): {problem}" for problem in self._of(view))
                give_back()

    def _of(self, view: Any) -> Iterator[str]:
        noted: set[Path] = set()
        self._built(noted_value(view, (), noted))
        for path in sorted(leaves(noted)):
            for value in other_values(view, path, self.views):
                if not self._is_up_to_date(view, changed(view, path, value)):
                    yield f"{'.'.join(path)} is drawn and not watched: {value_at(view, path)!r} → {value!r}"[:300]
                    break

    def _is_up_to_date(self, view: Any, after: Any) -> bool:
        """Whether a page that stays when the view changes is like a new one; true where a new one is built, or cannot be."""
        try:
            if self.watched(after) != self.watched(view):
                return True
            fresh = look(*self._built(after))
        except Exception:
            return True
        self.tried += 1
        page, sent = self._built(view)
        page.show(after)
        return look(page, sent) == fresh

    def watched(self, view: Any) -> Hashable:
        """What makes it another page."""
        return view.watches if hasattr(view, "watches") else self.walk.key(view)

    def _built(self, view: Any) -> tuple[Any, list[Any]]:
        """A new page, and what its targets have sent."""
        from tests.screens.kivy_stage import make_page

        sent: list[Any] = []
        return make_page(self.walk.draw, view, self.walk.hall, self.walk.size, self.walk.mode, sent.append), sent


def leaves(noted: set[Path]) -> set[Path]:
    """The fields without those of which only a part was read."""
    inner = {path[:end] for path in noted for end in range(1, len(path))}
    return {path for path in noted - inner if not CONSTANT & {*path}}


def main(names: list[str]) -> int:
    """Look at the modules named; `hall:small` only where that is part of the name."""
    from tests.screens.kivy_stage import open_window

    open_window()
    from kivy.animation import Animation

    # what moves is looked at when it has arrived
    Animation.start = lambda self, widget: [setattr(widget, *end) for end in self.animated_properties.items()]
    count = bad = 0
    for word in names:
        module, _, only = word.partition(":")
        for name, walk in importlib.import_module(f"tests.screens.{module}").walks():
            if only not in name:
                continue
            looker = Looker(walk)
            for problem in looker.problems():
                bad += 1
                print(f"{name}: {problem}", flush=True)
            count += looker.tried
    print(f"{count} changes, {bad} problems")
    return 1 if bad or not count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
