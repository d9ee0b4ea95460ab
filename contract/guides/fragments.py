"""Ranks items by how much of a sentence stands in their names: 身份证丢了怎么办 finds what has 身份证 and 丢了. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log

from contract.guides.texts import Found, Texts

NEAR_THE_BEST = 0.5
"""An item that has less than this share of what the best one has was not meant."""


@dataclass(frozen=True)
class Fragment:
    """A piece of a sentence: the places in the text where it stands, and how long it is there."""

    places: Sequence[int]
    length: int


def most_of(fragments: Sequence[Fragment], texts: Texts, least: float) -> Iterator[Found]:
    """The items that have at least the share `least` of the fragments, those with the most and the rarest first."""
    lines: dict[int, dict[int, int]] = defaultdict(dict)
    for number, fragment in enumerate(fragments):
        for place in fragment.places:
            lines[texts.line_at(place)].setdefault(number, place)
    rarity = [_rarity(fragment, texts) for fragment in fragments]
    has: dict[int, set[int]] = defaultdict(set)
    best: dict[int, int] = {}
    for line in sorted(lines):
        item = texts.owners[line]
        has[item] |= lines[line].keys()
        if item not in best or _worth(lines[line], rarity) > _worth(lines[best[item]], rarity):
            best[item] = line
    worth = {item: sum(rarity[number] for number in numbers) for item, numbers in has.items()}
    enough = NEAR_THE_BEST * max(worth.values(), default=0)
    for item in sorted(worth, key=lambda item: (-worth[item], best[item])):
        if worth[item] >= enough and len(has[item]) >= least * len(fragments):
            place, length = _longest(fragments, lines[best[item]])
            yield texts.found(best[item], place, length)


def _rarity(fragment: Fragment, texts: Texts) -> float:
    """How much a fragment says: one that stands in few items says more."""
    owners = {texts.owners[texts.line_at(place)] for place in fragment.places}
    return log(1 + len(texts.starts) / (1 + len(owners)))


def _worth(numbers: Mapping[int, int], rarity: Sequence[float]) -> float:
    return sum(rarity[number] for number in numbers)


def _longest(fragments: Sequence[Fragment], places: Mapping[int, int]) -> tuple[int, int]:
    """The longest piece of a line that fragments of the sentence cover: where it begins, and how long it is."""
    pieces = sorted((place, place + fragments[number].length) for number, place in places.items())
    joined = [pieces[0]]
    for start, end in pieces[1:]:
        if start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    begin, end = max(joined, key=lambda piece: piece[1] - piece[0])
    return begin, end - begin
