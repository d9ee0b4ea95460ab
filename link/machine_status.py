"""How the machine is on which a terminal runs, read from Linux's /proc and /sys."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from contract.wire.messages import Machine

MIB = 1024 * 1024


def machine(root: Path = Path("/"), folder: Path = Path("/var")) -> Machine:
    """The machine now. `root` is where proc and sys are, `folder` whose disk is measured; what cannot be read counts as 0."""
    disk = os.statvfs(folder)
    return Machine(
        at=datetime.now(UTC).replace(microsecond=0),
        temperature_c=_hottest(root / "sys/class/thermal"),
        disk_free_mb=disk.f_bavail * disk.f_frsize // MIB,
        memory_free_mb=_memory_kib(root / "proc/meminfo") // 1024,
        uptime_s=int(float((_read(root / "proc/uptime") or "0").split()[0])),
        system=system_version(root),
    )


def is_read_only(folder: Path) -> bool:
    """Whether nothing can be written to the disk of a folder, which need not be there yet: after errors the kernel makes a
    disk read-only."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    return bool(os.statvfs(there).f_flag & os.ST_RDONLY)


def system_version(root: Path = Path("/")) -> str:
    """The version of the image that runs; empty on a machine that was not made from one."""
    return _read(root / "usr/share/jiaohao/version")[:64]


def _hottest(zones: Path) -> float | None:
    """The highest of the temperatures that the kernel reports, in degrees Celsius; None where there is no sensor."""
    found = [_read(zone / "temp") for zone in zones.glob("thermal_zone*")]
    degrees = [int(text) / 1000 for text in found if text.lstrip("-").isdigit()]
    real = [value for value in degrees if -100 <= value <= 1000]  # a sensor that is not there says -274 or worse
    return round(max(real), 1) if real else None


def _memory_kib(path: Path) -> int:
    for line in _read(path).splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1])
    return 0


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
