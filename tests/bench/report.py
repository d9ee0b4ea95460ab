"""What a benchmark says: rows of one table, each with what stands beside it in the same run."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

HEAD = ("what", "measured", "beside", "ratio", "aim", "met")


@dataclass(frozen=True)
class Row:
    """One figure: `ratio` is measured over beside, `met` whether the aim is reached (None where there is none)."""

    what: str
    measured: str
    beside: str = ""
    ratio: float | None = None
    aim: str = ""
    met: bool | None = None

    def cells(self) -> tuple[str, ...]:
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        met = "" if self.met is None else ("yes" if self.met else "NO")
        return (self.what, self.measured, self.beside, ratio, self.aim, met)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie; raise ValueError for none."""
    if not values:
        raise ValueError("no values were measured")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def table(rows: Iterable[Row]) -> str:
    """The rows as text, columns aligned."""
    lines = [HEAD, *(row.cells() for row in rows)]
    widths = [max(_width(line[i]) for line in lines) for i in range(len(HEAD))]
    lines.insert(1, tuple("-" * width for width in widths))
    return "\n".join(
        "  ".join(cell + " " * (w - _width(cell)) for cell, w in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
