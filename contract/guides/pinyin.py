"""Reads what somebody types on a keyboard as Chinese: full pinyin, initials, both mixed with characters, or with a slip. Pure.

A query becomes readings; a reading is a sequence of tokens, one for each character of the text it looks for:

    Token("char", "社")   this very character
    Token("full", "she")  any character pronounced so
    Token("part", "sh")   any character whose pinyin begins so: an initial, or the last syllable still being typed
    Token("any")          any character, where one was probably mistyped
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Literal

KEPT = 8
"""Readings kept at every place: real queries have one or two, nonsense could have thousands."""
LONGEST = 40
HANZI = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af]")
FAR = 1.45
"""A reading that costs so much more than the best is not meant."""
COST = {"full": 1.0, "part": 1.3, "letter": 1.2}


@dataclass(frozen=True)
class Token:
    kind: Literal["char", "full", "part", "any"]
    text: str = ""


Reading = tuple[Token, ...]


def plain(text: str) -> str:
    """`text` in the form that is compared: full-width and capital letters made plain, character by character.

    The length stays the same, so that a place in the plain text is a place in the text.
    """
    return "".join(_plain(character) for character in text)


def _plain(character: str) -> str:
    made = unicodedata.normalize("NFKC", character).lower()
    return made if len(made) == 1 and made != "\n" else " " if character in "\n\r" else character


class Pinyin:
    """The syllables that occur in a catalogue; everything that reads a query by them."""

    def __init__(self, syllables: Iterable[str]) -> None:
        self.syllables = frozenset(syllables)
        self._unfinished = frozenset(s[:n] for s in self.syllables for n in range(1, len(s)))
        self._slips: dict[str, set[str]] = {}
        for syllable in sorted(self.syllables):
            for form in _shortened(syllable):
                self._slips.setdefault(form, set()).add(syllable)

    def readings(self, query: str) -> list[Reading]:
        """How `query` may be meant, the likeliest first. Spaces, apostrophes and punctuation only separate."""
        parts = [self._part(piece) for piece in pieces(query)]
        return [tuple(token for run in runs for token in run) for runs in product(*parts)][:KEPT] if parts else []

    def _part(self, piece: str) -> list[Reading]:
        if not _is_latin(piece):
            return [tuple(Token("char", c) for c in piece)]
        ways = self._segment(piece)
        found = [reading for cost, reading in ways if cost <= ways[0][0] + FAR]
        letters = tuple(Token("part", c) for c in piece)
        return found if letters in found else [*found[: KEPT - 1], letters]

    def _segment(self, letters: str) -> list[tuple[float, Reading]]:
        """The cheapest ways to cut letters into syllables and beginnings of syllables."""
        best: list[list[tuple[float, Reading]]] = [[] for _ in range(len(letters) + 1)]
        best[0] = [(0.0, ())]
        for start in range(len(letters)):
            ahead = sorted(best[start], key=lambda way: way[0])[:KEPT]
            for end in range(start + 1, min(start + 6, len(letters)) + 1):
                for price, token in self._steps(letters[start:end], end == len(letters)):
                    best[end] += [(cost + price, (*reading, token)) for cost, reading in ahead]
        return sorted(best[-1], key=lambda way: way[0])[:KEPT]

    def _steps(self, piece: str, last: bool) -> Iterator[tuple[float, Token]]:
        """What `piece` may stand for; the last one may be a syllable whose end is not typed yet."""
        if piece in self.syllables:
            yield COST["full"], Token("full", piece)
        if piece in ("zh", "ch", "sh") or (last and len(piece) > 1 and piece in self._unfinished):
            yield COST["part"], Token("part", piece)
        elif len(piece) == 1:
            yield COST["letter"], Token("part", piece)

    def slips(self, query: str) -> list[Reading]:
        """Readings with one slip put right: one letter wrong, missing, too many or swapped in pinyin, one wrong character."""
        parts = pieces(query)
        found: list[Reading] = []
        if len(parts) == 1 and _is_latin(parts[0]) and len(parts[0]) > 3:
            found = self._slipped(parts[0])
        for reading in self.readings(query)[:1]:
            if len(reading) > 2 and all(token.kind in ("char", "full") for token in reading):
                found += [(*reading[:i], Token("any"), *reading[i + 1 :]) for i in range(1, len(reading) - 1)]
                found += [reading[1:], reading[:-1]]
                found += [(*reading[:i], *reading[i + 1 :]) for i in range(1, len(reading) - 1)]
        return list(dict.fromkeys(found))

    def _slipped(self, letters: str) -> list[Reading]:
        """All ways to read letters as whole syllables where one syllable holds the slip."""
        before, after = self._whole(letters), self._whole(letters[::-1], turned=True)
        found: list[Reading] = []
        for start in range(len(letters)):
            for end in range(start + 1, min(start + 7, len(letters)) + 1):
                if before[start] and after[len(letters) - end]:
                    mended = self._mended(letters[start:end])
                    found += [
                        (*b, Token("full", m), *a) for b in before[start] for m in mended for a in after[len(letters) - end]
                    ]
        return sorted(dict.fromkeys(found), key=len)[:24]

    def _whole(self, letters: str, turned: bool = False) -> list[list[Reading]]:
        """For every length, up to two ways to read so many letters as whole syllables; `turned` if they stand backwards."""
        ways: list[list[Reading]] = [[()], *([] for _ in letters)]
        for end in range(1, len(letters) + 1):
            for start in range(max(0, end - 6), end):
                piece = letters[start:end][::-1] if turned else letters[start:end]
                if piece in self.syllables:
                    token = Token("full", piece)
                    ways[end] += [(token, *way) if turned else (*way, token) for way in ways[start]]
            ways[end] = sorted(ways[end], key=len)[:2]
        return ways

    def _mended(self, piece: str) -> list[str]:
        """The syllables one slip away from `piece`."""
        near = {s for form in _shortened(piece) for s in self._slips.get(form, ())}
        return sorted(s for s in near if s != piece and one_slip_apart(piece, s))


def pieces(query: str) -> list[str]:
    """The runs of letters and digits, and the runs of other characters, of a query; at most LONGEST characters of it."""
    return re.findall(r"[a-z]+|[0-9]+|[^\Wa-z0-9_]+", plain(query)[:LONGEST])


def _is_latin(piece: str) -> bool:
    return piece.isascii() and piece.isalpha()


def _shortened(text: str) -> set[str]:
    """`text` and what is left of it after taking out one letter."""
    return {text, *(text[:i] + text[i + 1 :] for i in range(len(text)))}


def one_slip_apart(one: str, other: str) -> bool:
    """Whether one letter replaced, put in, left out or swapped with its neighbour turns `one` into `other`."""
    if len(one) == len(other):
        wrong = [i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
        swapped = len(wrong) == 2 and wrong[1] == wrong[0] + 1
        return len(wrong) == 1 or (swapped and one[wrong[0]] == other[wrong[1]] and one[wrong[1]] == other[wrong[0]])
    short, long = sorted((one, other), key=len)
    return len(long) == len(short) + 1 and any(long[:i] + long[i + 1 :] == short for i in range(len(long)))
