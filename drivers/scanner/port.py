"""What callers need of a camera beside what every scanner has. `reading` is loaded only by what films."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from drivers.ports import Scanner

if TYPE_CHECKING:
    from drivers.scanner.reading import CameraCode
    from drivers.scanner.treatment import Picture


@runtime_checkable
class Camera(Scanner, Protocol):
    """A scanner that films."""

    preview: Callable[[Picture, Sequence[CameraCode]], None] | None
    """Is called with every picture and the codes found in it, for a live picture."""
