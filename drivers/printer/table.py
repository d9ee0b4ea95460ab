"""The printers in the registry."""

from drivers.models import Model
from drivers.printer.profile import OPTIONS

_TRANSPORTS = ("network", "usb", "serial", "file")


def _printer(name: str, emulator: str, remark: str) -> Model:
    return Model(
        name=name,
        kind="printer",
        driver="drivers.printer.escpos:from_device",
        grade="A",
        transports=_TRANSPORTS,
        tested_against="emulator; reference vectors",
        emulator=f"drivers.emulators.escpos:{emulator}",
        options=OPTIONS,
        remark=remark,
    )


TABLE: tuple[Model, ...] = (
    _printer("escpos-80", "EscPosEmulator", "ESC/POS, 80 mm, 203 dpi, Chinese font"),
    _printer("escpos-58", "EscPos58Emulator", "ESC/POS, 58 mm, 203 dpi, Chinese font, torn off by hand"),
    _printer("escpos-80-latin", "EscPosLatinEmulator", "ESC/POS, 80 mm, no Chinese font: hanzi are sent as pictures"),
    _printer(
        "escpos-80-basic",
        "EscPosBasicEmulator",
        "ESC/POS, 80 mm, older boards: GB 2312, FS !, no confirmation",
    ),
    _printer("epson-tm-t88", "EpsonTmT88Emulator", "Epson TM-T88, 180 dpi, Chinese models"),
    _printer("epson-tm-t20", "EpsonTmT20Emulator", "Epson TM-T20 and TM-T82, 203 dpi, Chinese models"),
)
