"""The support table of kind locker."""

from __future__ import annotations

from drivers.models import Model

_LINE = ("serial (RS-485)", "TCP")
_OPTIONS = ("addr", "doors", "feedback")

TABLE: tuple[Model, ...] = (
    Model(
        "locker-8a",
        "locker",
        "drivers.locker.board:board_8a",
        "A",
        _LINE,
        "frames of the maker's manual, emulator",
        emulator="drivers.emulators.locker:Locker8AEmulator",
        options=_OPTIONS,
        remark="boards 8A/80 of 24 locks",
    ),
    Model(
        "locker-wkly",
        "locker",
        "drivers.locker.board:board_wkly",
        "A",
        _LINE,
        "frames of public programs, emulator",
        emulator="drivers.emulators.locker:LockerWklyEmulator",
        options=_OPTIONS,
        remark="boards that begin with WKLY",
    ),
)
