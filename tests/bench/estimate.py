"""How often the promised range holds the true wait on simulated days, and how wide it is."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench.days import DAYS, simulate
from tests.bench.report import Row

SEEDS = range(100, 130)


def rows() -> Iterator[Row]:
    """One row a kind of day; tickets that met a free window are left out."""
    for day in DAYS:
        waits = [wait for seed in SEEDS for wait in simulate(day, seed) if not wait.at_once]
        held = sum(wait.held for wait in waits) / len(waits)
        width = sum(wait.high - wait.low for wait in waits) / len(waits) / 60
        true = sum(wait.true for wait in waits) / len(waits) / 60
        yield Row(
            f"estimate: {day.name}",
            f"{held:.1%} of {len(waits)} waits in range",
            f"width {width:.0f} min, wait {true:.0f} min",
            width / true,
            "80 % in range",
            held >= 0.8,
        )
