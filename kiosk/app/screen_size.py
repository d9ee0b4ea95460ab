"""How large the screen of this machine is, asked of the kernel: without a desktop nobody else knows."""

from __future__ import annotations

from pathlib import Path

CONNECTORS = Path("/sys/class/drm")


def native_size(connectors: Path = CONNECTORS) -> tuple[int, int] | None:
    """Width and height in pixels that the first connected screen prefers; None where there is none to ask."""
    for connector in sorted(connectors.glob("card*-*")):
        try:
            if (connector / "status").read_text().strip() != "connected":
                continue
            width, _, height = (connector / "modes").read_text().splitlines()[0].rstrip("i").partition("x")
            return int(width), int(height)
        except (OSError, ValueError, IndexError):
            continue
    return None
