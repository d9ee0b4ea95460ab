"""Driver for Onbon BX-6K-YY and BX-5K1Q-YY controllers: window strips that speak.

What is to be said goes with the text that is shown (chapter 9.1 of the maker's manual). Nobody knows what a controller does
with a voice when its area is written again, so that a text is not blanked for blinking here.
"""

from __future__ import annotations

from dataclasses import replace

from contract.configuration.hall import Device
from contract.wire.messages import Announce, DisplayDesired, DisplayLine
from drivers.connect import DeviceSite
from drivers.display.bxk_area import AreaVoice
from drivers.display.onbon_bxk import BxkDisplay
from drivers.display.text import encode
from drivers.options import DeviceOptions
from drivers.ports import SpeakingDisplay
from drivers.voice.reading import spoken

SAID_BYTES = 300
"""With the text of a line, no frame is longer than the 1024 bytes that a controller takes."""
BEFORE_S, CHARACTER_S = 1.0, 0.3
"""How long a text takes at most: before it, and for each character."""
OPTIONS = ("voice_volume", "voice_speed", "voice_person", "yao")


class SpeakingBxkDisplay(BxkDisplay, SpeakingDisplay):
    """A strip with a loudspeaker; Mandarin only."""

    def __init__(self, device: Device, site: DeviceSite) -> None:
        super().__init__(device, site)
        self.languages = ["zh"]
        options = DeviceOptions.of(device)
        self.sound = AreaVoice(
            volume=options.number("voice_volume", 8, 0, 10),
            speed=options.number("voice_speed", 5, 0, 10),
            person=options.number("voice_person", 0, 0, 5),
        )
        self.yao = options.flag("yao", False)

    def stays_lit(self, desired: DisplayDesired) -> bool:
        return True

    def say(self, announcement: Announce, shown: DisplayDesired) -> float:
        text = spoken(announcement.texts.zh, "zh", yao=self.yao)
        first, *others = self.areas(shown.lines or [DisplayLine("")])
        self._write([replace(first, sound=replace(self.sound, text=encode(text, SAID_BYTES))), *others])
        return BEFORE_S + len(text) * CHARACTER_S
