"""Answers that are kept in memory only, for a sender that asks again: refusals, and what says something about people.

Whoever may ask can be refused as often as they like: a refusal that were written down would let strangers fill the disk.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

KEPT_S = 600.0
MOST = 4096


class KnownAnswer(NamedTuple):
    """An answer that was given: the verb it belongs to, and its JSON."""

    verb: str
    content: bytes


class RecentAnswers:
    """Asker and request id → answer, for ten minutes; of the latest few thousand."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._answers: OrderedDict[str, tuple[float, KnownAnswer]] = OrderedDict()

    def get(self, key: str) -> KnownAnswer | None:
        """The answer to this request, if it was given not long ago."""
        self._forget()
        found = self._answers.get(key)
        return None if found is None else found[1]

    def put(self, key: str, answer: KnownAnswer) -> None:
        """Keep an answer."""
        self._answers[key] = (self._monotonic() + KEPT_S, answer)
        self._forget()

    def _forget(self) -> None:
        """Forget what is too old, and the oldest of too many."""
        now = self._monotonic()
        while self._answers:
            key, (until, _) = next(iter(self._answers.items()))
            if until > now and len(self._answers) <= MOST:
                return
            del self._answers[key]
