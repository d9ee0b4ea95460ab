"""Speech by espeak-ng, a Debian package: works without internet and without a sound chip.

Mandarin is spoken with the voice `cmn-latn-pinyin`. The voice `cmn` of the release in Debian 12 takes the pinyin that it makes
from the characters for English words and cannot be understood (espeak-ng#1236, #1370); the other voice reads them well.
"""

from __future__ import annotations

import re
import shutil
import subprocess

from contract.configuration.hall import Device
from contract.wire.messages import Announce
from drivers.connect import DeviceSite
from drivers.options import DeviceOptions
from drivers.ports import DeviceRefused, NotFound, ReadingVoice
from drivers.voice.prose import read_out
from drivers.voice.reading import spoken
from drivers.voice.sound import BadSound, Sound, chime, from_stream, join, silence
from drivers.voice.speaker import Speaker, speaker

VOICES = {"zh": "cmn-latn-pinyin", "en": "en-us"}
SPEEDS = {"zh": 150, "en": 145}
"""Words a minute for announcements; espeak-ng's own 175 is too fast for a hall."""
SLOWER = 0.85
"""The pace of reading in elder mode, as a part of the usual one."""
MISREAD = (
    (re.compile("地"), "di4"),
    (re.compile("(?<=[银分支])行|行(?=[业号])"), "hang2"),
    (re.compile("重(?=[新复办建做填报])"), "chong2"),
    (re.compile("(?<=变)更|更(?=[改正换名新])"), "geng1"),
    (re.compile("(?<=[偿退归返交发])还|还(?=[款贷清给本])"), "huan2"),
    (re.compile("(?<=[校院增家村镇县局])长"), "zhang3"),
    (re.compile("处(?=[理置罚分])"), "chu3"),
    (re.compile("相(?=[片机])"), "xiang4"),
    (re.compile("会(?=计)"), "kuai4"),
    (re.compile("给(?=[予付])"), "ji3"),
    (re.compile("畜(?=牧)"), "xu4"),
    (re.compile("子(?=女)"), "zi3"),
)
"""Characters with several readings of which espeak-ng takes the wrong one in words of a hall; it reads pinyin as well.
Found by comparing it with pypinyin over all guides of the example hall."""
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
        words = read_out(text, language)
        if language == "zh":
            words = pronounced(words)
        speed = round(self.speed * SLOWER) if slow else self.speed
        self.speaker.play(synthesise(words, language, speed=speed, volume=self.volume), f"read-{language}")

    def say(self, text: str, language: str) -> Sound:
        """The speech for `text` in `language`. Raise DeviceRefused when none comes out."""
        return synthesise(spoken(text, language), language, speed=self.speed, volume=self.volume)


def pronounced(text: str) -> str:
    """Chinese text with pinyin in the place of what would be misread."""
    for misread, pinyin in MISREAD:
        text = misread.sub(f" {pinyin} ", text)
    return text


def synthesise(text: str, language: str, *, speed: int = 100, volume: int = 100) -> Sound:
    """Speech for a text that was made plain before; speed and volume in per cent. Raise DeviceRefused."""
    if language == "en":
        # a single A is the article to espeak-ng; its name is written in phonemes
        text = " ".join("[[eI]]" if word == "A" else word for word in text.split(" "))
    pace = round(SPEEDS[language] * speed / 100)
    command = ["espeak-ng", "-b", "1", "-v", VOICES[language], "-s", str(pace), "-a", str(volume), "--stdin", "--stdout"]
    try:
        done = subprocess.run(command, input=text.encode(), capture_output=True, timeout=SYNTHESIS_S, check=True)
        return from_stream(done.stdout)
    except (subprocess.SubprocessError, OSError, BadSound) as error:
        raise DeviceRefused(f"espeak-ng does not say {text!r}: {error}", "try it: espeak-ng -v cmn-latn-pinyin 你好") from error
