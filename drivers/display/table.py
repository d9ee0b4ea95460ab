"""The support table of kind display."""

from __future__ import annotations

from drivers.display.options import COMMON, SERVER, SIZE
from drivers.models import Model

TABLE: tuple[Model, ...] = (
    Model(
        "onbon-bxk", "display", "drivers.display.onbon_bxk:BxkDisplay", "A", ("TCP", "UDP", "serial"),
        "frames of the maker's manual, emulator", emulator="drivers.emulators.onbon_bxk:OnbonBxkEmulator",
        options=(*COMMON, "addr", "speed", "autobaud"), remark="BX-5K, BX-5MK, BX-6K: controllers with Chinese fonts",
    ),
    Model(
        "onbon-bx6", "display", "drivers.display.onbon_bx6:Bx6Display", "B", ("TCP", "UDP", "serial"),
        "frames captured from the maker's library, emulator", emulator="drivers.emulators.onbon_bx6:OnbonBx6Emulator",
        options=(*COMMON, "addr"), remark="BX-6E, BX-6M, BX-6Q: every character is drawn and sent as a picture",
    ),
    Model(
        "huidu", "display", "drivers.display.huidu:HuiduDisplay", "A", ("TCP",),
        "packets of the maker's SDK, emulator", emulator="drivers.emulators.huidu:HuiduEmulator",
        options=(*COMMON, "font"), remark="HD-A, C, D, WF: full colour; port 10001",
    ),
    Model(
        "huidu-serial", "display", "drivers.display.huidu:huidu_serial", "B", ("serial", "TCP"),
        "emulator", emulator="drivers.emulators.huidu:HuiduSerialEmulator",
        options=(*COMMON, "font"), remark="the same cards on a serial line; one source",
    ),
    Model(
        "qt-strip", "display", "drivers.display.one_way:QtStrip", "B", ("serial", "TCP"),
        "one published frame, emulator", emulator="drivers.emulators.one_way:QtStripEmulator",
        options=(*SERVER, "addr"), remark="framing from four programs, meaning of five bytes is hearsay; never answers",
    ),
    Model(
        "alpha", "display", "drivers.display.alpha:AlphaSign", "A", ("serial", "TCP"),
        "frames of an independent library, emulator", emulator="drivers.emulators.alpha:AlphaEmulator",
        options=(*SERVER, *SIZE, "addr", "pictures"),
        remark="BetaBrite and others with 16 rows; Chinese as pictures; never answers",
    ),
    Model(
        "number-4byte", "display", "drivers.display.one_way:FourByteBoard", "C", ("serial", "TCP"),
        "one published frame, emulator", emulator="drivers.emulators.one_way:NumberBoardEmulator",
        options=(*SERVER, "addr"), remark="digits only; never answers",
    ),
    Model(
        "number-xunpeng", "display", "drivers.display.one_way:XunpengBoard", "B", ("serial", "TCP"),
        "one published frame, emulator", emulator="drivers.emulators.one_way:XunpengEmulator",
        options=SERVER, remark="digits only; never answers",
    ),
    Model(
        "virtual", "display", "drivers.display.virtual:VirtualDisplay", "A", ("PNG file",), "itself",
        options=(*SERVER, *SIZE), remark="no hardware: a picture of LEDs", exempt="it is no device",
    ),
)  # fmt: skip
