"""The screens that `python -m tests.screenshots` renders: every module named there
has `modes() -> list[str]`, the folders that its pictures are in, and `shots(mode)`, the pictures of one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kiosk.ui.page import Page


@dataclass(frozen=True)
class Shot:
    """One picture: its file name without suffix, and a function that writes it to the path it is given."""

    name: str
    draw: Callable[[Path], None]


def shots_of(mode: str, every: Iterable[tuple[str, Callable[[], Page]]]) -> Iterator[Shot]:
    """The pictures of a mode; `every` has its pages, by name, each with a function that draws it."""
    from tests.screens.kivy_stage import save

    return (Shot(name, lambda path, make=make: save(make(), path)) for name, make in every if name.startswith(f"{mode}/"))
