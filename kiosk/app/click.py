"""The soft click that answers a touch, played by ALSA's own player in a thread; silent where there is no sound card."""

from __future__ import annotations

import math
import shutil
import struct
import subprocess
import threading
from pathlib import Path

RATE = 22050
CARDS = Path("/proc/asound/pcm")


def click_samples(length_s: float = 0.025, pitch_hz: float = 1100, loudness: float = 0.25) -> bytes:
    """A short decaying tone: 16-bit mono samples at RATE."""
    count = int(RATE * length_s)
    wave = (math.sin(2 * math.pi * pitch_hz * i / RATE) * math.exp(-6 * i / count) for i in range(count))
    return b"".join(struct.pack("<h", int(32767 * loudness * value)) for value in wave)


class NoSound(RuntimeError):
    """Nothing can be heard. `reason`, in a word of `contract.wire.device_words`: no-sound-card, in-use, unreachable."""

    def __init__(self, reason: str, what: str) -> None:
        super().__init__(what)
        self.reason = reason


def play_tone(*, player: str = "aplay", seconds: float = 1.0) -> None:
    """Play a tone that is heard across a hall, and wait for its end. Raise NoSound."""
    if not can_play(player):
        raise NoSound("no-sound-card", f"there is no sound card, or no {player}")
    samples = click_samples(seconds, 880, 0.8)
    try:
        done = subprocess.run(play_command(player), input=samples, capture_output=True, timeout=seconds + 5, check=False)
    except subprocess.TimeoutExpired:
        raise NoSound("in-use", "the sound card takes no sound; another program may hold it") from None
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or [f"{player} failed"]
        raise NoSound("unreachable", lines[-1][:200])


def can_play(player: str) -> bool:
    """Whether there is a player and a sound card."""
    return shutil.which(player) is not None and CARDS.exists() and "playback" in CARDS.read_text()


def play_command(player: str) -> list[str]:
    """How raw samples are played."""
    return [player, "-q", "-t", "raw", "-f", "S16_LE", "-r", str(RATE), "-c", "1"]


class Click:
    """Call it to hear it. Clicks that come faster than they can be played are left out."""

    def __init__(self, *, player: str = "aplay") -> None:
        self._player = player
        self._wanted = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        """Start the player's thread, if this machine can play at all."""
        if not can_play(self._player):
            return
        self._thread = threading.Thread(target=self._run, name="click", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop the thread."""
        self._stopping = True
        self._wanted.set()
        if self._thread is not None:
            self._thread.join(timeout=2)

    def __call__(self) -> None:
        self._wanted.set()

    def _run(self) -> None:
        samples = click_samples()
        command = play_command(self._player)
        while True:
            self._wanted.wait()
            self._wanted.clear()
            if self._stopping:
                return
            subprocess.run(command, input=samples, stderr=subprocess.DEVNULL, timeout=5, check=False)
