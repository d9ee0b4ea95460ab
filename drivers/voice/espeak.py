"""Speech by espeak-ng, a Debian package: works without internet and without a sound chip.

Mandarin is spoken with the voice `cmn-latn-pinyin`. The voice `cmn` of the release in Debian 12 takes the pinyin that it makes
from the characters for English words and cannot be understood (espeak-ng#1236, #1370); the other voice reads them well.
"""

from __future__ import annotations

import shutil
import subprocess

from drivers.ports import NotFound, Refused
from drivers.registry import BadOption, Site
from drivers.voice.reading import spoken
from drivers.voice.sound import BadSound, Sound, chime, from_stream, join, silence
from drivers.voice.speaker import Speaker, speaker
from queue_server.api.hall import Device
from queue_server.api.messages import Announce

VOICES = {"zh": "cmn-latn-pinyin", "en": "en-us"}
SPEEDS = {"zh": 150, "en": 145}
"""Words a minute for announcements; espeak-ng's own 175 is too fast for a hall."""
PAUSE_S = 0.35
SYNTHESIS_S = 15


def languages(device: Device) -> list[str]:
    """The languages of a voice in the order in which they are said, from its option `languages`. Raise BadOption."""
    wanted = [part.strip() for part in str(device.options.get("languages", "zh,en")).split(",")]
    if any(language not in VOICES for language in wanted):
        raise BadOption(
            f"devices.toml: [[device]] {device.id}: languages = {','.join(wanted)!r}", 'write "zh,en" or one of them'
        )
    return wanted


def number(device: Device, option: str, default: int, low: int, high: int) -> int:
    """A whole number from the options of a voice. Raise BadOption."""
    value = device.options.get(option, default)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise BadOption(
            f"devices.toml: [[device]] {device.id}: {option} = {value!r}", f"write a whole number from {low} to {high}"
        )
    return value


class EspeakVoice:
    """Says the announcement in every configured language, after the chime."""

    def __init__(self, device: Device, site: Site) -> None:
        self.languages = languages(device)
        self.speed = number(device, "speed", 100, 50, 200)
        self.volume = number(device, "volume", 100, 1, 200)
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
            raise Refused(f"announcement {announcement.seq} has no text in {', '.join(self.languages)}")
        rate = speeches[0].rate
        sounds = [chime(rate)] if announcement.chime else []
        for speech in speeches:
            sounds += [speech, silence(PAUSE_S, rate)]
        self.speaker.play(join(sounds), f"{announcement.number}-{announcement.window}")

    def say(self, text: str, language: str) -> Sound:
        """The speech for `text` in `language`. Raise Refused when none comes out."""
        return synthesise(spoken(text, language), language, speed=self.speed, volume=self.volume)


def synthesise(text: str, language: str, *, speed: int = 100, volume: int = 100) -> Sound:
    """Speech for a text that was made plain before; speed and volume in per cent. Raise Refused."""
    if language == "en":
        # a single A is the article to espeak-ng; its name is written in phonemes
        text = " ".join("[[eI]]" if word == "A" else word for word in text.split(" "))
    pace = round(SPEEDS[language] * speed / 100)
    command = ["espeak-ng", "-b", "1", "-v", VOICES[language], "-s", str(pace), "-a", str(volume), "--stdin", "--stdout"]
    try:
        done = subprocess.run(command, input=text.encode(), capture_output=True, timeout=SYNTHESIS_S, check=True)
        return from_stream(done.stdout)
    except (subprocess.SubprocessError, OSError, BadSound) as error:
        raise Refused(f"espeak-ng does not say {text!r}: {error}", "try it: espeak-ng -v cmn-latn-pinyin 你好") from error
