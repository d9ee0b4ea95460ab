"""What played people do: who comes for what, how long a service takes, how it is rated. Pure: the same seed, the same people.

What happens to a ticket follows from seed and ticket alone, whatever else goes on in the hall.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from math import log, sqrt
from typing import Any, Literal

from contract.configuration.hall import HallConfig
from contract.wire.rating_reasons import BAD_LEVELS, reasons_of

CLASSES = (("ordinary", 84), ("priority", 8), ("appointment", 6), ("military", 2))
CHANNELS = (("desk", 5), ("phone", 3), ("web", 2))
LEVELS = ((5, 78), (4, 14), (3, 5), (2, 2), (1, 1))
SPREAD = 0.6
"""Relative spread of service times around what the configuration says."""
NO_SHOW = 0.05
COMES_BACK = 0.6
HOLD = 0.03
TRANSFER = 0.03
GIVES_UP = 0.02

Ending = Literal["finish", "hold", "transfer"]


@dataclass(frozen=True)
class Citizen:
    """Somebody who takes a number: the body of issue-ticket, and after how many seconds they give up, if they do."""

    after_s: float
    request: dict[str, Any]
    gives_up_s: float | None


@dataclass(frozen=True)
class Handling:
    """What happens when a ticket is called: times in seconds."""

    comes: bool
    comes_back_s: float | None
    walk_s: float
    service_s: float
    ending: Ending
    to_queue: str | None
    pause_s: float


@dataclass(frozen=True)
class Opinion:
    """A rating: the body of rate without its service, and how long the citizen thinks about it."""

    after_s: float
    request: dict[str, object]


class Citizens:
    """The stream of people who come to a hall."""

    def __init__(self, config: HallConfig, *, seed: int, per_hour: float) -> None:
        self._rng = random.Random(f"{seed} citizens")
        self._per_hour = per_hour
        self._queues = [queue.id for queue in config.queue]
        self._weights = [len(config.windows_of(queue.id)) / queue.service_minutes for queue in config.queue]

    def next(self) -> Citizen:
        """Who comes next, and how many seconds after the one before."""
        rng = self._rng
        queue = rng.choices(self._queues, self._weights)[0]
        request = {"queue": queue, "channel": _pick(rng, CHANNELS), "class": _pick(rng, CLASSES)}
        gives_up = rng.uniform(300, 2400) if rng.random() < GIVES_UP else None
        return Citizen(rng.expovariate(self._per_hour / 3600), request, gives_up)


def handling(seed: int, ticket: str, visit: int, service_minutes: float, others: Sequence[str] = ()) -> Handling:
    """What happens to `ticket` when it is called for the `visit`-th time (0 the first); `others` are queues to send it to."""
    rng = random.Random(f"{seed} {ticket} {visit}")
    sigma = sqrt(log(1 + SPREAD**2))
    comes = visit > 0 or rng.random() >= NO_SHOW
    ending: Ending = "finish"
    if visit == 0:
        ending = rng.choices(("finish", "hold", "transfer"), (1 - HOLD - TRANSFER, HOLD, TRANSFER))[0]
    to_queue = rng.choice(others) if others else None
    if ending == "transfer" and to_queue is None:
        ending = "finish"
    return Handling(
        comes=comes,
        comes_back_s=rng.uniform(120, 900) if rng.random() < COMES_BACK else None,
        walk_s=rng.uniform(6, 30),
        service_s=rng.lognormvariate(log(service_minutes * 60) - sigma * sigma / 2, sigma),
        ending=ending,
        to_queue=to_queue,
        pause_s=rng.uniform(120, 600),
    )


def opinion(seed: int, service: str, share: float) -> Opinion | None:
    """How the citizen rates `service` on the window's tablet; None for who walks away. `share` is the part that rates."""
    rng = random.Random(f"{seed} {service}")
    if rng.random() >= share:
        return None
    level = _pick(rng, LEVELS)
    tags = [reason.code for reason in reasons_of(level)]
    ticked = rng.sample(tags, rng.choice((1, 2) if level in BAD_LEVELS else (0, 1, 1, 2)))
    request = {"level": level, "reasons": sorted(ticked), "channel": "tablet"}
    return Opinion(rng.uniform(4, 20), request)


def clerks_for(config: HallConfig, windows: Sequence[str]) -> dict[str, str | None]:
    """Who sits at which window: nobody at two, those with the fewest windows first; None where no clerk is left."""
    free = {clerk.id: clerk.windows for clerk in config.clerk}
    seats: dict[str, str | None] = {}
    for window in sorted(windows, key=lambda w: sum(w in mine for mine in free.values())):
        able = [clerk for clerk, mine in free.items() if window in mine] or [clerk for clerk, mine in free.items() if not mine]
        seats[window] = min(able, key=lambda clerk: len(free[clerk]), default=None)
        free.pop(seats[window] or "", None)
    return seats


def _pick(rng: random.Random, weighted: Sequence[tuple[Any, int]]) -> Any:
    values, weights = zip(*weighted, strict=True)
    return rng.choices(values, weights)[0]
