"""Which of the two systems runs and which are good: what GRUB counts in its environment, changed through RAUC."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from appliance.boot.place import Place
from appliance.run import run
from appliance.trouble import ApplianceError

OTHER = {"A": "B", "B": "A"}


@dataclass(frozen=True)
class Slots:
    """`running` is A or B, empty on a machine that was not started from the image; `grub` is GRUB's environment."""

    running: str
    grub: dict[str, str]

    @property
    def fell_back(self) -> bool:
        """Whether another system should have started than the one that did."""
        return bool(self.running) and self.grub.get("ORDER", self.running).split()[:1] != [self.running]

    @property
    def other_is_good(self) -> bool:
        """Whether there is a system to go back to."""
        return self.grub.get(f"{OTHER.get(self.running, '')}_OK") == "1"


def slots(place: Place) -> Slots:
    """How it stands now. Raise OSError, ApplianceError."""
    listed = run("grub-editenv", place.efi / "grub/grubenv", "list")
    return Slots(running(place), dict(line.split("=", 1) for line in listed.splitlines() if "=" in line))


def running(place: Place) -> str:
    """A or B, empty on a machine that was not started from the image. Raise OSError."""
    found = re.search(r"\brauc\.slot=([AB])\b", _command_line(place))
    return found[1] if found else ""


def option(place: Place, name: str, default: float) -> float:
    """A number from the kernel's command line, such as jiaohao.patience=600."""
    found = re.search(rf"\b{re.escape(name)}=([0-9]+)\b", _command_line(place))
    return float(found[1]) if found else default


def _command_line(place: Place) -> str:
    return (place.root / "proc/cmdline").read_text(encoding="ascii", errors="replace")


def mark_good() -> None:
    """The running system is good: GRUB's count goes back to 0. Raise ApplianceError."""
    run("rauc", "status", "mark-good")


def stay_here() -> None:
    """The other system is bad, this one starts from now on. Raise ApplianceError."""
    run("rauc", "status", "mark-bad", "other")
    run("rauc", "status", "mark-active", "booted")


def signed_version(bundle: Path) -> str:
    """The version in the manifest that a bundle's signature holds, after the signature was checked; empty if it has none.

    Raise ApplianceError with RAUC's reason.
    """
    told = run("rauc", "info", "--output-format=json", bundle)
    try:
        return str(json.loads(told)["version"] or "")
    except (ValueError, TypeError, KeyError, RecursionError):
        raise ApplianceError(f"rauc does not say which version {bundle} has; build the bundle again") from None


def install(bundle: Path) -> None:
    """Write the bundle into the slot that does not run, after its signature was checked.

    Raise ApplianceError with RAUC's reason.
    """
    run("rauc", "install", bundle)
