"""A hall whose broker demands certificates: a real mosquitto, configured by `jiaohao-server broker-config`."""

from __future__ import annotations

import os
import re
import resource
import signal
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

from link import Broker
from queue_server.enrolment import authority
from queue_server.enrolment.authority import Authority
from queue_server.enrolment.broker import client_credentials
from queue_server.enrolment.command import broker_config
from queue_server.enrolment.register import Register
from queue_server.privacy import Sealer, key
from queue_server.store.database import Database, sqlite_url
from tests.ports import free_port
from tests.programs import PATIENCE_S, wait_for_port
from tests.small_hall import NOON, write_hall

MORE = """
[[terminal]]
id = "kiosk-2"
role = "hall"

[[terminal]]
id = "rater-01"
role = "rating"
window = "01"

[[terminal]]
id = "rater-02"
role = "rating"
window = "02"

[[terminal]]
id = "screen-1"
role = "screen"

[[terminal]]
id = "crowd-1"
role = "crowd"

[[terminal]]
id = "devices-2"
role = "agent"

[[device]]
id = "voice-1"
kind = "voice"
model = "espeak-ng"
address = "emulator://voice"
agent = "devices-1"

[[device]]
id = "strip-far"
kind = "display"
model = "virtual"
address = "emulator://virtual"
agent = "devices-2"
serves = "01"

[[device]]
id = "keypad-01"
kind = "keypad"
model = "cqq-keypad"
address = "emulator://cqq-keypad"
agent = "devices-2"
serves = "01"

[[device]]
id = "button-rater-01"
kind = "rater"
model = "cqq-rater"
address = "emulator://cqq-rater"
agent = "devices-2"
serves = "01"
"""


UNIT = Path(__file__).parents[1] / "systemd/jiaohao-broker.service"
SYSTEMD_FILES = 1024
"""The soft limit of a unit that says nothing."""


def files_of_the_unit() -> tuple[int, int]:
    """The soft and the hard limit of open files with which systemd starts the broker, as far as this machine has them."""
    given = re.search(r"^LimitNOFILE=(\d+)$", UNIT.read_text(encoding="utf-8"), re.MULTILINE)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return min(int(given[1]) if given else SYSTEMD_FILES, hard), hard


class SecureHall:
    """One hall in a folder. `open` starts its broker."""

    def __init__(self, folder: Path, *, owner: int | None = None) -> None:
        """`owner`: the state folder is this user's, and the broker's folder stands apart from it, as on an appliance; for
        root only."""
        self.folder = folder
        self.state = folder / "state"
        self.broker_folder = self.state / "broker" if owner is None else folder / "broker"
        self._apart: tuple[str, ...] = ()
        if owner is not None:
            self.state.mkdir()
            os.chown(self.state, owner, owner)
            self._apart = ("--out", str(self.broker_folder), "--group", "mosquitto")
        self.hall = write_hall(folder / "hall", hall=f'time_zone = "{NOON}"')
        devices = self.hall / "devices.toml"
        devices.write_text(devices.read_text() + MORE)
        self.port = free_port()
        self.address = f"mqtts://127.0.0.1:{self.port}"
        self.database = Database(sqlite_url(self.state))
        self._process: subprocess.Popen[bytes] | None = None

    def open(self) -> None:
        """Write the broker's folder and start mosquitto on it."""
        self.configure()
        configuration = self.broker_folder / "mosquitto.conf"
        if os.getuid() == 0:  # as a service it runs as a user of its own and never changes it
            with configuration.open("a") as file:
                file.write("user root\n")
        program = next(p for p in ("/usr/sbin/mosquitto", "/usr/bin/mosquitto") if Path(p).exists())
        with (self.folder / "broker.log").open("wb") as log:
            self._process = subprocess.Popen([program, "-c", str(configuration)], stderr=log)
        resource.prlimit(self._process.pid, resource.RLIMIT_NOFILE, files_of_the_unit())
        wait_for_port(self.port)
        self.database.open()

    def configure(self, *more: str) -> None:
        """Run `jiaohao-server broker-config`."""
        words = ["--hall", str(self.hall), "--state", str(self.state), "--port", str(self.port), *self._apart, *more]
        assert broker_config(words) == 0

    def reload(self) -> None:
        """Let the broker read its lists again, as `systemctl reload` does."""
        assert self._process is not None
        self._process.send_signal(signal.SIGHUP)

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(PATIENCE_S)
        self.database.close()

    @property
    def listens(self) -> set[int]:
        """The TCP ports on which the broker's process listens (proc(5): state 0A, the inode in the tenth field)."""
        assert self._process is not None
        opened = {str(file.readlink()) for file in Path(f"/proc/{self._process.pid}/fd").iterdir()}
        rows = [line.split() for table in ("tcp", "tcp6") for line in Path("/proc/net", table).read_text().splitlines()[1:]]
        return {int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in opened}

    @property
    def authority(self) -> Authority:
        return authority.load(self.state / "ca")

    @property
    def register(self) -> Register:
        return Register(self.database, self.authority, Sealer(key(self.state)), lambda: datetime.now(UTC))

    def credentials(self, name: str, *, signs: Authority | None = None, at: datetime | None = None) -> Path:
        """A folder with credentials for `name`, made at `at` for a day; `signs` is the hall's own authority if left out."""
        folder = self.folder / "credentials" / (name if signs is None and at is None else f"{name}-odd")
        client_credentials(folder, signs or self.authority, name, at or datetime.now(UTC), timedelta(days=1))
        (folder / "ca.crt").write_text(self.authority.pem)
        return folder

    def broker(self, credentials: Path) -> Broker:
        return Broker.parse(self.address, credentials=credentials)
