"""Emulated devices on their lines: what breaks a line is mended with it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from contract.configuration.hall import Device
from drivers import registry
from drivers.connect import DeviceSite
from drivers.emulators.base import Emulator
from drivers.emulators.serve import EmulatorServer, PtyServer, TcpServer, UdpServer
from drivers.ports import DeviceError


@pytest.mark.parametrize("kind", [TcpServer, UdpServer, PtyServer])
def test_a_line_that_the_device_broke_works_again_when_that_is_mended(kind: Callable[[Emulator], EmulatorServer]) -> None:
    emulator = registry.emulator("onbon-bxk")(name="strip", faults=["disconnects"])
    server = kind(emulator)
    server.open()
    device = Device(id="strip", kind="display", model="onbon-bxk", address=server.address)
    driver = registry.build(device, DeviceSite(answer_s=0.2))
    with pytest.raises(DeviceError):
        driver.open()
    driver.close()
    emulator.repair()
    patient = registry.build(device, DeviceSite(answer_s=10.0))
    patient.open()
    patient.check()
    patient.close()
    server.close()
