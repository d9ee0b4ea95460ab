"""The support table of kind display."""

from __future__ import annotations

from drivers.display.options import COMMON
from drivers.registry import Model

TABLE: tuple[Model, ...] = (
    Model(
        "onbon-bxk", "display", "drivers.display.onbon_bxk:BxkDisplay", "A", ("TCP", "UDP", "serial"),
        "frames of the maker's manual, emulator", emulator="drivers.emulators.onbon_bxk:OnbonBxkEmulator",
        options=(*COMMON, "addr", "speed", "autobaud"), remark="BX-5K, BX-5MK, BX-6K: controllers with Chinese fonts",
    ),
    Model(
        "virtual", "display", "drivers.display.virtual:VirtualDisplay", "A", ("PNG file",), "itself",
        options=COMMON, remark="no hardware: a picture of LEDs",
    ),
)  # fmt: skip
