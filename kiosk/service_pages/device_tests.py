"""What the technician's pages have done: devices tried, the network looked at, the log read, program and machine restarted.

Slow work runs in one thread, one thing after the other. A device that another part of the kiosk holds open is tried by
that part: a port that is open cannot be opened once more.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from contract.configuration.hall import Device, HallConfig
from kiosk.app.click import NoSound, play_tone
from kiosk.flow.device_test import DeviceTester, Result, Tried, TryDevice
from kiosk.flow.event import Send
from kiosk.service_pages.events import Do, Lines, LookAround, Looked, NotOrdered, ReadLog
from kiosk.service_pages.state import SPEAKER, Network
from kiosk.worker import Worker

LOG = logging.getLogger(__name__)
REBOOT = "reboot"
"""The file in the runtime folder that jiaohao-reboot.path waits for."""
SHOWN_LINES = 400


@dataclass(frozen=True)
class ProgramAccess:
    """What the tools work with. `look` finds out about the network, `lines` gives the log, `restart` ends the program;
    `runtime` is systemd's RuntimeDirectory, None where systemd did not start the program."""

    look: Callable[[], Network]
    lines: Callable[[], Sequence[str]]
    restart: Callable[[], None]
    runtime: Path | None


class DeviceTests(Worker[TryDevice | LookAround | ReadLog | Do, Callable[[], None]]):
    """Handles what the technician asks for. `devices` are those that are opened here for their test, `testers` hold theirs
    open, by the ids of the devices."""

    handles = (TryDevice, LookAround, ReadLog, Do)
    name = "technician"
    close_s = 10

    def __init__(
        self,
        hall: HallConfig,
        devices: Sequence[Device],
        testers: Mapping[str, DeviceTester],
        means: ProgramAccess,
        folder: Path | None,
    ) -> None:
        super().__init__()
        self._hall, self._testers, self._means, self._folder = hall, testers, means, folder
        self._devices = {device.id: device for device in devices}

    def perform(self, effect: TryDevice | LookAround | ReadLog | Do, send: Send) -> None:
        """Hand slow work to the thread; results come back as events."""
        match effect:
            case TryDevice(device) if device == SPEAKER:
                self.put(lambda: send(Tried(device, _play_tone())))
            case TryDevice(device) if device in self._testers:
                self._testers[device].try_device(send)
            case TryDevice(device):
                self.put(lambda: send(Tried(device, self._try(self._devices[device]))))
            case LookAround():
                self.put(lambda: send(Looked(self._means.look())))
            case ReadLog():
                send(Lines(tuple(self._means.lines())[-SHOWN_LINES:]))
            case Do("restart"):
                LOG.warning("the technician at the screen restarts the program")
                self._means.restart()
            case Do("reboot"):
                if not self._reboot():
                    send(NotOrdered("reboot"))

    def run(self, _send: Send) -> None:
        """Do what was asked for; what fails is logged."""
        for work in self.work():
            try:
                work()
            except Exception:
                LOG.exception("something that the technician asked for failed")

    def _try(self, device: Device) -> Result:
        """Open the device and ask how it is, as `jiaohao-devices doctor` does."""
        from drivers.doctor import ACTS, examine

        acts = [act for act, kind in ACTS.items() if kind == device.kind]
        [finding] = examine(self._hall, [device], folder=self._folder, acts=acts).findings
        if finding.reason:
            LOG.warning("the test of %s: %s; %s", device.id, finding.what, finding.remedy)
        return Result(finding.state == "ok", finding.reason)

    def _reboot(self) -> bool:
        """Leave the file that systemd waits for; whether that is provided for here."""
        folder = self._means.runtime
        if folder is None:
            return False
        LOG.warning("the technician at the screen restarts the machine")
        try:
            (folder / REBOOT).touch()
        except OSError as error:
            LOG.error("the machine cannot be restarted: %s", error)
            return False
        return True


def runtime_folder(environment: Mapping[str, str] = os.environ) -> Path | None:
    """systemd's RuntimeDirectory for this program."""
    given = environment.get("RUNTIME_DIRECTORY", "").split(":")[0]
    return Path(given) if given else None


def _play_tone() -> Result:
    try:
        play_tone()
    except NoSound as error:
        LOG.warning("the test of the loudspeaker: %s", error)
        return Result(False, error.reason)
    return Result(True)
