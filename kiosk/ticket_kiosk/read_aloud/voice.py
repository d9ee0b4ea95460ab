"""The kiosk's own voice, in a thread: reads guides aloud, piece by piece, and falls silent in the middle of a word.

Only a voice in the `devices` of this terminal is used; those of the hall belong to the device agent.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from contract.configuration.hall import Device, HallConfig
from kiosk.flow.device_test import Result, Tried, TryDevice
from kiosk.flow.event import Send
from kiosk.ticket_kiosk.read_aloud.state import ReadGuide, ReadingEnded, ReadsNow, StopReading, VoiceIs
from kiosk.worker import Worker

if TYPE_CHECKING:
    from drivers.ports import ReadingVoice as Voice
    from kiosk.ticket_kiosk.guides.state import Section

LOG = logging.getLogger(__name__)
WATCH_S = 10.0
"""How often a silent voice is asked how it is."""
SILENT = 0
TEST_SENTENCES = (("这是测试语音。", "zh"), ("This is a test.", "en"))


class GuideVoice(Worker[ReadGuide | StopReading, ReadGuide | TryDevice]):
    """Owns the voice `device`; `perform` takes ReadGuide and Hush, ReadsNow, ReadOut and VoiceIs go back as events."""

    handles = (ReadGuide, StopReading)
    name = "reader"

    def __init__(self, device: Device, hall: HallConfig, folder: Path | None = None) -> None:
        super().__init__()
        self.device, self.hall, self.folder = device, hall, folder
        self._ended = threading.Event()
        self._voice: Voice | None = None
        self._turn = SILENT
        self._condition: str | None = None

    def close(self) -> None:
        """Fall silent and stop."""
        self._ended.set()
        self._hush()
        super().close()

    def perform(self, effect: ReadGuide | StopReading, send: Send) -> None:
        """Read or be silent; a new reading ends the one before it."""
        self._hush()
        if isinstance(effect, ReadGuide):
            self._turn = effect.turn
            self.put(effect)

    def try_device(self, send: Send) -> None:
        """Speak the technician's test sentences."""
        if self._condition != "ok":
            send(Tried(self.device.id, Result(False, self._condition or "init")))
        else:
            self.put(TryDevice(self.device.id))

    def _hush(self) -> None:
        self._turn = SILENT
        if self._voice is not None:
            self._voice.close()

    def run(self, send: Send) -> None:
        """Watch the voice and read; a voice in trouble is tried again."""
        from drivers.ports import DeviceError

        try:
            voice = self._built()
        except (DeviceError, ValueError) as error:
            self._failed(send, error)
            return
        self._voice = voice
        while not self._ended.is_set():
            try:
                voice.open()
                self._tell(send, "ok")
                guide = next(self.work_or_none(WATCH_S), None)
                if isinstance(guide, TryDevice):
                    self._try(voice, send)
                elif guide is not None:
                    self._read(voice, guide, send)
            except DeviceError as error:
                self._failed(send, error)
                self._ended.wait(WATCH_S)

    def _built(self) -> Voice:
        from drivers import registry
        from drivers.ports import ReadingVoice as Voice

        voice = registry.voice(self.device, registry.DeviceSite(self.folder))
        if not isinstance(voice, Voice):
            raise registry.BadOption(f"devices.toml: {self.device.id}: {self.device.model} cannot read texts", "use espeak-ng")
        return voice

    def _read(self, voice: Voice, guide: ReadGuide, send: Send) -> None:
        """Read to the end or to the next StopReading, which closes the voice at once. Raise DeviceError."""
        try:
            voice.open()
            for section, text, language in self._pieces(guide):
                if self._turn != guide.turn:
                    return
                send(ReadsNow(guide.turn, section))
                voice.read(text, language, slow=guide.mode.elder)
        finally:
            send(ReadingEnded(guide.turn))

    def _try(self, voice: Voice, send: Send) -> None:
        """One sentence in each language, for the technician. Raise DeviceError."""
        from drivers.device_health import reason
        from drivers.ports import DeviceError

        try:
            for text, language in TEST_SENTENCES:
                voice.read(text, language)
        except DeviceError as error:
            send(Tried(self.device.id, Result(False, reason(error))))
            raise
        send(Tried(self.device.id, Result(True)))

    def _pieces(self, guide: ReadGuide) -> Iterator[tuple[Section, str, str]]:
        """(section, text, language) of every piece, in turn."""
        from contract.guides.english import told
        from contract.texts import texts
        from drivers.voice.prose import pieces
        from kiosk.ticket_kiosk.guides.speech import in_languages, sentences
        from kiosk.ui.page_context import PageContext
        from kiosk.ui.theme import Look

        context = PageContext(Look(1, 1, guide.mode), self.hall, texts(guide.mode.language), lambda _event: None)
        heard = told(guide.item, guide.english, guide.mode.language)
        for section in guide.sections:
            for sentence in sentences(context, heard, section, guide.contents, guide.working):
                for part, language in in_languages(context, sentence):
                    yield from ((section, piece, language) for piece in pieces(part))

    def _failed(self, send: Send, error: Exception) -> None:
        from drivers.device_health import reason

        condition = reason(error)
        if condition != self._condition:
            LOG.warning("the voice %s does not read: %s", self.device.id, error)
        self._tell(send, condition)

    def _tell(self, send: Send, condition: str) -> None:
        if condition != self._condition:
            self._condition = condition
            send(VoiceIs(condition))
