"""Is the system that has started good? One that was good before is good at once; a new one has to show its screen first.

GRUB has counted the start. Whoever is judged good sets the count to 0; a new system that is not, restarts the machine, and
after three tries GRUB starts the system before it. That one notices, says so, and stays.
"""

from __future__ import annotations

import json
import logging
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass

from appliance.boot import slots
from appliance.boot.place import UNITS, Place, named, write_json
from appliance.boot.slots import Slots
from appliance.boot.update import begun, judged
from appliance.trouble import ApplianceError

LOG = logging.getLogger(__name__)
PATIENCE_S = 300.0
"""A new system has so long to show its screen; the unit of the kiosk gives itself as long."""
LOOK_EVERY_S = 10.0
PROVEN = "proven.json"


@dataclass(frozen=True)
class Bench:
    """What judging needs of the machine."""

    slots: Callable[[], Slots]
    active: Callable[[str], bool]
    mark_good: Callable[[], None]
    stay_here: Callable[[], None]
    restart: Callable[[], None]
    wait: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.monotonic


def judge(place: Place, bench: Bench) -> bool:
    """Judge the running system; whether it is good. Raise ApplianceError, OSError."""
    standing, version = bench.slots(), place.version()
    if not standing.running:
        raise ApplianceError("this machine was not started from an image of Jiaohao; there is nothing to judge")
    begun(place)
    proven = _proven(place)
    if proven.get(standing.running) != version and not _screen_comes(place, bench):
        if standing.other_is_good:
            LOG.error("%s does not reach its screen; the machine starts again", version)
            bench.restart()
        else:
            LOG.error("%s does not reach its screen, and there is no other system to go back to", version)
        return False
    bench.mark_good()
    write_json(place.state / PROVEN, {**proven, standing.running: version})
    if standing.fell_back:
        bench.stay_here()
        detail = f"the new system did not reach its screen; the machine went back to {version}"
        LOG.error(detail)
        judged(place, detail)
    else:
        judged(place)
    LOG.warning("slot %s with %s is good", standing.running, version)
    return True


def _screen_comes(place: Place, bench: Bench) -> bool:
    """Whether the programs of the terminal's role report themselves ready in time."""
    deadline = bench.now() + slots.option(place, "jiaohao.patience", PATIENCE_S)
    while bench.now() < deadline:
        try:
            if all(bench.active(unit) for unit in UNITS[named(place).role]):
                return True
        except ApplianceError:
            pass  # no name yet: a technician is about to give it one
        bench.wait(LOOK_EVERY_S)
    return False


def _proven(place: Place) -> dict[str, str]:
    """Slot → version that was judged good there."""
    try:
        proven = json.loads((place.state / PROVEN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(slot): str(version) for slot, version in proven.items()} if isinstance(proven, dict) else {}


def active(unit: str) -> bool:
    """Whether systemd says that the unit is active: its program has said that it is ready."""
    return subprocess.run(["systemctl", "is-active", "--quiet", unit], check=False).returncode == 0
