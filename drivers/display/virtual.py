"""A display without hardware: what it shows is a picture in a folder. For boards that are drawn on the web page of displays."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path

from PIL import Image

from contract.configuration.hall import Device
from contract.led_picture import leds, save
from contract.wire.messages import DisplayDesired
from drivers.connect import DeviceSite
from drivers.display import dots, text
from drivers.display.options import Size
from drivers.ports import Display, NotFound


class VirtualDisplay(Display):
    """Paints `<folder>/<device>.png`."""

    min_interval_s = 0.2
    refresh_s = math.inf
    line_gap_s = 0.0
    blinks = False

    def __init__(self, device: Device, site: DeviceSite) -> None:
        self.size = Size.of(device, width=320)
        self.path = (site.folder or Path(tempfile.gettempdir()) / "jiaohao") / f"{device.id}.png"

    def open(self) -> None:
        self.check()

    def close(self) -> None:
        return

    def check(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise NotFound(f"{self.path.parent}: cannot be made ({error.strerror})", "name another folder with --out") from None

    def show(self, desired: DisplayDesired) -> None:
        panel = Image.new("RGB", (self.size.width, self.size.height))
        places = self.size.places(len(desired.lines))
        for line, (top, height) in zip(desired.lines, places, strict=False):
            field = dots.placed(text.plain(line.text), (self.size.width, height))
            panel.paste(text.COLOURS.get(line.colour, text.COLOURS["red"]), (0, top), field)
        try:
            save(leds(panel), self.path)
        except OSError as error:
            raise NotFound(f"{self.path}: cannot be written ({error.strerror})", "make room, or name another folder") from error
