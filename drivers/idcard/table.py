"""The support table of kind idcard."""

from __future__ import annotations

from drivers.models import Model

TABLE: tuple[Model, ...] = (
    Model(
        "sdt",
        "idcard",
        "drivers.idcard.sdt:sdt",
        "A",
        ("serial", "TCP"),
        "frames of public implementations, emulator",
        emulator="drivers.emulators.idcard:SdtEmulator",
        remark="resident identity cards and permits for Hong Kong, Macao and Taiwan: name and number; ?baud=115200",
    ),
)
