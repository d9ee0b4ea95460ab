"""Rectangles that are cut into pieces: the layout of every screen is plain arithmetic, without Kivy and testable apart."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rect:
    """A box in pixels; x and y are its lower left corner, as in OpenGL."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right_edge(self) -> float:
        return self.x + self.w

    @property
    def top_edge(self) -> float:
        return self.y + self.h

    def inset(self, dx: float, dy: float | None = None) -> Rect:
        """The box made smaller by `dx` at both sides and by `dy` (or `dx`) at top and bottom."""
        dy = dx if dy is None else dy
        return Rect(self.x + dx, self.y + dy, max(0.0, self.w - 2 * dx), max(0.0, self.h - 2 * dy))

    def top(self, h: float, gap: float = 0) -> tuple[Rect, Rect]:
        """Cut `h` off the top; return the piece and what is left below it, `gap` apart."""
        h = min(h, self.h)
        return Rect(self.x, self.top_edge - h, self.w, h), Rect(self.x, self.y, self.w, max(0.0, self.h - h - gap))

    def bottom(self, h: float, gap: float = 0) -> tuple[Rect, Rect]:
        """Cut `h` off the bottom; return the piece and what is left above it."""
        h = min(h, self.h)
        return Rect(self.x, self.y, self.w, h), Rect(self.x, self.y + h + gap, self.w, max(0.0, self.h - h - gap))

    def left(self, w: float, gap: float = 0) -> tuple[Rect, Rect]:
        """Cut `w` off the left; return the piece and what is left beside it."""
        w = min(w, self.w)
        return Rect(self.x, self.y, w, self.h), Rect(self.x + w + gap, self.y, max(0.0, self.w - w - gap), self.h)

    def right(self, w: float, gap: float = 0) -> tuple[Rect, Rect]:
        """Cut `w` off the right; return the piece and what is left beside it."""
        w = min(w, self.w)
        return Rect(self.right_edge - w, self.y, w, self.h), Rect(self.x, self.y, max(0.0, self.w - w - gap), self.h)

    def columns(self, count: int, gap: float) -> list[Rect]:
        """`count` equal boxes from left to right; none for 0."""
        w = (self.w - gap * (count - 1)) / max(1, count)
        return [Rect(self.x + i * (w + gap), self.y, w, self.h) for i in range(count)]

    def rows(self, count: int, gap: float) -> list[Rect]:
        """`count` equal boxes from top to bottom; none for 0."""
        h = (self.h - gap * (count - 1)) / max(1, count)
        return [Rect(self.x, self.top_edge - h - i * (h + gap), self.w, h) for i in range(count)]

    def grid(self, columns: int, rows: int, gap: float) -> list[Rect]:
        """Equal boxes in reading order."""
        return [cell for row in self.rows(rows, gap) for cell in row.columns(columns, gap)]

    def centre(self, w: float, h: float) -> Rect:
        """A box of this size in the middle; never larger than this one."""
        w, h = min(w, self.w), min(h, self.h)
        return Rect(self.x + (self.w - w) / 2, self.y + (self.h - h) / 2, w, h)

    def contains(self, x: float, y: float) -> bool:
        return self.x <= x <= self.right_edge and self.y <= y <= self.top_edge
