"""Sound as 16-bit mono samples: WAV files in and out, silence, the chime."""

from __future__ import annotations

import io
import math
import sys
import wave
from array import array
from dataclasses import dataclass
from pathlib import Path

CHIME = ((784.0, 0.0), (587.3, 0.45))
"""Two soft tones, G5 and D5: frequency in Hz and when it sets in, in seconds."""
CHIME_S = 1.3
QUIET = 300
"""Samples below this are taken for silence when a recording is trimmed."""


class BadSound(ValueError):
    """A file or a stream is not 16-bit PCM sound."""


@dataclass(frozen=True)
class Sound:
    """`samples` at `rate` a second, one channel."""

    rate: int
    samples: array[int]

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate

    def wav(self) -> bytes:
        """The sound as the content of a WAV file."""
        content = io.BytesIO()
        with wave.open(content, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(self.rate)
            file.writeframes(_little_endian(self.samples).tobytes())
        return content.getvalue()

    def trimmed(self) -> Sound:
        """Without the silence at both ends."""
        loud = [place for place, sample in enumerate(self.samples) if abs(sample) > QUIET]
        return Sound(self.rate, self.samples[loud[0] : loud[-1] + 1]) if loud else Sound(self.rate, array("h"))


def silence(seconds: float, rate: int) -> Sound:
    return Sound(rate, array("h", bytes(2 * int(seconds * rate))))


def chime(rate: int) -> Sound:
    """The two tones before an announcement: each with one overtone, dying away like a struck bar."""
    mix = [0.0] * int(CHIME_S * rate)
    for frequency, start_s in CHIME:
        for place in range(int(start_s * rate), len(mix)):
            t = place / rate - start_s
            wave_ = math.sin(2 * math.pi * frequency * t) + 0.25 * math.sin(4 * math.pi * frequency * t)
            mix[place] += 7000 * min(1.0, t / 0.005) * math.exp(-4.5 * t) * wave_
    fade = int(0.05 * rate)
    for place in range(fade):
        mix[-1 - place] *= place / fade
    return Sound(rate, array("h", [max(-32768, min(32767, round(value))) for value in mix]))


def join(sounds: list[Sound]) -> Sound:
    """One after another; all at the same rate, or BadSound."""
    rates = {sound.rate for sound in sounds}
    if len(rates) != 1:
        raise BadSound(f"sounds of different rates cannot be joined: {sorted(rates)}; record all of them at one rate")
    joined = array("h")
    for sound in sounds:
        joined.extend(sound.samples)
    return Sound(rates.pop(), joined)


def read_wav(path: Path) -> Sound:
    """A WAV file; raise BadSound if it is not 16-bit mono PCM."""
    try:
        with wave.open(str(path), "rb") as file:
            if (file.getnchannels(), file.getsampwidth()) != (1, 2):
                raise BadSound(f"{path}: must be 16-bit mono; convert it with `sox {path.name} -b 16 -c 1 new.wav`")
            return Sound(file.getframerate(), _samples(file.readframes(file.getnframes())))
    except (wave.Error, EOFError) as error:
        raise BadSound(f"{path}: is no WAV file ({error})") from None


def from_stream(content: bytes) -> Sound:
    """The sound that a program wrote to its standard output as WAV, where the lengths in the header are not true."""
    data = content.find(b"data")
    if content[:4] != b"RIFF" or data < 0 or len(content) < 44:
        raise BadSound("no WAV sound came out")
    rate = int.from_bytes(content[24:28], "little")
    return Sound(rate, _samples(content[data + 8 :]))


def _samples(data: bytes) -> array[int]:
    samples = array("h")
    samples.frombytes(data[: len(data) // 2 * 2])
    return _little_endian(samples)


def _little_endian(samples: array[int]) -> array[int]:
    if sys.byteorder == "big":
        samples = array("h", samples)
        samples.byteswap()
    return samples
