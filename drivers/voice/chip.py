"""Speech chips on a serial line: SYN6288 and XFS5152CE.

A speak frame interrupts the one that is being spoken, so that nothing is sent before the chip reports that it is idle. The
bytes of a frame go out in one piece (at most 8 ms may lie between two of them), more than 8 ms lie between two frames.
"""

from __future__ import annotations

import itertools
import re
import threading
import time
from collections.abc import Callable

from contract.configuration.hall import Device
from contract.wire.messages import Announce
from drivers.ask import arriving
from drivers.connect import DeviceSite
from drivers.options import DeviceOptions
from drivers.ports import BadReply, DeviceRefused, NoReply, Voice
from drivers.serial_device import SerialDevice
from drivers.stream import Stream
from drivers.voice import frames
from drivers.voice.espeak import languages
from drivers.voice.reading import spoken

REPLY_S = 0.5
GAP_S = 0.02
POLL_S = 0.25
"""How often a chip that speaks is asked whether it has finished; it reports that too."""
TRIES = 3
SPEECH_S = 30.0
"""A frame that takes longer than this to say is given up."""
BEFORE_S, CHARACTER_S = 1.0, 0.3
"""How long a text takes at most at the usual speed, where the chip cannot be asked: before it, and for each character."""
CHECK_SPEED = "check the speed of the line"
CHECK_WIRING = "check power, wiring and speed of the line; set one_way = true where no wire leads back from the chip"
XFS5152_TAGS = (("v", "volume", 6), ("s", "speed", 4), ("t", "tone", 5))


class ChipVoice(SerialDevice, Voice):
    """A voice by a speech chip. `tags` are volume, speed and the like in the chip's own marks, `tune` its tune for a chime.

    `one_way`: no wire leads back from the chip; what it is sent counts as said when its time is over.
    """

    def __init__(
        self,
        chip: frames.Chip,
        stream: Stream,
        *,
        spoken_in: list[str],
        tags: str,
        tune: str = "",
        yao: bool = False,
        one_way: bool = False,
        reply_s: float = REPLY_S,
        speech_s: float = SPEECH_S,
        poll_s: float = POLL_S,
        wait: Callable[[float], object] | None = None,
    ) -> None:
        super().__init__(stream)
        self.chip, self.languages, self.tags, self.tune = chip, spoken_in, tags, tune
        self.yao, self.one_way = yao, one_way
        self._closed = threading.Event()
        self._wait = wait or self._closed.wait
        self.reply_s, self.speech_s, self.poll_s = reply_s, speech_s, poll_s
        self._last_sent = 0.0
        self._arrived = bytearray()
        self._written = b""

    def open(self) -> None:
        self._closed.clear()
        super().open()

    def close(self) -> None:
        self._closed.set()
        super().close()

    def check(self) -> None:
        self._is_idle()

    def speak(self, announcement: Announce) -> None:
        texts = {"zh": announcement.texts.zh, "en": announcement.texts.en}
        before = f"{self.tune}," if self.tune and announcement.chime else ""
        for language in self.languages:
            for part in pieces(spoken(texts[language], language, yao=self.yao), self.chip.limit - len(self.tags) - len(before)):
                self._wait_until_idle()
                self._send(self.chip.speak(self.tags + before + part))
                if self.one_way:
                    self._wait(BEFORE_S + len(before + part) * CHARACTER_S)
                before = ""
        self._wait_until_idle()

    def stop(self) -> None:
        """Fall silent."""
        self._send(self.chip.frame(frames.STOP))

    def _send(self, frame: bytes) -> None:
        """Send a frame until the chip takes it; raise NoReply or DeviceRefused after some tries.

        A chip whose answer was lost is asked before the frame is sent again: a second one would cut off the first.
        """
        if self.one_way:
            self._write(frame)
            return
        refused = False
        for _ in range(TRIES):
            self._write(frame)
            reply = self._reply({frames.TAKEN, frames.NOT_UNDERSTOOD})
            if reply == frames.TAKEN or (reply is None and not self._is_idle()):
                return
            refused = refused or reply == frames.NOT_UNDERSTOOD
        if refused:
            raise DeviceRefused(f"{self.stream.name}: the {self.chip.name} does not understand the frame", CHECK_SPEED)
        raise NoReply(f"{self.stream.name}: the {self.chip.name} does not answer", CHECK_WIRING)

    def _is_idle(self) -> bool:
        """Ask for the state: TAKEN comes first, then BUSY or IDLE. A chip that is not asked is believed."""
        if self.one_way:
            return True
        unclear = ""
        for _ in range(TRIES):
            self._write(self.chip.frame(frames.STATUS))
            taken = self._reply({frames.TAKEN, frames.NOT_UNDERSTOOD})
            if taken == frames.TAKEN and (state := self._reply({frames.BUSY, frames.IDLE})) is not None:
                return state == frames.IDLE
            if taken is not None:
                unclear = "does not say whether it is idle" if taken == frames.TAKEN else "does not understand any frame"
        if unclear:
            raise BadReply(f"{self.stream.name}: the {self.chip.name} {unclear}", CHECK_SPEED)
        raise NoReply(f"{self.stream.name}: the {self.chip.name} does not answer", CHECK_WIRING)

    def _wait_until_idle(self) -> None:
        """Wait for the end of speech: the chip reports it; asking now and then covers a byte that was lost."""
        deadline = time.monotonic() + self.speech_s
        while not self._is_idle():
            if time.monotonic() >= deadline:
                self.stop()
                raise NoReply(f"{self.stream.name}: the {self.chip.name} stays busy", "switch it off and on")
            self._reply({frames.IDLE}, self.poll_s)

    def _write(self, frame: bytes) -> None:
        wait = self._last_sent + GAP_S - time.monotonic()
        if wait > 0:
            time.sleep(wait)  # the chip itself asks for this silence between frames
        self.stream.discard()
        self._arrived.clear()
        self.stream.write(frame)
        self._written = frame
        self._last_sent = time.monotonic()

    def _reply(self, wanted: set[int], timeout_s: float | None = None) -> int | None:
        """The first of the wanted bytes that comes, or None; other bytes before it are noise, and a whole frame before it is
        our own, from an adapter that hears itself: the letters of its text are no answers."""
        for data in itertools.chain((b"",), arriving(self.stream, timeout_s or self.reply_s)):
            self._arrived += data
            if self._written.startswith(self._arrived[: len(self._written)]):
                if len(self._arrived) < len(self._written):
                    continue
                del self._arrived[: len(self._written)]
                self._written = b""
            while self._arrived:
                byte = self._arrived.pop(0)
                if byte in wanted:
                    return byte
        return None


