"""The support table of kinds keypad and rater."""

from __future__ import annotations

from drivers.models import Model

_LINE = ("serial (RS-485)", "TCP")
_SOURCE = "one public program in use; emulator"
_REMARK = "single source, tried on no device"

TABLE: tuple[Model, ...] = (
    Model(
        "keypad-485",
        "keypad",
        "drivers.keypad.box:keypad",
        "B",
        _LINE,
        _SOURCE,
        emulator="drivers.emulators.keypad:KeypadEmulator",
        options=("addr", "transfer_to"),
        remark=_REMARK,
    ),
    Model(
        "rater-485",
        "rater",
        "drivers.keypad.box:rater",
        "B",
        _LINE,
        _SOURCE,
        emulator="drivers.emulators.keypad:RaterEmulator",
        options=("addr", "levels"),
        remark=f"four keys; {_REMARK}",
    ),
)
