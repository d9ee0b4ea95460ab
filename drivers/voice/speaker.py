"""Where sound goes: a sound card through aplay, or a folder of WAV files where there is none.

alsa://                   the default sound card; alsa:///plughw:1,0 another one
sound://                  the default sound card, or the folder when the machine has none
wav:///var/tmp/voice      a folder
emulator://voice          the folder of the emulated devices; takes as long as a real speaker would, with ?pace=2 twice as long
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Protocol

from drivers.address import Address
from drivers.ports import DeviceRefused, InUse, NotFound, Unreachable
from drivers.voice.sound import Sound

CARDS = Path("/proc/asound/cards")
KEPT = 200
"""WAV files that stay in a folder; the oldest go."""


class Speaker(Protocol):
    """Plays sounds."""

    def open(self) -> None:
        """Make sure that something can be played. Raise DeviceError."""

    def play(self, sound: Sound, title: str) -> None:
        """Play to the end. Raise DeviceError."""

    def close(self) -> None:
        """End what is being played."""


def has_sound_card(cards: Path = CARDS) -> bool:
    """Whether this machine has a sound card."""
    try:
        return bool(re.search(r"^ *\d+ \[", cards.read_text(), re.MULTILINE))
    except OSError:
        return False


def speaker(address: str, *, name: str, folder: Path | None, cards: Path = CARDS) -> Speaker:
    """The speaker for `address`; sounds of emulated ones are kept in `folder`, named after the device. Raise NotFound."""
    where = Address.parse(address)
    kept = Path(where.options["out"]) if "out" in where.options else (folder or Path(tempfile.gettempdir()) / "jiaohao") / name
    if where.scheme == "wav":
        return SoundFolder(Path(where.path))
    if where.scheme == "emulator":
        return SoundFolder(kept, pace=where.number("pace", 1))
    if where.scheme == "sound":
        return SoundCard(name, "default", cards=cards) if has_sound_card(cards) else SoundFolder(kept, pace=1)
    if where.scheme == "alsa":
        return SoundCard(name, where.path.strip("/") or where.host or "default", cards=cards)
    raise NotFound(f"{name} ({address}): no speaker is called like this", "write alsa://, sound:// or wav:///FOLDER")


class SoundCard(Speaker):
    """A sound card of this machine, by ALSA's aplay."""

    def __init__(self, name: str, device: str, *, cards: Path = CARDS) -> None:
        self.name, self.device, self.cards = f"{name} (sound card {device})", device, cards
        self._playing: subprocess.Popen[bytes] | None = None
        self._closed = False
        self._change = threading.Lock()

    def open(self) -> None:
        self._closed = False
        if shutil.which("aplay") is None:
            raise NotFound(f"{self.name}: the program aplay is missing", "install the Debian package alsa-utils")
        if not has_sound_card(self.cards):
            raise NotFound(f"{self.name}: this machine has no sound card", "plug one in, or use the address wav:///FOLDER")

    def play(self, sound: Sound, title: str) -> None:
        command = ["aplay", "-q", "-D", self.device, "-t", "wav", "-"]
        with self._change:
            if self._closed:
                return
            playing = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
            self._playing = playing
        try:
            _, errors = playing.communicate(sound.wav(), timeout=sound.seconds + 10)
        except subprocess.TimeoutExpired:
            playing.kill()
            playing.communicate()
            raise Unreachable(f"{self.name}: {title} does not come to an end", "check the sound card") from None
        if playing.returncode and not self._closed:
            raise self._failure(errors.decode("utf-8", "replace").strip())

    def close(self) -> None:
        """End the player at once; `play`, in its own thread, notices its end."""
        with self._change:
            self._closed = True
            if self._playing is not None:
                self._playing.kill()

    def _failure(self, text: str) -> InUse | Unreachable:
        if "busy" in text:
            return InUse(f"{self.name}: another program holds it", "end the other program")
        return Unreachable(f"{self.name}: {text or 'it plays nothing'}", "check the sound card; `aplay -l` lists them")


class SoundFolder(Speaker):
    """A folder that keeps every announcement as a WAV file, numbered in the order in which they were said.

    `pace` is how long playing takes, as a multiple of the sound: 1 as a real speaker, 0 no time.
    """

    def __init__(self, folder: Path, *, pace: float = 0, kept: int = KEPT) -> None:
        self.folder, self.pace, self.kept = folder, pace, kept
        self._closed = threading.Event()

    def open(self) -> None:
        self._closed.clear()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise NotFound(f"{self.folder}: cannot be made ({error.strerror})", "name a folder that may be written") from error

    def play(self, sound: Sound, title: str) -> None:
        kept = sorted(self.folder.glob("[0-9]*.wav"))
        number = int(kept[-1].name[:6]) + 1 if kept else 1
        try:
            (self.folder / f"{number:06d}-{re.sub(r'[^A-Za-z0-9-]', '', title)}.wav").write_bytes(sound.wav())
            for old in kept[: max(0, len(kept) + 1 - self.kept)]:
                old.unlink(missing_ok=True)
        except OSError as error:
            raise DeviceRefused(
                f"{self.folder}: the sound cannot be kept ({error.strerror})", "make room on the disk"
            ) from error
        if self.pace:
            self._closed.wait(sound.seconds * self.pace)

    def close(self) -> None:
        self._closed.set()
