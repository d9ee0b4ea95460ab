"""A voice of recorded pieces: a person's voice for digits, letters and phrases, joined to an announcement.

The folder holds one sub-folder a language, `zh` and `en`, with one WAV file (16-bit mono, all at one rate) a piece, named by
what is said: `请.wav`, `A.wav`, `零.wav`, `please go to window.wav`. The longest pieces are taken first. A starting set, spoken
by espeak-ng, is made by `python -m drivers.voice.recorded FOLDER`; recordings of a person then replace its files one by one.
"""

from __future__ import annotations

import argparse
import string
import sys
from pathlib import Path

from contract.configuration.hall import Device
from contract.wire.messages import Announce
from drivers.connect import DeviceSite
from drivers.options import DeviceOptions
from drivers.ports import DeviceError, DeviceRefused, NotFound, Voice
from drivers.voice.espeak import PAUSE_S, languages, synthesise
from drivers.voice.numerals import ENGLISH, TENS
from drivers.voice.reading import DIGITS_ZH, digit_by_digit, spoken
from drivers.voice.sound import BadSound, Sound, chime, join, read_wav, silence
from drivers.voice.speaker import Speaker, speaker

PHRASES = {
    "zh": ("请", "号到", "号窗口办理业务", "号窗口", "号", "到"),
    "en": ("number", "please go to window", "window"),
}
BETWEEN_S = {"zh": 0.03, "en": 0.08}
SILENT = set(" ,.;:!?，。；：！？、")


def pieces_of(text: str, known: set[str], language: str) -> list[str]:
    """`text` as names of pieces, the longest first; raise DeviceRefused, naming what no piece says.

    English pieces are whole words, in any case of letters; in Chinese every character counts.
    """
    rest, found = text.lower() if language == "en" else text, []
    names = {name.lower() if language == "en" else name: name for name in known}
    longest = sorted(names, key=len, reverse=True)
    while rest := rest.lstrip("".join(SILENT)):
        name = next((n for n in longest if rest.startswith(n) and (language == "zh" or _ends_word(rest, len(n)))), None)
        if name is None:
            raise DeviceRefused(
                f"no recording says {rest.split(' ')[0][:12]!r} of {text!r}", "record it as a file of this name"
            )
        found.append(names[name])
        rest = rest[len(name) :]
    return found


def _ends_word(text: str, place: int) -> bool:
    return place == len(text) or not text[place].isalnum()


class RecordedVoice(Voice):
    """Says the announcement with the pieces of a folder."""

    def __init__(self, device: Device, site: DeviceSite) -> None:
        self.languages = languages(device)
        options = DeviceOptions.of(device)
        if not (folder := options.text("folder")):
            raise options.wrong("folder", "name the folder of the recordings")
        self.folder = Path(folder)
        self.yao = options.flag("yao", False)
        self.speaker: Speaker = speaker(device.address, name=device.id, folder=site.folder)
        self._pieces: dict[str, dict[str, Sound]] = {}

    def open(self) -> None:
        self.check()
        try:
            self._pieces = {
                language: {path.stem: read_wav(path).trimmed() for path in (self.folder / language).glob("*.wav")}
                for language in self.languages
            }
        except BadSound as error:
            raise DeviceRefused(str(error)) from error
        self.speaker.open()

    def close(self) -> None:
        self.speaker.close()

    def check(self) -> None:
        for language in self.languages:
            if not any((self.folder / language).glob("*.wav")):
                raise NotFound(
                    f"{self.folder / language}: no recordings are there", "make a set: python -m drivers.voice.recorded FOLDER"
                )

    def speak(self, announcement: Announce) -> None:
        texts = {"zh": announcement.texts.zh, "en": announcement.texts.en}
        sounds: list[Sound] = []
        for language in self.languages:
            sounds += self._say(texts[language], language)
        if not sounds:
            raise DeviceRefused(f"announcement {announcement.seq} has no text in {', '.join(self.languages)}")
        if announcement.chime:
            sounds.insert(0, chime(sounds[0].rate))
        try:
            self.speaker.play(join(sounds), f"{announcement.number}-{announcement.window}")
        except BadSound as error:
            raise DeviceRefused(str(error)) from error

    def _say(self, text: str, language: str) -> list[Sound]:
        known = self._pieces[language]
        sounds: list[Sound] = []
        for name in self._pieces_of(text, set(known), language):
            sounds += [known[name], silence(BETWEEN_S[language], known[name].rate)]
        return [*sounds, silence(PAUSE_S, sounds[0].rate)] if sounds else []

    def _pieces_of(self, text: str, known: set[str], language: str) -> list[str]:
        """The pieces of a text. Where recordings for window numbers as numbers are missing, they are said digit by digit."""
        try:
            return pieces_of(spoken(text, language, yao=self.yao), known, language)
        except DeviceRefused:
            return pieces_of(digit_by_digit(text, language), known, language)


def make_pieces(folder: Path, phrases: dict[str, tuple[str, ...]] = PHRASES) -> int:
    """Speak letters, digits and phrases by espeak-ng into `folder`; return how many files were made. Files that exist stay."""
    made = 0
    for language, digits in (("zh", (*DIGITS_ZH, "十", "百", "幺")), ("en", (*ENGLISH, *filter(None, TENS), "hundred", "and"))):
        (folder / language).mkdir(parents=True, exist_ok=True)
        for name in (*string.ascii_uppercase, *digits, *phrases[language]):
            path = folder / language / f"{name}.wav"
            if not path.exists():
                path.write_bytes(synthesise(name, language).trimmed().wav())
                made += 1
    return made


def main(arguments: list[str] | None = None) -> int:
    """Make a starting set of recordings."""
    parser = argparse.ArgumentParser(prog="python -m drivers.voice.recorded", description=main.__doc__)
    parser.add_argument("folder", type=Path, help="where the files go, in the sub-folders zh and en; existing ones stay")
    folder: Path = parser.parse_args(arguments).folder
    try:
        print(f"{make_pieces(folder)} recordings made in {folder}")
    except (DeviceError, OSError) as error:
        print(f"the recordings cannot be made: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
