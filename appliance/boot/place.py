"""Where things lie on a terminal made from the image, and who it is."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass, replace
from pathlib import Path

from appliance import terminal_file as terminals
from appliance.terminal_file import TerminalFile
from appliance.trouble import ApplianceError
from contract import durable, text_files
from contract.text_files import BadText

MOST_LEFT = 1 << 16
"""No file that a program of the terminal leaves for root is longer."""
UNITS = {
    "hall": ("jiaohao-kiosk@hall.service",),
    "rating": ("jiaohao-kiosk@rating.service",),
    "screen": ("jiaohao-kiosk@screen.service",),
    "agent": ("jiaohao-devices.service",),
    "server": ("jiaohao-broker.service", "jiaohao-server.service"),
}
"""By role: what such a machine runs."""


@dataclass(frozen=True)
class Place:
    """The folders of the machine whose root is `root`."""

    root: Path = Path("/")

    @property
    def efi(self) -> Path:
        """The boot partition: the file that names the terminal, and what GRUB counts in."""
        return self.root / "efi"

    @property
    def etc(self) -> Path:
        """What the terminal's programs read; on the data partition."""
        return self.root / "etc/jiaohao"

    @property
    def credentials(self) -> Path:
        return self.etc / "credentials"

    @property
    def hall(self) -> Path:
        return self.etc / "hall"

    @property
    def run(self) -> Path:
        """What is made afresh at every start."""
        return self.root / "run"

    @property
    def state(self) -> Path:
        return self.root / "var/lib/jiaohao-appliance"

    @property
    def update(self) -> Path:
        """Where an update is asked for and answered."""
        return self.root / "var/lib/jiaohao-update"

    def version(self) -> str:
        """The version of the running system."""
        return (self.root / "usr/share/jiaohao/version").read_text(encoding="ascii").strip()


def named(place: Place) -> TerminalFile:
    """Who this terminal is: what the boot partition says, else what it said before. Raise ApplianceError."""
    problem = ""
    for path in (place.efi / terminals.FILE, place.etc / terminals.FILE):
        try:
            return terminals.read(text_files.read(path))
        except ApplianceError as error:
            problem = problem or str(error)
        except BadText as error:
            problem = problem or f"{path.name} {error}"
        except OSError:
            continue
    raise ApplianceError(
        problem or "this disk has no name yet; put it into the technician's machine and run: jiaohao-tech name"
    )


def without_token(place: Place, terminal: TerminalFile) -> TerminalFile:
    """Take the used token off the disk. Raise OSError."""
    used = replace(terminal, token="")
    for path in (place.efi / terminals.FILE, place.etc / terminals.FILE):
        write(path, used.json(), 0o600)
    return used


def read_left(path: Path) -> str:
    """The text of a file in a folder where programs that are not root may leave what they like: never through a link, and never
    from a pipe that would keep root waiting. Raise OSError, UnicodeDecodeError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(f"{path} is no file")
        return file.read(MOST_LEFT).decode()


def write(path: Path, text: str, mode: int = 0o644) -> None:
    """Replace a file as a whole, also through a power cut. Raise OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    durable.replace_file(path, text, mode=mode)


def write_json(path: Path, content: object, mode: int = 0o644) -> None:
    write(path, json.dumps(content, ensure_ascii=False, indent=2) + "\n", mode)
