"""What makes one terminal different from the next: a small JSON file on the disk's EFI partition, read at the first start."""

from __future__ import annotations

import csv
import io
import ipaddress
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from appliance.trouble import ApplianceError
from contract.web_address import BadWebAddress, reachable
from contract.wire.topics import ID

ROLES = ("hall", "rating", "screen", "agent", "server")
FILE = "terminal.json"
COLUMNS = ("terminal", "role", "hall", "broker", "web", "address", "gateway", "dns", "time_zone", "token")


@dataclass(frozen=True)
class TerminalFile:
    """One terminal. `address` is empty for DHCP, otherwise CIDR such as 10.0.3.7/24; `token` enrols once."""

    terminal: str
    role: str
    hall: str
    broker: str
    web: str = ""
    address: str = ""
    gateway: str = ""
    dns: str = ""
    time_zone: str = "Asia/Shanghai"
    token: str = ""

    def check(self) -> TerminalFile:
        """The terminal, its web address as the network knows it; raise ApplianceError naming a field that cannot be used, and
        a remedy."""
        for field in ("terminal", "hall"):
            if not ID.fullmatch(getattr(self, field)):
                raise ApplianceError(
                    f"{field} {getattr(self, field)!r} is no id; use lower-case letters, digits and hyphens, such as kiosk-1"
                )
        if self.role not in ROLES:
            raise ApplianceError(f"role {self.role!r} does not exist; it is one of {', '.join(ROLES)}")
        if not self.broker:
            raise ApplianceError("broker is missing; give HOST:PORT")
        try:
            ZoneInfo(self.time_zone)
        except (ValueError, OSError, KeyError):
            raise ApplianceError(f"time_zone {self.time_zone!r} does not exist; use a name such as Asia/Shanghai") from None
        self._check_network()
        return replace(self, web=self._web())

    def _web(self) -> str:
        try:
            return reachable(self.web) if self.web else ""
        except BadWebAddress as error:
            raise ApplianceError(f"web: {error}") from None

    def _check_network(self) -> None:
        try:
            network = ipaddress.ip_interface(self.address) if self.address else None
            gateway = ipaddress.ip_address(self.gateway) if self.gateway else None
            for server in self.dns.split():
                ipaddress.ip_address(server)
        except ValueError as error:
            raise ApplianceError(f"network: {error}; write the address as 10.0.3.7/24, or leave it empty for DHCP") from None
        if network is not None and "/" not in self.address:
            raise ApplianceError(f"address {self.address} lacks its prefix length; write it as {self.address}/24")
        if network is not None and gateway is not None and gateway not in network.network:
            raise ApplianceError(f"gateway {gateway} is not in {network.network}; correct one of the two")

    def with_tls(self) -> TerminalFile:
        """The terminal as it is put on a disk: a broker without a scheme is reached by TLS. Who wants it otherwise writes
        mqtt://. Disks that were written before keep what they have."""
        return self if "://" in self.broker else replace(self, broker=f"mqtts://{self.broker}")

    @property
    def is_open(self) -> bool:
        """Whether everybody in the network can read what this terminal says, and speak in its name."""
        return not self.broker.startswith("mqtts://")

    def json(self) -> str:
        """The content of the file."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=2) + "\n"


def read(text: str) -> TerminalFile:
    """Read such a file; raise ApplianceError."""
    try:
        fields = json.loads(text)
        unknown = set(fields) - set(COLUMNS)
        if unknown:
            raise ApplianceError(f"{FILE}: unknown key {min(unknown)!r}; known: {', '.join(COLUMNS)}")
        return TerminalFile(**fields).check()
    except (ValueError, TypeError) as error:
        raise ApplianceError(f"{FILE} cannot be read: {error}") from None


def fleet(path: Path) -> list[TerminalFile]:
    """The terminals of a CSV file, one a line, the first line naming the columns.

    Raise ApplianceError naming line and remedy.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ApplianceError(f"{path} cannot be read: {error}; save the table as CSV in UTF-8") from None
    rows = csv.DictReader(io.StringIO(text))
    unknown = [name for name in rows.fieldnames or [] if name not in COLUMNS]
    if unknown or "terminal" not in (rows.fieldnames or []):
        raise ApplianceError(f"{path}: line 1: unknown column {unknown[:1] or 'names'}; the columns are {', '.join(COLUMNS)}")
    found: list[TerminalFile] = []
    for number, row in enumerate(rows, 2):
        if None in row or None in row.values():
            raise ApplianceError(f"{path}: line {number}: not as many fields as columns")
        try:
            found.append(
                TerminalFile(**{name: value.strip() for name, value in row.items() if value.strip()}).check().with_tls()
            )
        except (ApplianceError, TypeError) as error:
            raise ApplianceError(f"{path}: line {number}: {error}") from None
    names = [terminal.terminal for terminal in found]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ApplianceError(f"{path}: terminal {twice[0]} appears twice; every terminal has a name of its own")
    return found
