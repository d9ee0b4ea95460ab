"""At every start, before the network: makes name, network, time zone and settings of the terminal out of its one file.

Nothing of this is kept in /etc: it is written afresh below /run, so that the file on the boot partition is the whole truth.
"""

from __future__ import annotations

import shutil
import socket
from pathlib import Path

from appliance import terminal_file as terminals
from appliance.boot.place import Place, named, write
from appliance.run import run
from appliance.terminal_file import TerminalFile
from appliance.trouble import ApplianceError

NETWORK = """[Match]
Type=ether
Kind=!*

[Network]
{addresses}
LinkLocalAddressing=ipv6
LLMNR=no
MulticastDNS=no

[DHCPv4]
ClientIdentifier=mac
"""
ENVIRONMENT = "terminal.env"


def set_up(place: Place) -> TerminalFile:
    """Make everything and return who the terminal is; without a name at least the network comes up.

    Raise ApplianceError, OSError.
    """
    try:
        terminal = named(place)
    except ApplianceError:
        _network(place, TerminalFile("unnamed", "hall", "unnamed", "unnamed"))
        raise
    _network(place, terminal)
    _time_zone(place, terminal.time_zone)
    _forget_another(place, terminal)
    write(place.etc / terminals.FILE, terminal.json(), 0o600)
    settings = {"BROKER": terminal.broker, "TERMINAL": terminal.terminal, "WEB": terminal.web}
    write(place.etc / ENVIRONMENT, "".join(f'{name}="{value}"\n' for name, value in settings.items()))
    if place.root == Path("/"):
        socket.sethostname(terminal.terminal)
    _keep_machine_id(place)
    return terminal


def network(terminal: TerminalFile) -> str:
    """The configuration of systemd-networkd for every wired interface."""
    if not terminal.address:
        return NETWORK.format(addresses="DHCP=yes")
    lines = [f"Address={terminal.address}", f"Gateway={terminal.gateway}" if terminal.gateway else ""]
    lines += [f"DNS={server}" for server in terminal.dns.split()]
    return NETWORK.format(addresses="\n".join(line for line in lines if line))


def _network(place: Place, terminal: TerminalFile) -> None:
    write(place.run / "systemd/network/10-jiaohao.network", network(terminal))


def _time_zone(place: Place, zone: str) -> None:
    link = place.run / "jiaohao/localtime"
    link.parent.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(f"/usr/share/zoneinfo/{zone}")


def _forget_another(place: Place, terminal: TerminalFile) -> None:
    """A disk that was given another name or hall keeps nothing of the one before."""
    try:
        before = terminals.read((place.etc / terminals.FILE).read_text(encoding="utf-8"))
    except (ApplianceError, OSError, UnicodeDecodeError):
        return
    if (before.terminal, before.hall) != (terminal.terminal, terminal.hall):
        shutil.rmtree(place.hall, ignore_errors=True)
        for file in place.credentials.glob("*"):
            if file.is_dir():
                shutil.rmtree(file)
            else:
                file.unlink()


def _keep_machine_id(place: Place) -> None:
    """A read-only system gets a new machine id, and so a new journal, at every start: from now on GRUB gives it this one."""
    kept = place.efi / "grub/machine.env"
    if kept.exists():
        return
    fresh = kept.with_name("machine.new")
    run("grub-editenv", fresh, "create")
    run("grub-editenv", fresh, "set", f"MACHINE={(place.root / 'etc/machine-id').read_text().strip()}")
    fresh.replace(kept)
