"""The support table of kind a4."""

from __future__ import annotations

from drivers.models import Model

TABLE: tuple[Model, ...] = (
    Model(
        name="ipp",
        kind="a4",
        driver="drivers.a4.ipp:from_device",
        grade="A",
        transports=("ipp", "ipps"),
        tested_against="ippeveprinter 2.4",
        remark="any IPP printer or CUPS queue that takes PDF",
        exempt="ippeveprinter of cups-ipp-utils is one already, made by others",
    ),
)
