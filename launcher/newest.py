"""What came out of the emulated devices last, for the page of the whole hall: the printed ticket and the spoken call."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from contract.configuration.hall import Device

TICKETS, CALLS = "{id}-[0-9]*.png", "{id}/[0-9]*.wav"
"""Where below the folder of the devices a printer keeps its tickets, and a voice what it says."""


class NewestThings:
    """Keeps `newest.json` in the folder of the page: of each kind the address of the newest file, below `devices/`."""

    def __init__(self, devices: Iterable[Device], kept: Path, page: Path) -> None:
        """`kept` is the folder in which emulated devices keep what they make, `page` that of the page."""
        self._kept, self._page = kept, page
        devices = list(devices)
        tickets = [("ticket", TICKETS.format(id=device.id)) for device in devices if device.kind == "printer"]
        calls = [("call", CALLS.format(id=device.id)) for device in devices if device.kind == "voice" and device.agent]
        self._patterns = tickets + calls
        self._told: dict[str, str] | None = None

    def open(self) -> None:
        """Let the page read what is kept."""
        self._kept.mkdir(parents=True, exist_ok=True)
        (self._page / "devices").symlink_to(self._kept, target_is_directory=True)

    def look(self) -> None:
        """Tell what is newest, if that has changed."""
        newest: dict[str, tuple[float, str]] = {}
        for name, pattern in self._patterns:
            for path in self._kept.glob(pattern):
                with suppress(FileNotFoundError):  # old calls go while new ones come
                    found = (path.stat().st_mtime, f"devices/{path.relative_to(self._kept).as_posix()}")
                    newest[name] = max(newest.get(name, found), found)
        told = {name: address for name, (_, address) in newest.items()}
        if told != self._told:
            self._told = told
            (self._page / "newest.json").write_text(json.dumps(told), encoding="utf-8")
