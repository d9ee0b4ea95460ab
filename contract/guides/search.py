"""Finds items by what is typed, in a file of places that the server built (queue_server/catalogue/index.py).

All names stand in one text, a line each, the likeliest first: names before other words for them, short before long. Marks are
left out of them and of what is typed (`bare`), so that 申领、换领 is found without its mark too.
Beside the text stand two shadows of the same length: `sounds` (one character for the syllable) and `initials` (the first
letter of the syllable). For every two neighbours in any of the three the file keeps the places where they stand, in order.
A query looks up its rarest pair, compares at those places, and has its results ranked, because places are in rank order.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Iterator
from functools import lru_cache
from heapq import merge
from itertools import islice, pairwise

from contract.guides.fragments import Fragment, most_of
from contract.guides.pinyin import HANZI, Pinyin, Reading, Token, pieces, plain
from contract.guides.texts import Found, Texts

LINE = Token("char", "\n")
WIDEST = 16
"""A pair with more possible sounds than this is looked up by its initials."""
QUESTIONS = "怎么 什么 怎样 如何 哪里 哪儿 需要 材料 申请 办理 可以 请问 多少 一下 手续 流程"
ENGLISH_QUESTIONS = "how what where when and the for need get apply of or in to on an at by is it my do"
SAYS_NOTHING = frozenset(f"{QUESTIONS} {ENGLISH_QUESTIONS}".split())
"""What stands in questions and is no hint of what is wanted."""
MOST_PLACES = 1000
"""So many places of one part of a sentence are looked at: a part that stands more often says little."""

Run = tuple[str, int, str]
"""A shadow, an offset, and what has to stand there."""


class Places:
    """The places of pairs in an open guide file; the latest ones are kept, since a query grows letter by letter."""

    def __init__(self, file: sqlite3.Connection) -> None:
        self._file = file
        self.read = lru_cache(maxsize=64)(self._read)
        self.count = lru_cache(maxsize=8192)(self._count)

    def _count(self, key: str) -> int:
        row = self._file.execute("SELECT length(places) / 4 FROM gram WHERE key = ?", (key,)).fetchone()
        return row[0] if row else 0

    def _read(self, key: str) -> array[int]:
        row = self._file.execute("SELECT places FROM gram WHERE key = ?", (key,)).fetchone()
        return unpacked(row[0] if row else b"")


def unpacked(blob: bytes) -> array[int]:
    """The numbers of a blob of little-endian 4-byte numbers."""
    numbers = array("I")
    numbers.frombytes(blob)
    return numbers


class Search:
    """Answers queries over `texts`."""

    def __init__(self, texts: Texts, places: Places, readings_of: dict[str, str]) -> None:
        self._texts = texts
        self._places = places
        self._pinyin = Pinyin(texts.sound_of)
        self._readings_of = readings_of

    def find(self, query: str) -> Iterator[Found]:
        """Every item that matches, once, best first; slips and sentences are thought of only where nothing matches as typed."""
        seen: set[int] = set()
        near = (self._mostly, self._with_slip) if HANZI.search(query) else (self._with_slip,)
        for attempt in (self._as_typed, self._english, self._by_sound, *near, self._partly):
            for found in attempt(query):
                if found.item not in seen:
                    seen.add(found.item)
                    yield found
            if seen and attempt is not self._as_typed:
                return

    def _as_typed(self, query: str) -> Iterator[Found]:
        readings = self._pinyin.readings(query)
        for reading in readings:
            yield from self._standing((LINE, *reading))
        if len("".join(pieces(query))) > 1 or HANZI.search(query):
            for reading in readings:
                yield from self._standing(reading)

    def _by_sound(self, query: str) -> Iterator[Found]:
        """The characters of the query taken by their sound: the input method offered the wrong one."""
        for reading in self._pinyin.readings(query)[:1]:
            heard = tuple(self._heard(token) for token in reading)
            if heard != reading and len(heard) > 1:
                yield from self._standing(heard)

    def _heard(self, token: Token) -> Token:
        sounds = self._readings_of.get(token.text, "").split() if token.kind == "char" else []
        return Token("full", sounds[0]) if sounds else token

    def _with_slip(self, query: str) -> Iterator[Found]:
        for reading in self._pinyin.slips(query):
            if len(reading) > 1:
                yield from self._standing(reading)

    def _english(self, query: str) -> Iterator[Found]:
        """Lines of letters and digits in which a word begins as typed: English names and codes."""
        wanted = " ".join(plain(query).split())
        if not HANZI.search(wanted):
            for place in self._beginning_with(wanted):
                yield self._found(place, len(wanted))

    def _beginning_with(self, wanted: str) -> Iterator[int]:
        """Where a word of letters and digits begins so; of two letters only whole words, of one none."""
        if len(wanted) > 1 and wanted not in SAYS_NOTHING:
            for place in self._places.read("e" + wanted[:3].ljust(3)):
                if self._texts.text.startswith(wanted, place):
                    yield place

    def _mostly(self, query: str) -> Iterator[Found]:
        """Items that have half of a sentence or more."""
        return most_of(self._fragments(query), self._texts, least=0.5)

    def _partly(self, query: str) -> Iterator[Found]:
        """Items that have anything of a sentence."""
        return most_of(self._fragments(query), self._texts, least=0)

    def _fragments(self, query: str) -> list[Fragment]:
        """The parts of a sentence: of Chinese every two neighbours, of English every word."""
        if not HANZI.search(query) and " " in query.strip():
            words = [word for word in pieces(query) if len(word) > 2 and word not in SAYS_NOTHING]
            return [Fragment(list(islice(self._beginning_with(word), MOST_PLACES)), len(word)) for word in words]
        reading = next(iter(self._pinyin.readings(query)), ())
        pairs = [pair for pair in pairwise(reading) if pair[0].text + pair[1].text not in SAYS_NOTHING]
        return [Fragment(self._neighbours(pair), 2) for pair in pairs]

    def _neighbours(self, pair: Reading) -> list[int]:
        known = all(token.kind in ("char", "full") for token in pair)
        return list(islice(self._standing_at(pair), MOST_PLACES)) if known else []

    def _standing(self, reading: Reading) -> Iterator[Found]:
        """What the tokens of a reading match, standing one after another."""
        lead = 1 if reading[0] is LINE else 0
        for start in self._standing_at(reading):
            yield self._found(start + lead, len(reading) - lead)

    def _standing_at(self, reading: Reading) -> Iterator[int]:
        """Where they begin."""
        runs, several = self._checks(reading)
        shadow, offset, wanted = runs[0]
        for start in self._candidates(reading):
            if start >= 0 and shadow.startswith(wanted, start + offset) and self._rest(start, runs, several):
                yield start

    def _rest(self, start: int, runs: list[Run], several: list[tuple[int, str]]) -> bool:
        """Whether everything behind the first check holds at `start` too."""
        for shadow, offset, wanted in runs[1:]:
            if not shadow.startswith(wanted, start + offset):
                return False
        for offset, sounds in several:
            sound = self._texts.sounds[start + offset : start + offset + 1]
            if sound in ("", "\n") or (sounds and sound not in sounds):
                return False
        return True

    def _checks(self, reading: Reading) -> tuple[list[Run], list[tuple[int, str]]]:
        """What has to be compared at a place: runs of one shadow, longest first, and single places with several sounds."""
        runs: list[Run] = []
        several: list[tuple[int, str]] = []
        for offset, token in enumerate(reading):
            if token.kind == "any":
                several.append((offset, ""))
                continue
            if token.kind == "part" and len(token.text) > 1:
                several.append((offset, self._texts.sounds_like(token.text)))
            shadow, wanted = self._exact(token)
            if runs and runs[-1][0] is shadow and runs[-1][1] + len(runs[-1][2]) == offset:
                runs[-1] = (shadow, runs[-1][1], runs[-1][2] + wanted)
            else:
                runs.append((shadow, offset, wanted))
        return sorted(runs, key=lambda run: -len(run[2])), several

    def _exact(self, token: Token) -> tuple[str, str]:
        """The shadow in which a token is compared, and its character there."""
        if token.kind == "char":
            return self._texts.text, token.text
        if token.kind == "full":
            return self._texts.sounds, self._texts.sound_of.get(token.text, "\0")
        return self._texts.initials, token.text[0]

    def _candidates(self, reading: Reading) -> Iterable[int]:
        """Places where the reading may begin, in rank order: those of its rarest pair."""
        if len(reading) == 1:
            return self._merged(self._single(reading[0]))
        best: tuple[int, list[str], int] | None = None
        for i in range(len(reading) - 1):
            keys = self._pair(reading, i)
            count = sum(self._places.count(key) for key in keys)
            if keys and count == 0:
                return ()
            if keys and (best is None or count < best[0]):
                best = (count, keys, i)
        return (place - best[2] for place in self._merged(best[1])) if best else ()

    def _merged(self, keys: list[str]) -> Iterable[int]:
        lists = [places for key in keys if (places := self._places.read(key))]
        return lists[0] if len(lists) == 1 else merge(*lists)

    def _single(self, token: Token) -> list[str]:
        """The keys under which a reading of one token stands."""
        return ["t" + token.text] if token.kind == "char" else ["y" + sound for sound in self._sounds(token)]

    def _pair(self, reading: Reading, i: int) -> list[str]:
        """The keys that together hold every place of the pair at `i` (for initials the three from `i`), as far as known."""
        one, two = reading[i : i + 2]
        if one.kind == two.kind == "char":
            return ["t" + one.text + two.text]
        before, behind = self._sounds(one), self._sounds(two)
        if 0 < len(before) * len(behind) <= WIDEST:
            return ["y" + a + b for a in before for b in behind]
        letters = [self._initials(token) for token in reading[i : i + 3]]
        wide = [first + second for first in letters[0] for second in letters[1]]
        if len(letters) == 3 and 0 < len(wide) * len(letters[2]) <= WIDEST:
            wide = [pair + third for pair in wide for third in letters[2]]
        return ["n" + run for run in wide]

    def _sounds(self, token: Token) -> str:
        """Every sound a token may have in the text; empty where that is not known or a letter leaves too many open."""
        if token.kind == "full":
            return self._texts.sound_of.get(token.text, "\0")
        if token.kind == "part":
            return self._texts.sounds_like(token.text) if len(token.text) > 1 else ""
        if token.kind == "char" and HANZI.match(token.text):
            return "".join(self._texts.sound_of.get(sound, "") for sound in self._readings_of.get(token.text, "").split())
        return token.text

    def _initials(self, token: Token) -> str:
        """Every first letter a token may have; empty where nothing is known."""
        if token.kind == "char" and HANZI.match(token.text):
            return "".join(dict.fromkeys(sound[0] for sound in self._readings_of.get(token.text, "").split()))
        return token.text[:1]

    def _found(self, place: int, length: int) -> Found:
        return self._texts.found(self._texts.line_at(place), place, length)
