"""The text in which a guide file is searched: every name and word on a line of its own, and whose it is."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from dataclasses import dataclass

from contract.guides.pinyin import plain

SOUNDS_FROM = 0x100
"""Syllable number n stands in the sounds as chr(SOUNDS_FROM + n); everything below is the character itself."""


@dataclass(frozen=True)
class Found:
    """One match: the item's number, the line of text that matched, and which part of it."""

    item: int
    line: str
    start: int
    length: int


class Texts:
    """The text of a catalogue, its shadows, and who owns each line."""

    def __init__(
        self, text: str, sounds: str, initials: str, starts: array[int], owners: array[int], syllables: list[str]
    ) -> None:
        self.text, self.sounds, self.initials = text, sounds, initials
        self.starts, self.owners = starts, owners
        self.sound_of = {syllable: chr(SOUNDS_FROM + n) for n, syllable in enumerate(syllables)}

    def line_at(self, place: int) -> int:
        """The number of the line in which `place` lies."""
        return bisect_right(self.starts, place) - 1

    def line(self, number: int) -> str:
        end = self.starts[number + 1] - 1 if number + 1 < len(self.starts) else len(self.text) - 1
        return self.text[self.starts[number] : end]

    def sounds_like(self, beginning: str) -> str:
        """Every sound whose syllable begins so."""
        return "".join(sound for syllable, sound in self.sound_of.items() if syllable.startswith(beginning))

    def found(self, number: int, place: int, length: int) -> Found:
        """What was matched at `place`, in line `number`."""
        return Found(self.owners[number], self.line(number), place - self.starts[number], length)


def letters(text: str) -> list[int]:
    """The places of the characters of `text` that are searched: letters, digits and Chinese characters, no marks and blanks."""
    return [place for place, character in enumerate(plain(text)) if character.isalnum()]


def bare(text: str) -> str:
    """`text` as it is searched: plain, and without marks and blanks."""
    return "".join(character for character in plain(text) if character.isalnum())
