"""Speech by espeak-ng, a Debian package: works without internet and without a sound chip.

Mandarin is spoken with the voice `cmn-latn-pinyin`. The voice `cmn` of the release in Debian 12 takes the pinyin that it makes
from the characters for English words and cannot be understood (espeak-ng#1236, #1370); the other voice reads them well.
"""

from __future__ import annotations

import shutil
import subprocess

from contract.configuration.hall import Device
from contract.wire.messages import Announce
from drivers.connect import DeviceSite
from drivers.options import DeviceOptions
from drivers.ports import DeviceRefused, NotFound, ReadingVoice
from drivers.voice.pronunciation import pronounced
from drivers.voice.prose import read_out
from drivers.voice.reading import spoken
from drivers.voice.sound import BadSound, Sound, chime, from_stream, join, silence
from drivers.voice.speaker import Speaker, speaker

VOICES = {"zh": "cmn-latn-pinyin", "en": "en-us"}
SPEEDS = {"zh": 150, "en": 145}
"""Words a minute for announcements; espeak-ng's own 175 is too fast for a hall."""
SLOWER = 0.85
"""The pace of reading in elder mode, as a part of the usual one."""
PAUSE_S = 0.35
SYNTHESIS_S = 15


def languages(device: Device) -> list[str]:
    """The languages of a voice in the order in which they are said, from its option `languages`. Raise BadOption."""
    options = DeviceOptions.of(device)
    wanted = [part.strip() for part in options.text("languages", "zh,en").split(",")]
    if any(language not in VOICES for language in wanted):
        raise options.wrong("languages", 'write "zh,en" or one of them')
    return wanted


class EspeakVoice(ReadingVoice):
    """Says the announcement in every configured language, after the chime."""

    def __init__(self, device: Device, site: DeviceSite) -> None:
        self.languages = languages(device)
        options = DeviceOptions.of(device)
        self.speed = options.number("speed", 100, 50, 200)
        self.volume = options.number("volume", 100, 1, 200)
        self.yao = options.flag("yao", False)
        self.speaker: Speaker = speaker(device.address, name=device.id, folder=site.folder)

    def open(self) -> None:
        self.check()
        self.speaker.open()

    def close(self) -> None:
        self.speaker.close()

    def check(self) -> None:
        if shutil.which("espeak-ng") is None:
            raise NotFound("the program espeak-ng is missing", "install the Debian package espeak-ng")

    def speak(self, announcement: Announce) -> None:
        texts = {"zh": announcement.texts.zh, "en": announcement.texts.en}
        speeches = [self.say(texts[language], language) for language in self.languages if texts[language].strip()]
        if not speeches:
            raise DeviceRefused(f"announcement {announcement.seq} has no text in {', '.join(self.languages)}")
        rate = speeches[0].rate
        sounds = [chime(rate)] if announcement.chime else []
        for speech in speeches:
            sounds += [speech, silence(PAUSE_S, rate)]
        self.speaker.play(join(sounds), f"{announcement.number}-{announcement.window}")

    def read(self, text: str, language: str, *, slow: bool = False) -> None:
        speed = round(self.speed * SLOWER) if slow else self.speed
        speech = synthesise(read_out(text, language), language, speed=speed, volume=self.volume)
        self.speaker.play(speech, f"read-{language}")

    def say(self, text: str, language: str) -> Sound:
        """The speech for `text` in `language`. Raise DeviceRefused when none comes out."""
        return synthesise(spoken(text, language, yao=self.yao), language, speed=self.speed, volume=self.volume)


def synthesise(text: str, language: str, *, speed: int = 100, volume: int = 100) -> Sound:
    """Speech for a text that was made plain before; speed and volume in per cent. Raise DeviceRefused."""
    # in English a single A is the article to espeak-ng; its name is written in phonemes
    letters = " ".join("[[eI]]" if word == "A" else word for word in text.split(" "))
    text = letters if language == "en" else pronounced(text)
    pace = round(SPEEDS[language] * speed / 100)
    command = ["espeak-ng", "-b", "1", "-v", VOICES[language], "-s", str(pace), "-a", str(volume), "--stdin", "--stdout"]
    try:
        done = subprocess.run(command, input=text.encode(), capture_output=True, timeout=SYNTHESIS_S, check=True)
        return from_stream(done.stdout)
    except (subprocess.SubprocessError, OSError, BadSound) as error:
        raise DeviceRefused(f"espeak-ng does not say {text!r}: {error}", "try it: espeak-ng -v cmn-latn-pinyin 你好") from error
