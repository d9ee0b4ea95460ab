"""The screens that `python -m tests.screenshots` renders: every module here has `shots() -> list[Shot]`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Shot:
    """One picture: its file name without suffix, and a function that writes it to the path it is given."""

    name: str
    draw: Callable[[Path], None]
