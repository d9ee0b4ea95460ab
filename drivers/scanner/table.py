"""The support table of kind scanner."""

from __future__ import annotations

from drivers.models import Model

_LINE = ("serial", "USB-CDC", "TCP")


def _scanner(name: str, driver: str, emulator: str, remark: str, *, trigger: bool = True) -> Model:
    return Model(
        name,
        "scanner",
        f"drivers.scanner.line:{driver}",
        "A",
        _LINE,
        "frames of the maker's manual, emulator",
        emulator=f"drivers.emulators.scanner:{emulator}",
        options=("trigger",) if trigger else (),
        remark=remark,
    )


TABLE: tuple[Model, ...] = (
    _scanner("serial-scanner", "plain", "ScannerEmulator", "any scanner that sends text and CR, LF or CR LF", trigger=False),
    _scanner("honeywell", "honeywell", "HoneywellEmulator", "serial trigger commands"),
    _scanner("newland", "newland", "NewlandEmulator", "unified commands"),
    _scanner("gm65", "gm65", "Gm65Emulator", "also GM861"),
    _scanner("zebra-ssi", "zebra", "ZebraEmulator", "Simple Serial Interface with acknowledgement"),
    Model(
        "hid-scanner",
        "scanner",
        "drivers.scanner.keyboard:keyboard",
        "A",
        ("USB-HID (evdev)",),
        "synthetic key events",
        remark="any scanner that types, US layout; grabbed, so that it never types into the screen",
        exempt="a device of the kernel, not a line: tests make one with uinput or give it key events",
    ),
    Model(
        "camera",
        "scanner",
        "drivers.scanner.camera:camera",
        "A",
        ("USB camera (V4L2)",),
        "seeded hard frames, films",
        remark="QR codes",
        exempt="a device of the kernel, not a line: tests give it films",
    ),
)
