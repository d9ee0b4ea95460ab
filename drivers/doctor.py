"""`jiaohao-devices doctor`: opens every configured device and reports how each is, with what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

import usb.core
from serial.tools import list_ports

from contract.configuration.hall import Device, HallConfig
from contract.wire.device_state import WORKS
from contract.wire.messages import Announce, DisplayDesired, DisplayLine, Text
from drivers.address import Address, BadAddress
from drivers.agent_word import words_of_agents
from drivers.bus import SharedDeviceSite, line_of
from drivers.connect import DeviceSite
from drivers.device_health import reason
from drivers.display import huidu_search
from drivers.ports import DeviceError, Display, Driver, InUse, Voice
from drivers.printer.port import Printer
from drivers.printer.usb import is_printer
from drivers.registry import build

Act = Literal["print", "show", "speak"]
ACTS: dict[Act, str] = {"print": "printer", "show": "display", "speak": "voice"}
READABLE = "papers go there readable for others in the network; use ipps:// if the printer can"
TEST_CALL = Announce(0, "03", "A012", Text("请A012号到03号窗口办理业务", "Number A012, please go to window 03"))
TEST_LINES = [DisplayLine("请A012号到03号窗口"), DisplayLine("绿色 green", "green"), DisplayLine("黄色 yellow", "yellow")]


@dataclass(frozen=True)
class DeviceFinding:
    """How one device is. `state` ok or trouble; `done` is what was tried on it."""

    id: str
    kind: str
    model: str
    address: str
    state: Literal["ok", "trouble"]
    what: str = ""
    remedy: str = ""
    done: str = ""
    reason: str = ""
    """The trouble in one word, see `drivers.device_health.reason`."""


@dataclass(frozen=True)
class Report:
    """All devices of a hall, and what is plugged into this machine."""

    hall: str
    findings: list[DeviceFinding]
    serial_ports: list[str] = field(default_factory=list)
    usb_printers: list[str] = field(default_factory=list)
    cameras: list[str] = field(default_factory=list)
    huidu_cards: list[str] | None = None
    """None: the network was not searched."""

    @property
    def is_well(self) -> bool:
        """Whether no device is in trouble."""
        return all(finding.state == "ok" for finding in self.findings)

    def as_json(self) -> dict[str, object]:
        """For programs."""
        return {**asdict(self), "ok": self.is_well}

    def as_text(self) -> str:
        """A tree for people, devices in trouble with their remedy."""
        lines = [f"{self.hall}: {len(self.findings)} devices"]
        for finding in self.findings:
            mark = "✓" if finding.state == "ok" else "✗"
            lines.append(f"├─ {mark} {finding.id}  {finding.kind} {finding.model}  {finding.address}")
            notes = [finding.done, finding.what, f"→ {finding.remedy}" if finding.remedy else ""]
            lines += [f"│     {note}" for note in notes if note]
        here = {"serial ports": self.serial_ports, "USB printers": self.usb_printers, "cameras": self.cameras}
        if self.huidu_cards is not None:
            here["Huidu cards on the network"] = self.huidu_cards
        lines.append("└─ plugged into this machine")
        lines += [f"      {name}: {', '.join(found) or 'none'}" for name, found in here.items()]
        return "\n".join(lines)


def examine(
    hall: HallConfig, devices: Iterable[Device], *, folder: Path | None, acts: Iterable[Act] = (), search: bool = False
) -> Report:
    """Open every device, ask how it is, try what is wanted; lines at the same time, devices of one line one after another."""
    site = SharedDeviceSite(folder, zone=hall.zone)
    wanted = {ACTS[act] for act in acts}
    lines: dict[str, list[Device]] = {}
    for device in devices:
        lines.setdefault(_line(device), []).append(device)

    def examine_line(group: list[Device]) -> list[DeviceFinding]:
        return [_examine(device, site, try_out=device.kind in wanted) for device in group]

    with ThreadPoolExecutor(max_workers=16) as pool:
        found = [finding for findings in pool.map(examine_line, lines.values()) for finding in findings]
    order = {device.id: place for place, device in enumerate(hall.device)}
    found.sort(key=lambda finding: order.get(finding.id, 0))
    return Report(hall.hall.name.zh, found, serial_ports(), usb_printers(), cameras(), huidu_cards() if search else None)


def _line(device: Device) -> str:
    try:
        return line_of(device)
    except BadAddress:
        return device.id


def _examine(device: Device, site: DeviceSite, *, try_out: bool) -> DeviceFinding:
    known = (device.id, device.kind, device.model, device.address)
    try:
        driver = build(device, site)
    except (DeviceError, BadAddress) as error:
        what, remedy = (error.what, error.remedy) if isinstance(error, DeviceError) else (str(error), "correct devices.toml")
        return DeviceFinding(*known, "trouble", what, remedy, reason=reason(error))
    try:
        driver.open()
        driver.check()
        done = _try(device, driver) if try_out else ""
    except InUse as error:
        return _held_by_agent(device) or DeviceFinding(*known, "trouble", error.what, error.remedy, reason=reason(error))
    except DeviceError as error:
        return DeviceFinding(*known, "trouble", error.what, error.remedy, reason=reason(error))
    except Exception as error:  # one driver must not end the examination of the others
        return DeviceFinding(*known, "trouble", f"{type(error).__name__}: {error}", "report this with the log", reason="failed")
    finally:
        driver.close()
    overheard = READABLE if device.kind == "a4" and Address.parse(device.address).is_overheard else ""
    return DeviceFinding(*known, "ok", done="; ".join(filter(None, (done, overheard))))


def _held_by_agent(device: Device) -> DeviceFinding | None:
    """What the agent says that runs on this machine and holds the device; None when none does."""
    for word in words_of_agents():
        status = next((status for status in word.devices if status.id == device.id), None)
        if status is not None:
            known = (device.id, device.kind, device.model, device.address)
            held = f"the agent {word.terminal} is running and has it: {status.state}"
            if status.state in WORKS:
                return DeviceFinding(*known, "ok", done="; ".join(filter(None, (held, status.detail))))
            return DeviceFinding(*known, "trouble", held, status.detail, reason=status.state)
    return None


def _try(device: Device, driver: Driver) -> str:
    """Do what the kind of device is for; raise DeviceError."""
    if isinstance(driver, Printer):
        from drivers.printer.testpage import render

        driver.print(render(driver.profile, name=device.id, now=datetime.now()))
        return "a test page was printed"
    if isinstance(driver, Display):
        driver.show(DisplayDesired(0, TEST_LINES if device.serves == "board" else TEST_LINES[:1]))
        return "a test text is shown"
    if isinstance(driver, Voice):
        driver.speak(TEST_CALL)
        return "a test announcement was said"
    return ""


def serial_ports() -> list[str]:
    """The serial ports of this machine, with the names that udev gave them, and what is plugged into them."""
    ports = [port for port in list_ports.comports(include_links=True) if port.hwid != "n/a"]
    return [f"{port.device} ({port.description})" if port.description != "n/a" else port.device for port in ports]


def cameras() -> list[str]:
    """The video devices of this machine, as addresses."""
    return sorted(f"camera://{path}" for path in Path("/dev").glob("video*"))


def huidu_cards() -> list[str]:
    """The Huidu cards that answer on this machine's network, as addresses."""
    try:
        return huidu_search.search()
    except OSError:
        return []


def usb_printers() -> list[str]:
    """USB devices of printer class, as addresses."""
    try:
        return [
            f"usb://{d.idVendor:04x}/{d.idProduct:04x}" for d in usb.core.find(find_all=True, custom_match=is_printer) or ()
        ]
    except (usb.core.NoBackendError, usb.core.USBError, OSError):
        return []