def pieces(text: str, limit: int) -> list[str]:
    """`text` in pieces of at most `limit` bytes (GBK), cut behind a punctuation mark where there is one."""
    found: list[str] = []
    while text:
        size = len(text)
        while len(text[:size].encode("gbk", "ignore")) > limit:
            size -= 1
        if size < len(text) and (ends := [m.end() for m in re.finditer(r"[,.;!?，。；！？、 ]", text[:size])]):
            size = ends[-1]
        found.append(text[:size].strip())
        text = text[size:]
    return [piece for piece in found if piece]


def _tune(device: Device) -> str:
    """The chip's own tune before every announcement, by the name it has in the chip's manual, such as soundb."""
    options = DeviceOptions.of(device)
    tune = options.text("tune")
    if not re.fullmatch(r"[a-z]{0,8}[0-9]{0,3}", tune):
        raise options.wrong("tune", "write the name of a tune of the chip, such as soundb")
    return tune


def syn6288(device: Device, site: DeviceSite) -> ChipVoice:
    """A SYN6288: 9600 8N1, Mandarin. Its tags: [v0..16] volume, [t0..5] speed."""
    options = DeviceOptions.of(device)
    tags = f"[v{options.number('volume', 10, 0, 16)}][t{options.number('speed', 3, 0, 5)}]"
    return ChipVoice(
        frames.SYN6288,
        site.stream(device),
        spoken_in=["zh"],
        tags=tags,
        tune=_tune(device),
        yao=options.flag("yao", False),
        one_way=options.flag("one_way", False),
        reply_s=site.answer_s or REPLY_S,
    )


def xfs5152(device: Device, site: DeviceSite) -> ChipVoice:
    """An XFS5152CE: 9600 8N1 by its pins, Mandarin and English. Its tags: [v0..10], [s0..10] speed, [t0..10] pitch."""
    options = DeviceOptions.of(device)
    tags = "".join(f"[{tag}{options.number(option, default, 0, 10)}]" for tag, option, default in XFS5152_TAGS)
    return ChipVoice(
        frames.XFS5152,
        site.stream(device),
        spoken_in=languages(device),
        tags=tags,
        tune=_tune(device),
        yao=options.flag("yao", False),
        one_way=options.flag("one_way", False),
        reply_s=site.answer_s or REPLY_S,
    )
