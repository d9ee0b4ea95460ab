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


class Click:
    """Call it to hear it. Clicks that come faster than they can be played are left out."""

    def __init__(self, *, player: str = "aplay") -> None:
        self._player = player
        self._wanted = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        """Start the player's thread, if this machine can play at all."""
        if shutil.which(self._player) is None or not CARDS.exists() or "playback" not in CARDS.read_text():
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
        command = [self._player, "-q", "-t", "raw", "-f", "S16_LE", "-r", str(RATE), "-c", "1"]
        while True:
            self._wanted.wait()
            self._wanted.clear()
            if self._stopping:
                return
            subprocess.run(command, input=samples, stderr=subprocess.DEVNULL, timeout=5, check=False)
